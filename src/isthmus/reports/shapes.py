"""What a ready report is: a question, its SQL, what may be filtered, how it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

GRAINS: Final = ("day", "week", "month")


class Chart(StrEnum):
    """How an answer is drawn."""

    LINE = "line"
    STACKED = "stacked bar"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Measure:
    """
    A number of the answer.

    `unit` is a word for the axis: tickets, hours, %, money (in the tenant's own currency). `drill`
    is the SQL for the rows behind one value, with `:point` for its place on the x axis and
    `:series` for its series; "" where there is none.
    """

    column: str
    title: str
    unit: str
    drill: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Something a report may be narrowed to, by whole numbers: codes and ids.

    `choices` is SQL that lists (value, name); `dataset` is where it reads them.
    """

    name: str
    title: str
    dataset: str
    choices: str


@dataclass(frozen=True, slots=True)
class Report:
    """
    A ready report.

    `sql` is one text for both back ends, in which `:name` is a parameter and `{filters}` stands
    where conditions go. `x` is the column along the axis; `series` the column that tells series
    apart, "" when each measure is a series. `filters` gives the condition for each choice.
    `has_period` False: it looks at the moment of the last refresh alone. `days` is how far back it
    looks unless told. `note` says what a reader of the figures must know. `order` names the series
    that have one, () for the largest first; `places` those along the axis that are shown with or
    without a row.
    """

    name: str
    title: str
    question: str
    group: str
    datasets: tuple[str, ...]
    sql: str
    chart: Chart
    x: str
    x_title: str
    measures: tuple[Measure, ...]
    series: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    grain: str = ""
    has_period: bool = True
    days: int = 91
    note: str = ""
    order: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a person asks of a report.

    Days are of `zone`, the person's time zone; `last` is the last day looked at. None: the report's
    own range, up to the last refresh. `grain` is one of GRAINS, "" for the report's own. `choices`
    narrows by the name of a filter, with its value as text.
    """

    first: date | None = None
    last: date | None = None
    grain: str = ""
    zone: str = "UTC"
    choices: Mapping[str, str] = field(default_factory=dict)


CHOICES: Final = {
    choice.name: choice
    for choice in (
        Choice(
            "queue",
            "Queue",
            "Tickets",
            "select distinct queueID_code, queueID from autotask.Tickets where queueID_code is not"
            " null order by 2",
        ),
        Choice(
            "priority",
            "Priority",
            "Tickets",
            "select distinct priority_code, priority from autotask.Tickets where priority_code is"
            " not null order by 2",
        ),
        Choice(
            "company",
            "Client",
            "Companies",
            "select id, companyName from autotask.Companies order by 2",
        ),
        Choice(
            "technician",
            "Technician",
            "Resources",
            "select id, concat_ws(' ', firstName, lastName) from autotask.Resources order by 2",
        ),
        Choice(
            "contract",
            "Contract",
            "Contracts",
            "select id, contractName from autotask.Contracts order by 2",
        ),
        Choice(
            "service",
            "Service",
            "Services",
            "select id, name from autotask.Services order by 2",
        ),
    )
}
