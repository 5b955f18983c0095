"""Statements on small things worth remembering, each under a key."""

from sqlalchemy import Connection as Session
from sqlalchemy import delete, insert, select

from isthmus.state.tables import notes


def load(session: Session, key: str) -> str | None:
    """Return what was noted under a key."""
    found: str | None = session.execute(select(notes.c.value).where(notes.c.key == key)).scalar()
    return found


def save(session: Session, key: str, value: str | None) -> None:
    """Note a value in the place of an earlier one; None forgets it."""
    session.execute(delete(notes).where(notes.c.key == key))
    if value is not None:
        session.execute(insert(notes).values(key=key, value=value))
