"""
The warehouse port over one DuckDB file.

The file's lock keeps every other process out, so whoever opens it closes it soon. Inside the
process, each call has a cursor of its own: readers see what was committed last.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from isthmus.warehouse import publication, upkeep
from isthmus.warehouse.duckdb.session import DuckDBSession
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import (
    Column,
    Package,
    Published,
    QueryFailed,
    Result,
    TableShape,
    TableState,
    WarehouseBroken,
    WarehouseBusy,
    Watermark,
)
from isthmus.warehouse.reading import describe_tables, highest_id

_ATTACHED = "warehouse"
_STORAGE = "v1.4.0"
_ROWS_IN_A_GROUP = 30720
_READING = (
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.PRAGMA,
)


class DuckDBWarehouse:
    """A DuckDB file as a warehouse (see ports.Warehouse)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def open(
        cls, path: Path, *, memory_limit: str = "384MB", threads: int = 1, spill: Path | None = None
    ) -> "DuckDBWarehouse":
        """
        Open the file, or make it, readable by DuckDB 1.4 and newer.

        Args: memory_limit: DuckDB's own share, "384MB"; what does not fit goes to files in
        `spill` (the file's folder unless named). threads: a second one costs a fifth more CPU and
        60 MB at loading, and the vendor's limit leaves it nothing to win there.
        Raises: WarehouseBusy, WarehouseBroken.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str((spill or path.parent / "spill").absolute()),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            _attach(connection, path)
            warehouse = cls(connection)
            with warehouse._session() as session, session.transaction():
                Ledger(session).prepare()
        except BaseException:
            connection.close()
            raise
        return warehouse

    def watermark(self, dataset: str) -> Watermark | None:
        """Return where the next refresh starts; None before the first publication."""
        with self._session() as session:
            return Ledger(session).watermark(dataset)

    def known_columns(self, dataset: str) -> tuple[Column, ...]:
        """Return the columns as last published, in order; () for a table not yet made."""
        with self._session() as session:
            return Ledger(session).columns(dataset)

    def highest_id(self, dataset: str) -> int | None:
        """Return the largest id held; None when the table is empty or not there."""
        with self._session() as session:
            return highest_id(session, dataset)

    def publish(self, package: Package) -> Published:
        """Bring a dataset's table up to date in one transaction."""
        with self._session() as session:
            return publication.publish(session, package)

    def rehydrate(self, shape: TableShape) -> int:
        """Bring labels and hydrated columns up to date; return the rows changed."""
        with self._session() as session:
            return upkeep.rehydrate(session, shape)

    def describe(self) -> tuple[TableState, ...]:
        """Return every dataset's table, by name."""
        with self._session() as session:
            return describe_tables(session)

    def query(self, sql: str) -> Result:
        """Answer one statement that reads; it cannot change anything."""
        with self._cursor() as cursor:
            try:
                statements = cursor.extract_statements(sql)
                if len(statements) != 1 or statements[0].type not in _READING:
                    raise QueryFailed("Only one statement at a time, and only one that reads.")
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                answer = cursor.execute(statements[0])
                columns = tuple(column[0] for column in answer.description or ())
                return Result(columns, tuple(answer.fetchall()))
            except duckdb.Error as error:
                raise QueryFailed(str(error), where=sql) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def _session(self) -> Iterator[DuckDBSession]:
        with self._cursor() as cursor:
            yield DuckDBSession(cursor)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connection.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'")
            cursor.execute(f"USE {_ATTACHED}")
            yield cursor


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    quoted = str(path.absolute()).replace("'", "''")
    how = f"STORAGE_VERSION '{_STORAGE}', ROW_GROUP_SIZE {_ROWS_IN_A_GROUP}"
    if path.exists():
        how = f"ROW_GROUP_SIZE {_ROWS_IN_A_GROUP}"
    try:
        connection.execute(f"ATTACH '{quoted}' AS {_ATTACHED} ({how})")
    except duckdb.IOException as error:
        text = str(error)
        if "lock" not in text.lower():
            raise WarehouseBroken(f"The file cannot be opened: {text}", where=str(path)) from error
        holder = re.search(r"PID (\d+)", text)
        who = f"process {holder[1]}" if holder else "another process"
        raise WarehouseBusy(
            f"The warehouse is in use by {who}.",
            where=str(path),
            remedy="Wait for the sync to end, or close the program that has the file open.",
        ) from error
    except duckdb.Error as error:
        raise WarehouseBroken(f"The file cannot be opened: {error}", where=str(path)) from error
