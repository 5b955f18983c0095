"""Queries and their answers: rows by ascending id, typed as REST's records are."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from isthmus.autotask import query as q
from isthmus.autotask.calls.answers import Asked
from isthmus.autotask.errors import QueryRefused
from isthmus.autotask.metadata.checks import check_query
from isthmus.autotask.metadata.known import Known
from isthmus.autotask.port import Record
from isthmus.autotask.records import record_of
from isthmus.autotask.soap.names import Spelling
from isthmus.autotask.soap.queryxml import query_xml
from isthmus.autotask.soap.rows import Row, check_order
from isthmus.autotask.soap.service import Cell
from isthmus.autotask.soap.session import Session
from isthmus.autotask.soap.times import Times
from isthmus.autotask.soap.wire import judged
from isthmus.autotask.soap.xml import broken
from isthmus.base import log
from isthmus.base.redaction import redact
from isthmus.transport import Answer

MOST: Final = 500
"""Rows of one answer, the vendor's own number."""
_NUMBERS: Final = frozenset({"int", "long", "short"})
_FRACTIONS: Final = frozenset({"double", "float", "decimal"})
_logger: Final = log.get_logger("autotask.soap")


async def fetch_rows(
    session: Session, entity: str, where: q.Node | None, *, above: int | None
) -> tuple[Row, ...]:
    """
    Ask for the first rows that match, at most 500, by ascending id.

    Raises: QueryRefused, UnknownField, UnknownEntity, PermissionDenied, and the Retryable ones
    once the retries are spent.
    """
    spelling, known = await session.spelling(entity), await session.known(entity)
    if where is not None:
        fields = {field.name.casefold(): field for field in known.fields}
        check_query(entity, where, fields, {udf.name.casefold(): udf for udf in known.udfs})
    text = query_xml(spelling, where, session.times, above=above)

    def judge(answer: Answer, asked: Asked) -> tuple[Row, ...]:
        rows = judged(answer, asked).rows
        check_order(rows, -(2**63) if above is None else above, MOST, asked.where)
        return rows

    return await session.call("query", {"sXML": text}, entity, judge)


async def read_rows(
    session: Session, entity: str, where: q.Node | None, *, after_id: int | None
) -> AsyncIterator[tuple[Row, ...]]:
    """
    Yield page after page, each above the last id, until one is empty; a short one is not.

    Raises: QueryRefused: the id cannot be queried, and there is more than one answer holds.
    """
    ids = (await session.known(entity)).field("id")
    if ids is not None and not ids.is_queryable:
        rows = await fetch_rows(session, entity, where, above=None)
        if len(rows) == MOST:
            raise QueryRefused(
                f"{entity} has more than {MOST} records that match, and SOAP cannot page them",
                where=f"SOAP query {entity}",
                remedy="Ask for fewer, for instance of one ticket, or use the REST API.",
            )
        yield rows
        return
    last = after_id
    while rows := await fetch_rows(session, entity, where, above=last):
        yield rows
        last = rows[-1].id


async def typed(session: Session, entity: str, rows: Sequence[Row]) -> list[Record]:
    """Return rows as records: REST's names, types by metadata, times in UTC."""
    spelling, known = await session.spelling(entity), await session.known(entity)
    doubtful = _doubtful(rows, session.times)
    if doubtful:
        _logger.warning(
            "time_doubtful", entity=entity, ids=doubtful[:20], records=len(doubtful),
            taken="the earlier of the two moments its clock stands for",
        )  # fmt: skip
    return [record(entity, row, spelling, known, session.times) for row in rows]


def record(entity: str, row: Row, spelling: Spelling, known: Known, times: Times) -> Record:
    """Return a row as a record. Raises: AnswerBroken: a value that its type cannot hold."""
    types = {field.name.casefold(): field.data_type for field in known.fields}
    raw: dict[str, object] = {"id": row.id, "userDefinedFields": row.udfs}
    for name, cell in row.cells.items():
        rest = spelling.rest_of(name)
        told = types.get(rest.casefold())
        spelt = spelling.spelt(rest)
        is_day = spelt is not None and spelt.is_day
        try:
            raw[rest] = _value(cell, told, times, is_day=is_day)
        except (ValueError, InvalidOperation):
            raise broken(f"{redact(cell.text)[:60]!r} as {name}", entity) from None
    return record_of(entity, raw, known.fields, known.udfs)


def _value(cell: Cell, data_type: str | None, times: Times, *, is_day: bool) -> object:
    """Return what record_of takes; where metadata is silent, the wire's own type tells."""
    text, kind = cell
    if data_type == "string" or (data_type is None and kind == "string"):
        return text
    if not text.strip():
        return None
    if data_type == "datetime" or (data_type is None and kind == "dateTime"):
        return times.read(text, is_day=is_day)
    if data_type is not None:
        return text
    return _plain(text.strip(), kind)


def _plain(text: str, kind: str) -> object:
    if kind in _NUMBERS:
        return int(text)
    if kind in _FRACTIONS:
        return Decimal(text)
    return text in {"true", "1"} if kind == "boolean" else text


def _doubtful(rows: Sequence[Row], times: Times) -> list[int]:
    """Return the records with a time that stands for two moments, or for none."""
    return [
        row.id
        for row in rows
        if any(
            cell.kind == "dateTime" and cell.text and _is_doubtful(cell.text, times)
            for cell in row.cells.values()
        )
    ]


def _is_doubtful(text: str, times: Times) -> bool:
    try:
        return times.is_doubtful(text)
    except ValueError:
        return False
