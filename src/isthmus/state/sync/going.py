"""Statements on what goes on now, and on what is to stop."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection as Session
from sqlalchemy import delete, insert, select, update

from isthmus.state.sync.shapes import Progress
from isthmus.state.sync.tables import progress, stops

SILENCE: Final = timedelta(seconds=15)
"""A run that shows no life for so long is gone: it was killed."""

_ALL: Final = ""
_OLD: Final = timedelta(minutes=10)


def note(
    session: Session, run_id: str, lines: Iterable[Progress], gone: Sequence[str], now: datetime
) -> None:
    """Write lines of a run and remove others; those left are marked as heard of now."""
    session.execute(
        delete(progress).where(progress.c.run_id == run_id, progress.c.dataset.in_(gone))
    )
    for line in lines:
        session.execute(delete(progress).where(progress.c.dataset == line.dataset))
        session.execute(insert(progress).values(**asdict(line)))
    session.execute(update(progress).where(progress.c.run_id == run_id).values(at=now))


def end(session: Session, run_id: str) -> None:
    """Remove the lines of a run."""
    session.execute(delete(progress).where(progress.c.run_id == run_id))


def live(session: Session, now: datetime) -> tuple[Progress, ...]:
    """Return the lines that were heard of a moment ago."""
    query = select(progress).where(progress.c.at >= now - SILENCE).order_by(progress.c.dataset)
    return tuple(Progress(**row) for row in session.execute(query).mappings())


def stop(session: Session, datasets: Sequence[str], by: str, now: datetime) -> None:
    """Write that datasets are to stop; what was written long ago goes."""
    names = tuple(datasets) or (_ALL,)
    session.execute(delete(stops).where(stops.c.at < now - _OLD))
    session.execute(delete(stops).where(stops.c.dataset.in_(names)))
    for name in names:
        session.execute(insert(stops).values(dataset=name, by=by, at=now))


def go_on(session: Session, datasets: Sequence[str]) -> None:
    """Forget that datasets were to stop, or all of them."""
    session.execute(delete(stops).where(stops.c.dataset.in_((*datasets, _ALL))))


def stopped(session: Session, since: datetime) -> frozenset[str]:
    """Return what was to stop since then."""
    query = select(stops.c.dataset).where(stops.c.at >= since)
    return frozenset(session.execute(query).scalars())
