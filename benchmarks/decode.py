"""
Two ways from NDJSON into a DuckDB table, measured side by side on invented tickets.

(a) what Isthmus does: DuckDB reads every value as text, casts it, and compares the cast with the
text; (b) pyarrow parses strictly into an explicit schema and DuckDB takes over the columns. Each is
measured alone (rows counted, nothing written) and into a table, every time in a fresh process;
for (a) the whole publication is measured too, with labels, names and the merge of 500 changes.

    .venv/bin/python benchmarks/decode.py [--tickets 50000]

pyarrow is no dependency of Isthmus; without it (b) is left out.
"""

import argparse
import importlib
import importlib.util
import json
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from isthmus.warehouse.decode import Decoder
from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.duckdb.reader import DIALECT
from isthmus.warehouse.ports import (
    Column,
    ColumnType,
    Lookup,
    Mode,
    Origin,
    Package,
    PicklistEntry,
    RunRecord,
    TableShape,
)
from isthmus.warehouse.shaping import stored_raw

FOLDER = Path(__file__).parent.parent / ".bench" / "decode"
PICKS, REFERENCES, DATES, FRACTIONS, FLAGS, TEXTS, UDFS = 20, 16, 12, 8, 4, 14, 5
NAMED_REFERENCES = 8
SEGMENT_ROWS = 10_000
PEOPLE = 600


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=50_000)
    parser.add_argument("--way", choices=sorted(WAYS))
    chosen = parser.parse_args()
    if chosen.way:
        print(json.dumps(WAYS[chosen.way]()))
        return
    write_segments(chosen.tickets)
    print(f"{chosen.tickets:,} tickets, {_bytes() / chosen.tickets:,.0f} bytes each")
    print(f"{'':22}{'CPU-s per million':>18}{'wall s':>9}{'peak MiB':>10}")
    for way in WAYS:
        if way.startswith("pyarrow") and importlib.util.find_spec("pyarrow") is None:
            continue
        command = [sys.executable, __file__, "--way", way]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for line in out.splitlines()[-1:]:
            for name, cpu_s, wall_s, rows, peak in json.loads(line):
                cost = f"{cpu_s / rows * 1e6:>18.1f}" if rows else f"{cpu_s:>14.2f} CPU-s"[-18:]
                print(f"{name:22}{cost}{wall_s:>9.2f}{peak:>10.0f}")
    shutil.rmtree(FOLDER)


def write_segments(tickets: int) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyzäö ", k=6)) for _ in range(3000)]
    for start in range(0, tickets, SEGMENT_ROWS):
        stop = min(start + SEGMENT_ROWS, tickets)
        with (FOLDER / f"{start:08}.ndjson").open("w", encoding="utf-8") as out:
            for number in range(start, stop):
                record = _ticket(7000 + number, chance, words)
                out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    with (FOLDER / "people.json").open("w") as out:
        for n in range(PEOPLE):
            out.write(json.dumps({"id": n, "userName": f"u{n}", "firstName": f"F{n}"}) + "\n")


def _ticket(number: int, chance: random.Random, words: list[str]) -> dict[str, Any]:
    def maybe(value: Any, share: float = 0.6) -> Any:
        return value if chance.random() < share else None

    def text(least: int, most: int) -> str:
        return " ".join(chance.choices(words, k=chance.randint(least, most)))

    def moment() -> str:
        month, day, minute = chance.randint(1, 9), chance.randint(10, 28), chance.randint(10, 59)
        return f"2024-0{month}-{day}T09:{minute}:00.123Z"

    record: dict[str, Any] = {"id": number}
    record |= {f"pick{n}": maybe(chance.randint(1, 30)) for n in range(PICKS)}
    record |= {f"reference{n}ID": maybe(chance.randrange(PEOPLE), 0.5) for n in range(REFERENCES)}
    record |= {f"date{n}DateTime": maybe(moment(), 0.7) for n in range(DATES)}
    record |= {f"hours{n}": maybe(round(chance.random() * 100, 2)) for n in range(FRACTIONS)}
    record |= {f"is{n}": chance.random() < 0.5 for n in range(FLAGS)}
    record |= {f"text{n}": maybe(text(1, 5), 0.5) for n in range(TEXTS)}
    record["description"] = text(50, 300)
    fields = [{"name": f"Udf {n}", "value": maybe(text(1, 2))} for n in range(UDFS)]
    return record | {"userDefinedFields": fields}


