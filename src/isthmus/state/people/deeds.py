"""Statements on the audit trail: who did what."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection as Transaction
from sqlalchemy import RowMapping, delete, insert, or_, select

from isthmus.base.redaction import redact, redact_value
from isthmus.state.folding import holds
from isthmus.state.people.shapes import Deed
from isthmus.state.people.tables import deeds

_c = deeds.c
_BATCH: Final = 1_000


def add(
    session: Transaction, at: datetime, who: str, what: str, about: str = "", *,
    detail: Mapping[str, object] | None = None, source: str = "",
) -> None:  # fmt: skip
    """Write a line, without secrets."""
    shown = redact_value("", dict(detail or {}))
    values = {
        "at": at,
        "who": redact(who),
        "what": redact(what),
        "about": redact(about),
        "detail": json.dumps(shown, ensure_ascii=False, default=str),
        "source": source,
    }
    session.execute(insert(deeds).values(**values))


def listed(session: Transaction, before: int | None, limit: int, text: str) -> tuple[Deed, ...]:
    """Return lines, the latest first; those that hold a text, whatever its case."""
    query = select(deeds).order_by(_c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_c.number < before)
    if text:
        columns = (_c.who, _c.what, _c.about, _c.detail, _c.source)
        query = query.where(or_(*(holds(one, text) for one in columns)))
    return tuple(_deed(row) for row in session.execute(query).mappings())


def forget(session: Transaction, before: datetime) -> int:
    """Remove up to a thousand lines older than a time; returns how many."""
    old = select(_c.number).where(_c.at < before).order_by(_c.at).limit(_BATCH)
    return session.execute(delete(deeds).where(_c.number.in_(old.scalar_subquery()))).rowcount


def _deed(row: RowMapping) -> Deed:
    return Deed(**{**row, "detail": json.loads(row["detail"])})
