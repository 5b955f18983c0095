"""What a run tells of itself, as others read it."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from isthmus.base.errors import Retryable
from isthmus.base.warned import Warned
from isthmus.engine.database import open_database
from isthmus.state.sync import SyncState
from isthmus.sync import noting
from isthmus.sync.noting import Noting, Who
from isthmus.sync.outcomes import DatasetOutcome, SilentObserver
from isthmus.sync.stopping import Stopped, Stops


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(noting, "BEAT", 0.02)
    engine = open_database(tmp_path / "dispatch.db")
    yield SyncState.open(engine)
    engine.dispose()


async def seen(is_so: Any) -> Any:
    end = time.monotonic() + 20
    while not (found := await asyncio.to_thread(is_so)):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
    return found


async def test_phases_are_seen_one_after_another(kept: SyncState) -> None:
    def phase(wanted: str) -> Any:
        return lambda: [one for one in kept.progress() if one.phase == wanted]

    with Noting(SilentObserver(), kept, Stops(), Who("ann", "ask/1")) as run:
        run.run_started("run-1", ["Tickets"])
        (line,) = await seen(phase("queued"))
        assert (line.by, line.asked) == ("ann", "ask/1")
        run.dataset_started("Tickets", "full", 900)
        run.page_read("Tickets", 500, 1)
        run.page_read("Tickets", 0, 2)
        (line,) = await seen(lambda: [one for one in phase("reading")() if one.calls == 3])
        assert (line.rows, line.expected, line.mode) == (500, 900, "full")
        run.waiting(90, 9_000, 10_000)
        (line,) = await seen(phase("waiting"))
        assert 0 < line.waiting_s <= 90
        run.waiting(0, 9_000, 10_000)
        await seen(phase("reading"))
        run.dataset_loading("Tickets")
        await seen(phase("loading"))
        outcome = DatasetOutcome("Tickets", "full", "ok", rows_held=900, scope="a/b", calls=4)
        run.dataset_done(outcome)
        await seen(lambda: not kept.progress())
    line_kept = kept.kept()["Tickets"]
    assert (line_kept.rows, line_kept.scope, line_kept.by) == (900, "a/b", "ann")
    assert line_kept.pace is not None


async def test_what_failed_leaves_what_is_known_of_the_table(kept: SyncState) -> None:
    with Noting(SilentObserver(), kept, Stops(), Who()) as run:
        run.run_started("run-1", ["Tickets"])
        run.dataset_done(DatasetOutcome("Tickets", "full", "ok", rows_held=7, scope="a/"))
    with Noting(SilentObserver(), kept, Stops(), Who("bob")) as run:
        run.run_started("run-2", ["Tickets"])
        run.dataset_done(DatasetOutcome("Tickets", "incremental", "failed", error=Retryable("No.")))
    found = kept.kept()["Tickets"]
    assert (found.rows, found.scope, found.run_id, found.by) == (7, "a/", "run-2", "bob")
    assert found.result.status == "failed"


async def test_a_stop_reaches_the_run_and_no_other_dataset(kept: SyncState) -> None:
    stops = Stops()
    with Noting(SilentObserver(), kept, stops, Who()) as run:
        run.run_started("run-1", ["Tickets", "Tasks"])
        kept.stop(["Tickets"], "ann")
        with pytest.raises(Stopped):
            await asyncio.wait_for(stops.unless_stopped("Tickets", asyncio.sleep(30)), 20)
        assert await stops.unless_stopped("Tasks", asyncio.sleep(0, "done")) == "done"


async def test_the_calls_of_the_hour_are_looked_at_meanwhile_and_at_the_end(
    kept: SyncState,
) -> None:
    looked: list[int] = []
    with Noting(SilentObserver(), kept, Stops(), Who(), lambda: looked.append(1)) as run:
        run.run_started("run-1", [])
        await seen(lambda: looked)
        before = len(looked)
    assert len(looked) > before


async def test_a_warning_that_still_holds_outlasts_a_run_that_is_silent_about_it(
    kept: SyncState,
) -> None:
    told = "status: code 77 has no label in the field's metadata (3 rows)."
    warned = Warned(told, about=("status 77",))
    first = DatasetOutcome("Tickets", "full", "ok", warnings=(warned,))
    for run_id, outcome in (
        ("run-1", first),
        ("run-2", DatasetOutcome("Tickets", "incremental", "ok")),
        ("run-3", DatasetOutcome("Tickets", "incremental", "failed")),
    ):
        with Noting(SilentObserver(), kept, Stops(), Who("ann")) as run:
            run.run_started(run_id, ["Tickets"])
            run.dataset_done(outcome)
        line = kept.kept()["Tickets"]
    assert [(one.text, one.run_id, one.holds) for one in line.earlier] == [(told, "run-1", True)]
    assert line.result.warnings == ()
