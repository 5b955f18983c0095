"""Versions of mappings and rules: published, never changed, rolled back to."""

from typing import Final, Self

from sqlalchemy import Connection as Session
from sqlalchemy import Engine, func, insert, select, text, update

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.session import is_file, reading, writing
from isthmus.state.dispatch.shapes import Definition
from isthmus.state.dispatch.tables import definitions

_c = definitions.c
_LOCK: Final = 4_716_208_341  # any number of our own; PostgreSQL's lock while one is published


class Definitions:
    """
    The published versions of mappings and rules. Every method is one transaction, and blocks.

    Over the engine of `DispatchState`, which makes the tables. Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over an engine whose tables are there."""
        return cls(engine)

    def publish(
        self, kind: str, name: str, version: str, content: str, *, by: str, note: str = ""
    ) -> Definition:
        """
        Make a version the current one; one that already is stays as it is.

        One that was published before keeps who did so first, and when; its note says the rest.
        """
        with writing(self.engine) as session:
            if not is_file(self.engine):
                session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
            now = _current(session, kind, name)
            if now is not None and now.version == version:
                return now
            number = _last_number(session, kind, name) + 1
            here = (_c.kind == kind, _c.name == name)
            session.execute(update(definitions).where(*here).values(is_current=False))
            first = _find(session, kind, name, version)
            if first is not None:
                values = {"number": number, "is_current": True, "note": _again(first, by, note)}
                session.execute(update(definitions).where(*here, _c.version == version), values)
            else:
                values = {
                    "kind": kind, "name": name, "version": version, "content": content,
                    "published_at": utc_now(), "number": number, "by": by, "note": note,
                    "is_current": True,
                }  # fmt: skip
                session.execute(insert(definitions).values(**values))
            found = _current(session, kind, name)
        if found is None:
            msg = "what was published is not there"
            raise RuntimeError(msg)
        return found

    def current(self, kind: str, name: str) -> Definition | None:
        """Return the version in force."""
        with reading(self.engine) as session:
            return _current(session, kind, name)

    def all_current(self, kind: str) -> tuple[Definition, ...]:
        """Return the version in force of each name."""
        query = select(definitions).where(_c.kind == kind, _c.is_current).order_by(_c.name)
        with reading(self.engine) as session:
            return tuple(Definition(**row) for row in session.execute(query).mappings())

    def history(self, kind: str, name: str) -> tuple[Definition, ...]:
        """Return all versions of a name, the latest published first."""
        query = select(definitions).where(_c.kind == kind, _c.name == name)
        with reading(self.engine) as session:
            rows = session.execute(query.order_by(_c.number.desc())).mappings()
            return tuple(Definition(**row) for row in rows)

    def find(self, kind: str, name: str, which: str) -> Definition | None:
        """Return a version by its hex digits, or by the number of its publication."""
        for one in self.history(kind, name):
            if which in {one.version, str(one.number)}:
                return one
        return None

    def stamp(self) -> str:
        """Return a text that changes whenever something is published; cheap to ask."""
        query = select(func.count(), func.sum(_c.number), func.max(_c.published_at))
        with reading(self.engine) as session:
            count, numbers, latest = session.execute(query.select_from(definitions)).one()
        return f"{count} {numbers} {latest}"


def _current(session: Session, kind: str, name: str) -> Definition | None:
    query = select(definitions).where(_c.kind == kind, _c.name == name, _c.is_current)
    row = session.execute(query).mappings().first()
    return None if row is None else Definition(**row)


def _find(session: Session, kind: str, name: str, version: str) -> Definition | None:
    here = (_c.kind == kind, _c.name == name, _c.version == version)
    row = session.execute(select(definitions).where(*here)).mappings().first()
    return None if row is None else Definition(**row)


def _again(first: Definition, by: str, note: str) -> str:
    """Return the note of a version that is published once more."""
    said = f"again {utc_now():%Y-%m-%d %H:%M} UTC by {by}{f': {note}' if note else ''}"
    return f"{first.note}; {said}" if first.note else said


def _last_number(session: Session, kind: str, name: str) -> int:
    query = select(func.max(_c.number)).where(_c.kind == kind, _c.name == name)
    return session.execute(query).scalar() or 0
