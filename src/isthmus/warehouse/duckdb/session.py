"""The shared SQL's way into a DuckDB file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from isthmus.warehouse.duckdb.reader import DIALECT, SegmentReader, told
from isthmus.warehouse.ports import TableShape


class DuckDBSession:
    """One cursor. Values go in and out in UTC."""

    dialect = DIALECT

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._reader = SegmentReader(cursor)

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        with told():
            return self._cursor.execute(sql, list(parameters)).fetchall()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; return how many rows it wrote."""
        with told():
            row = self._cursor.execute(sql, list(parameters)).fetchone()
        return row[0] if row and isinstance(row[0], int) else 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit when the block ends, roll back when it raises."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def relation(
        self, shape: TableShape, segments: Sequence[Path], only: Sequence[int] = ()
    ) -> str:
        """Return a select over the segments themselves: nothing is staged."""
        return f"({self._reader.select(shape, segments, only)})"

    def misfits(self, shape: TableShape, segments: Sequence[Path]) -> dict[str, str]:
        """Return an example for each raw column with a value that does not fit its type."""
        return self._reader.misfits(shape, segments)

    def allow_longer(self, segments: Sequence[Path]) -> None:
        """Make room for the longest record there is."""
        self._reader.allow_longer(segments)
