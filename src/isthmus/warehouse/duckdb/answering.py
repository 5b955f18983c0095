"""Reads the tables of a DuckDB file: our own SQL as it is, a person's after it was checked."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import move
from typing import Final

import duckdb

from isthmus.base.ids import new_uuid
from isthmus.warehouse.answering import (
    NOTHING,
    WHOLE,
    Answer,
    Kind,
    Limits,
    NotPermitted,
    Stream,
    gather,
    named,
    tidy,
    took_too_much,
)
from isthmus.warehouse.dialect import DATA_SCHEMA, literal
from isthmus.warehouse.duckdb.guarding import Guard
from isthmus.warehouse.duckdb.instances import ATTACHED, Instance, give_back, make_ready
from isthmus.warehouse.duckdb.parquet import AS_PARQUET
from isthmus.warehouse.duckdb.permitted import check_tree
from isthmus.warehouse.duckdb.session import DuckDBSession
from isthmus.warehouse.filling import Filling
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.mistakes import mistake
from isthmus.warehouse.ports import QueryFailed, TableState
from isthmus.warehouse.reading import describe_tables

_AT_A_TIME: Final = 2000
_ROOM: Final = 32
"""Megabytes a query of ours may need beyond a person's."""

_EXPLAIN: Final = re.compile(r"explain(\s+analyze)?\s+", re.IGNORECASE)
_NUMBERS: Final = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "NUMBER", "BIGNUM")


class DuckDBReader:
    """A reader of the tables over an instance that it has borrowed (see answering.TableReader)."""

    is_folded = False
    is_columnar = True

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._is_closed = False

    def close(self) -> None:
        """Give the instance back; nothing may be read any more."""
        if not self._is_closed:
            self._is_closed = True
            give_back(self._instance)

    def rest(self) -> None:
        """Close for now, and have ready what the next reader of this file needs."""
        self.close()
        make_ready(self._instance.wanted)

    def describe(self) -> tuple[TableState, ...]:
        """Return every dataset's table, by name; read anew only when something has changed."""
        edition = self._instance.edition
        if edition.described is None:
            with self._cursor() as cursor:
                edition.described = describe_tables(DuckDBSession(cursor))
        return edition.described

    def versions(self) -> dict[str, int]:
        """Return a number for each table that rises whenever its rows have changed."""
        with self._cursor() as cursor:
            return Ledger(DuckDBSession(cursor)).versions()

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
        text, values = named(sql, parameters, "${}")
        with self._cursor(zone) as cursor, _guarded(cursor, limits, text):
            yield _begun(cursor, text, values)

    def check(self, sql: str) -> str:
        """Return a person's statement as it may be run. Raises: NotPermitted, QueryFailed."""
        with self._cursor() as cursor:
            return _checked(cursor, sql)

    def ask(self, sql: str, limits: Limits, *, zone: str = "UTC") -> Answer:
        """Answer SQL of a person. Raises: NotPermitted."""
        return gather(self.ask_stream(sql, limits, zone=zone), limits)

    @contextmanager
    def ask_stream(self, sql: str, limits: Limits, *, zone: str = "UTC") -> Iterator[Stream]:
        """Answer SQL of a person in batches while the block lasts. Raises: NotPermitted."""
        with self._cursor(zone) as cursor:
            text = _checked(cursor, sql)
            cursor.execute(f"SET operator_memory_limit = '{limits.memory_mb}MB'")
            cursor.execute(f"USE {ATTACHED}.{DATA_SCHEMA}")
            with _guarded(cursor, limits, text):
                yield _begun(cursor, text, {})

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
        """Write an answer to a file, by way of the one folder the instance may write to."""
        folder = self._instance.wanted.folders[0]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = folder / f"export-{new_uuid()}.parquet"
        text, values = (self.check(sql), {}) if is_asked else named(sql, parameters, "${}")
        whole = f"COPY ({text}\n) TO {literal(str(written.absolute()))} {AS_PARQUET}"
        filling = Filling(written, limits)
        try:
            with self._cursor(zone) as cursor, _guarded(cursor, limits, text, filling):
                cursor.execute(f"SET operator_memory_limit = '{limits.memory_mb}MB'")
                cursor.execute(f"USE {ATTACHED}.{DATA_SCHEMA}")
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                count = cursor.execute(whole, values).fetchall()[0][0]
            filling.check()
            move(written, target)
        finally:
            written.unlink(missing_ok=True)
        return int(count)

    @contextmanager
    def _cursor(self, zone: str = "UTC") -> Iterator[duckdb.DuckDBPyConnection]:
        with self._instance.connection.cursor() as cursor:
            cursor.execute(f"SET TimeZone = {literal(zone)}")
            cursor.execute(f"USE {ATTACHED}")
            yield cursor


