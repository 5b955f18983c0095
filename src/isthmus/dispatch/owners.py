"""Which changed fields of a record are written to the order: each field has an owner."""

from typing import Any, Final

from isthmus.autotask.port import Record
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import Undecided
from isthmus.dispatch.rules.ownership import Owner, decide_owner, owner_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.showing import shown_mark
from isthmus.fieldnation import WorkOrder
from isthmus.fieldnation.times import read_time

_LAST: Final = "lastActivityDate"
_SHARED: Final = frozenset({Owner.NEWEST, Owner.PERSON})


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
    shared = {path for path, owner in owned.items() if owner in _SHARED}
    if not shared:
        return changed - kept
    order = await desk.reader.order(job.linked.work_order_id or 0)
    if order is None:
        return changed - kept
    return (changed - kept - shared) | _settled(job, record, order, {p: owned[p] for p in shared})


async def shown_after(desk: Desk, rule: Rule, number: int, changed: set[str]) -> dict[str, str]:
    """Return how the order shows what was just written, of fields both sides may change."""
    shared = [path for path in changed if owner_of(rule.owners, path) in _SHARED]
    order = await desk.reader.order(number) if shared else None
    if order is None:
        return {}
    return {f"shown:{path}": shown_mark(order, path) for path in shared}


def _settled(job: Job, record: Record, order: WorkOrder, owned: dict[str, Owner]) -> set[str]:
    """Return which of the shared fields are written, with a line of the trail for each conflict."""
    found: set[str] = set()
    written = job.linked.written
    latest = read_time(written.get("told:latest"))
    record_at: Any = record.values.get(_LAST)
    for path, owner in owned.items():
        before = written.get(f"shown:{path}")
        shown = shown_mark(order, path)
        verdict = decide_owner(
            owner, order_changed=shown != before, record_at=record_at, order_at=latest
        )
        if shown != before:
            job.tell("decision", f"Both sides changed {path}: {verdict}", owner=str(owner))
        if verdict == "ask":
            raise Undecided(
                f"Both sides changed {path}",
                where=path,
                remedy="isthmus dispatch resync shows both values; change one side, then resume.",
            )
        if verdict == "write":
            found.add(path)
    return found
