"""Statements on links."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection as Session
from sqlalchemy import Row, RowMapping, bindparam, case, delete, func, insert, or_, select, update

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.shapes import CLOSED, LINKED, PARKED, WAITING, Link
from isthmus.state.dispatch.tables import link_texts, links

_c = links.c
_AT = _c.since.type
_PACKED = ("written", "told", "recent_writes")
_SEARCHED = ("state", "entity", "rule", "record_number", "title", "company")
_LOOKED_AT = ("waits_for", "since", *_SEARCHED)
_FIELDS: Final = tuple(one.name for one in fields(Link))
# Built once: a run saves its link three times, and building costs as much as running.
_STANDING: Final = (
    select(*(_c[name] for name in _LOOKED_AT)).where(_c.id == bindparam("of")).with_for_update()
)
_ADD: Final = insert(links)
_CHANGE: Final = (
    update(links)
    .where(_c.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in _FIELDS})
)


def save(session: Session, link: Link, *, may_resume: bool = False) -> Link:
    """
    Write a link in the place of an earlier one of its id; returns it with its times.

    One that was parked meanwhile stays parked, whatever else was found out: only who `may_resume`
    it sets it going again.
    """
    now = utc_now()
    row = session.execute(_STANDING, {"of": link.id}).first()
    if row is not None and row.state == PARKED and not may_resume:
        link = replace(link, state=PARKED, waits_for=_waits_for(row, link))
    since = row.since if row is not None and row.state == link.state else now
    kept = replace(link, created_at=link.created_at or now, updated_at=now, since=since)
    values = _values(kept)
    if row is None:
        session.execute(_ADD, values)
    else:
        new = {f"new_{name}": value for name, value in values.items()}
        session.execute(_CHANGE, {"of": link.id, **new})
    if row is None or any(getattr(row, name) != getattr(kept, name) for name in _SEARCHED):
        _save_text(session, kept)
    return kept


def _waits_for(row: Row[Any], link: Link) -> str:
    return link.waits_for if link.state == PARKED else str(row.waits_for)


def _save_text(session: Session, link: Link) -> None:
    """Keep what a link is searched by."""
    session.execute(delete(link_texts).where(link_texts.c.link_id == link.id))
    session.execute(insert(link_texts).values(**searched(link)))


def searched(link: Link) -> dict[str, str]:
    """Return what a link is searched by; its text in one case."""
    text = "\n".join((link.record_number, link.title, link.company)).casefold()
    return {
        "link_id": link.id, "state": link.state, "entity": link.entity, "rule": link.rule,
        "text": text,
    }  # fmt: skip


def set_state(session: Session, link_id: str, state: str, waits_for: str) -> Link:
    """Change the state of a link and nothing else of it. Raises: KeyError: there is none."""
    now = utc_now()
    values: dict[str, Any] = {"state": state, "waits_for": waits_for, "updated_at": now}
    values["since"] = case((_c.state == state, _c.since), else_=bindparam(None, now, type_=_AT))
    session.execute(update(links).where(_c.id == link_id).values(**values))
    found = by_id(session, link_id)
    if found is None:
        raise KeyError(link_id)
    here = link_texts.c.link_id == link_id
    session.execute(update(link_texts).where(here).values(state=state))
    return found


def set_going(session: Session, link_id: str) -> Link:
    """Let a link go on from where it was; its latest writes are forgiven."""
    found = by_id(session, link_id)
    if found is None:
        raise KeyError(link_id)
    state = WAITING if found.work_order_id is None else LINKED
    session.execute(update(links).where(_c.id == link_id).values(recent_writes="[]"))
    return set_state(session, link_id, state, "")


def by_key(session: Session, key: str) -> Link | None:
    """Return the link of a record."""
    return _first(session, _c.key == key)


def by_id(session: Session, link_id: str) -> Link | None:
    """Return a link by its correlation id."""
    return _first(session, _c.id == link_id)


def by_order(session: Session, work_order_id: int) -> Link | None:
    """Return the link of a work order."""
    return _first(session, _c.work_order_id == work_order_id)


def find(session: Session, text: str) -> tuple[Link, ...]:
    """Return the links that a person may mean: by number, key, correlation id or id of either."""
    meant = [_c.record_number == text, _c.key == text, _c.id == text]
    if text.isascii() and text.isdigit() and len(text) < 19:
        meant += [_c.record_id == int(text), _c.work_order_id == int(text)]
    rows = session.execute(select(links).where(or_(*meant)).order_by(_c.created_at)).mappings()
    return tuple(link_of(row) for row in rows)


def listed(
    session: Session,
    states: Sequence[str],
    limit: int,
    before: datetime | None = None,
    entity: str = "",
) -> tuple[Link, ...]:
    """Return links of these states, or of all, the one changed last first."""
    query = select(links).order_by(_c.updated_at.desc(), _c.id.desc()).limit(limit)
    if states:
        query = query.where(_c.state.in_(states))
    if before is not None:
        query = query.where(_c.updated_at < before)
    if entity:
        query = query.where(_c.entity == entity)
    return tuple(link_of(row) for row in session.execute(query).mappings())


def after(session: Session, last_id: str, states: Sequence[str], limit: int) -> tuple[Link, ...]:
    """Return links of these states by id, those above `last_id`: to go through all of them."""
    query = select(links).where(_c.id > last_id, _c.state.in_(states)).order_by(_c.id).limit(limit)
    return tuple(link_of(row) for row in session.execute(query).mappings())


def of_records(session: Session, entity: str, ids: Sequence[int]) -> dict[int, Link]:
    """Return the links of some records, by record id."""
    keys = [f"{entity}/{number}" for number in ids]  # not those that were set aside
    query = select(links).where(_c.key.in_(keys))
    return {row["record_id"]: link_of(row) for row in session.execute(query).mappings()}


def open_entities(session: Session) -> frozenset[str]:
    """Return of which entities there are links that are not closed."""
    query = select(_c.entity).where(_c.state != CLOSED).distinct()
    return frozenset(session.execute(query).scalars())


def counts(session: Session) -> dict[str, int]:
    """Return how many links there are of each state."""
    rows = session.execute(select(_c.state, func.count()).group_by(_c.state))
    return {state: count for state, count in rows}  # noqa: C416 - rows are not typed as pairs


def _first(session: Session, where: Any) -> Link | None:
    row = session.execute(select(links).where(where).limit(1)).mappings().first()
    return None if row is None else link_of(row)


def _values(link: Link) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(link, name) for name in _FIELDS}
    values["written"] = json.dumps(dict(link.written))
    values["told"] = json.dumps(list(link.told))
    values["recent_writes"] = json.dumps([at.isoformat() for at in link.recent_writes])
    return values


def link_of(row: RowMapping) -> Link:
    """Return the link that a row of the table holds."""
    values = dict(row)
    packed = {name: json.loads(values.pop(name)) for name in _PACKED}
    return Link(
        **values,
        written=packed["written"],
        told=tuple(packed["told"]),
        recent_writes=tuple(datetime.fromisoformat(at) for at in packed["recent_writes"]),
    )
