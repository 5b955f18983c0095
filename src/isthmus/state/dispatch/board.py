"""Statements on links as people look for them: filtered, sorted, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal, or_, select, tuple_
from sqlalchemy import Connection as Session

from isthmus.state.dispatch.links import link_of
from isthmus.state.dispatch.shapes import Link, LinkFilter, Place
from isthmus.state.dispatch.tables import link_texts, links

Sort = Literal["changed", "newest", "oldest"]
"""By the last change, the latest first; or by how long they are in their state."""

MANY: Final = 2_000
"""Of more hits for a text the links are gone through in their order, until a page is full."""
_c = links.c
_t = link_texts.c


def page(
    session: Session, wanted: LinkFilter, sort: Sort, limit: int, after: Place | None
) -> tuple[tuple[Link, ...], dict[str, int]]:
    """
    Return links of one page in their order, and how many there are of each state.

    The counts are of all that is meant, whatever states are wanted.
    """
    hits = _hits(session, wanted.text)
    ids = session.execute(_query(wanted, sort, after, hits).limit(limit)).scalars().all()
    rows = session.execute(select(links).where(_c.id.in_(ids))).mappings()
    found = {row["id"]: link_of(row) for row in rows}
    return tuple(found[one] for one in ids if one in found), _counts(session, wanted, hits)


@dataclass(frozen=True, slots=True)
class _Hits:
    """What a text means: these links; or, where they are many, what holds of their texts."""

    ids: Sequence[str] | None
    here: Sequence[ColumnElement[bool]] = ()


def _hits(session: Session, text: str) -> _Hits | None:
    told = text.strip()
    if not told:
        return None
    ids = _exactly(session, told)
    if ids:
        return _Hits(ids)
    words = sorted(told.casefold().split(), key=len, reverse=True)
    here = [_t.text.contains(word, autoescape=True) for word in words]
    ids = session.execute(select(_t.link_id).where(*here).limit(MANY + 1)).scalars().all()
    return _Hits(ids) if len(ids) <= MANY else _Hits(None, here)


def _query(
    wanted: LinkFilter, sort: Sort, after: Place | None, hits: _Hits | None
) -> Select[tuple[str]]:
    at = _c.updated_at if sort == "changed" else _c.since
    query = select(_c.id).where(*_narrowed(wanted, _c))
    if hits is not None and hits.ids is not None:
        query = query.where(_c.id.in_(hits.ids))
    elif hits is not None:
        query = query.where(exists(select(_t.link_id).where(_t.link_id == _c.id, *hits.here)))
    if after is not None:
        here = tuple_(at, _c.id)
        there = tuple_(bindparam(None, after.at, type_=at.type), literal(after.id))
        query = query.where(here > there if sort == "oldest" else here < there)
    order = (at, _c.id) if sort == "oldest" else (at.desc(), _c.id.desc())
    return query.order_by(*order)


def _counts(session: Session, wanted: LinkFilter, hits: _Hits | None) -> dict[str, int]:
    """Count in the narrow table, which changes seldom and is read in a tenth of the time."""
    here = _narrowed(replace(wanted, states=()), _t)
    if hits is not None:
        here += hits.here if hits.ids is None else [_t.link_id.in_(hits.ids)]
    # Not the bare column for a text: its index would be gone through for the order, row by row.
    state = _t.state if hits is None else _t.state.op("||")("")
    query = select(state, func.count()).where(*here).group_by(state)
    return {row[0]: row[1] for row in session.execute(query)}


def _narrowed(wanted: LinkFilter, columns: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(columns.state.in_(wanted.states))
    if wanted.entity:
        found.append(columns.entity == wanted.entity)
    if wanted.rule:
        found.append(columns.rule == wanted.rule)
    return found


def _exactly(session: Session, text: str) -> Sequence[str]:
    """Return the links that a number, key or id names as a whole."""
    meant = [_c.record_number == text, _c.key == text, _c.id == text]
    if text.isascii() and text.isdigit() and len(text) < 19:
        meant += [_c.record_id == int(text), _c.work_order_id == int(text)]
    return session.execute(select(_c.id).where(or_(*meant))).scalars().all()
