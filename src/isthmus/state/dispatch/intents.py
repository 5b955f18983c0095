"""Statements on intents: what is to be created exactly once."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection as Session
from sqlalchemy import RowMapping, and_, bindparam, delete, insert, select, update

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.shapes import DONE, INTENDED, Intent
from isthmus.state.dispatch.tables import intents
from isthmus.state.errors import DoneMeanwhile, MadeTwice

_c = intents.c
_TIMES = frozenset({"created_at", "updated_at"})
_KEY: Final = ("link_id", "kind", "source")
_REST: Final = ("marker", "state", "target", "content", "tries", "looks", "updated_at")
# Built once, as those on links are.
_SAME: Final = and_(*(_c[name] == bindparam(f"of_{name}") for name in _KEY))
_ONE: Final = select(intents).where(_SAME)
_OTHER: Final = (
    select(_c.target)
    .where(_SAME, _c.state == DONE, _c.target != bindparam("not_target"))
    .with_for_update()
)
_ADD: Final = insert(intents)
_CHANGE: Final = (
    update(intents).where(_SAME).values({name: bindparam(f"new_{name}") for name in _REST})
)


def save(session: Session, intent: Intent) -> None:
    """
    Write an intent in the place of an earlier one for the same thing.

    One that is done is never undone nor given another target.
    Raises: DoneMeanwhile, MadeTwice.
    """
    values: dict[str, Any] = {**asdict(intent), "updated_at": utc_now()}
    del values["at"]
    same = _key(intent.link_id, intent.kind, intent.source)
    kept = session.execute(_OTHER, {**same, "not_target": intent.target}).scalar()
    if kept is not None:
        raise _refusal(intent, kept)
    new = {f"new_{name}": values[name] for name in _REST}
    if not session.execute(_CHANGE, {**same, **new}).rowcount:
        session.execute(_ADD, {**values, "created_at": values["updated_at"]})


def _key(link_id: str, kind: str, source: str) -> dict[str, str]:
    return {"of_link_id": link_id, "of_kind": kind, "of_source": source}


def _refusal(intent: Intent, kept: str) -> DoneMeanwhile | MadeTwice:
    where = f"{intent.kind} {intent.source} of {intent.link_id}"
    if intent.state == INTENDED:
        return DoneMeanwhile(f"The {intent.kind} was made meanwhile: {kept}", where=where)
    return MadeTwice(
        f"The {intent.kind} was made twice: {kept} is kept, {intent.target} is one too many",
        where=where,
        remedy="Two workers were at it, and one of them had stood still for long. Remove what is"
        " one too many by hand (cancel the order, delete the entry), then dismiss this.",
    )


def load(session: Session, link_id: str, kind: str, source: str) -> Intent | None:
    """Return the intent for one thing."""
    row = session.execute(_ONE, _key(link_id, kind, source)).mappings().first()
    return None if row is None else _intent(row)


def of_link(session: Session, link_id: str, kinds: Sequence[str] = ()) -> tuple[Intent, ...]:
    """Return the intents of a link, the earliest first."""
    query = select(intents).where(_c.link_id == link_id)
    if kinds:
        query = query.where(_c.kind.in_(kinds))
    rows = session.execute(query.order_by(_c.created_at, _c.kind, _c.source)).mappings()
    return tuple(_intent(row) for row in rows)


def is_ours(session: Session, link_id: str, kinds: Sequence[str], target: str) -> bool:
    """Tell whether something on the other side was made by us."""
    query = select(_c.source).where(
        _c.link_id == link_id, _c.kind.in_(kinds), _c.target == target, _c.state == DONE
    )
    return session.execute(query.limit(1)).first() is not None


def drop(session: Session, link_id: str, kind: str, source: str) -> None:
    """Forget an intent that surely had no effect; one that is done is kept."""
    session.execute(
        delete(intents).where(
            _c.link_id == link_id, _c.kind == kind, _c.source == source, _c.state == INTENDED
        )
    )


def _intent(row: RowMapping) -> Intent:
    return Intent(**{name: row[name] for name in row if name not in _TIMES}, at=row["updated_at"])