def shape() -> TableShape:
    """Return the table of the invented tickets: labels, names and user-defined fields included."""
    return TableShape("Tickets", tuple(_columns()))


def _columns() -> Iterator[Column]:
    kinds = ColumnType
    yield Column("id", kinds.INTEGER, Origin.FIELD, "id")
    for n in range(PICKS):
        yield Column(f"pick{n}", kinds.TEXT, Origin.LABEL, f"pick{n}")
        yield Column(f"pick{n}_code", kinds.INTEGER, Origin.CODE, f"pick{n}")
    plain = [(f"reference{n}ID", kinds.INTEGER) for n in range(REFERENCES)]
    plain += [(f"date{n}DateTime", kinds.TIMESTAMP) for n in range(DATES)]
    plain += [(f"hours{n}", kinds.DECIMAL) for n in range(FRACTIONS)]
    plain += [(f"is{n}", kinds.BOOLEAN) for n in range(FLAGS)]
    plain += [(f"text{n}", kinds.TEXT) for n in range(TEXTS)]
    for name, kind in plain:
        yield Column(name, kind, Origin.FIELD, name)
    yield Column("description", kinds.TEXT, Origin.FIELD, "description", is_long=True)
    for n in range(NAMED_REFERENCES):
        lookup = Lookup(f"reference{n}ID", "Resources", ("userName",))
        yield Column(f"reference{n}UserName", kinds.TEXT, Origin.HYDRATED, lookup=lookup)
    for n in range(UDFS):
        yield Column(f"udf_{n}", kinds.TEXT, Origin.UDF, f"Udf {n}")


def duckdb_alone() -> list[tuple[Any, ...]]:
    plain = duckdb.connect(config={"threads": 1})
    plain.execute("SET TimeZone = 'UTC'")
    counted = ", ".join(f'count("{c.name}")' for c in stored_raw(shape()))
    sql = f"SELECT {counted} FROM ({_decoder().strict()})"
    return [timed("DuckDB, decode", lambda: plain.execute(sql).fetchall(), _rows())]


def duckdb_table() -> list[tuple[Any, ...]]:
    table = _table()
    sql = f"CREATE TABLE t AS {_decoder().strict()}"
    return [timed("DuckDB, into a table", lambda: _write(table, sql), _rows())]


def pyarrow_alone() -> list[tuple[Any, ...]]:
    return [timed("pyarrow, decode", lambda: [None for _ in _batches()], _rows())]


def pyarrow_table() -> list[tuple[Any, ...]]:
    arrow = importlib.import_module("pyarrow")
    table = _table()
    reader = arrow.RecordBatchReader.from_batches(_schema(), _batches())
    table.register("reader", reader)
    names = [c.source for c in stored_raw(shape()) if c.origin is not Origin.UDF]
    fields = [
        f"list_filter(userDefinedFields, lambda u: u.name = 'Udf {n}')[1].value AS udf_{n}"
        for n in range(UDFS)
    ]
    sql = f"CREATE TABLE t AS SELECT {', '.join(names + fields)} FROM reader"
    return [timed("pyarrow, into a table", lambda: _write(table, sql), _rows())]


