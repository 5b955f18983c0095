"""Statements on the audit trail."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import RowMapping, delete, insert, select

from isthmus.state.dispatch.shapes import Entry
from isthmus.state.dispatch.tables import trail

_c = trail.c
_BATCH = 1_000


def add(session: Session, entries: Sequence[Entry]) -> None:
    """Write lines, in the order given."""
    if entries:
        session.execute(insert(trail), [_values(entry) for entry in entries])


def forget(session: Session, before: datetime) -> int:
    """Remove up to a thousand lines older than a time; returns how many."""
    old = select(_c.number).where(_c.at < before).order_by(_c.at).limit(_BATCH)
    return session.execute(delete(trail).where(_c.number.in_(old.scalar_subquery()))).rowcount


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "key": entry.key,
        "link_id": entry.link_id,
        "record_number": entry.record_number,
        "kind": entry.kind,
        "what": entry.what,
        "detail": json.dumps(dict(entry.detail), ensure_ascii=False, default=str),
    }


def entry_of(row: RowMapping) -> Entry:
    """Return the line that a row of the table holds."""
    return Entry(**{**row, "detail": json.loads(row["detail"])})
