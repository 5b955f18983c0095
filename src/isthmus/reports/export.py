"""
Downloads: an answer as CSV or Parquet, whole, as it is read.

CSV follows RFC 4180: a heading, CRLF, quotes where they are needed, UTF-8. A text that a
spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return) gets an
apostrophe before it, which spreadsheets show as text; numbers are left alone. Source: OWASP, "CSV
Injection". A program that wants the texts as they are asks for Parquet, or for `is_plain`.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from isthmus.reports.look import Look, column_named, order_sql
from isthmus.reports.look_conditions import conditions_sql, searched_columns
from isthmus.reports.names import headed, quoted, table
from isthmus.reports.running import Ready
from isthmus.warehouse.answering import Limits, Stream, TableReader
from isthmus.warehouse.ports import TableState

EXPORTING: Final = Limits(
    rows=None, size=None, seconds=900.0, memory_mb=256, file=2 * 2**30, left=2**30
)
_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be downloaded; `is_asked`: its SQL is a person's, and is checked."""

    sql: str
    values: Mapping[str, object] = field(default_factory=dict)
    zone: str = "UTC"
    is_asked: bool = False


def of_report(ready: Ready) -> Source:
    """Return the figures of a report with its filters."""
    return Source(ready.sql, ready.values, ready.zone)


def of_rows(ready: Ready, sql: str, values: Mapping[str, object]) -> Source:
    """Return the rows behind one figure; `sql` and `values` come from `drill_sql`."""
    return Source(sql, values, ready.zone)


def of_question(sql: str, zone: str = "UTC") -> Source:
    """Return the answer to a person's SQL."""
    return Source(sql, zone=zone, is_asked=True)


def of_dataset(reader: TableReader, state: TableState, wanted: Look) -> Source:
    """
    Return all rows of a look, in its order. Raises: NoSuchTable, ConditionWrong.

    Args: state: of the dataset, from `reader.describe()`.
    """
    columns = [column_named(state, name) for name in wanted.columns] or state.columns
    searched = searched_columns(state.columns) if wanted.search.strip() else ()
    where, values = conditions_sql(
        reader, state, wanted.conditions, wanted.search, searched, zone=wanted.zone
    )
    listed = ", ".join(headed(reader, column.name) for column in columns)
    key, row_id = quoted(reader, column_named(state, wanted.sort).name), quoted(reader, "id")
    order = order_sql(key, row_id, descending=wanted.descending)
    return Source(
        f"SELECT {listed} FROM {table(reader, state.dataset)} WHERE {where or 'true'}"
        f" ORDER BY {order}",
        values,
        wanted.zone,
    )


def csv_of(
    reader: TableReader, source: Source, limits: Limits = EXPORTING, *, is_plain: bool = False
) -> Iterator[bytes]:
    """
    Give a download as CSV, piece by piece; every row, or an error.

    Raises: NotPermitted, QueryFailed, TooMuch, before the first piece where it is known then.
    """
    with _stream(reader, source, limits) as stream:
        yield _lines([stream.columns], is_plain=True)
        for batch in stream.batches:
            yield _lines(batch, is_plain=is_plain)


def parquet_of(
    reader: TableReader, source: Source, target: Path, limits: Limits = EXPORTING
) -> int:
    """Write a download as a Parquet file; return how many rows it has. Raises: as `csv_of`."""
    return reader.write_parquet(
        source.sql, target, source.values, limits, zone=source.zone, is_asked=source.is_asked
    )


def _stream(reader: TableReader, source: Source, limits: Limits) -> AbstractContextManager[Stream]:
    if source.is_asked:
        return reader.ask_stream(source.sql, limits, zone=source.zone)
    return reader.stream(source.sql, source.values, limits, zone=source.zone)


def _lines(rows: Sequence[Sequence[object]], *, is_plain: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_cell(value, is_plain=is_plain) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object, *, is_plain: bool) -> object:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not is_plain and value.startswith(_BEGINS_FORMULA):
        return f"'{value}"
    return value
