"""`sync`, `status`, `query`, `joins` and `preview` on one home, against the simulated Autotask."""

import csv
import io
import os
import pty
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.cli.exits import Exit
from isthmus.state import State
from isthmus.sync.catalog import DATASETS
from isthmus_sim.in_thread import AutotaskSim
from tests.cli.conftest import Run


@pytest.fixture
def connected(home: Path, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ISTHMUS_AUTOTASK_USERNAME", autotask_sim.username)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_SECRET", autotask_sim.secret)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_INTEGRATION_CODE", autotask_sim.integration_code)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_URL", autotask_sim.url)
    return home


@pytest.mark.usefixtures("connected")
def test_named_datasets_are_synced_and_can_be_seen_and_asked(
    isthmus: Run, autotask_sim: AutotaskSim
) -> None:
    companies = autotask_sim.rows("Companies")
    ended = isthmus("sync", "companies", "RESOURCES", "--json")

    assert ended.code == Exit.OK, ended
    assert ended.err == ""
    answer = ended.json()
    assert [found["dataset"] for found in answer["datasets"]] == ["Resources", "Companies"]
    assert answer["status"] == "ok"
    assert answer["datasets"][1]["inserted"] == len(companies)
    assert answer["datasets"][1]["error"] is None
    assert answer["quota"]["limit"] == 10_000
    assert answer["exit"] == 0

    status = isthmus("status", "--json").json()
    held = {found["dataset"]: found["rows"] for found in status["datasets"]}
    assert held["Companies"] == len(companies)
    assert held["Tickets"] is None
    assert status["runs"][0]["run"] == answer["run"]
    assert status["runs"][0]["status"] == "ok"

    listed = isthmus("query", "select id, companyName from autotask.companies order by id").out
    header, *rows = csv.reader(io.StringIO(listed))
    assert header == ["id", "companyName"]
    assert [int(row[0]) for row in rows] == sorted(company["id"] for company in companies)


@pytest.mark.usefixtures("connected")
def test_text_can_be_asked_for_without_a_terminal(isthmus: Run) -> None:
    ended = isthmus("sync", "Resources", "--no-json")

    assert ended.code == Exit.OK
    assert "✓  Resources" in ended.out
    assert "1 of 1 dataset up to date" in ended.out


@pytest.mark.usefixtures("connected")
def test_a_failed_dataset_is_named_and_the_rest_is_done(
    isthmus: Run, autotask_sim: AutotaskSim
) -> None:
    autotask_sim.admin(
        "POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": "Services"}
    )
    ended = isthmus("sync", "Resources", "Services", "--no-json")

    assert ended.code == Exit.PARTIAL
    assert "✓  Resources" in ended.out
    assert "✗  Services" in ended.out
    assert "What to do" in ended.out
    assert "1 of 2 datasets up to date" in ended.out

    alone = isthmus("sync", "Services")
    assert alone.code == alone.json()["exit"] == Exit.UNREADABLE
    assert "Services" in isthmus("status").out


@pytest.mark.usefixtures("connected")
def test_a_query_that_writes_or_fails_is_refused(isthmus: Run) -> None:
    isthmus("sync", "Resources")

    for sql in ("delete from autotask.Resources", "select nonsense from autotask.Resources"):
        ended = isthmus("query", sql)
        assert ended.code == Exit.USAGE
        assert "Traceback" not in ended.err
    counted = isthmus("query", "select count(*) > 0 as any from autotask.Resources").out
    assert counted.split() == ["any", "True"]


@pytest.mark.usefixtures("connected")
def test_joins_as_views_can_be_run_as_they_are(isthmus: Run) -> None:
    isthmus("sync", "Companies", "Contacts", "Resources")
    script = isthmus("joins", "--sql").out

    assert "create schema" in script
    assert '"Contacts_company"' in script


