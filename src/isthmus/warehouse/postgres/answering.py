"""Reads the tables of a PostgreSQL database: our own SQL as it is, a person's once checked."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final

import psycopg
from psycopg import errors

from isthmus.base.clock import monotonic
from isthmus.warehouse.answering import (
    NOTHING,
    WHOLE,
    Answer,
    Kind,
    Limits,
    Stream,
    TooMuch,
    gather,
    named,
    tidy,
    took_too_long,
    took_too_much,
)
from isthmus.warehouse.dialect import DATA_SCHEMA, literal
from isthmus.warehouse.duckdb.guarding import Guard
from isthmus.warehouse.duckdb.parquet import ParquetColumn, csv_to_parquet
from isthmus.warehouse.filling import Filling
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.mistakes import mistake
from isthmus.warehouse.ports import QueryFailed, TableState
from isthmus.warehouse.postgres.link import Link
from isthmus.warehouse.postgres.permitted import SCHEMAS, check_words
from isthmus.warehouse.postgres.session import PostgresSession
from isthmus.warehouse.postgres.warehouse import expect_one_statement, only_read
from isthmus.warehouse.reading import Counts, describe_tables

_AT_A_TIME: Final = 100
_MANY: Final = 2000
_LARGEST_ROW: Final = 1024 * 1024
_LARGE: Final = "isthmus: a row of "
_KEPT: Final = 8
_CURSOR: Final = "isthmus_asked"
_EXPLAIN: Final = re.compile(r"explain(\s+analyze)?\s+", re.IGNORECASE)
_KINDS: Final = {
    16: Kind.YES_NO, 20: Kind.NUMBER, 21: Kind.NUMBER, 23: Kind.NUMBER, 700: Kind.NUMBER,
    701: Kind.NUMBER, 1700: Kind.NUMBER, 25: Kind.TEXT, 1042: Kind.TEXT, 1043: Kind.TEXT,
    705: Kind.TEXT, 1082: Kind.TIME, 1114: Kind.TIME, 1184: Kind.TIME,
}  # fmt: skip
"""Kinds by the server's own numbers of types. Source: pg_type, the same in all versions."""


class _OnlyReads(PostgresSession):
    """A session that never sees a segment."""

    def __init__(self, link: Link) -> None:
        self._link = link


