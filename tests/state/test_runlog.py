"""The log of runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.state import ErrorNote, RunDataset, State, StateBroken, StateBusy

COMPANIES = RunDataset(
    "Companies",
    "incremental",
    "ok",
    rows_read=12,
    inserted=3,
    updated=4,
    deleted=1,
    unchanged=5,
    calls=2,
    seconds=1.25,
    warnings=("status: code 17 is unknown (2 rows)", "Zürich"),
)
TICKETS = RunDataset(
    "Tickets", "full", "failed", error=ErrorNote("PermissionDenied", "what", "where", "remedy")
)


def test_a_run_is_running_until_it_is_finished(state: State) -> None:
    with state.sole_run():
        state.start_run("r1", ["Companies", "Tickets"])
        (run,) = state.runs()
    assert (run.id, run.status, run.finished_at) == ("r1", "running", None)
    assert run.wanted == ("Companies", "Tickets")

    state.finish_run("r1", calls=7, quota_used=120, quota_limit=10_000)
    (run,) = state.runs()
    assert run.status == "ok"
    assert run.finished_at is not None
    assert run.finished_at >= run.started_at
    assert (run.calls, run.quota_used, run.quota_limit) == (7, 120, 10_000)


def test_results_come_back_as_they_were_recorded_in_that_order(state: State) -> None:
    state.start_run("r1", ["Tickets", "Companies"])
    state.record_dataset("r1", TICKETS)
    state.record_dataset("r1", COMPANIES)

    assert state.runs()[0].datasets == (TICKETS, COMPANIES)


def test_a_result_recorded_again_is_replaced(state: State) -> None:
    state.start_run("r1", ["Tickets"])
    state.record_dataset("r1", TICKETS)
    better = RunDataset("Tickets", "full", "ok", rows_read=9)
    state.finish_run("r1", [better])

    (run,) = state.runs()
    assert run.datasets == (better,)
    assert run.status == "ok"


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([], "ok"),
        ([COMPANIES], "ok"),
        ([TICKETS], "failed"),
        ([COMPANIES, TICKETS], "partial"),
    ],
)
def test_the_status_of_a_run_follows_from_its_datasets(
    state: State, results: list[RunDataset], status: str
) -> None:
    state.start_run("r1", ["Companies", "Tickets"])
    state.finish_run("r1", results)

    assert state.runs()[0].status == status


def test_the_latest_runs_come_first_and_only_as_many_as_asked_for(state: State) -> None:
    for number in range(4):
        state.start_run(f"r{number}", [])

    assert [run.id for run in state.runs(limit=2)] == ["r3", "r2"]


def test_only_one_run_at_a_time(state: State) -> None:
    with (
        state.sole_run(),
        State.open(state.path) as other,
        pytest.raises(StateBusy, match="Another sync"),
        other.sole_run(),
    ):
        raise AssertionError("two at once")

    with state.sole_run():
        state.start_run("r1", [])


def test_a_run_that_never_ended_is_interrupted_from_then_on(state: State) -> None:
    with state.sole_run():
        state.start_run("killed", ["Tickets"])
    assert state.runs()[0].status == "interrupted"

    with state.sole_run():
        assert state.runs()[0].status == "interrupted"


def test_a_run_whose_process_was_killed_is_interrupted(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from isthmus.state import State\n"
        f"state = State.open(Path({str(tmp_path / 'state.db')!r}))\n"
        "with state.sole_run():\n"
        "    state.start_run('r1', ['Tickets']); print('on', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"on\n"
        with State.open(tmp_path / "state.db") as state:
            assert state.runs()[0].status == "running"
            running.kill()
            running.wait()
            assert state.runs()[0].status == "interrupted"


def test_looking_whether_a_run_is_going_makes_no_lock(state: State) -> None:
    state.start_run("r1", [])

    assert state.runs()[0].status == "interrupted"
    assert not state.path.with_name("run.lock").exists()


def test_a_lock_that_cannot_be_used_is_not_taken_for_another_run(state: State) -> None:
    state.path.with_name("run.lock").mkdir()

    with pytest.raises(StateBroken, match="lock"), state.sole_run():
        raise AssertionError("it began")
