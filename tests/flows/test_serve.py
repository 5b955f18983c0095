"""`isthmus serve` as a process of its own: what it does by itself, and how it ends."""

import asyncio
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from isthmus.cli.exits import Exit
from isthmus.engine import Every, Schedule
from isthmus.state import RunRecord
from isthmus.wiring import simulated
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.sync.refreshing import KIND, PREFIX
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Shores, until
from tests.flows.serving import begun, serving


@pytest.fixture
def shores(autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path) -> Shores:
    more = {"ISTHMUS_LISTEN": "127.0.0.1:0", "ISTHMUS_SWEEP_S": "5", "ISTHMUS_LOG": "info"}
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "home", more=more)
    made.settle_switches()
    return made


@contextmanager
def stores_of(shores: Shores) -> Iterator[Stores]:
    with shores.house() as house, Stores.open(house) as stores:
        yield stores


async def test_it_dispatches_by_itself_and_ends_cleanly_when_asked(shores: Shores) -> None:
    with stores_of(shores) as stores:
        _enable(stores)
        async with serving(shores.environment, "--no-refresh") as (process, doors):
            assert await asyncio.to_thread(_health, doors) == 200
            await until(lambda: stores.state.mark("swept/autotask") is not None)
            for ticket in shores.fit_tickets(2):
                await asyncio.to_thread(shores.send_out, ticket["id"])
            await until(lambda: len(shores.orders()) == 2)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 30) == 0
        assert [sign for sign in stores.agenda.signs() if not sign.gone] == []


async def test_a_refresh_survives_kills_is_caught_up_once_and_never_overlaps_itself(
    shores: Shores,
) -> None:
    with stores_of(shores) as stores, shores.house() as house:
        stores.state.save_mark("schedules begun", "yes")  # only the one of this test
        beat = Every(timedelta(seconds=2))
        stores.agenda.schedule(Schedule(f"{PREFIX}Departments", KIND, "Departments", beat))
        for _ in range(2):
            before = len(_ended(house.state.runs(50)))
            async with serving(shores.environment, "--no-doors", "--no-dispatch") as (process, _):
                await until(lambda: len(_ended(house.state.runs(50))) > before)  # noqa: B023
                process.kill()
            await asyncio.sleep(5)  # several beats go by while nothing runs
        runs = _ended(house.state.runs(50))
        for earlier, later in zip(runs[1:], runs, strict=False):
            assert earlier.finished_at is not None
            assert earlier.finished_at <= later.started_at
        waiting = [one for one in stores.agenda.waiting() if one.kind == KIND]
        assert len(waiting) <= 1


async def test_what_a_refresh_saw_change_is_dispatched_without_a_sweep(shores: Shores) -> None:
    shores.more["ISTHMUS_SWEEP_S"] = "86400"
    with stores_of(shores) as stores:
        _enable(stores)
        stores.state.save_mark("schedules begun", "yes")
        beat = Every(timedelta(seconds=2))
        stores.agenda.schedule(Schedule(f"{PREFIX}Tickets", KIND, "Tickets", beat))
        async with serving(shores.environment, "--no-doors"):
            await until(lambda: stores.state.mark("mirrored/Tickets") is not None)
            await until(lambda: stores.state.mark("swept/autotask") is not None)
            ticket = shores.fit_tickets(1)[0]["id"]
            await asyncio.to_thread(shores.send_out, ticket)
            await until(lambda: len(shores.orders()) == 1)
        told = [one.source for one in stores.inbox.search(f"Tickets/{ticket}")]
        assert told == ["sync"]


async def test_a_home_on_the_simulated_tenant_has_it_again_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "SIZE", ("--companies", "8", "--tickets", "40"))
    environment = {
        "ISTHMUS_HOME": str(tmp_path / "home"),
        "ISTHMUS_LISTEN": "127.0.0.1:0",
        "ISTHMUS_CONSOLE_LISTEN": "127.0.0.1:0",
    }
    with House(load_config(environment)) as house:
        simulation = simulated.Simulation(house.config)
        made = await simulation.try_out(house)
        await simulation.stop()
    for _ in range(2):
        async with serving(environment, "--no-dispatch", "--no-refresh") as (process, _address):
            async with aiohttp.ClientSession(made.autotask.base_url) as session:
                url = "/atservicesrest/v1.0/zoneInformation"
                async with session.get(url, params={"user": made.autotask.username}) as answer:
                    assert answer.status == 200
            process.kill()


async def test_a_second_process_that_would_work_on_the_same_files_is_refused(
    shores: Shores,
) -> None:
    async with serving(shores.environment, "--no-refresh"):
        second = begun(shores.environment, "--no-refresh")
        assert await asyncio.to_thread(second.wait, 60) == Exit.BUSY
        second.communicate()
        async with serving(shores.environment, "--no-refresh", "--no-dispatch"):
            pass  # pages and doors beside it are welcome


def _health(doors: str) -> int:
    with urllib.request.urlopen(f"{doors}/healthz", timeout=10) as answer:
        return int(answer.status)


def _enable(stores: Stores) -> None:
    from isthmus.dispatch.library import Library

    Library(stores.definitions).enable("ticket_dispatch", is_enabled=True, by="a test")


def _ended(runs: tuple[RunRecord, ...]) -> list[RunRecord]:
    return [run for run in runs if run.finished_at is not None]
