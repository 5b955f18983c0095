"""Statements on the refreshes that people asked for."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection as Session
from sqlalchemy import RowMapping, delete, insert, select

from isthmus.state.sync.shapes import Ask
from isthmus.state.sync.tables import asks

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
_KEPT: Final = timedelta(days=7)


def add(session: Session, ask: Ask) -> Ask:
    """Write an ask, unless the same one waits."""
    for other in unfinished(session):
        if other.state == WAITING and _same(other, ask):
            return other
    session.execute(insert(asks).values(**_values(ask)))
    return ask


def _same(one: Ask, other: Ask) -> bool:
    return one == replace(other, key=one.key, by=one.by, at=one.at)


def find(session: Session, key: str) -> Ask | None:
    """Return an ask."""
    row = session.execute(select(asks).where(asks.c.key == key)).mappings().first()
    return None if row is None else _ask(row)


def unfinished(session: Session) -> tuple[Ask, ...]:
    """Return what waits or runs."""
    query = select(asks).where(asks.c.state != DONE).order_by(asks.c.at, asks.c.key)
    return tuple(_ask(row) for row in session.execute(query).mappings())


def save(session: Session, ask: Ask, now: datetime) -> None:
    """Write how far an ask is."""
    old = (asks.c.state == DONE) & (asks.c.at < now - _KEPT)
    session.execute(delete(asks).where((asks.c.key == ask.key) | old))
    session.execute(insert(asks).values(**_values(ask)))


def _values(ask: Ask) -> dict[str, object]:
    return {**asdict(ask), "wanted": json.dumps(ask.wanted)}


def _ask(row: RowMapping) -> Ask:
    return Ask(**{**row, "wanted": tuple(json.loads(row["wanted"]))})
