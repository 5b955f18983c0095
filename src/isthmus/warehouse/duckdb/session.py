"""The shared SQL's way into a DuckDB file, and the decoding of segments that only DuckDB does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from isthmus.warehouse.decode import MISFIT, Decoder
from isthmus.warehouse.dialect import Dialect
from isthmus.warehouse.ports import ColumnType, TableShape, WarehouseBroken
from isthmus.warehouse.segments import longest_line, places_of_user_fields
from isthmus.warehouse.session import MisfitError, TooLongError, UnreadableError
from isthmus.warehouse.shaping import stored_raw

DIALECT = Dialect(
    types={
        ColumnType.INTEGER: "BIGINT",
        ColumnType.DECIMAL: "DECIMAL(18,4)",
        ColumnType.WIDE_DECIMAL: "DECIMAL(38,10)",
        ColumnType.BOOLEAN: "BOOLEAN",
        ColumnType.TIMESTAMP: "TIMESTAMPTZ",
        ColumnType.TEXT: "VARCHAR",
    },
    folded=False,
    line="rowid",
    packed=" USING COMPRESSION zstd",
    lists=True,
)
_USUAL_RECORD = 1024 * 1024


class DuckDBSession:
    """One cursor. Values go in and out in UTC."""

    dialect = DIALECT

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._longest = _USUAL_RECORD

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        with _told():
            return self._cursor.execute(sql, list(parameters)).fetchall()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; return how many rows it wrote."""
        with _told():
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
        return f"({self._decoder(shape, segments).strict(only)})"

    def misfits(self, shape: TableShape, segments: Sequence[Path]) -> dict[str, str]:
        """Return an example for each raw column with a value that does not fit its type."""
        examples = self.fetch(self._decoder(shape, segments).misfit_select())[0]
        names = [column.name for column in stored_raw(shape)]
        found = dict(zip(names, examples, strict=True))
        return {name: example for name, example in found.items() if example is not None}

    def allow_longer(self, segments: Sequence[Path]) -> None:
        """Make room for the longest record there is; ordinary room is kept small to save memory."""
        self._longest = max(longest_line(segment) for segment in segments) + _USUAL_RECORD

    def _decoder(self, shape: TableShape, segments: Sequence[Path]) -> Decoder:
        return Decoder(
            self.dialect,
            shape,
            segments,
            largest_record=self._longest,
            places=places_of_user_fields(segments),
        )


@contextmanager
def _told() -> Iterator[None]:
    """Tell DuckDB's errors in our own."""
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        text = str(error)
        if MISFIT in text:
            raise MisfitError from error
        raise (TooLongError if "maximum_object_size" in text else UnreadableError)(text) from error
    except duckdb.OutOfMemoryException as error:
        raise WarehouseBroken(
            f"The memory DuckDB may use was not enough: {error}",
            remedy="Allow it more (ISTHMUS_MEMORY_MB) and repeat; nothing has changed.",
        ) from error
    except duckdb.Error as error:
        raise WarehouseBroken(f"The warehouse refused: {error}") from error