@pytest.mark.usefixtures("connected")
def test_a_preview_shows_records_and_stores_nothing(
    isthmus: Run, autotask_sim: AutotaskSim, connected: Path
) -> None:
    ended = isthmus("preview", "tickets", "--rows", "3", "--json")

    answer = ended.json()
    first = sorted(ticket["id"] for ticket in autotask_sim.rows("Tickets"))[:3]
    assert [row[answer["columns"].index("id")] for row in answer["rows"]] == first
    assert "status_code" in answer["columns"]
    assert isthmus("preview", "tickets", "--rows", "2").out.startswith("Column")
    assert not (connected / "warehouse.duckdb").exists()


@pytest.mark.usefixtures("connected")
def test_a_preview_leaves_out_what_the_table_leaves_out(isthmus: Run) -> None:
    whole = set(isthmus("preview", "tickets", "--rows", "1", "--json").json()["columns"])
    isthmus("dataset", "set", "tickets", "--columns-without", "title,companyID")
    kept = set(isthmus("preview", "tickets", "--rows", "1", "--json").json()["columns"])

    assert {"title", "companyID", "companyName"} <= whole - kept


@pytest.mark.usefixtures("connected")
def test_what_is_kept_is_the_owners_alone_in_a_folder_that_was_there(
    isthmus: Run, home: Path
) -> None:
    assert not home.exists()
    (home / "spool").mkdir(parents=True, mode=0o755)
    (home / "state.db").touch(mode=0o644)
    assert isthmus("sync", "Resources").code == Exit.OK

    assert stat.S_IMODE((home / "spool").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "state.db").stat().st_mode) == 0o600


def test_two_syncs_do_not_meet(isthmus: Run, connected: Path) -> None:
    with State.open(connected / "state.db") as state, state.sole_run():
        ended = isthmus("sync", "Resources")

    assert ended.code == ended.json()["exit"] == Exit.BUSY
    assert "isthmus status" in ended.err


@pytest.fixture
def held_warehouse(connected: Path) -> Iterator[None]:
    """The warehouse in the hands of another process."""
    code = (
        "import duckdb, sys; "
        f"held = duckdb.connect({str(connected / 'warehouse.duckdb')!r}); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def test_while_the_warehouse_is_held_status_still_answers(
    isthmus: Run, connected: Path, request: pytest.FixtureRequest
) -> None:
    isthmus("sync", "Resources")
    request.getfixturevalue("held_warehouse")

    assert isthmus("sync", "Resources").code == Exit.BUSY
    assert isthmus("query", "select 1").code == Exit.BUSY
    shown = isthmus("status")
    assert shown.code == Exit.OK
    assert "when the running sync is done" in shown.out
    assert isthmus("status", "--json").json()["warehouse_busy"] is True
    assert connected.exists()


def test_on_a_terminal_progress_is_shown_and_a_table_stays(connected: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "isthmus", "sync", "Resources", "Companies"]
    environment = {**os.environ, "COLUMNS": "100", "LINES": "40", "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as running:
        os.close(theirs)
        shown = _read_all(ours)
    os.close(ours)

    assert running.returncode == 0, shown
    assert "Reads" in shown
    assert "Calls of the hour, all tools" in shown
    assert "2 of 2 datasets up to date" in shown
    with sqlite3.connect(connected / "state.db") as state:
        assert state.execute("select status from runs").fetchall() == [("ok",)]
    state.close()


def _read_all(terminal: int) -> str:
    shown = b""
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # how a terminal says that the other side is gone
            break
        if not read:
            break
        shown += read
    return shown.decode(errors="replace")


@pytest.mark.usefixtures("connected")
def test_every_dataset_comes_when_none_is_named(isthmus: Run) -> None:
    answer = isthmus("sync").json()

    assert {found["dataset"] for found in answer["datasets"]} == {d.name for d in DATASETS}
    assert answer["status"] == "ok"
    assert isthmus("status").out.count("✓") + isthmus("status").out.count("!  ") >= 22