def publication() -> list[tuple[Any, ...]]:
    file = FOLDER / "published.duckdb"
    file.unlink(missing_ok=True)
    warehouse = DuckDBWarehouse.open(file, spool=FOLDER)
    texts = [Column(n, ColumnType.TEXT, Origin.FIELD, n) for n in ("userName", "firstName")]
    people = TableShape("Resources", (shape().columns[0], *texts))
    warehouse.publish(_package(people, (FOLDER / "people.json",)))
    whole = timed(
        "published whole", lambda: warehouse.publish(_package(shape(), _files())), _rows()
    )
    changed = _changed_rows()
    merged = timed(
        "500 changes merged", lambda: warehouse.publish(_package(shape(), (changed,))), 0
    )
    again = _package(shape(), _files(), Mode.REPLACE)
    reread = timed("read again whole", lambda: warehouse.publish(again), _rows())
    warehouse.close()
    return [whole, merged, reread]


WAYS: dict[str, Callable[[], list[tuple[Any, ...]]]] = {
    "duckdb": duckdb_alone,
    "pyarrow": pyarrow_alone,
    "duckdb-table": duckdb_table,
    "pyarrow-table": pyarrow_table,
    "publication": publication,
}


def timed(name: str, work: Callable[[], object], rows: int) -> tuple[Any, ...]:
    """Run it; return name, CPU seconds, wall seconds, rows, and the process's peak in MiB."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return name, cpu_s, time.monotonic() - started, rows, after.ru_maxrss / 1024


def _decoder() -> Decoder:
    places = {f"Udf {n}": n + 1 for n in range(UDFS)}
    return Decoder(DIALECT, shape(), _files(), largest_record=1 << 20, places=places)


def _table() -> duckdb.DuckDBPyConnection:
    file = FOLDER / "table.duckdb"
    file.unlink(missing_ok=True)
    table = duckdb.connect(config={"threads": 1, "memory_limit": "384MB"})
    table.execute("SET TimeZone = 'UTC'")
    table.execute(f"ATTACH '{file}' AS w (STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE 30720)")
    table.execute("USE w")
    return table


def _write(table: duckdb.DuckDBPyConnection, sql: str) -> None:
    table.execute(sql)
    table.execute("CHECKPOINT w")


def _schema() -> Any:
    arrow = importlib.import_module("pyarrow")
    kinds = {
        ColumnType.INTEGER: arrow.int64(),
        ColumnType.DECIMAL: arrow.decimal128(18, 4),
        ColumnType.BOOLEAN: arrow.bool_(),
        ColumnType.TIMESTAMP: arrow.timestamp("us", tz="UTC"),
        ColumnType.TEXT: arrow.string(),
    }
    raw = stored_raw(shape())
    fields = [(c.source, kinds[c.type]) for c in raw if c.origin is not Origin.UDF]
    pair = arrow.struct([("name", arrow.string()), ("value", arrow.string())])
    return arrow.schema([*fields, ("userDefinedFields", arrow.list_(pair))])


def _batches() -> Iterator[Any]:
    reader = importlib.import_module("pyarrow.json")
    parse = reader.ParseOptions(explicit_schema=_schema(), unexpected_field_behavior="error")
    read = reader.ReadOptions(use_threads=False, block_size=8 << 20)
    for file in _files():
        yield from reader.read_json(file, read_options=read, parse_options=parse).to_batches()


def _package(table: TableShape, files: tuple[Path, ...], mode: Mode = Mode.MERGE) -> Package:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    labels = [
        PicklistEntry(f"pick{n}", str(c), f"Label {c}") for n in range(PICKS) for c in range(31)
    ]
    run = RunRecord("bench", now, now)
    return Package(table.dataset, table, files, mode, run, now, picklists=tuple(labels))


def _changed_rows() -> Path:
    lines = [line for file in _files() for line in file.read_text().splitlines()]
    picked = random.Random(2).sample(lines, 500)
    changed = [json.dumps(json.loads(line) | {"text3": "changed"}) for line in picked]
    path = FOLDER / "changed.json"
    path.write_text("\n".join(changed) + "\n")
    return path


def _files() -> tuple[Path, ...]:
    return tuple(sorted(FOLDER.glob("*.ndjson")))


def _rows() -> int:
    return sum(file.read_bytes().count(b"\n") for file in _files())


def _bytes() -> int:
    return sum(file.stat().st_size for file in _files())


if __name__ == "__main__":
    main()
