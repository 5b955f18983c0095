"""Statements that search the audit trail: each goes by an index, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, select, text
from sqlalchemy import Connection as Session

from isthmus.state.dispatch.shapes import Entry
from isthmus.state.dispatch.tables import trail
from isthmus.state.dispatch.trail import entry_of

_c = trail.c
_SLACK: Final = timedelta(minutes=5)
"""Lines are numbered when they are kept, which may be a while after what they tell of."""
_FEW: Final = frozenset({"error", "person"})


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """
    Which lines of the trail are meant; what is empty narrows nothing.

    A line of any of `numbers` (of records), `keys` or `link_ids` is meant. `above`: only lines
    with a higher number.
    """

    numbers: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    link_ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    above: int = 0


def page(
    session: Session, wanted: TrailFilter, limit: int, before: int | None
) -> tuple[Entry, ...]:
    """Return lines of one page, the newest first."""
    found: dict[int, Entry] = {}
    for subject in _subjects(wanted):
        query = _narrowed(select(trail), wanted, before)
        if subject is not None:
            query = query.where(subject)
        rows = session.execute(query.order_by(_c.number.desc()).limit(limit)).mappings()
        found |= {row["number"]: entry_of(row) for row in rows}
    return tuple(found[number] for number in sorted(found, reverse=True)[:limit])


def number_before(session: Session, at: datetime) -> int:
    """Return the number of a line from which on all are that were written since then."""
    query = select(_c.number).where(_c.at < at - _SLACK).order_by(_c.at.desc()).limit(1)
    return session.execute(query).scalar() or 0


def _subjects(wanted: TrailFilter) -> Iterator[ColumnElement[bool] | None]:
    """Yield a condition for each column that is asked: together no index would serve them."""
    if not (wanted.numbers or wanted.keys or wanted.link_ids):
        yield None
    for number in wanted.numbers:
        yield _c.record_number == number
    for key in wanted.keys:
        yield _c.key == key
    for link_id in wanted.link_ids:
        yield (_c.link_id == link_id) & text("link_id <> ''")


def _narrowed(
    query: Select[tuple[object, ...]], wanted: TrailFilter, before: int | None
) -> Select[tuple[object, ...]]:
    if before is not None:
        query = query.where(_c.number < before)
    if wanted.above:
        query = query.where(_c.number > wanted.above)
    if wanted.since is not None:
        query = query.where(_c.at >= wanted.since)
    if wanted.kinds:
        query = query.where(_c.kind.in_(wanted.kinds))
        if _FEW.issuperset(wanted.kinds):
            query = query.where(text("kind IN ('error', 'person')"))  # names the index for these
    return query
