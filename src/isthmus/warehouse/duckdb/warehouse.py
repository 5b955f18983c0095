"""
The warehouse port over one DuckDB file.

The file's lock keeps every other process out, so whoever opens it closes it soon. Inside the
process, each call has a cursor of its own: readers see what was committed last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from isthmus.warehouse import publication, upkeep
from isthmus.warehouse.duckdb.answering import DuckDBReader
from isthmus.warehouse.duckdb.instances import (
    ATTACHED,
    Edition,
    Instance,
    Wanted,
    borrow,
    give_back,
)
from isthmus.warehouse.duckdb.session import DuckDBSession
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
    Watermark,
)
from isthmus.warehouse.reading import describe_tables, highest_id

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


class DuckDBWarehouse:
    """A DuckDB file as a warehouse (see ports.Warehouse)."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._is_closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        memory_limit: str = "384MB",
        threads: int = 1,
        spill: Path | None = None,
        spool: Path | None = None,
    ) -> "DuckDBWarehouse":
        """
        Open the file, or make it, readable by DuckDB 1.4 and newer.

        What is open in this process already is shared, with the settings it was opened with.
        Args: memory_limit: DuckDB's own share, "384MB"; what does not fit goes to files in
        `spill` (the file's folder unless named). threads: a second one costs a fifth more CPU and
        60 MB at loading, and the vendor's limit leaves it nothing to win there. spool: the folder
        that segments lie in (beside the file unless named); no other is ever read.
        Raises: WarehouseBusy, WarehouseBroken.
        """
        folder = path.parent
        wanted = Wanted(
            memory_limit, threads, spill or folder / "spill", (spool or folder / "spool",)
        )
        instance = borrow(path, wanted)
        try:
            warehouse = cls(instance)
            with warehouse._session() as session, session.transaction():
                Ledger(session).prepare()
        except BaseException:
            give_back(instance)
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
        with self._changing() as session:
            return publication.publish(session, package)

    def rehydrate(self, shape: TableShape) -> int:
        """Bring labels and hydrated columns up to date; return the rows changed."""
        with self._changing() as session:
            return upkeep.rehydrate(session, shape)

    def drop(self, dataset: str) -> None:
        """Remove a dataset's table with all its rows."""
        with self._changing() as session:
            upkeep.drop(session, dataset)

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
                raise mistake(sql, str(error)) from error

    def reader(self) -> DuckDBReader:
        """Return a reader of the same file, which outlives this object until it is closed."""
        return DuckDBReader(borrow(self._instance.path, self._instance.wanted))

    def close(self) -> None:
        """Let go of the file, as far as this object is concerned; once is enough."""
        if not self._is_closed:
            self._is_closed = True
            give_back(self._instance)

    @contextmanager
    def _changing(self) -> Iterator[DuckDBSession]:
        try:
            with self._session() as session:
                yield session
        finally:
            self._instance.edition = Edition()

    @contextmanager
    def _session(self) -> Iterator[DuckDBSession]:
        with self._cursor() as cursor:
            yield DuckDBSession(cursor)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._instance.connection.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'")
            cursor.execute(f"USE {ATTACHED}")
            yield cursor