class PostgresReader:
    """A reader of the tables with connections of its own (see answering.TableReader)."""

    is_folded = True
    is_columnar = False

    def __init__(self, url: str, place: str, counts: Counts | None = None) -> None:
        self._make: Callable[[], Link] = lambda: Link(url, place, only_read)
        self._turn = Lock()
        self._free: list[Link] = []
        self._counts = counts or Counts()
        self._is_closed = False

    @classmethod
    def open(cls, url: str, *, place: str, counts: Counts | None = None) -> "PostgresReader":
        """
        Reach the database. Raises: WarehouseAway, WarehouseBroken.

        Args: counts: of these tables, where they are to outlive the reader.
        """
        reader = cls(url, place, counts)
        with reader._link() as link:
            link.connection()
        return reader

    def close(self) -> None:
        """Hang up; what is being read ends first."""
        with self._turn:
            self._is_closed = True
            for link in self._free:
                link.close()
            self._free.clear()

    def rest(self) -> None:
        """Close for now: nothing that another reader needs is made ahead."""
        self.close()

    def describe(self) -> tuple[TableState, ...]:
        """Return every dataset's table, by name; one is counted anew only when it has changed."""
        with self._link() as link:
            return describe_tables(_OnlyReads(link), self._counts)

    def versions(self) -> dict[str, int]:
        """Return a number for each table that rises whenever its rows have changed."""
        with self._link() as link:
            return Ledger(_OnlyReads(link)).versions()

    def query(
        self,
        sql: str,
        parameters: Mapping[str, object] = NOTHING,
        limits: Limits = WHOLE,
        *,
        zone: str = "UTC",
    ) -> Answer:
        """Answer SQL of our own; a parameter is written `:name`."""
        return gather(self.stream(sql, parameters, limits, zone=zone), limits)

    @contextmanager
    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] = NOTHING,
        limits: Limits = WHOLE,
        *,
        zone: str = "UTC",
    ) -> Iterator[Stream]:
        """Answer SQL of our own in batches while the block lasts."""
        text, values = named(sql.replace("%", "%%"), parameters, "%({})s")
        text = text if values else sql
        with self._transaction(limits, zone, sql) as connection:
            yield _stream(connection, text, values, _MANY, limits)

    def check(self, sql: str) -> str:
        """Return a person's statement as it may be run. Raises: NotPermitted."""
        with self._link() as link, link.told():
            return _checked(link.connection(), sql)

    def ask(self, sql: str, limits: Limits, *, zone: str = "UTC") -> Answer:
        """Answer SQL of a person. Raises: NotPermitted."""
        return gather(self.ask_stream(sql, limits, zone=zone), limits)

    @contextmanager
    def ask_stream(self, sql: str, limits: Limits, *, zone: str = "UTC") -> Iterator[Stream]:
        """Answer SQL of a person in batches while the block lasts. Raises: NotPermitted."""
        text = self.check(sql)
        with self._transaction(limits, zone, sql) as connection:
            connection.execute(f"SET LOCAL search_path = {DATA_SCHEMA}".encode())
            if _EXPLAIN.match(text):
                yield _explained(connection, text)
            else:
                yield _stream(connection, _bounded(text), {}, _AT_A_TIME, limits, asked=text)

    def write_parquet(
        self,
        sql: str,
        target: Path,
        parameters: Mapping[str, object] = NOTHING,
        limits: Limits = WHOLE,
        *,
        zone: str = "UTC",
        is_asked: bool = False,
    ) -> int:
        """Write an answer to a file, by way of CSV and DuckDB beside it."""
        with (
            TemporaryDirectory(prefix="isthmus-", dir=target.absolute().parent) as folder,
            ExitStack() as reading,
        ):
            stream = reading.enter_context(
                self.ask_stream(sql, limits, zone=zone)
                if is_asked
                else self.stream(sql, parameters, limits, zone=zone)
            )
            table, made = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
            count = _written(stream, table, Filling(table, limits))
            columns = [
                ParquetColumn(name, kind)
                for name, kind in zip(stream.columns, stream.kinds, strict=True)
            ]
            csv_to_parquet(table, columns, made, limits)
            made.replace(target)
        return count

    @contextmanager
    def _link(self) -> Iterator[Link]:
        with self._turn:
            link = self._free.pop() if self._free else self._make()
        try:
            yield link
        finally:
            with self._turn:
                if self._is_closed or len(self._free) >= _KEPT:
                    link.close()
                else:
                    self._free.append(link)

    @contextmanager
    def _transaction(
        self, limits: Limits, zone: str, sql: str
    ) -> Iterator[psycopg.Connection[Any]]:
        with self._link() as link:
            with link.told():
                connection = link.connection()
                connection.execute("BEGIN READ ONLY")
            try:
                with link.told(), _told(limits, sql):
                    _set(connection, limits, zone)
                    with Guard(_cancel(connection), limits):
                        yield connection
            finally:
                link.roll_back()


def _set(connection: psycopg.Connection[Any], limits: Limits, zone: str) -> None:
    """
    Set the server's limits for one query.

    Of memory it knows one for each sort and hash, which go on on its disk from there; it is never
    more than the server gives anybody.
    """
    wait = 0 if limits.seconds is None else max(1, int(limits.seconds * 1000))
    given = "pg_size_bytes(current_setting('work_mem')) / 1024"
    for setting in (
        f"SELECT set_config('work_mem', least({given}, {limits.memory_mb * 1024})::text, true)",
        "SET LOCAL hash_mem_multiplier = 1",
        f"SET LOCAL TIME ZONE {literal(zone)}",
        f"SET LOCAL statement_timeout = {wait}",
        "SET LOCAL lock_timeout = '5s'",
        "SET LOCAL cursor_tuple_fraction = 1",
        "SET LOCAL standard_conforming_strings = on",
    ):
        connection.execute(setting.encode())


