"""Who comes first, for slots and for the last calls of an hour."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from isthmus.autotask import (
    AutotaskClient,
    BudgetSettings,
    ClientSettings,
    Credentials,
    HourlyLimitHit,
    Priority,
    Threshold,
    spending,
)
from isthmus.autotask.calls.ledger import READING_TAKES, Ledger
from isthmus.autotask.calls.slots import SlotPool
from isthmus.autotask.spending import spent_for
from isthmus.base import clock
from tests.autotask.fake_vendor import FakeVendor, page

SETTINGS = BudgetSettings()


def ledger_at(used: int, limit: int = 10_000) -> Ledger:
    ledger = Ledger()
    ledger.learn(Threshold(limit, 60, used, server_time=clock.utc_now()))
    ledger.looked(1000.0)
    return ledger


def test_calls_are_bulk_unless_told_otherwise_and_tasks_inherit() -> None:
    async def inner() -> Priority:
        return spent_for()

    async def outer() -> Priority:
        with spending(Priority.SWEEP):
            with spending(Priority.DISPATCH):
                task = asyncio.create_task(inner())
            assert spent_for() is Priority.SWEEP
        return await task

    assert asyncio.run(outer()) is Priority.DISPATCH
    assert spent_for() is Priority.BULK


def test_alone_every_priority_may_use_the_whole_share() -> None:
    assert {SETTINGS.ceiling(priority) for priority in Priority} == {0.8}


def test_where_something_is_reserved_those_who_can_wait_stop_first() -> None:
    settings = BudgetSettings(share=0.5, reserve=True)
    ceilings = [settings.ceiling(priority) for priority in Priority]
    assert ceilings == pytest.approx([0.5, 0.485, 0.46, 0.425])


async def test_slots_of_a_process_go_to_who_comes_first() -> None:
    pool = SlotPool()
    order: list[str] = []
    for _ in range(3):
        await pool.take()

    async def use(name: str, priority: Priority) -> None:
        with spending(priority):
            await pool.take()
        order.append(name)
        pool.give_back(0.0)

    names = {"b1": Priority.BULK, "b2": Priority.BULK, "s": Priority.SWEEP, "d": Priority.DISPATCH}
    tasks = [asyncio.create_task(use(*entry)) for entry in names.items()]
    await asyncio.sleep(0)
    pool.give_back(0.0)
    await asyncio.gather(*tasks)
    assert order == ["d", "s", "b1", "b2"]


def test_dispatch_does_not_wait_behind_the_turns_of_bulk() -> None:
    ledger = ledger_at(7_000)
    waits = [ledger.claim_turn(0.8, 1000.0, Priority.BULK) for _ in range(50)]
    assert waits[-1] > 10
    assert ledger.claim_turn(0.8, 1000.0, Priority.DISPATCH) == 0.0
    assert ledger.claim_turn(0.8, 1000.0, Priority.DISPATCH) > 0.0


def test_bulk_waits_behind_the_turns_of_dispatch() -> None:
    ledger = ledger_at(7_000)
    for _ in range(50):
        wait = ledger.claim_turn(0.8, 1000.0, Priority.DISPATCH)
    assert ledger.claim_turn(0.8, 1000.0, Priority.BULK) > wait


def test_calls_are_spaced_towards_the_end_of_their_own_part() -> None:
    settings = BudgetSettings(reserve=True)
    waits = []
    for priority in (Priority.BULK, Priority.DISPATCH):
        ledger = ledger_at(6_700)
        ledger.ask(settings, priority, 1001.0, may_read=False)
        waits.append(ledger.ask(settings, priority, 1001.0, may_read=False).wait)
    assert waits[0] == pytest.approx(3600 / 6_800, rel=0.05)
    assert waits[1] < waits[0]


@pytest.mark.parametrize("used", [0, 4_000, 6_000, 7_999, 8_000, 9_000])
@pytest.mark.parametrize("priority", Priority)
def test_what_passes_at_a_glance_would_pass_when_asked(used: int, priority: Priority) -> None:
    settings = BudgetSettings(reserve=True)
    ledger = ledger_at(used)
    at_a_glance = ledger.lets_pass(settings, priority, 1001.0)
    asked = ledger.ask(settings, priority, 1001.0, may_read=True)
    once_more = ledger.ask(settings, priority, 1001.0, may_read=True)
    assert at_a_glance == (not (asked.over or asked.read or once_more.wait))


def test_what_is_due_to_be_read_does_not_pass_at_a_glance() -> None:
    assert not Ledger().lets_pass(SETTINGS, Priority.BULK, 1000.0)
    assert not ledger_at(0).lets_pass(SETTINGS, Priority.BULK, 1000.0 + SETTINGS.refresh_seconds)


def test_what_the_vendor_refuses_does_not_pass_at_a_glance() -> None:
    ledger = ledger_at(0)
    assert ledger.lets_pass(SETTINGS, Priority.BULK, 1001.0)
    ledger.refused = True
    assert not ledger.lets_pass(SETTINGS, Priority.BULK, 1001.0)


def test_one_reads_the_limit_and_another_only_when_that_one_is_gone() -> None:
    ledger = Ledger()
    assert ledger.ask(SETTINGS, Priority.BULK, 1000.0, may_read=True).read
    assert not ledger.ask(SETTINGS, Priority.BULK, 1001.0, may_read=True).read
    assert not ledger.start_probe(900.0, 1001.0)
    assert ledger.ask(SETTINGS, Priority.BULK, 1000.0 + READING_TAKES, may_read=True).read


def test_own_calls_are_remembered_by_the_minute_and_for_an_hour() -> None:
    ledger = ledger_at(0)
    for second in range(7200):
        ledger.count(float(second))
    assert 60 <= len(ledger.own) <= 61
    assert ledger.since == 7200
    assert 3600 <= sum(calls for _, calls in ledger.own) <= 3660


def test_use_falls_when_the_minute_in_which_enough_was_called_has_left() -> None:
    ledger = ledger_at(7_990)
    for second in range(60):
        ledger.count(6000.0 + second)
    assert ledger.falls_in(0.8, 7000.0) == 6059.0 + 3600 - 7000.0


Connect = Callable[[BudgetSettings], AutotaskClient]


@pytest.fixture
def connect(vendor: FakeVendor, credentials: Credentials, quick: ClientSettings) -> Connect:
    def make(budget: BudgetSettings) -> AutotaskClient:
        vendor.then(page([1]))
        settings = replace(quick, budget=budget)
        return AutotaskClient.connect(credentials, base_url=vendor.url, settings=settings)

    return make


async def test_bulk_stops_where_dispatch_goes_on(vendor: FakeVendor, connect: Connect) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 7_000
    async with connect(BudgetSettings(on_limit="raise", reserve=True)) as client:
        with pytest.raises(HourlyLimitHit, match="ours stop at 68%"):
            await client.query_page("Tickets")
        assert client.exhausted() is not None
        with spending(Priority.DISPATCH):
            assert (await client.query_page("Tickets")).ids == (1,)
            assert client.exhausted() is None


async def test_dispatch_stops_too_where_the_share_ends(
    vendor: FakeVendor, connect: Connect
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 8_000
    async with connect(BudgetSettings(on_limit="raise", reserve=True)) as client:
        with spending(Priority.DISPATCH), pytest.raises(HourlyLimitHit, match="stop at 80%"):
            await client.query_page("Tickets")


async def test_dispatch_that_goes_on_does_not_prolong_the_wait_of_bulk(
    vendor: FakeVendor, connect: Connect
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 7_000
    settings = BudgetSettings(reserve=True, probe_seconds=0.01, longest_wait=0.1)
    async with connect(settings) as client:
        waits = asyncio.create_task(client.query_page("Tickets"))
        with pytest.raises(HourlyLimitHit):
            await waits
        with spending(Priority.DISPATCH):
            await client.query_page("Tickets")
        reads = vendor.threshold_reads
        with pytest.raises(HourlyLimitHit):
            await client.query_page("Tickets")
        assert vendor.threshold_reads == reads, "its wait was over, and is not begun again"