def _begun(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object]) -> Stream:
    cursor.execute("BEGIN TRANSACTION READ ONLY")
    cursor.execute(sql, values) if values else cursor.execute(sql)
    described = cursor.description or []
    kinds = tuple(_kind(str(column[1])) for column in described)
    return Stream(tuple(column[0] for column in described), kinds, _batches(cursor))


def _batches(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[tuple[object, ...]]]:
    while batch := cursor.fetchmany(_AT_A_TIME):
        yield batch


def _checked(cursor: duckdb.DuckDBPyConnection, sql: str) -> str:
    text = tidy(sql)
    explained = _EXPLAIN.match(text)
    body = text[explained.end() :] if explained else text
    try:
        answer = cursor.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [body]).fetchall()
        tables = cursor.execute(
            "SELECT lower(table_name) FROM duckdb_tables() WHERE database_name = ? AND schema_name"
            " = ?",
            [ATTACHED, DATA_SCHEMA],
        ).fetchall()
    except duckdb.Error as error:
        raise mistake(text, str(error)) from error
    tree = json.loads(answer[0][0])
    if tree.get("error"):
        raise _unread(tree, text, body)
    check_tree(tree, frozenset(row[0] for row in tables))
    return text


def _unread(tree: Mapping[str, str], sql: str, body: str) -> QueryFailed:
    if tree.get("error_type") == "not implemented":
        return NotPermitted(
            "Only one statement at a time, and only one that reads.",
            remedy="Ask with SELECT, over the tables in the schema autotask.",
        )
    said = str(tree.get("error_message") or "It cannot be read.")
    place = str(tree.get("position") or "")
    if not place.isdecimal():
        return mistake(sql, said)
    before = body.encode()[: int(place)].decode(errors="ignore")  # it counts bytes
    return mistake(sql, said, at=len(sql) - len(body) + len(before))


@contextmanager
def _guarded(
    cursor: duckdb.DuckDBPyConnection, limits: Limits, sql: str, filling: Filling | None = None
) -> Iterator[None]:
    """Stop a query at its limits, and tell DuckDB's errors in our own."""
    try:
        with Guard(cursor.interrupt, limits, filling) as guard:
            yield
    except duckdb.InterruptException as error:
        raise guard.told() from error
    except duckdb.IOException as error:
        full = None if filling is None else filling.trouble()
        raise full or mistake(sql, str(error)) from error
    except duckdb.OutOfMemoryException as error:
        raise took_too_much(limits.memory_mb) from error
    except duckdb.Error as error:
        raise mistake(sql, str(error)) from error


def _kind(name: str) -> Kind:
    upper = name.upper()
    if upper.startswith(("BOOL",)):
        return Kind.YES_NO
    if any(word in upper for word in _NUMBERS) and not upper.endswith("]") and "(" not in upper[:7]:
        return Kind.NUMBER
    if upper.startswith(("TIMESTAMP", "DATE")):
        return Kind.TIME
    return Kind.TEXT if upper in {"VARCHAR", "STRING", "UUID"} else Kind.OTHER
