"""Statements on the rows of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from isthmus.base.ids import new_ordered_id
from isthmus.engine.port import Item, Waiting
from isthmus.engine.tables import work

_c = work.c
_DUE: Final = select(_c.kind).where(_c.run_id.is_(None), _c.due_at <= bindparam("now")).limit(1)
_NEXT: Final = (
    select(_c.kind, _c.key, _c.payload_ref, _c.failures, _c.wanted)
    .where(
        _c.run_id.is_(None),
        _c.due_at <= bindparam("now"),
        _c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(_c.priority, _c.due_at, _c.arrived)
    .limit(bindparam("slots"))
    .with_for_update(skip_locked=True)
)
_MARK: Final = (
    update(work)
    .where(_c.kind == bindparam("of_kind"), _c.key == bindparam("of_key"))
    .values(run_id=bindparam("run"), worker=bindparam("who"), taken=bindparam("upto"), due_at=None)
)
_OURS: Final = and_(
    _c.kind == bindparam("of_kind"),
    _c.key == bindparam("of_key"),
    _c.run_id == bindparam("run"),
    _c.worker == bindparam("who"),
)
_DONE: Final = delete(work).where(_OURS, _c.wanted == _c.taken)


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that a worker has taken, and the run that is to do it."""

    item: Item
    run_id: str
    taken: int