def _stream(
    connection: psycopg.Connection[Any],
    sql: str,
    values: Mapping[str, object],
    size: int,
    limits: Limits,
    *,
    asked: str = "",
) -> Stream:
    end = None if limits.seconds is None else monotonic() + limits.seconds
    declared = f"DECLARE {_CURSOR} NO SCROLL CURSOR FOR {sql}"
    if not values:
        expect_one_statement(connection, declared, asked)
        connection.execute(declared.encode())
    else:
        client = psycopg.ClientCursor(connection)  # a cursor's statement takes no parameters
        client.execute(declared.encode(), dict(values))
    first = connection.execute(f"FETCH {size} FROM {_CURSOR}".encode())
    described = first.description or []
    names = tuple(column.name for column in described)
    kinds = tuple(_KINDS.get(column.type_code, Kind.OTHER) for column in described)

    def batches() -> Iterator[Sequence[tuple[object, ...]]]:
        batch = first.fetchall()
        while batch:
            yield batch
            if len(batch) < size:
                return
            if end is not None and monotonic() > end:
                # A cancellation may come between two fetches, and then stops nothing.
                raise took_too_long(limits.seconds)
            batch = connection.execute(f"FETCH {size} FROM {_CURSOR}".encode()).fetchall()

    return Stream(names, kinds, batches())


def _bounded(sql: str) -> str:
    """Have the server refuse rows that would fill this process's memory."""
    size = "pg_column_size(isthmus_rows.*)"
    return (
        f"SELECT isthmus_rows.* FROM ({sql}\n) AS isthmus_rows WHERE CASE WHEN {size} <="
        f" {_LARGEST_ROW} THEN true ELSE CAST('{_LARGE}' || {size} AS BOOLEAN) END"
    )


def _explained(connection: psycopg.Connection[Any], sql: str) -> Stream:
    expect_one_statement(connection, sql)
    rows = connection.execute(sql.encode()).fetchall()
    return Stream(("plan",), (Kind.TEXT,), iter([rows]))


def _checked(connection: psycopg.Connection[Any], sql: str) -> str:
    text = tidy(sql)
    explained = _EXPLAIN.match(text)
    names = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    others = frozenset(str(row[0]) for row in names) - SCHEMAS
    check_words(text[explained.end() :] if explained else text, others)
    return text


@contextmanager
def _told(limits: Limits, sql: str) -> Iterator[None]:
    """Tell what a query met in our own words; what befalls the connection goes on."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise took_too_long(limits.seconds) from error
    except (errors.OutOfMemory, errors.ProgramLimitExceeded) as error:
        raise took_too_much(limits.memory_mb) from error
    except errors.InvalidTextRepresentation as error:
        raise _large(error, sql) from error
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error)
        raise mistake(sql, said, hint=error.diag.message_hint or "") from error


def _large(error: psycopg.Error, sql: str) -> QueryFailed:
    told = str(error.diag.message_primary)
    if _LARGE not in told:
        return mistake(sql, told)
    return TooMuch(
        "A row of the answer is larger than 1 MB.", remedy="Take fewer or shorter texts."
    )


def _written(stream: Stream, table: Path, filling: Filling) -> int:
    """Write an answer for `csv_to_parquet`; return how many rows it has. Raises: TooMuch."""
    count = 0
    with table.open("w", encoding="utf-8", newline="") as file:
        for batch in stream.batches:
            file.writelines(",".join(map(_cell, row)) + "\n" for row in batch)
            count += len(batch)
            file.flush()
            filling.check()
    return count


def _cell(value: object) -> str:
    """Write a value for `csv_to_parquet`."""
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'


def _cancel(connection: psycopg.Connection[Any]) -> Callable[[], None]:
    def cancel() -> None:
        with suppress(psycopg.Error):  # it may be lost, or over
            connection.cancel_safe(timeout=5)

    return cancel
