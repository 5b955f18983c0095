"""The shared SQL's way into PostgreSQL; segments come by way of DuckDB, CSV and COPY."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from isthmus.warehouse.dialect import Dialect
from isthmus.warehouse.duckdb.reader import SegmentReader
from isthmus.warehouse.ports import ColumnType, TableShape
from isthmus.warehouse.postgres.link import Link
from isthmus.warehouse.segments import batches
from isthmus.warehouse.shaping import stored_raw

DIALECT = Dialect(
    types={
        ColumnType.INTEGER: "BIGINT",
        ColumnType.DECIMAL: "NUMERIC(18,4)",
        ColumnType.WIDE_DECIMAL: "NUMERIC(38,10)",
        ColumnType.BOOLEAN: "BOOLEAN",
        ColumnType.TIMESTAMP: "TIMESTAMPTZ",
        ColumnType.TEXT: "TEXT",
    },
    folded=True,
    line="ctid",
    keyed=True,
    in_order=" ORDER BY s.ctid",
)
_STAGE = "isthmus_stage"
_AT_A_TIME = 256 * 1024


class PostgresSession:
    """One connection. Values go in and out in UTC."""

    dialect = DIALECT

    def __init__(self, link: Link, reader: SegmentReader, spill: Path) -> None:
        self._link = link
        self._reader = reader
        self._spill = spill

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        connection = self._link.connection()
        with self._link.told(), connection.cursor() as cursor:
            return cursor.execute(*_adapted(sql, parameters)).fetchall()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; return how many rows it wrote."""
        connection = self._link.connection()
        with self._link.told(), connection.cursor() as cursor:
            return max(cursor.execute(*_adapted(sql, parameters)).rowcount, 0)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit when the block ends, roll back when it raises."""
        self.run("BEGIN")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._link.roll_back()
            raise

    def relation(
        self, shape: TableShape, segments: Sequence[Path], only: Sequence[int] = ()
    ) -> str:
        """Stage the raw columns in a temporary table, which goes with the transaction."""
        d = self.dialect
        columns = ", ".join(f"{d.name(c.name)} {d.type(c.type)}" for c in stored_raw(shape))
        self.run(f"DROP TABLE IF EXISTS {_STAGE}")
        self.run(f"CREATE TEMP TABLE {_STAGE} ({columns}) ON COMMIT DROP")
        self._spill.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="copy-", dir=self._spill) as folder:
            file = Path(folder) / "batch.csv"
            for batch in batches(segments):
                self._reader.write_csv(shape, batch, only, file)
                self._copy(file)
        return _STAGE

    def misfits(self, shape: TableShape, segments: Sequence[Path]) -> dict[str, str]:
        """Return an example for each raw column with a value that does not fit its type."""
        return self._reader.misfits(shape, segments)

    def allow_longer(self, segments: Sequence[Path]) -> None:
        """Make room for the longest record there is."""
        self._reader.allow_longer(segments)

    def _copy(self, file: Path) -> None:
        """Send a CSV file; it may lack NUL characters alone, which PostgreSQL does not store."""
        connection = self._link.connection()
        with (
            self._link.told(),
            connection.cursor() as cursor,
            file.open("rb") as source,
            cursor.copy(f"COPY {_STAGE} FROM STDIN (FORMAT csv)".encode()) as copy,
        ):
            while chunk := source.read(_AT_A_TIME):
                copy.write(chunk.replace(b"\0", b""))


def _adapted(sql: str, parameters: Sequence[object]) -> tuple[bytes, list[object] | None]:
    """Write placeholders as the driver does; texts with parameters have no other `?` or `%`."""
    if not parameters:
        return sql.encode(), None
    values = [p.replace("\0", "") if isinstance(p, str) else p for p in parameters]
    return sql.replace("?", "%s").encode(), values