@cache
def _asking(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return the statement that enqueues: building it anew would cost more than running it."""
    insert = postgresql.insert(work) if dialect == "postgresql" else sqlite.insert(work)
    new = insert.excluded
    first = _c.due_at.is_(None)
    return insert.on_conflict_do_update(
        index_elements=[_c.kind, _c.key],
        set_={
            "payload_ref": case((new.payload_ref == "", _c.payload_ref), else_=new.payload_ref),
            "priority": case((new.priority < _c.priority, new.priority), else_=_c.priority),
            "wanted": _c.wanted + 1,
            "due_at": case((or_(first, new.due_at < _c.due_at), new.due_at), else_=_c.due_at),
            "arrived": case((first, new.arrived), else_=_c.arrived),
        },
    )


def enqueue(session: Connection, item: Item, due_at: datetime, priority: int, arrived: str) -> None:
    """Ask for one more run; what already waits is brought forward, never put off."""
    values = {
        "kind": item.kind,
        "key": item.key,
        "payload_ref": item.payload_ref,
        "priority": priority,
        "wanted": 1,
        "taken": 0,
        "cancelled": 0,
        "due_at": due_at,
        "arrived": arrived,
        "failures": 0,
    }
    session.execute(_asking(session.dialect.name), values)


def is_anything_due(session: Connection, now: datetime) -> bool:
    """Tell whether a claim could find something."""
    return session.execute(_DUE, {"now": now}).first() is not None


def claim(
    session: Connection, worker: str, room: Mapping[str, int], slots: int, now: datetime
) -> tuple[Claim, ...]:
    """Take what is due, the most urgent first: at most `slots`, and of a kind at most its room."""
    kinds = [kind for kind, left in room.items() if left > 0]
    left = dict(room)
    claims: list[Claim] = []
    for row in session.execute(_NEXT, {"now": now, "kinds": kinds, "slots": slots}):
        if left[row.kind] > 0:
            left[row.kind] -= 1
            item = Item(row.kind, row.key, row.payload_ref, row.failures)
            claims.append(Claim(item, new_ordered_id(), row.wanted))
    _mark(session, worker, claims)
    return tuple(claims)


def _mark(session: Connection, worker: str, claims: Sequence[Claim]) -> None:
    if not claims:
        return
    rows = [
        {"of_kind": it.item.kind, "of_key": it.item.key, "run": it.run_id, "upto": it.taken}
        for it in claims
    ]
    session.execute(_MARK, [{**row, "who": worker} for row in rows])


def take_over(session: Connection, run_id: str, worker: str) -> bool:
    """Note who does a run now; False: the run has ended or is another's work by now."""
    changed = update(work).where(_c.run_id == run_id).values(worker=worker)
    return session.execute(changed).rowcount > 0


def is_held(session: Connection, item: Item, run_id: str, worker: str, *, lock: bool) -> bool:
    """
    Tell whether a run is this worker's.

    Args: lock: nobody takes it over before the transaction ends.
    """
    query = select(_c.run_id, _c.worker).where(_c.kind == item.kind, _c.key == item.key)
    row = session.execute(query.with_for_update(read=True) if lock else query).first()
    return row is not None and (row.run_id, row.worker) == (run_id, worker)


def hasten(
    session: Connection, kind: str, now: datetime, *, least_failures: int, most: int | None
) -> int:
    """Have what waits for a later time run now, the next first; returns how many."""
    later = (_c.kind == kind, _c.run_id.is_(None), _c.due_at > now, _c.failures >= least_failures)
    changed = update(work).where(*later).values(due_at=now)
    if most is not None:
        first = select(_c.key).where(*later).order_by(_c.due_at, _c.key).limit(most)
        changed = changed.where(_c.key.in_(session.execute(first).scalars().all()))
    return session.execute(changed).rowcount


def end(
    session: Connection,
    item: Item,
    run_id: str,
    worker: str,
    *,
    again_at: datetime | None,
    failed: bool,
) -> None:
    """
    End a run: the row goes, or waits for the run that was asked for meanwhile.

    Nothing happens when the run is no longer this worker's.
    """
    if again_at is None:
        run = {"of_kind": item.kind, "of_key": item.key, "run": run_id, "who": worker}
        if session.execute(_DONE, run).rowcount:
            return
    ours = and_(_c.kind == item.kind, _c.key == item.key, _c.run_id == run_id, _c.worker == worker)
    row = session.execute(select(work).where(ours).with_for_update()).mappings().first()
    if row is None:
        return
    due = _next_due(row, again_at)
    if due is None:
        session.execute(delete(work).where(ours))
        return
    failures = row["failures"] + 1 if failed else 0
    _wait(session, ours, due, failures)


def _next_due(row: RowMapping, again_at: datetime | None) -> datetime | None:
    """Return when to run next, None for never."""
    if row["wanted"] == row["cancelled"]:
        return None
    asked: datetime | None = row["due_at"]
    if row["cancelled"] >= row["taken"] or again_at is None:
        return asked
    return again_at if asked is None else min(asked, again_at)


def _wait(session: Connection, where: ColumnElement[bool], due: datetime, failures: int) -> None:
    values: dict[str, Any] = {"run_id": None, "worker": None, "due_at": due, "failures": failures}
    session.execute(update(work).where(where).values(arrived=new_ordered_id(), **values))


def release(session: Connection, run_id: str, due: datetime, *, failed: bool) -> None:
    """Let a run go that nobody will end; the item waits again, unless it was cancelled."""
    ours = _c.run_id == run_id
    row = session.execute(select(work).where(ours).with_for_update()).mappings().first()
    if row is None:
        return
    next_due = _next_due(row, due)
    if next_due is None:
        session.execute(delete(work).where(ours))
    else:
        _wait(session, ours, next_due, row["failures"] + failed)


def cancel(session: Connection, kind: str, key: str) -> bool:
    """Drop what waits and mark what runs; tells whether there was either."""
    here = and_(_c.kind == kind, _c.key == key)
    waits = delete(work).where(here, _c.run_id.is_(None))
    if session.execute(waits).rowcount:
        return True
    marked = update(work).where(here).values(cancelled=_c.wanted, due_at=None)
    return session.execute(marked).rowcount > 0


def cancelled(session: Connection, worker: str) -> frozenset[str]:
    """Return the runs of a worker that are to stop at their next step."""
    query = select(_c.run_id).where(
        _c.worker == worker, _c.run_id.is_not(None), _c.cancelled >= _c.taken, _c.cancelled > 0
    )
    return frozenset(session.execute(query).scalars())


def held(session: Connection) -> tuple[tuple[str, str, int], ...]:
    """Return every run: its worker, its id, and how often its item failed."""
    query = select(_c.worker, _c.run_id, _c.failures).where(_c.run_id.is_not(None))
    return tuple((row.worker, row.run_id, row.failures) for row in session.execute(query))


def waiting(session: Connection, limit: int, kind: str = "") -> tuple[Waiting, ...]:
    """Return what waits or runs, the next first."""
    query = select(work).order_by(_c.due_at, _c.arrived).limit(limit)
    if kind:
        query = query.where(_c.kind == kind)
    return tuple(
        Waiting(row["kind"], row["key"], row["due_at"], row["run_id"] is not None, row["failures"])
        for row in session.execute(query).mappings()
    )


def find(session: Connection, kind: str, key: str) -> Waiting | None:
    """Return one item that waits or runs."""
    query = select(work).where(_c.kind == kind, _c.key == key)
    row = session.execute(query).mappings().first()
    if row is None:
        return None
    return Waiting(kind, key, row["due_at"], row["run_id"] is not None, row["failures"])


def count(session: Connection) -> int:
    """Return how many items wait or run."""
    return session.execute(select(func.count()).select_from(work)).scalar_one()
