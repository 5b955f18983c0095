"""Reads segments with DuckDB: typed, each value proved to fit; also for other databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

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


class SegmentReader:
    """Selects over segments, on one cursor."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._longest = _USUAL_RECORD

    def select(self, shape: TableShape, segments: Sequence[Path], only: Sequence[int] = ()) -> str:
        """Return a select of the raw columns, typed, in the order of the lines."""
        return self._decoder(shape, segments).strict(only)

    def write_csv(
        self, shape: TableShape, segments: Sequence[Path], only: Sequence[int], target: Path
    ) -> None:
        """Write the raw columns as CSV without a heading; null is nothing, an empty text quoted."""
        quoted = str(target).replace("'", "''")
        how = "FORMAT csv, HEADER false, QUOTE '\"', ESCAPE '\"'"
        with told():
            self._cursor.execute(
                f"COPY ({self.select(shape, segments, only)}) TO '{quoted}' ({how})"
            )

    def misfits(self, shape: TableShape, segments: Sequence[Path]) -> dict[str, str]:
        """Return an example for each raw column with a value that does not fit its type."""
        with told():
            answer = self._cursor.execute(self._decoder(shape, segments).misfit_select())
            examples = answer.fetchall()[0]
        names = [column.name for column in stored_raw(shape)]
        found = dict(zip(names, examples, strict=True))
        return {name: example for name, example in found.items() if example is not None}

    def allow_longer(self, segments: Sequence[Path]) -> None:
        """Make room for the longest record there is; ordinary room is kept small to save memory."""
        self._longest = max(longest_line(segment) for segment in segments) + _USUAL_RECORD

    def _decoder(self, shape: TableShape, segments: Sequence[Path]) -> Decoder:
        return Decoder(
            DIALECT,
            shape,
            segments,
            largest_record=self._longest,
            places=places_of_user_fields(segments),
        )


@contextmanager
def told() -> Iterator[None]:
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
