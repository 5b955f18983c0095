"""Statements on the samples of the hour's calls: by the minute for 30 days, then by the hour."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection as Session
from sqlalchemy import delete, func, insert, select

from isthmus.state.sync.shapes import QuotaSample
from isthmus.state.sync.tables import samples

APART: Final = timedelta(minutes=1)
FINE: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=366)
_AT_A_TIME: Final = 500
_c = samples.c


def add(session: Session, sample: QuotaSample) -> bool:
    """Write a sample, if the last one is old enough; thin out what has become old."""
    before = last(session)
    if before is not None and before.at > sample.at - APART:
        return False
    session.execute(insert(samples).values(**asdict(sample)))
    if before is None or before.at.hour != sample.at.hour:
        _thin(session, sample.at)
    return True


def last(session: Session) -> QuotaSample | None:
    """Return the latest sample."""
    row = session.execute(select(samples).order_by(_c.at.desc()).limit(1)).mappings().first()
    return None if row is None else QuotaSample(**row)


def since(session: Session, start: datetime, most: int) -> tuple[QuotaSample, ...]:
    """Return samples in their order; of more than `most`, every n-th."""
    count = select(func.count()).select_from(samples).where(_c.at >= start)
    step = 1 + (session.execute(count).scalar_one() - 1) // most
    place = func.row_number().over(order_by=_c.at).label("place")
    placed = select(samples, place).where(_c.at >= start).subquery()
    query = select(*(placed.c[one.name] for one in _c)).order_by(placed.c.at)
    if step > 1:
        query = query.where((placed.c.place - 1) % step == 0)
    return tuple(QuotaSample(**row) for row in session.execute(query).mappings())


def _thin(session: Session, now: datetime) -> None:
    """Keep one sample of each hour of what has become old, and nothing older than a year."""
    session.execute(delete(samples).where(_c.at < now - LONGEST))
    line = now - FINE
    query = select(_c.at).where(_c.at < line).order_by(_c.at)
    hours: set[tuple[int, int]] = set()
    gone: list[datetime] = []
    for moment in session.execute(query).scalars():
        hour = (moment.toordinal(), moment.hour)
        if hour in hours:
            gone.append(moment)
        hours.add(hour)
    for start in range(0, len(gone), _AT_A_TIME):
        session.execute(delete(samples).where(_c.at.in_(gone[start : start + _AT_A_TIME])))
