"""Builds packages out of plain rows, as the flow would."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from isthmus.warehouse.answering import Limits
from isthmus.warehouse.ports import (
    Brake,
    Column,
    ColumnType,
    Lookup,
    Mode,
    Origin,
    Package,
    PicklistEntry,
    Published,
    RunRecord,
    TableShape,
    Warehouse,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def column(
    name: str, kind: ColumnType = ColumnType.TEXT, origin: Origin = Origin.FIELD, source: str = ""
) -> Column:
    return Column(name, kind, origin, source or name)


def number(name: str) -> Column:
    return column(name, ColumnType.INTEGER)


def picklist(name: str, kind: ColumnType = ColumnType.INTEGER) -> tuple[Column, Column]:
    label = column(name, ColumnType.TEXT, Origin.LABEL)
    return label, column(f"{name}_code", kind, Origin.CODE, name)


def looked_up(
    name: str, key: str, dataset: str, *take: str, kind: ColumnType = ColumnType.TEXT
) -> Column:
    return Column(name, kind, Origin.HYDRATED, lookup=Lookup(key, dataset, take))


def shape(dataset: str, *columns: Column) -> TableShape:
    return TableShape(dataset, (number("id"), *columns))


@dataclass
class Desk:
    """A warehouse and a folder for segments; `publish` takes rows as the vendor sends them."""

    warehouse: Warehouse
    folder: Path
    runs: int = field(default=0)

    def segment(self, *rows: dict[str, Any] | str) -> Path:
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{len(list(self.folder.iterdir())):06}.ndjson"
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("".join(line + "\n" for line in lines))
        return path

    def package(
        self,
        table: TableShape,
        *rows: dict[str, Any] | str,
        segments: Sequence[Path] | None = None,
        mode: Mode = Mode.MERGE,
        labels: Sequence[PicklistEntry] = (),
        deleted: Sequence[int] = (),
        brake: Brake | None = None,
    ) -> Package:
        self.runs += 1
        made = (self.segment(*rows),) if rows else ()
        return Package(
            dataset=table.dataset,
            shape=table,
            segments=made if segments is None else tuple(segments),
            mode=mode,
            run=RunRecord(f"run-{self.runs:04}", NOON, NOON, calls=3),
            watermark=NOON,
            deleted_ids=tuple(deleted),
            picklists=tuple(labels),
            brake=brake or Brake(),
        )

    def publish(self, table: TableShape, *rows: dict[str, Any] | str, **more: Any) -> Published:
        return self.warehouse.publish(self.package(table, *rows, **more))

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(self.warehouse.query(sql).rows)

    def table(self, dataset: str, *names: str) -> list[tuple[object, ...]]:
        wanted = ", ".join(names) or "*"
        return self.rows(f"select {wanted} from autotask.{dataset} order by id")


ASKED = shape(
    "Tickets", column("title"), number("hours"), column("createDate", ColumnType.TIMESTAMP)
)
LIMITS = Limits(rows=1000, seconds=1.0, memory_mb=64)
