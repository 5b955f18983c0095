"""
What Isthmus notes in the warehouse, in the schema `isthmus`: readable by whoever reads the tables.

Columns and where they come from, labels, watermarks, runs with their warnings, lines set aside.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from isthmus.warehouse.dialect import DATA_SCHEMA, NOTES_SCHEMA
from isthmus.warehouse.labelling import RULES
from isthmus.warehouse.ports import (
    Column,
    ColumnType,
    Lookup,
    Origin,
    PicklistEntry,
    Published,
    RunRecord,
    TableShape,
    WarehouseBroken,
    Watermark,
)
from isthmus.warehouse.session import Session

LAYOUT = 1
_AT_A_TIME = 200
_TABLES: dict[str, str] = {
    "layout": "version BIGINT",
    "tables": "dataset VARCHAR, version BIGINT, hydrated_from VARCHAR",
    "columns": (
        "dataset VARCHAR, position BIGINT, name VARCHAR, origin VARCHAR, source VARCHAR,"
        " type VARCHAR, lookup VARCHAR, is_live BOOLEAN, is_long BOOLEAN"
    ),
    "picklists": ("dataset VARCHAR, field VARCHAR, code VARCHAR, label VARCHAR, is_active BOOLEAN"),
    "watermarks": "dataset VARCHAR, watermark TIMESTAMPTZ, run_id VARCHAR",
    "runs": (
        "dataset VARCHAR, run_id VARCHAR, mode VARCHAR, started_at TIMESTAMPTZ,"
        " finished_at TIMESTAMPTZ, calls BIGINT, received BIGINT, inserted BIGINT,"
        " updated BIGINT, deleted BIGINT, unchanged BIGINT, duplicates BIGINT, quarantined BIGINT"
    ),
    "warnings": "dataset VARCHAR, run_id VARCHAR, position BIGINT, warning VARCHAR",
    "quarantine": "dataset VARCHAR, run_id VARCHAR, reason VARCHAR, raw VARCHAR",
}


_COLUMN = "name, type, origin, source, lookup, is_live, is_long"


class Ledger:
    """Reads and writes the notes over one session; the caller holds the transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._dialect = session.dialect

    def prepare(self) -> None:
        """Make both schemas and our tables where they are missing."""
        d = self._dialect
        for schema in (DATA_SCHEMA, NOTES_SCHEMA):
            self._session.run(f"CREATE SCHEMA IF NOT EXISTS {d.name(schema)}")
        for table, columns in _TABLES.items():
            self._session.run(f"CREATE TABLE IF NOT EXISTS {d.note(table)} ({columns})")
        self.check_layout()

    def check_layout(self) -> None:
        """Insist on a layout we know; note it where none is noted yet."""
        layouts = self._session.fetch(f"SELECT version FROM {self._dialect.note('layout')}")
        if not layouts:
            self._insert("layout", [(LAYOUT,)])
        elif layouts[0][0] > LAYOUT:
            raise WarehouseBroken(
                f"This warehouse was laid out by a newer Isthmus (layout {layouts[0][0]}).",
                remedy="Update Isthmus, or name another warehouse.",
            )

    def columns(self, dataset: str) -> tuple[Column, ...]:
        """Return a table's columns in order."""
        rows = self._session.fetch(
            f"SELECT {_COLUMN} FROM {self._dialect.note('columns')} WHERE dataset = ?"
            " ORDER BY position",
            [dataset],
        )
        return tuple(_column(row) for row in rows)

    def all_columns(self) -> dict[str, tuple[Column, ...]]:
        """Return every table's columns in order, by dataset."""
        rows = self._session.fetch(
            f"SELECT dataset, {_COLUMN} FROM {self._dialect.note('columns')}"
            " ORDER BY dataset, position"
        )
        found: dict[str, list[Column]] = {}
        for dataset, *row in rows:
            found.setdefault(dataset, []).append(_column(row))
        return {dataset: tuple(columns) for dataset, columns in found.items()}

    def save_columns(self, shape: TableShape) -> None:
        """Note a table's columns."""
        self._clear("columns", shape.dataset)
        self._insert(
            "columns",
            [
                (
                    shape.dataset,
                    position,
                    c.name,
                    c.origin.value,
                    c.source,
                    c.type.value,
                    msgspec.json.encode(c.lookup).decode() if c.lookup else None,
                    c.is_live,
                    c.is_long,
                )
                for position, c in enumerate(shape.columns)
            ],
        )

    def available(self) -> dict[str, dict[str, ColumnType]]:
        """Return, for each dataset there is a table of, its columns (lower case) and types."""
        rows = self._session.fetch(
            f"SELECT dataset, name, type FROM {self._dialect.note('columns')}"
        )
        found: dict[str, dict[str, ColumnType]] = {}
        for dataset, name, kind in rows:
            found.setdefault(dataset, {})[name.lower()] = ColumnType(kind)
        return found

    def picklists(self, dataset: str) -> tuple[PicklistEntry, ...]:
        """Return a dataset's labels."""
        rows = self._session.fetch(
            f"SELECT field, code, label, is_active FROM {self._dialect.note('picklists')}"
            " WHERE dataset = ? ORDER BY field, code",
            [dataset],
        )
        return tuple(PicklistEntry(*row) for row in rows)

    def save_picklists(self, shape: TableShape, entries: Sequence[PicklistEntry]) -> None:
        """Note the labels metadata gives; those of fields it no longer names stay as they were."""
        live = {c.source for c in shape.columns if c.is_live}
        before = self.picklists(shape.dataset)
        kept = {(e.field, e.code): e for e in before if e.field not in live}
        wanted = kept | {(e.field, e.code): e for e in entries}
        if set(wanted.values()) == set(before):
            return
        self._clear("picklists", shape.dataset)
        self._insert(
            "picklists",
            [(shape.dataset, e.field, e.code, e.label, e.is_active) for e in wanted.values()],
        )

    def watermark(self, dataset: str) -> Watermark | None:
        """Return where the next refresh starts."""
        rows = self._session.fetch(
            f"SELECT dataset, watermark, run_id FROM {self._dialect.note('watermarks')}"
            " WHERE dataset = ?",
            [dataset],
        )
        return Watermark(*rows[0]) if rows else None

    def all_watermarks(self) -> dict[str, Watermark]:
        """Return where the next refresh of each dataset starts."""
        rows = self._session.fetch(
            f"SELECT dataset, watermark, run_id FROM {self._dialect.note('watermarks')}"
        )
        return {row[0]: Watermark(*row) for row in rows}

    def save_watermark(self, dataset: str, at: datetime, run_id: str) -> None:
        """Move the watermark."""
        self._clear("watermarks", dataset)
        self._insert("watermarks", [(dataset, at, run_id)])

    def save_run(self, mode: str, run: RunRecord, published: Published) -> None:
        """Note what one run did to a table; the same run noted twice counts once."""
        for table in ("runs", "warnings"):
            self._session.run(
                f"DELETE FROM {self._dialect.note(table)} WHERE dataset = ? AND run_id = ?",
                [published.dataset, run.run_id],
            )
        p = published
        counts = (p.received, p.inserted, p.updated, p.deleted, p.unchanged)
        more = (p.duplicates, p.quarantined)
        times = (run.started_at, run.finished_at, run.calls)
        self._insert("runs", [(p.dataset, run.run_id, mode, *times, *counts, *more)])
        told = [*run.warnings, *p.warnings]
        lines = [(p.dataset, run.run_id, n, one.text) for n, one in enumerate(told)]
        self._insert("warnings", lines)

    def last_runs(self) -> dict[str, RunRecord]:
        """Return the last run noted for each table."""
        d = self._dialect
        last = (
            "SELECT dataset, run_id, started_at, finished_at, calls, row_number() OVER (PARTITION"
            f" BY dataset ORDER BY finished_at DESC, run_id DESC) AS place FROM {d.note('runs')}"
        )
        rows = self._session.fetch(
            f"SELECT dataset, run_id, started_at, finished_at, calls FROM ({last}) AS runs"
            " WHERE place = 1"
        )
        return {row[0]: RunRecord(*row[1:]) for row in rows}

    def set_aside(self, dataset: str, run_id: str, lines: Sequence[tuple[str, str]]) -> None:
        """Keep lines that could not be read: (reason, raw)."""
        self._insert("quarantine", [(dataset, run_id, *line) for line in lines])

    def version(self, dataset: str) -> tuple[int, str]:
        """Return how often a table has changed, and what its look-ups were last filled from."""
        rows = self._session.fetch(
            f"SELECT version, hydrated_from FROM {self._dialect.note('tables')} WHERE dataset = ?",
            [dataset],
        )
        return (rows[0][0], rows[0][1]) if rows else (0, "")

    def versions(self) -> dict[str, int]:
        """Return how often each table there is has changed."""
        rows = self._session.fetch(
            f"SELECT dataset, version FROM {self._dialect.note('tables')} WHERE hydrated_from <> ''"
        )
        return {dataset: int(version) for dataset, version in rows}

    def save_version(self, dataset: str, version: int, hydrated_from: str) -> None:
        """Note that a table has changed, or what its look-ups were filled from."""
        self._clear("tables", dataset)
        self._insert("tables", [(dataset, version, hydrated_from)])

    def forget(self, dataset: str) -> None:
        """Forget a table that is gone, but for its runs, warnings, and how often it changed."""
        version, _ = self.version(dataset)
        for table in ("tables", "columns", "picklists", "watermarks"):
            self._clear(table, dataset)
        if version:  # one of that name that is made later must not be taken for it
            self.save_version(dataset, version + 1, "")

    def sources_of(self, shape: TableShape) -> str:
        """Return a mark that changes whenever a label or a table looked up may have changed."""
        digest = hashlib.sha256(str(RULES).encode())
        for column in shape.columns:
            digest.update(repr((column.name, column.type, column.lookup)).encode())
        digest.update(repr(self.picklists(shape.dataset)).encode())
        for dataset in sorted({c.lookup.dataset for c in shape.columns if c.lookup}):
            digest.update(repr((dataset, self.version(dataset)[0])).encode())
        return digest.hexdigest()

    def _clear(self, table: str, dataset: str) -> None:
        self._session.run(f"DELETE FROM {self._dialect.note(table)} WHERE dataset = ?", [dataset])

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        for start in range(0, len(rows), _AT_A_TIME):
            part = rows[start : start + _AT_A_TIME]
            marks = "(" + ", ".join("?" * len(part[0])) + ")"
            self._session.run(
                f"INSERT INTO {self._dialect.note(table)} VALUES {', '.join([marks] * len(part))}",
                [value for row in part for value in row],
            )


def _column(row: Sequence[Any]) -> Column:
    name, kind, origin, source, lookup, is_live, is_long = row
    return Column(
        name=name,
        type=ColumnType(kind),
        origin=Origin(origin),
        source=source,
        lookup=msgspec.json.decode(lookup, type=Lookup) if lookup else None,
        is_live=is_live,
        is_long=is_long,
    )
