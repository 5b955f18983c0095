"""Commands that only show what is known anyway."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from isthmus.base.warned import Warned
from isthmus.cli import look
from isthmus.sync.catalog import DATASETS, JOINS
from isthmus.sync.noting import Noting, Who
from isthmus.sync.outcomes import DatasetOutcome, SilentObserver
from isthmus.sync.stopping import Stops
from isthmus.wiring.build import House
from isthmus.wiring.environment.config import load_config
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


def test_status_shows_what_an_earlier_run_warned_of_that_is_still_so(
    isthmus: Run, home: Path
) -> None:
    text = "status: code 77 has no label in the field's metadata (3 rows)."
    told = DatasetOutcome("Tickets", "full", "ok", warnings=(Warned(text, about=("status 77",)),))
    silent = DatasetOutcome("Tickets", "incremental", "ok")

    async def runs() -> None:
        with House(load_config({"ISTHMUS_HOME": str(home)})) as house:
            for run_id, outcome in (("run-1", told), ("run-2", silent)):
                with Noting(SilentObserver(), house.copying, Stops(), Who("ann")) as run:
                    run.run_started(run_id, ["Tickets"])
                    run.dataset_done(outcome)

    asyncio.run(runs())

    shown = isthmus("status").out
    assert "1 warning" in shown
    assert "code 77 has no label" in shown
    (tickets,) = (
        found
        for found in isthmus("status", "--json").json()["datasets"]
        if found["dataset"] == "Tickets"
    )
    assert tickets["warnings"] == [text]


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
