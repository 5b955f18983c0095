"""What comes of trying a mapping or rule, and what is tried where nothing happened yet."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.autotask.port import Record
from isthmus.dispatch.rules.events import EXPENSE, HOURS, POSTED
from isthmus.dispatch.rules.needs import related
from isthmus.dispatch.rules.nodes import Seen
from isthmus.dispatch.rules.shapes import INBOUND, Mapping, Problem, Result, Row
from isthmus.fieldnation import WorkOrder
from isthmus.fieldnation.readout import rows_of
from isthmus.state.dispatch import Link


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record to try on. `note` says why it is suggested."""

    number: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What a mapping makes of a record, or of what happened to its order.

    `body` is what would be sent; `event` what happened, "" inbound; `happened` are the events that
    can be tried. `lack` says why nothing could be made.
    """

    record: Record
    result: Result | None
    body: Any = None
    event: str = ""
    happened: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    lack: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """
    What a rule makes of a record.

    `parts` by address what each part of its condition comes to; `cancels` the same of the condition
    that withdraws. `winner` is the rule that would dispatch it if this one were on.
    """

    record: Record
    parts: Table[str, Seen]
    cancels: Table[str, Seen]
    is_wanted: bool
    winner: str
    trial: Trial | None = None


def asking(root: str, inside: Sequence[str]) -> Mapping:
    """Return a mapping that touches a record, those below it, and nothing else."""
    rows = tuple(Row(f"a[{n}]", "sync", f"{root}.{path}.id") for n, path in enumerate(inside))
    return Mapping("", INBOUND, root, rows)


def things(event: str, order: WorkOrder) -> dict[str, Any]:
    """Return what an event is about: the order's first of its kind, or an example of one."""
    if event == HOURS:
        log = next(iter(rows_of(order.raw.get("time_logs"))), None)
        return {"timeLog": log or {}}
    if event == EXPENSE:
        return {"expense": next(iter(rows_of(order.raw.get("expenses"))), None) or {}}
    if event == POSTED:
        text = "An example of a message"
        return {"message": {"text": text, "author": "Field Nation", "role": "provider"}}
    return {}


def told_inside(root: str, text: str) -> tuple[str, ...]:
    """Return the related records that a path being typed leads through, parents first."""
    return related(root, [f"{text.rpartition('.')[0]}.id"]) if text.startswith(f"{root}.") else ()
