"""Real processes on one budget, calling one simulated tenant."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from isthmus.autotask import Priority, spending
from isthmus.state.budget.tables import slots
from tests.state.budget.conftest import Launch, Open
from tests.state.budget.program import client_of

HOUR = 400_000  # so large that a call's pace near its end is no wait


@pytest.fixture
def tenant(autotask_sim_factory: Callable[..., Any]) -> Any:
    """A tenant that takes its time for each call, and none longer for a full hour."""
    sim = autotask_sim_factory(latency_ms=15)
    sim.admin("PATCH", "switches", {"added_latency_scale": 0, "hourly_limit": HOUR})
    return sim


def reach(sim: Any) -> str:
    names = ("url", "username", "secret", "integration_code")
    return json.dumps({name: getattr(sim, name) for name in names})


def used(sim: Any) -> int:
    """Return the calls of the hour, this one left out."""
    return int(sim.get("ThresholdInformation").json["currentTimeframeRequestCount"]) - 1


def test_processes_that_hammer_one_entity_are_never_refused(launch: Launch, tenant: Any) -> None:
    load = ("call", "--readers", 5, "--times", 8)
    programs = [launch(*load, stdin=reach(tenant)) for _ in range(3)]
    assert [program.told() for program in programs] == [{"calls": 40, "refused": 0, "out": 0}] * 3


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_they_would_be_refused_if_each_counted_alone(launch: Launch, tenant: Any) -> None:
    load = ("call", "--alone", "--readers", 5, "--times", 8)
    programs = [launch(*load, stdin=reach(tenant)) for _ in range(3)]
    assert sum(program.told()["refused"] for program in programs) > 0


async def test_a_process_that_is_killed_frees_its_slots(launch: Launch, another: Open) -> None:
    program = launch("hold", "--times", 3, "--lease", 1.0, "--renew", 0.15)
    assert program.line() == "held"
    mine = another()
    async with AsyncExitStack() as held:
        waits = asyncio.create_task(
            held.enter_async_context(mine.hold(["Tickets"], of=3, rank=3, rest=0.0))
        )
        await asyncio.wait([waits], timeout=1.6)
        assert not waits.done(), "it lives, if stuck, and keeps what it holds"
        program.kill()
        await asyncio.wait_for(waits, 60)


async def test_what_a_killed_process_held_is_free_long_before_its_lease_ends(
    launch: Launch, another: Open
) -> None:
    program = launch("hold", "--times", 3, "--lease", 110.0, "--renew", 30.0)
    assert program.line() == "held"
    program.kill()
    async with AsyncExitStack() as held:
        mine = another().hold(["Tickets"], of=3, rank=3, rest=0.0)
        await asyncio.wait_for(held.enter_async_context(mine), 60)


def test_a_process_that_ends_holds_nothing(launch: Launch, where: str) -> None:
    program = launch("once", "--times", 5)
    assert program.line() == ""
    assert program.process.wait(60) == 0
    engine = create_engine(where.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as session:
        assert set(session.execute(select(slots.c.holder)).scalars()) == {""}
    engine.dispose()


def test_the_hour_is_counted_once_for_all_with_what_others_use(launch: Launch, tenant: Any) -> None:
    eaten = HOUR // 2 - 60
    tenant.admin("POST", "faults", {"kind": "quota_eaten", "calls": eaten})
    load = ("call", "--times", 1000, "--share", 0.5, "--priority", "DISPATCH")
    programs = [launch(*load, stdin=reach(tenant)) for _ in range(3)]
    told = [program.told() for program in programs]
    assert [one["out"] for one in told] == [1, 1, 1]
    calls = sum(one["calls"] for one in told)
    assert used(tenant) - eaten - calls == 1, "the limit is read once, by one of them"
    assert HOUR // 2 <= used(tenant) - 1 <= HOUR // 2 + len(programs)


async def test_dispatch_gets_through_when_bulk_has_used_up_its_part(
    launch: Launch, another: Open, tenant: Any
) -> None:
    tenant.admin("POST", "faults", {"kind": "quota_eaten", "calls": int(HOUR * 0.5 * 0.85) - 30})
    load = ("call", "--times", 1000, "--share", 0.5)
    programs = [launch(*load, stdin=reach(tenant)) for _ in range(2)]
    assert [program.told()["out"] for program in programs] == [1, 1]
    sim = json.loads(reach(tenant))
    async with client_of(sim, another(), share=0.5, reserve=True) as client:
        assert client.exhausted() is None, "nothing is known yet"
        with spending(Priority.DISPATCH):
            for _ in range(10):
                await client.count("Tickets")
            assert client.exhausted() is None
        assert client.exhausted() is not None, "bulk is over, seen from here too"


async def test_dispatch_gets_slots_while_bulk_saturates_them(
    launch: Launch, another: Open, tenant: Any
) -> None:
    load = ("call", "--readers", 6, "--times", 100_000)
    programs = [launch(*load, stdin=reach(tenant)) for _ in range(2)]
    async with client_of(json.loads(reach(tenant)), another(), reserve=True) as client:
        await client.threshold()
        while used(tenant) < 40:  # noqa: ASYNC110 - it is other processes' doing
            await asyncio.sleep(0.05)
        with spending(Priority.DISPATCH):
            for _ in range(20):
                await client.count("Tickets")
    assert [program.process.poll() for program in programs] == [None, None]
