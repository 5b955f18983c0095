"""Runs a ready report over a period, and fetches the rows behind one of its values."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from isthmus.base.clock import utc_now
from isthmus.reports.choosing import choices_of
from isthmus.reports.errors import ExploringWrong
from isthmus.reports.shapes import CHOICES, GRAINS, Asked, Measure, Report
from isthmus.warehouse.answering import Answer, Limits, TableReader
from isthmus.warehouse.dialect import literal
from isthmus.warehouse.ports import QueryFailed, TableState

RUNNING: Final = Limits(rows=20_000, seconds=30.0)
DRILLING: Final = Limits(rows=500, seconds=30.0)
OTHERS: Final = "(all others)"
"""What a report calls those it adds up beyond the first twenty; no rows are fetched behind it."""

_MOST_PERIODS: Final = 800
_YEARS: Final = (10, 9_990)
"""Years that are reckoned with: computers know days from the year 1 to 9999, in any zone."""
_STEPS: Final = {"day": "1 day", "week": "7 days", "month": "1 month"}


class ReportLacks(ExploringWrong):
    """A dataset or column a report needs is not there."""


class AskedWrong(ExploringWrong):
    """A period, grain, zone or choice cannot be used."""


@dataclass(frozen=True, slots=True)
class Ready:
    """
    A report with everything it was asked with.

    `first` and `last` are the days looked at, both included; `as_of` the vendor's time of the last
    refresh, up to which the figures are complete. `sql` and `values` are what is run.
    """

    report: Report
    first: date
    last: date
    grain: str
    zone: str
    as_of: datetime
    choices: Mapping[str, str]
    sql: str
    values: Mapping[str, object]


def missing(report: Report, states: Iterable[TableState]) -> tuple[str, ...]:
    """Return the datasets a report needs that have no table."""
    held = {state.dataset for state in states}
    return tuple(name for name in report.datasets if name not in held)


def prepare(report: Report, asked: Asked, states: Iterable[TableState]) -> Ready:
    """
    Put a report and what is asked of it together. Raises: ReportLacks, AskedWrong.

    Args: states: what the warehouse holds, from `reader.describe()`.
    """
    known = tuple(states)
    _expect_datasets(report, known)
    zone = _zone(asked.zone)
    as_of = _as_of(report, known)
    grain = asked.grain or report.grain or "day"
    if grain not in GRAINS:
        raise AskedWrong(f"{grain} is no grain.", remedy=f"Take one of {', '.join(GRAINS)}.")
    last = _counted(asked.last or as_of.astimezone(zone).date())
    first = asked.first or last - timedelta(days=report.days - 1)
    begin = _floor(_counted(first), grain) if report.grain else _counted(first)
    _check_range(first, last, grain)
    values = {
        **_period_values(begin, last, grain, zone),
        "grain": grain,
        "zone": asked.zone,
        "now": as_of,
        **_choices(report, asked.choices),
    }
    choices = {name: text for name, text in asked.choices.items() if text}
    return Ready(
        report, begin, last, grain, asked.zone, as_of, choices,
        sql=_with_filters(report, report.sql, choices), values=values,
    )  # fmt: skip


def run(reader: TableReader, ready: Ready, limits: Limits = RUNNING) -> Answer:
    """Run a report. Raises: ReportLacks; TooMuch, and what the reader raises."""
    try:
        return reader.query(ready.sql, ready.values, limits, zone=ready.zone)
    except QueryFailed as error:
        raise _lacking(ready.report, error) from error


def drill_sql(
    ready: Ready, measure: Measure, point: object, series: str = ""
) -> tuple[str, dict[str, object]]:
    """
    Return the SQL for the rows behind one value, and its parameters.

    Args: point: the value's x: a period's beginning as the answer gave it, or a name.
    """
    values: dict[str, object] = {**ready.values, "point": point, "series": series}
    if isinstance(point, datetime):
        zone = _zone(ready.zone)
        begin = point.replace(tzinfo=None)
        end = _next(begin, ready.grain if ready.report.grain else "month")
        limit = datetime.combine(ready.last + timedelta(days=1), time())
        end = min(end, limit) if ready.report.has_period else end
        values |= {
            "point_first": begin,
            "point_last": end,
            "point_start": begin.replace(tzinfo=zone).astimezone(UTC),
            "point_end": end.replace(tzinfo=zone).astimezone(UTC),
        }
    return _with_filters(ready.report, measure.drill, ready.choices), values


def drill(
    reader: TableReader,
    ready: Ready,
    measure: Measure,
    point: object,
    *,
    series: str = "",
    limits: Limits = DRILLING,
) -> Answer:
    """Fetch the rows behind one value; the answer says when they are not all."""
    sql, values = drill_sql(ready, measure, point, series)
    return reader.query(sql, values, limits, zone=ready.zone)


def shown_sql(sql: str, values: Mapping[str, object]) -> str:
    """Write SQL with its values in place, for people to take along."""
    import re  # noqa: PLC0415 - only where SQL is shown

    return re.sub(r"(?<![:\w]):([a-z_]+)\b", lambda found: _literal(values[found[1]]), sql)


def point_of(ready: Ready, text: str) -> object:
    """Read an x value as an address has it: a day for a period, a name otherwise."""
    if ready.report.x != "period":
        return text
    try:
        return datetime.combine(_counted(date.fromisoformat(text[:10])), time())
    except ValueError:
        raise AskedWrong(f"{text} is no day.", remedy="Write it as 2026-03-04.") from None


def _expect_datasets(report: Report, states: tuple[TableState, ...]) -> None:
    lacking = missing(report, states)
    if lacking:
        raise ReportLacks(
            f"This report needs {' and '.join(lacking)}, not read yet.",
            where=report.name,
            remedy="Refresh them; isthmus test tells whether the API user may read them.",
        )


def _lacking(report: Report, error: QueryFailed) -> QueryFailed | ReportLacks:
    if not error.what.startswith(("There is no column", "There is no table")):
        return error
    return ReportLacks(
        f"A column this report needs is not in your tables: {error.what}",
        where=report.name,
        remedy="Your tenant, or your API user's security level, does not give it.",
    )


def _as_of(report: Report, states: tuple[TableState, ...]) -> datetime:
    marks = [
        state.watermark.at
        for state in states
        if state.dataset in report.datasets and state.watermark is not None
    ]
    return min(marks, default=utc_now())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AskedWrong(
            f"There is no time zone {name}.", remedy="Write it as Europe/Berlin or UTC."
        ) from None


def _check_range(first: date, last: date, grain: str) -> None:
    if first > last:
        raise AskedWrong(f"{first} is after {last}.", remedy="Turn the days round.")
    days = {"day": 1, "week": 7, "month": 28}[grain]
    if (last - first).days / days > _MOST_PERIODS:
        raise AskedWrong(
            f"From {first} to {last} there are too many periods of a {grain}.",
            remedy="Take a longer grain, or fewer days.",
        )


def _counted(day: date) -> date:
    """Return a day that is reckoned with. Raises: AskedWrong: it is at an end of all time."""
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise AskedWrong(
            f"{day} is too far away.", remedy=f"Take a year from {_YEARS[0]} to {_YEARS[1]}."
        )
    return day


def _period_values(first: date, last: date, grain: str, zone: ZoneInfo) -> dict[str, object]:
    begin = datetime.combine(first, time())
    end = datetime.combine(last + timedelta(days=1), time())
    return {
        "first": begin,
        "final": datetime.combine(_floor(last, grain), time()),
        "first_day": begin,
        "end_day": end,
        "step": _STEPS[grain],
        "start": begin.replace(tzinfo=zone).astimezone(UTC),
        "end": end.replace(tzinfo=zone).astimezone(UTC),
    }


def _floor(day: date, grain: str) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _next(begin: datetime, grain: str) -> datetime:
    if grain == "month":
        return (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
    return begin + timedelta(days=7 if grain == "week" else 1)


def _choices(report: Report, choices: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, text in choices.items():
        if not text:
            continue
        if name not in report.filters:
            raise AskedWrong(
                f"{report.title} cannot be narrowed by {name}.",
                where=report.name,
                remedy=f"It can be by {', '.join(report.filters) or 'nothing'}.",
            )
        try:
            values[name] = int(text)
        except ValueError:
            raise AskedWrong(
                f"{text} is no {CHOICES[name].title.lower()}.",
                where=report.name,
                remedy="Give its number: an id, or the code of a label.",
            ) from None
    return values


def _with_filters(report: Report, sql: str, choices: Mapping[str, str]) -> str:
    wanted = [f"and {report.filters[name]}" for name in report.filters if choices.get(name)]
    return sql.replace("{filters}", " ".join(wanted))


def _literal(value: object) -> str:
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return f"cast({literal(value.isoformat(' '))} as timestamp with time zone)"
    if isinstance(value, datetime):
        return f"cast({literal(value.isoformat(' '))} as timestamp)"
    return literal(str(value))


class Kept:
    """
    Answers of reports that nothing has changed since; one for the whole process, for any thread.

    An answer is given again while no table it reads has changed and the same is asked.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._turn = Lock()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._choices: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {}

    def run(self, reader: TableReader, ready: Ready, limits: Limits = RUNNING) -> Answer:
        """Run a report, or give what it said last. Raises: as `run`."""
        versions = reader.versions()
        read = [(name, versions.get(name)) for name in ready.report.datasets]
        key = repr((ready.sql, sorted(ready.values.items()), limits, read))
        with self._turn:
            held = self._answers.get(key)
            if held is not None:
                self._answers.move_to_end(key)
                return held
        answer = run(reader, ready, limits)
        with self._turn:
            self._answers[key] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def choices(self, reader: TableReader, name: str) -> tuple[tuple[str, str], ...]:
        """Return what a filter may be set to; nothing while its dataset has no table."""
        version = reader.versions().get(CHOICES[name].dataset)
        if version is None:
            return ()
        with self._turn:
            held = self._choices.get(name)
        if held is None or held[0] != version:
            held = version, choices_of(reader, name)
            with self._turn:
                self._choices[name] = held
        return held[1]
