"""Commands that only show what is known anyway."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from isthmus.cli import look
from isthmus.sync.catalog import DATASETS, JOINS
from tests.cli.conftest import Run


def test_datasets_lists_all_22(isthmus: Run) -> None:
    shown = isthmus("datasets").out
    answer = isthmus("datasets", "--json").json()

    assert len(DATASETS) == 22
    assert all(f"\n{dataset.name} " in f"\n{shown}" for dataset in DATASETS)
    assert [found["dataset"] for found in answer["datasets"]] == [d.name for d in DATASETS]
    assert answer["datasets"][0]["table"] == "autotask.Resources"


def test_joins_come_as_table_diagram_and_json(isthmus: Run) -> None:
    assert "Companies.id" in isthmus("joins").out

    diagram = isthmus("joins", "--mermaid").out.splitlines()
    assert diagram[0] == "erDiagram"
    assert "    Companies ||--o{ Tickets : companyID" in diagram
    assert len(diagram) == len(JOINS) + 1

    assert len(isthmus("joins", "--json").json()["joins"]) == len(JOINS)


def test_status_of_a_fresh_home_says_what_to_do_first(isthmus: Run) -> None:
    ended = isthmus("status")

    assert ended.code == 0
    assert "isthmus connect autotask" in ended.out
    assert "isthmus connect fieldnation" in ended.out
    assert ended.out.count("never read") == 22

    answer = isthmus("status", "--json").json()
    assert answer["connected"] is False
    assert answer["fieldnation_connected"] is False
    assert answer["runs"] == []
    assert {found["rows"] for found in answer["datasets"]} == {None}


ROW = (1, None, Decimal("12.50"), datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "a,\n“b”", True)


def test_a_table_for_people_keeps_a_row_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    look.show_answer(("n", "x", "price", "at", "text", "on"), (ROW,), "table")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert " ".join(lines[1].split()) == "1 null 12.50 2026-03-29 01:00:00Z a, “b” True"
    assert lines[2] == "1 row"


def test_csv_keeps_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    look.show_answer(("n", "x", "price", "at", "text", "on"), (ROW,), "csv")

    header, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["n", "x", "price", "at", "text", "on"]
    assert row == ["1", "", "12.50", "2026-03-29 01:00:00+00:00", "a,\n“b”", "True"]


def test_an_answer_without_rows_still_names_its_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    look.show_answer(("n",), (), "table")

    assert capsys.readouterr().out.split() == ["n", "0", "rows"]
