"""Refreshes that people ask for, watch and stop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from isthmus.base.clock import utc_now
from isthmus.state import State
from isthmus.state.sync import Progress
from isthmus.sync import extract
from isthmus.sync.catalog import DATASETS
from isthmus.sync.noting import Who
from isthmus.sync.outcomes import SilentObserver
from isthmus.wiring.sync.refreshing import KIND, begin_schedules
from isthmus.wiring.sync.syncing import NoSuchDataset, Syncing, moment_of
from isthmus_sim.in_thread import AutotaskSim
from tests.wiring.homes import Home, until


@pytest.fixture
def home(autotask_sim: AutotaskSim, tmp_path: Path) -> Home:
    return Home(autotask_sim, tmp_path / "home")


@pytest.fixture
def slow(autotask_sim_factory: Callable[..., Any], tmp_path: Path, monkeypatch: Any) -> Home:
    """A home whose tickets come in many slow pages."""
    monkeypatch.setattr(extract, "PAGE_SIZE", 20)
    sim = autotask_sim_factory(tickets=600, companies=12, latency_ms=250)
    return Home(sim, tmp_path / "home")


async def test_all_that_was_asked_for_is_one_run_with_names_filled(home: Home) -> None:
    with home.syncing() as (stores, syncing):
        key = syncing.ask(by="ann")
        assert syncing.ask(by="bob") == key  # it waits already
        async with home.worked(stores):
            await until(lambda: (syncing.asked(key) or 1).state == "done")  # type: ignore[union-attr]
        standing = syncing.standing()
        ask = syncing.asked(key)
    assert [one.name for one in standing] == [dataset.name for dataset in DATASETS]
    assert ask is not None
    assert ask.error == ""
    assert {one.last_run for one in standing} == {ask.run_id}
    assert {one.last_by for one in standing} == {"ann"}
    with home.house() as house:
        held = {table.dataset: table.rows for table in house.warehouse.describe()}
        assert {one.name: one.rows for one in standing} == held
        sql = "select count(*), count(companyName) from autotask.Tickets"
        all_of_them, named = map(int, map(str, house.query(sql).rows[0]))
        assert named >= all_of_them - 2  # a hard case of the simulator has no company
        assert len(house.state.runs(10)) == 1


async def test_progress_is_seen_by_others_while_a_run_goes_and_gone_after_it(slow: Home) -> None:
    seen: list[Progress] = []
    with slow.syncing() as (stores, syncing):
        key = syncing.ask(["tickets"], by="ann")
        async with slow.worked(stores):

            def is_read() -> bool:
                seen.extend(line for line in syncing.progress() if line.phase == "reading")
                return bool(seen and seen[-1].rows)

            await until(is_read)
            standing = syncing.standing_of("Tickets")
            assert standing.is_running
            await until(lambda: syncing.asked(key).state == "done")  # type: ignore[union-attr]
        assert syncing.progress() == ()
    line = seen[-1]
    assert (line.dataset, line.asked, line.by, line.mode) == ("Tickets", key, "ann", "full")
    assert line.expected == 600
    assert line.calls > 0


async def test_a_stopped_refresh_keeps_what_it_read_and_goes_on_behind_it(slow: Home) -> None:
    with slow.syncing() as (stores, syncing):
        syncing.ask(["Tickets"], by="ann")
        async with slow.worked(stores):
            await until(lambda: any(line.rows >= 60 for line in syncing.progress()))
            assert syncing.stop("Tickets", by="bob")
            await until(lambda: not syncing.progress())
            await until(lambda: syncing.standing_of("Tickets").is_stopped)
            standing = syncing.standing_of("Tickets")
            assert standing.resumes
            assert standing.rows is None
            safe = _safe_rows(slow)
            assert 0 < safe < 600
            key = syncing.ask(["Tickets"], by="ann")
            await until(lambda: syncing.asked(key).state == "done")  # type: ignore[union-attr]
        standing = syncing.standing_of("Tickets")
    assert standing.last is not None
    assert standing.last.status == "ok"
    assert standing.rows == 600
    assert standing.last.rows_read <= 600 - safe + 20


async def test_a_stopped_full_read_is_ended_by_the_next_refresh_of_any_kind(slow: Home) -> None:
    with slow.syncing() as (stores, syncing):
        async with slow.worked(stores):
            first = syncing.ask(["Tickets"], by="ann")
            await until(lambda: syncing.asked(first).state == "done")  # type: ignore[union-attr]
            syncing.ask(["Tickets"], full=True, by="ann")
            await until(lambda: any(line.rows >= 60 for line in syncing.progress()))
            syncing.stop(by="ann")
            await until(lambda: syncing.standing_of("Tickets").is_stopped)
            safe = _safe_rows(slow)
            key = syncing.ask(["Tickets"], by="ann")
            await until(lambda: syncing.asked(key).state == "done")  # type: ignore[union-attr]
        last = syncing.standing_of("Tickets").last
    assert last is not None
    assert (last.status, last.mode) == ("ok", "full")
    assert last.rows_read <= 600 - safe + 20


async def test_what_only_waits_is_dropped_by_a_stop(home: Home) -> None:
    with home.syncing() as (stores, syncing):
        key = syncing.ask(["Tickets", "Contacts"], by="ann")
        assert syncing.stop("Tickets", by="ann")
        ask = syncing.asked(key)
        assert ask is not None
        assert ask.wanted == ("Contacts",)
        assert syncing.standing_of("Contacts").is_waiting
        assert syncing.stop(by="ann")
        assert syncing.asks() == ()
        assert stores.agenda.find(KIND, key) is None
        assert not syncing.stop(by="ann")


async def test_a_sync_by_hand_is_seen_and_stopped_like_any_other(slow: Home) -> None:
    class Watcher(SilentObserver):
        def page_read(self, dataset: str, rows: int, calls: int) -> None:
            if rows:
                syncing.stop("Tickets", by="ann")

    with slow.syncing() as (_, syncing), slow.house() as house:
        from isthmus.sync.catalog import dataset_named

        tickets = dataset_named("Tickets")
        assert tickets is not None
        summary = await house.sync([tickets], full=False, observer=Watcher(), who=Who("cli"))
        standing = syncing.standing_of("Tickets")
    assert [one.dataset for one in summary.stopped] == ["Tickets"]
    assert standing.is_stopped
    assert standing.last_by == "cli"
    assert house.state.runs(1)[0].status == "stopped"


async def test_a_run_that_was_killed_is_not_taken_for_one_that_goes_on(home: Home) -> None:
    with home.syncing() as (_, syncing):
        old = utc_now() - timedelta(minutes=1)
        line = Progress("Tickets", "gone", "reading", "full", 5, 9, 1, old, old)
        with home.house() as house:
            house.copying.note_progress("another", [line])
        assert syncing.progress() == ()
        assert not syncing.standing_of("Tickets").is_running


async def test_what_is_due_together_is_refreshed_in_one_run(home: Home) -> None:
    with home.syncing() as (stores, syncing):
        begin_schedules(stores)
        for name in ("Companies", "Contacts", "Tickets"):
            stores.agenda.enqueue(KIND, name)
        async with home.worked(stores):
            await until(lambda: stores.agenda.count() == 0)
        runs = {syncing.standing_of(name).last_run for name in ("Companies", "Contacts", "Tickets")}
    assert len(runs) == 1
    with State.open(home.folder / "state.db") as state:
        assert len(state.runs(10)) == 1


async def test_what_needs_a_person_is_told_and_not_tried_again_at_once(home: Home) -> None:
    home.sim.admin(
        "POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": "Contacts"}
    )
    with home.syncing() as (stores, syncing):
        key = syncing.ask(["Contacts", "Companies"], by="ann")
        async with home.worked(stores):
            await until(lambda: syncing.asked(key).state == "done")  # type: ignore[union-attr]
        ask = syncing.asked(key)
        assert ask is not None
        assert "Security Levels" in ask.error
        told = syncing.standing_of("Contacts").last
        assert told is not None
        assert told.error is not None
        assert told.error.remedy
        assert syncing.standing_of("Companies").last.status == "ok"  # type: ignore[union-attr]


async def _done(syncing: Syncing, key: str) -> None:
    await until(lambda: (found := syncing.asked(key)) is not None and found.state == "done")


async def test_what_is_through_no_longer_waits_while_the_rest_goes_on(slow: Home) -> None:
    with slow.syncing() as (stores, syncing):
        key = syncing.ask(["Services", "Tickets"], by="ann")
        async with slow.worked(stores):
            await until(lambda: any(line.rows >= 60 for line in syncing.progress()))
            await until(lambda: syncing.standing_of("Services").rows is not None)
            ask = syncing.asked(key)
            assert ask is not None
            assert ask.state == "running"
            assert not syncing.standing_of("Services").is_waiting
            syncing.stop(by="ann")
            await until(lambda: not syncing.progress())


async def test_a_brake_that_holds_is_released_once_by_a_person(home: Home) -> None:
    with home.syncing() as (stores, syncing):
        async with home.worked(stores):
            await _done(syncing, syncing.ask(["Tickets"], by="ann"))
            before = syncing.standing_of("Tickets").rows
            hidden = {"kind": "permission_lost", "entity": "Tickets", "mode": "hide", "share": 0.7}
            home.sim.admin("POST", "faults", hidden)
            await _done(syncing, syncing.ask(["Tickets"], full=True, by="ann"))
            held = syncing.standing_of("Tickets")
            assert held.is_braked
            assert held.rows == before
            release = syncing.ask(["Tickets"], full=True, release_brake=True, by="bob")
            await _done(syncing, release)
            released = syncing.standing_of("Tickets")
    assert not released.is_braked
    assert released.rows is not None
    assert before is not None
    assert 0 < released.rows < before / 2
    assert released.last_by == "bob"


async def test_what_changed_since_a_day_is_read_again_and_no_more(home: Home) -> None:
    with home.syncing() as (stores, syncing):
        async with home.worked(stores):
            await _done(syncing, syncing.ask(["Tickets"], by="ann"))
        with home.house() as house:
            sql = "select id, lastActivityDate from autotask.Tickets order by lastActivityDate"
            rows = house.query(sql).rows
        middle = rows[len(rows) // 2][1]
        assert isinstance(middle, datetime)
        with duckdb.connect(str(home.folder / "warehouse.duckdb")) as file:
            file.execute("update autotask.Tickets set title = 'spoiled'")
        async with home.worked(stores):
            await _done(syncing, syncing.ask(["Tickets"], by="ann"))
            await _done(syncing, syncing.ask(["Tickets"], since=middle, by="ann"))
        last = syncing.standing_of("Tickets").last
        assert last is not None
        assert last.mode == "incremental"
        assert len(rows) / 3 < last.rows_read < len(rows)
    with home.house() as house:
        sql = "select max(lastActivityDate) from autotask.Tickets where title = 'spoiled'"
        left = house.query(sql).rows[0][0]
    assert isinstance(left, datetime)
    assert left < middle


def test_standing_is_answered_while_the_warehouse_is_held(home: Home) -> None:
    with home.syncing() as (stores, syncing), home.house() as house:
        begin_schedules(stores)
        assert house.warehouse is not None
        found = syncing.standing()
    assert len(found) == 22
    tickets = next(one for one in found if one.name == "Tickets")
    assert tickets.schedule == "every 15 minutes"
    assert tickets.next_at is not None
    assert tickets.title == "Tickets"
    assert next(one for one in found if one.name == "Resources").schedule.startswith("every day at")


def test_a_name_that_is_none_is_refused(home: Home) -> None:
    with home.syncing() as (_, syncing), pytest.raises(NoSuchDataset):
        syncing.ask(["Tickts"], by="ann")


def _safe_rows(home: Home) -> int:
    with State.open(home.folder / "state.db") as state:
        return sum(
            segment.rows
            for found in state.open_extractions()
            for segment in state.segments(found.id)
        )


def test_a_moment_is_read_as_a_person_writes_it_or_refused() -> None:
    assert moment_of("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)
    assert moment_of("2026-11-01T09:30+02:00") == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    for wrong in ("soon", "2026-13-01", "0001-01-01T00:00+14:00"):
        with pytest.raises(ValueError):  # noqa: PT011 - the doors say it in words of their own
            moment_of(wrong)
