"""Statements on marks: single values under a name, such as watermarks."""

from collections.abc import Sequence

from sqlalchemy import Connection as Session
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.tables import marks

_c = marks.c


def load(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Return what is noted under these names."""
    rows = session.execute(select(_c.name, _c.value).where(_c.name.in_(names)))
    return {row.name: row.value for row in rows}


def save(session: Session, name: str, value: str | None) -> None:
    """Note a value in the place of an earlier one; None forgets it."""
    if value is None:
        session.execute(delete(marks).where(_c.name == name))
        return
    now = utc_now()
    statement = _insert(session).values(name=name, value=value, at=now)
    there = {"value": value, "at": now}
    session.execute(statement.on_conflict_do_update(index_elements=[_c.name], set_=there))


def save_first(session: Session, name: str, value: str) -> bool:
    """Note a value where none is noted; False: another was quicker."""
    new = _insert(session).values(name=name, value=value, at=utc_now()).on_conflict_do_nothing()
    return session.execute(new.returning(_c.name)).first() is not None


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    if session.dialect.name == "postgresql":
        return postgresql.insert(marks)
    return sqlite.insert(marks)
