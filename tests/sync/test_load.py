"""Records on disk become a table shaped by the vendor's metadata."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.base.warned import Warned
from isthmus.sync.catalog import DATASETS
from isthmus.sync.load import load
from isthmus.sync.outcomes import Mode
from isthmus.sync.reading import Reading
from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.ports import Brake, Published, RunRecord, TooManyRemovals, Warehouse

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TICKETS = next(d for d in DATASETS if d.name == "Tickets")


def field(
    name: str, data_type: str = "string", picklist: tuple[PicklistValue, ...] | None = None
) -> FieldInfo:
    return FieldInfo(name, data_type, 0, False, False, True, None, picklist, None)


FIELDS = (
    field("id", "long"),
    field("title"),
    field("problemTicketID", "integer"),
    field("status", "integer", (PicklistValue("1", "New", True, True, 0, None),)),
)


@dataclass
class Shore:
    warehouse: Warehouse
    folder: Path
    fields: Sequence[FieldInfo] = FIELDS
    udfs: Sequence[UdfInfo] = ()
    runs: int = 0

    def load(self, *rows: dict[str, Any], mode: Mode = "full", **more: Any) -> Published:
        self.runs += 1
        segment = self.folder / f"{self.runs}.ndjson"
        segment.write_text("".join(json.dumps(row) + "\n" for row in rows))
        reading = Reading(
            dataset=TICKETS,
            mode=mode,
            server_started_at=NOON,
            segments=(segment,) if rows else (),
            fields=self.fields,
            udfs=self.udfs,
            deleted_ids=more.get("deleted", ()),
            warnings=(Warned("Texts: 2 NUL character(s), which no text needs, taken out."),),
        )
        run = RunRecord(f"r{self.runs}", NOON, NOON, 7, reading.warnings)
        return load(self.warehouse, reading, run, Brake())

    def rows(self, names: str = "*") -> list[tuple[object, ...]]:
        return list(self.warehouse.query(f"select {names} from autotask.Tickets order by id").rows)


@pytest.fixture
def shore(tmp_path: Path) -> Iterator[Shore]:
    warehouse = DuckDBWarehouse.open(tmp_path / "warehouse.duckdb", spool=tmp_path)
    yield Shore(warehouse, tmp_path)
    warehouse.close()


def test_what_was_read_is_published_with_labels_and_watermark(shore: Shore) -> None:
    done = shore.load({"id": 1, "title": "a", "problemTicketID": None, "status": 1})

    assert done.inserted == 1
    assert shore.rows("id, title, status, status_code") == [(1, "a", "New", 1)]
    mark = shore.warehouse.watermark("Tickets")
    assert mark is not None
    assert mark.at == NOON


def test_warnings_of_the_reading_and_of_the_publication_are_told_and_stored(shore: Shore) -> None:
    done = shore.load({"id": 1, "status": 99})

    assert len(done.warnings) == 2
    stored = shore.warehouse.query("select warning from isthmus.warnings order by position").rows
    assert [row[0] for row in stored] == [warning.text for warning in done.warnings]


def test_a_field_spelled_differently_in_records_is_read_all_the_same(shore: Shore) -> None:
    shore.load({"id": 1, "problemTicketId": 42})

    assert shore.rows("problemTicketID") == [(42,)]


def test_what_metadata_does_not_name_is_kept_and_told(shore: Shore) -> None:
    done = shore.load(
        {"id": 1, "novel": 1.5, "userDefinedFields": [{"name": "Ghost", "value": "boo"}]}
    )

    assert shore.rows("novel, udf_Ghost") == [("1.5", "boo")]
    assert any("novel" in warning.text and "Ghost" in warning.text for warning in done.warnings)


def test_a_full_reading_replaces_and_an_incremental_one_merges(shore: Shore) -> None:
    shore.load({"id": 1}, {"id": 2})

    assert shore.load({"id": 3}, mode="incremental", deleted=(1,)).deleted == 1
    assert [row[0] for row in shore.rows("id")] == [2, 3]
    assert shore.load({"id": 3}).deleted == 1
    assert [row[0] for row in shore.rows("id")] == [3]


def test_a_reading_that_would_remove_too_much_is_refused(shore: Shore) -> None:
    shore.load(*({"id": n} for n in range(100)))

    with pytest.raises(TooManyRemovals):
        shore.load({"id": 1})

    assert len(shore.rows()) == 100


def test_new_fields_appear_and_names_never_move(shore: Shore) -> None:
    shore.udfs = (UdfInfo("My field", "My field", "string", None),)
    shore.load({"id": 1, "userDefinedFields": [{"name": "My field", "value": "x"}]})
    shore.udfs = (UdfInfo("My-field", "My-field", "string", None), *shore.udfs)
    shore.fields = (*FIELDS, field("source", "integer"))

    done = shore.load(
        {
            "id": 1,
            "source": 4,
            "userDefinedFields": [
                {"name": "My-field", "value": "y"},
                {"name": "My field", "value": "x"},
            ],
        },
        mode="incremental",
    )

    assert done.added == ("source", "udf_My_field_2")
    assert shore.rows("source, udf_My_field, udf_My_field_2") == [(4, "x", "y")]


def test_a_reading_without_records_keeps_the_table_and_moves_the_watermark(shore: Shore) -> None:
    shore.load({"id": 1, "title": "a", "problemTicketId": 5})

    shore.load(mode="incremental")

    assert shore.rows("title, problemTicketID") == [("a", 5)]
    mark = shore.warehouse.watermark("Tickets")
    assert mark is not None
    assert mark.run_id == "r2"
