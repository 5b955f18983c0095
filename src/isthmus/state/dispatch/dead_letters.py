"""Statements on dead letters: work that waits for a person."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, bindparam, func, insert, literal, or_, select, tuple_, update
from sqlalchemy import Connection as Session

from isthmus.state.dispatch.shapes import DeadLetter, LetterFilter, Place
from isthmus.state.dispatch.tables import dead_letters
from isthmus.state.folding import holds

OPEN = "open"
REPLAYED = "replayed"
SETTLED = "settled"
DOUBLE = "double"
"""Of something that was made twice: that all else went well does not mend it."""
REFUSED = "refused"
"""Of one thing that was refused: the same holds, and each has a letter of its own."""
_c = dead_letters.c


def save(session: Session, letter: DeadLetter) -> None:
    """Write a dead letter; an open one about the same work and fault is counted up instead."""
    same = [_c.key == letter.key, _c.state == OPEN, _c.kind == letter.kind]
    if letter.kind == DOUBLE:
        same.append(_c.what == letter.what)
    if letter.kind == REFUSED:
        same.append(_c.id == letter.id)
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


def page(
    session: Session, wanted: LetterFilter, limit: int, after: Place | None
) -> tuple[DeadLetter, ...]:
    """Return dead letters of one page, the newest first."""
    query = select(dead_letters).where(*_narrowed(wanted))
    if wanted.kinds:
        query = query.where(_c.kind.in_(wanted.kinds))
    if after is not None:
        there = tuple_(bindparam(None, after.at, type_=_c.at.type), literal(after.id))
        query = query.where(tuple_(_c.at, _c.id) < there)
    rows = session.execute(query.order_by(_c.at.desc(), _c.id.desc()).limit(limit)).mappings()
    return tuple(DeadLetter(**row) for row in rows)


def counts(session: Session, wanted: LetterFilter) -> dict[str, int]:
    """Return how many there are of each kind, whatever kinds are wanted."""
    query = select(_c.kind, func.count()).where(*_narrowed(wanted)).group_by(_c.kind)
    return {row[0]: row[1] for row in session.execute(query)}


def _narrowed(wanted: LetterFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_c.state == wanted.state] if wanted.state else []
    text = wanted.text.strip()
    if text:
        exactly = [one == text for one in (_c.id, _c.record_number, _c.key, _c.link_id)]
        anywhere = (_c.what, _c.where, _c.remedy)
        words = [holds(one, text) for one in anywhere]
        found.append(or_(*exactly, *words))
    return found


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

    What was made twice or refused does not settle by that.
    """
    here = [_c.key == key, _c.state == OPEN]
    if state == SETTLED:
        here.append(_c.kind.not_in((DOUBLE, REFUSED)))
    return session.execute(update(dead_letters).where(*here).values(state=state)).rowcount


def close(session: Session, letter_id: str, state: str) -> bool:
    """Give one dead letter another state; tells whether it was open."""
    here = (_c.id == letter_id, _c.state == OPEN)
    return session.execute(update(dead_letters).where(*here).values(state=state)).rowcount > 0


def count(session: Session) -> int:
    """Return how many are open."""
    query = select(func.count()).select_from(dead_letters).where(_c.state == OPEN)
    return session.execute(query).scalar_one()
