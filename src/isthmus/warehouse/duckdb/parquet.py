"""Turns rows on their way into a Parquet file, for back ends that do not write any."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from isthmus.warehouse.answering import WHOLE, Kind, Limits, took_too_much
from isthmus.warehouse.dialect import literal
from isthmus.warehouse.duckdb.guarding import Guard
from isthmus.warehouse.filling import Filling

AS_PARQUET: Final = "(FORMAT parquet, ROW_GROUP_SIZE 10000)"
"""How files are written. DuckDB's own 122,880 rows at once need over 256 MB where rows are wide."""

_MEMORY_MB: Final = 256
_LONGEST: Final = 10_000_000
"""Bytes of a row as text. By itself DuckDB reads sixteen of these at once, and takes two such."""

_TYPES: Final = {
    Kind.NUMBER: ("BIGINT", "DECIMAL(38,10)", "DOUBLE"),
    Kind.YES_NO: ("BOOLEAN",),
    Kind.TIME: ("TIMESTAMPTZ",),
    Kind.TEXT: (),
    Kind.OTHER: (),
}
"""What a column is tried as, in turn; text when nothing fits every value."""


@dataclass(frozen=True, slots=True)
class ParquetColumn:
    """A column's name and what it holds."""

    name: str
    kind: Kind


def csv_to_parquet(
    source: Path, columns: Sequence[ParquetColumn], target: Path, limits: Limits = WHOLE
) -> None:
    """
    Write a CSV file without heading as Parquet; null is nothing, every other value quoted.

    A column gets the narrowest type that holds each of its values exactly. Raises: TooMuch.
    """
    spill = str(source.parent.absolute())
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": f"{_MEMORY_MB}MB",
        "temp_directory": spill,
    }
    filling = Filling(target, limits)
    with duckdb.connect(":memory:", config=config) as memory:
        guard = Guard(memory.interrupt, limits, filling)
        try:
            with guard:
                _write(memory, source, columns, target)
        except duckdb.InterruptException as error:
            raise guard.told() from error
        except duckdb.OutOfMemoryException as error:
            raise took_too_much(_MEMORY_MB) from error
        except duckdb.IOException as error:
            full = filling.trouble()
            if full is None:
                raise
            raise full from error
    filling.check()


def _write(
    memory: duckdb.DuckDBPyConnection,
    source: Path,
    columns: Sequence[ParquetColumn],
    target: Path,
) -> None:
    memory.execute("SET TimeZone = 'UTC'")
    listed = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(columns)))
    memory.execute(
        f"CREATE VIEW raw AS SELECT * FROM read_csv({literal(str(source))}, header = false,"
        f" columns = {{{listed}}}, auto_detect = false, delim = ',', quote = '\"', escape ="
        f" '\"', allow_quoted_nulls = false, max_line_size = {_LONGEST},"
        f" buffer_size = {2 * _LONGEST})"
    )
    taken = ", ".join(
        f"CAST(c{n} AS {_fitting(memory, n, column.kind)}) AS {_quoted(column.name)}"
        for n, column in enumerate(columns)
    )
    memory.execute(f"COPY (SELECT {taken} FROM raw) TO {literal(str(target))} {AS_PARQUET}")


def _fitting(memory: duckdb.DuckDBPyConnection, number: int, kind: Kind) -> str:
    for type_name in _TYPES[kind]:
        cell = f"c{number}"
        exact = f"CAST(TRY_CAST({cell} AS {type_name}) AS DOUBLE) = TRY_CAST({cell} AS DOUBLE)"
        fits = exact if kind is Kind.NUMBER else f"TRY_CAST({cell} AS {type_name}) IS NOT NULL"
        found = memory.execute(
            f"SELECT count(*) FROM raw WHERE {cell} IS NOT NULL AND ({fits}) IS NOT TRUE"
        ).fetchall()
        if found[0][0] == 0:
            return type_name
    return "VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
