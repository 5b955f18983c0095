"""The one class that speaks to the log of calls."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Engine, RowMapping, delete, event, func, insert, select, text

from isthmus.state.calls.shapes import Call, CallFilter
from isthmus.state.calls.tables import VERSION, calls, metadata, version
from isthmus.state.dispatch.session import is_file, make_tables, reading, writing

KEPT: Final = timedelta(days=14)
"""How long a call is kept, unless there are more than `MOST`."""
MOST: Final = 2_000_000
_SLACK: Final = timedelta(minutes=5)
_BATCH: Final = 5_000
_c = calls.c


class Calls:
    """
    The log. Safe to use from several threads and processes. Every method blocks.

    Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over an engine that is its own where that is a file; make its tables."""
        if is_file(engine):  # none of it is worth a wait for the disk
            event.listen(engine, "connect", _be_quick)
        make_tables(engine, metadata, version, VERSION)
        return cls(engine)

    def close(self) -> None:
        """Let go of the database, where it was opened for this log alone."""
        self._engine.dispose()

    def add(self, made: Sequence[Call]) -> None:
        """Keep calls, in the order given."""
        if made:
            with writing(self._engine) as session:
                session.execute(insert(calls), [_values(one) for one in made])

    def page(self, wanted: CallFilter, limit: int, before: int | None = None) -> tuple[Call, ...]:
        """Return calls, the newest first, those with a number below `before`."""
        found: dict[int, Call] = {}
        with reading(self._engine) as session:
            for subject in _subjects(wanted):
                query = select(calls).where(*_narrowed(wanted, before))
                if subject is not None:
                    query = query.where(subject)
                rows = session.execute(query.order_by(_c.number.desc()).limit(limit)).mappings()
                found |= {row["number"]: _call(row) for row in rows}
        return tuple(found[number] for number in sorted(found, reverse=True)[:limit])

    def last(self) -> int:
        """Return the number of the latest call; 0 for none."""
        with reading(self._engine) as session:
            return session.execute(select(func.max(_c.number))).scalar() or 0

    def number_before(self, at: datetime) -> int:
        """Return the number of a call from which on all are that were made since then."""
        query = select(_c.number).where(_c.at < at - _SLACK).order_by(_c.at.desc()).limit(1)
        with reading(self._engine) as session:
            return session.execute(query).scalar() or 0

    def forget(self, before: datetime, most: int = MOST) -> int:
        """Remove what is older than a time, and of too many the oldest; returns how many."""
        gone = 0
        while True:
            old = select(_c.number).where((_c.at < before) | (_c.number <= self.last() - most))
            few = old.order_by(_c.number).limit(_BATCH)
            with writing(self._engine) as session:
                query = delete(calls).where(_c.number.in_(few.scalar_subquery()))
                batch = session.execute(query).rowcount
            gone += batch
            if batch < _BATCH:
                return gone


def _be_quick(driver: sqlite3.Connection, _record: Any) -> None:
    driver.execute("PRAGMA synchronous = NORMAL")


def _subjects(wanted: CallFilter) -> Iterator[ColumnElement[bool] | None]:
    """Yield a condition for each column that is asked: together no index would serve them."""
    if not (wanted.runs or wanted.keys or wanted.entities):
        yield None
    for run in wanted.runs:
        yield _c.run == run
    for key in wanted.keys:
        yield (_c.key == key) & text("key <> ''")
    for entity in wanted.entities:
        yield _c.entity == entity


def _narrowed(wanted: CallFilter, before: int | None) -> Iterator[ColumnElement[bool]]:
    if before is not None:
        yield _c.number < before
    if wanted.above:
        yield _c.number > wanted.above
    if wanted.since is not None:
        yield _c.at >= wanted.since
    if wanted.vendor:
        yield _c.vendor == wanted.vendor
    if wanted.failed:
        yield text("failed")  # type: ignore[misc]  # names the index for these


def _values(call: Call) -> dict[str, Any]:
    values = asdict(call)
    del values["number"]
    return {**values, "failed": call.is_failed}


def _call(row: RowMapping) -> Call:
    return Call(**{name: row[name] for name in row if name != "failed"})
