"""Which changed fields of a record are written to the order: each field has an owner."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from isthmus.autotask.port import Record
from isthmus.base.clock import utc_now
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import Undecided
from isthmus.dispatch.news import FORGOTTEN
from isthmus.dispatch.rules.ownership import Owner, decide_owner, owner_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.showing import shown_mark
from isthmus.dispatch.rules.sweeping import CHANGED
from isthmus.dispatch.toward_record import told_by
from isthmus.fieldnation import WorkOrder
from isthmus.fieldnation.times import read_time

MOVED: Final = "moved:"
"""Before a path: when the order was first seen to show what it does, and a hash of that."""
_SHARED: Final = frozenset({Owner.NEWEST, Owner.PERSON})


@dataclass(frozen=True, slots=True)
class _Both:
    """A field that both sides may change: whose it is, and a hash of what the mapping makes."""

    owner: Owner
    value: str


async def changed_paths(
    desk: Desk, job: Job, rule: Rule, record: Record, values: dict[str, str]
) -> set[str]:
    """
    Return the target paths to be written.

    Only where a field belongs to the newest or to a person the order is read first.
    Raises: Undecided: both sides changed a field that a person decides about.
    """
    written = job.linked.written
    changed = {path for path, value in values.items() if written.get(f"order:{path}") != value}
    changed |= {name[6:] for name, value in written.items()
                if name.startswith("order:") and value and name[6:] not in values}  # fmt: skip
    owned = {path: owner_of(rule.owners, path) for path in changed}
    kept = {path for path, owner in owned.items() if owner is Owner.FIELDNATION}
    if kept:
        job.tell("decision", "Field Nation owns these, so they stay", fields=sorted(kept))
        dealt = {f"order:{path}": values.get(path, "") for path in kept}
        job.changed(written={**job.linked.written, **dealt})
    shared = {path for path, owner in owned.items() if owner in _SHARED}
    if not shared:
        return changed - kept
    order = await desk.reader.order(job.linked.work_order_id or 0)
    if order is None:
        return changed - kept
    both = {path: _Both(owned[path], values.get(path, "")) for path in sorted(shared)}
    return (changed - kept - shared) | _settled(job, record, order, both)


async def shown_after(desk: Desk, rule: Rule, number: int, changed: set[str]) -> dict[str, str]:
    """Return how the order shows what was just written, of fields both sides may change."""
    shared = [path for path in changed if owner_of(rule.owners, path) in _SHARED]
    order = await desk.reader.order(number) if shared else None
    if order is None:
        return {}
    return {
        name: mark
        for path in shared
        for name, mark in ((f"shown:{path}", shown_mark(order, path)), (f"{MOVED}{path}", ""))
    }


def note_moved(job: Job, rule: Rule, order: WorkOrder) -> None:
    """Note when a field that goes to the newest was first seen otherwise than we wrote it."""
    written = job.linked.written
    for name, before in written.items():
        kind, _, path = name.partition(":")
        if kind != "shown" or owner_of(rule.owners, path) is not Owner.NEWEST:
            continue
        shown = shown_mark(order, path)
        known = written.get(f"{MOVED}{path}", "").partition(" ")[2]
        if shown not in {before, known}:
            at = (_told_at(job) or utc_now()).isoformat()
            written = {**written, f"{MOVED}{path}": f"{at} {shown}"}
    if written != job.linked.written:
        job.changed(written=written)


def _moved_at(job: Job, path: str, shown: str) -> datetime | None:
    """Return when the order came to show this; None: nobody saw it."""
    at, _, mark = job.linked.written.get(f"{MOVED}{path}", "").partition(" ")
    return read_time(at) if mark == shown else _told_at(job)


def _told_at(job: Job) -> datetime | None:
    """Return when Field Nation first told of what this run is to look at."""
    return min((one.at for one in told_by(job.messages)), default=None)


def _settled(job: Job, record: Record, order: WorkOrder, both: dict[str, _Both]) -> set[str]:
    """Return which of the shared fields are written, with a line of the trail for each conflict."""
    found: set[str] = set()
    record_at: Any = record.values.get(CHANGED[record.entity])
    for path, one in both.items():
        before = job.linked.written.get(f"shown:{path}")
        shown = shown_mark(order, path)
        if shown == one.value:
            _note(job, path, one.value, shown)
            continue
        is_moved = before not in {FORGOTTEN, shown}
        order_at = _moved_at(job, path, shown)
        verdict = decide_owner(
            one.owner, order_changed=is_moved, record_at=record_at, order_at=order_at
        )
        if is_moved:
            job.tell("decision", f"Both sides changed {path}: {verdict}", owner=str(one.owner))
        if verdict == "ask":
            raise Undecided(
                f"Both sides changed {path}",
                where=path,
                remedy="Make both sides the same, then resume; or isthmus dispatch resync, which"
                " shows both values and writes the record's.",
            )
        if verdict == "write":
            found.add(path)
        else:  # dealt with, until the record changes once more
            job.changed(written={**job.linked.written, f"order:{path}": one.value})
    return found


def _note(job: Job, path: str, value: str, shown: str) -> None:
    """Note that both sides say the same of a field."""
    marks = {f"order:{path}": value, f"shown:{path}": shown, f"{MOVED}{path}": ""}
    job.changed(written={**job.linked.written, **marks})
