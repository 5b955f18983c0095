"""
The warehouse port over a PostgreSQL database, version 14 or newer.

Two connections: one that only reads, and one that writes, made at the first publication. The
writer holds an advisory lock until it is closed, so that two syncs never mix; readers wait for
nobody but a table whose columns are just being changed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import duckdb
import psycopg
from psycopg import pq

from isthmus.warehouse import publication, upkeep
from isthmus.warehouse.duckdb.reader import SegmentReader
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.mistakes import mistake
from isthmus.warehouse.ports import (
    Column,
    Package,
    Published,
    QueryFailed,
    Result,
    TableShape,
    TableState,
    WarehouseBusy,
    Watermark,
)
from isthmus.warehouse.postgres.link import Link
from isthmus.warehouse.postgres.session import PostgresSession
from isthmus.warehouse.reading import describe_tables, highest_id

_WRITER, _PREPARER = 0x157B3505, 0x157B3506
"""Keys of advisory locks, for ours alone in the database."""

_READING = re.compile(
    r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(select|with|values|table|explain|show)\b",
    re.IGNORECASE | re.DOTALL,
)


class PostgresWarehouse:
    """A PostgreSQL database as a warehouse (see ports.Warehouse)."""

    def __init__(
        self, url: str, place: str, decoder: duckdb.DuckDBPyConnection, spill: Path
    ) -> None:
        self._decoder = decoder
        self._place = place
        self._spill = spill
        self._reader = Link(url, place, only_read)
        self._writer = Link(url, place, self._hold)
        self._preparer = Link(url, place, _do_nothing)
        self._turn = RLock()

    @classmethod
    def open(
        cls, url: str, *, place: str, spill: Path, memory_limit: str = "384MB"
    ) -> "PostgresWarehouse":
        """
        Reach the database; lay it out when it is new.

        Args: url: as libpq takes it. place: the same without the password, for people. spill: a
        folder for what waits to be sent. memory_limit: of DuckDB, which reads the records.
        Raises: WarehouseAway, WarehouseBroken.
        """
        decoder = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": 1,
                "temp_directory": str(spill.absolute()),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        decoder.execute("SET TimeZone = 'UTC'")
        warehouse = cls(url, place, decoder, spill)
        try:
            warehouse._lay_out()
        except BaseException:
            warehouse.close()
            raise
        return warehouse

    def watermark(self, dataset: str) -> Watermark | None:
        """Return where the next refresh starts; None before the first publication."""
        with self._reading() as session:
            return Ledger(session).watermark(dataset)

    def known_columns(self, dataset: str) -> tuple[Column, ...]:
        """Return the columns as last published, in order; () for a table not yet made."""
        with self._reading() as session:
            return Ledger(session).columns(dataset)

    def highest_id(self, dataset: str) -> int | None:
        """Return the largest id held; None when the table is empty or not there."""
        with self._reading() as session:
            return highest_id(session, dataset)

    def publish(self, package: Package) -> Published:
        """Bring a dataset's table up to date in one transaction."""
        return publication.publish(self._session(self._writer), package)

    def rehydrate(self, shape: TableShape) -> int:
        """Bring labels and hydrated columns up to date; return the rows changed."""
        return upkeep.rehydrate(self._session(self._writer), shape)

    def drop(self, dataset: str) -> None:
        """Remove a dataset's table with all its rows."""
        upkeep.drop(self._session(self._writer), dataset)

    def describe(self) -> tuple[TableState, ...]:
        """Return every dataset's table, by name."""
        with self._reading() as session:
            return describe_tables(session)

    def query(self, sql: str) -> Result:
        """Answer one statement that reads; it cannot change anything."""
        if not _READING.match(sql):
            raise QueryFailed("Only one statement at a time, and only one that reads.", where=sql)
        with self._turn:
            connection = self._reader.connection()
            expect_one_statement(connection, sql)
            with self._reader.told():
                connection.execute("BEGIN READ ONLY")
            try:
                with self._reader.told():
                    return _answer(connection, sql)
            finally:
                self._reader.roll_back()

    def close(self) -> None:
        """Hang up."""
        for link in (self._preparer, self._writer, self._reader):
            link.close()
        self._decoder.close()

    def _session(self, link: Link) -> PostgresSession:
        return PostgresSession(link, SegmentReader(self._decoder), self._spill)

    @contextmanager
    def _reading(self) -> Iterator[PostgresSession]:
        with self._turn:
            yield self._session(self._reader)

    def _lay_out(self) -> None:
        """Make our tables where they are missing; someone who may only read needs none made."""
        with self._reading() as session:
            if session.fetch("SELECT to_regclass('isthmus.layout')")[0][0] is not None:
                Ledger(session).check_layout()
                return
        session = self._session(self._preparer)
        with session.transaction():
            session.fetch(f"SELECT pg_advisory_xact_lock({_PREPARER})")
            Ledger(session).prepare()
        self._preparer.close()

    def _hold(self, connection: psycopg.Connection) -> None:
        row = connection.execute(f"SELECT pg_try_advisory_lock({_WRITER})".encode()).fetchone()
        if row is None or not row[0]:
            raise WarehouseBusy(
                "Another sync writes into the warehouse.",
                where=self._place,
                remedy="Wait for it to end, then repeat.",
            )


def only_read(connection: psycopg.Connection) -> None:
    """Have nothing but reading on a connection."""
    connection.execute("SET default_transaction_read_only = on")


def _do_nothing(_: psycopg.Connection) -> None:
    return


def expect_one_statement(connection: psycopg.Connection, sql: str, asked: str = "") -> None:
    """
    Have the server parse it by the protocol that takes one statement alone.

    Args: asked: the part of it that a person wrote, in which mistakes are told; "" all of it.
    """
    parsed = connection.pgconn.prepare(b"", sql.encode())
    if parsed.status == pq.ExecStatus.COMMAND_OK or connection.broken:
        return
    said, hint, place = (
        (parsed.error_field(one) or b"").decode(errors="replace")
        for one in (
            pq.DiagnosticField.MESSAGE_PRIMARY,
            pq.DiagnosticField.MESSAGE_HINT,
            pq.DiagnosticField.STATEMENT_POSITION,
        )
    )
    at = int(place) - 1 - max(sql.find(asked), 0) if place.isdecimal() else None
    raise mistake(asked or sql, said or parsed.get_error_message(), at=at, hint=hint)


def _answer(connection: psycopg.Connection, sql: str) -> Result:
    try:
        cursor = connection.execute(sql.encode())
        columns = tuple(column.name for column in cursor.description or ())
        return Result(columns, tuple(cursor.fetchall()))
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error)
        raise mistake(sql, said, hint=error.diag.message_hint or "") from error
