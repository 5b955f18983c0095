"""Statements on dead letters: work that waits for a person."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection as Session
from sqlalchemy import func, insert, select, update

from isthmus.state.dispatch.shapes import DeadLetter
from isthmus.state.dispatch.tables import dead_letters

OPEN = "open"
REPLAYED = "replayed"
SETTLED = "settled"
DOUBLE = "double"
"""Of something that was made twice: that all else went well does not mend it."""
_c = dead_letters.c


def save(session: Session, letter: DeadLetter) -> None:
    """Write a dead letter; an open one about the same work and fault is counted up instead."""
    same = [_c.key == letter.key, _c.state == OPEN, _c.kind == letter.kind]
    if letter.kind == DOUBLE:
        same.append(_c.what == letter.what)
    told = {
        "what": letter.what,
        "where": letter.where,
        "remedy": letter.remedy,
        "at": letter.at,
        "tries": _c.tries + 1,
    }
    if not session.execute(update(dead_letters).where(*same).values(**told)).rowcount:
        session.execute(insert(dead_letters).values(**asdict(letter)))


def listed(
    session: Session, state: str, limit: int, keys: Sequence[str] = ()
) -> tuple[DeadLetter, ...]:
    """Return dead letters of a state, the newest first."""
    query = select(dead_letters).where(_c.state == state)
    if keys:
        query = query.where(_c.key.in_(keys))
    rows = session.execute(query.order_by(_c.at.desc(), _c.id.desc()).limit(limit)).mappings()
    return tuple(DeadLetter(**row) for row in rows)


def after(session: Session, letter_id: str, limit: int) -> tuple[DeadLetter, ...]:
    """Return open dead letters by id, those above `letter_id`: to go through all of them."""
    here = (_c.state == OPEN, _c.id > letter_id)
    query = select(dead_letters).where(*here).order_by(_c.id).limit(limit)
    return tuple(DeadLetter(**row) for row in session.execute(query).mappings())


def find(session: Session, letter_id: str) -> DeadLetter | None:
    """Return a dead letter by its id."""
    row = session.execute(select(dead_letters).where(_c.id == letter_id)).mappings().first()
    return None if row is None else DeadLetter(**row)


def mark(session: Session, key: str, state: str) -> int:
    """
    Give the open dead letters of a key another state; returns how many there were.

    What was made twice does not settle by itself.
    """
    here = [_c.key == key, _c.state == OPEN]
    if state == SETTLED:
        here.append(_c.kind != DOUBLE)
    return session.execute(update(dead_letters).where(*here).values(state=state)).rowcount


def close(session: Session, letter_id: str, state: str) -> bool:
    """Give one dead letter another state; tells whether it was open."""
    here = (_c.id == letter_id, _c.state == OPEN)
    return session.execute(update(dead_letters).where(*here).values(state=state)).rowcount > 0


def count(session: Session) -> int:
    """Return how many are open."""
    query = select(func.count()).select_from(dead_letters).where(_c.state == OPEN)
    return session.execute(query).scalar_one()
