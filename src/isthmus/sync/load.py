"""The second half of a refresh: records on disk become rows, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from msgspec import DecodeError, json

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.base.warned import Warned
from isthmus.sync.reading import Reading
from isthmus.sync.rules.reconcile import (
    reconcile,
    spelled_as_received,
    undescribed_fields,
    undescribed_udfs,
)
from isthmus.sync.rules.schema import picklist_entries, plan_shape
from isthmus.sync.rules.without import columns_emptied
from isthmus.warehouse.ports import Brake, Mode, Package, Published, RunRecord, Warehouse


@dataclass(frozen=True, slots=True)
class _Seen:
    """The names that records carry, of fields and of user-defined fields, by example."""

    fields: tuple[str, ...]
    udfs: tuple[str, ...]


def load(warehouse: Warehouse, reading: Reading, run: RunRecord, brake: Brake) -> Published:
    """
    Publish what was read, with the watermark and the record of the run.

    Raises: TooManyRemovals and the warehouse's other errors; the table is unchanged then.
    """
    package = pack(warehouse, reading, run, brake)
    published = warehouse.publish(package)
    return replace(published, warnings=(*package.run.warnings, *published.warnings))


def pack(warehouse: Warehouse, reading: Reading, run: RunRecord, brake: Brake) -> Package:
    """Put together what one publication needs: the shape above all."""
    dataset = reading.dataset
    known = warehouse.known_columns(dataset.name)
    seen = _seen(reading.segments)
    fields = spelled_as_received(reading.fields, seen.fields, known)
    strange = undescribed_fields(seen.fields, fields)
    strange_udfs = undescribed_udfs(seen.udfs, reading.udfs)
    all_fields, all_udfs = (*fields, *strange), (*reading.udfs, *strange_udfs)
    warnings = (*run.warnings, *_drift(strange, strange_udfs))
    return Package(
        dataset=dataset.name,
        shape=reconcile(known, plan_shape(dataset, all_fields, all_udfs, known)),
        segments=reading.segments,
        mode=Mode.MERGE if reading.mode == "incremental" else Mode.REPLACE,
        run=replace(run, warnings=warnings),
        watermark=reading.server_started_at,
        deleted_ids=reading.deleted_ids,
        picklists=picklist_entries(all_fields, all_udfs),
        brake=brake if reading.brake is None else reading.brake,
        emptied=columns_emptied(known, reading.left_out),
    )


def _seen(segments: Sequence[Path]) -> _Seen:
    """Look at the first record of every segment: the vendor sends every row with all its fields."""
    fields: dict[str, None] = {}
    udfs: dict[str, None] = {}
    for segment in segments:
        record = _first_record(segment)
        fields.update(dict.fromkeys(record))
        udfs.update(dict.fromkeys(_udf_names(record.get("userDefinedFields"))))
    return _Seen(tuple(fields), tuple(udfs))


def _first_record(segment: Path) -> dict[str, Any]:
    with segment.open("rb") as lines:
        line = lines.readline()
    try:
        record = json.decode(line)
    except DecodeError:
        return {}
    return record if isinstance(record, dict) else {}


def _udf_names(value: object) -> Iterable[str]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            yield item["name"]


def _drift(fields: Sequence[FieldInfo], udfs: Sequence[UdfInfo]) -> tuple[Warned, ...]:
    names = [field.name for field in fields] + [udf.name for udf in udfs]
    if not names:
        return ()
    text = f"Records carry what the field metadata does not name, kept as text: {names}."
    return (Warned(text, about=tuple(name.lower() for name in names)),)
