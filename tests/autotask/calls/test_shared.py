"""One hour for several processes; here each client has a budget of its own on one file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from isthmus.autotask import (
    AutotaskClient,
    BudgetSettings,
    ClientSettings,
    Credentials,
    HourlyLimitHit,
    Priority,
    spending,
)
from isthmus.autotask.calls.accounts import Account, account_for
from isthmus.autotask.calls.ledger import Ledger
from isthmus.state.budget import SharedBudget
from tests.autotask.fake_vendor import CODE, SECRET, USER, FakeVendor, errors, page

Join = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "budget.db"


@pytest.fixture
async def join(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings, file: Path
) -> AsyncIterator[Join]:
    """Give what opens a client as another process would."""
    vendor.then(page([1]))
    async with AsyncExitStack() as opened:

        async def more(**options: Any) -> AutotaskClient:
            shared = SharedBudget(file)
            opened.callback(shared.close)
            budget = BudgetSettings(shared=shared, **{"probe_seconds": 0.05, **options})
            client = AutotaskClient.connect(
                credentials, base_url=vendor.url, settings=replace(quick, budget=budget)
            )
            return await opened.enter_async_context(client)

        yield more


async def test_the_limit_is_read_once_and_all_calls_are_counted(
    vendor: FakeVendor, join: Join
) -> None:
    one, two = await join(), await join()
    for _ in range(10):
        await one.query_page("Tickets")
        await two.query_page("Companies")
    assert vendor.threshold_reads == 1
    assert two.usage().used == 30
    assert (one.usage().calls_made, two.usage().calls_made) == (11, 10)


async def test_what_others_use_is_heeded_by_all_once_one_has_read_it(
    vendor: FakeVendor, join: Join
) -> None:
    one, two = await join(on_limit="raise"), await join(on_limit="raise")
    await one.query_page("Tickets")
    await two.query_page("Tickets")
    vendor.threshold["currentTimeframeRequestCount"] = 8_200
    await one.threshold()
    await asyncio.sleep(1.1)  # what it saw a moment ago is believed for a second
    with pytest.raises(HourlyLimitHit, match="8,200 of the tenant's 10,000"):
        await two.query_page("Tickets")
    assert vendor.threshold_reads == 2


async def test_a_refusal_of_one_stops_all(vendor: FakeVendor, join: Join) -> None:
    one = await join(on_limit="raise", probe_seconds=600)
    two = await join(on_limit="raise", probe_seconds=600)
    await one.query_page("Tickets")
    vendor.script[:] = []
    vendor.then(errors(429, "The request threshold of 10000 per hour has been exceeded."))
    with pytest.raises(HourlyLimitHit):
        await one.query_page("Tickets")
    sent = len(vendor.paths)
    with pytest.raises(HourlyLimitHit, match="refuses"):
        await two.query_page("Tickets")
    assert len(vendor.paths) == sent


async def test_of_all_who_wait_one_looks_for_all(vendor: FakeVendor, join: Join) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 8_120
    clients = [await join(probe_seconds=0.6) for _ in range(3)]
    await clients[0].threshold()
    vendor.threshold["currentTimeframeRequestCount"] = 10
    await asyncio.gather(*(client.query_page("Tickets") for client in clients))
    assert vendor.threshold_reads == 2


async def test_a_client_that_begins_later_knows_what_was_used(
    vendor: FakeVendor, join: Join
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 7_999
    first = await join(on_limit="raise")
    await first.query_page("Tickets")
    later = await join(on_limit="raise")
    with pytest.raises(HourlyLimitHit, match="8,000"):
        await later.query_page("Tickets")
    assert vendor.threshold_reads == 1


async def test_three_are_in_flight_in_all(vendor: FakeVendor, join: Join) -> None:
    async def answer(_request: Any, _body: Any) -> Any:
        await asyncio.sleep(0.02)
        return page([1])

    clients = [await join() for _ in range(3)]
    vendor.script[:] = [answer]
    await asyncio.gather(*(client.query_page("Tickets") for client in clients for _ in range(8)))
    assert vendor.most_in_flight == 3


@pytest.fixture
def account(vendor: FakeVendor, file: Path) -> Iterator[Account]:
    """Give the account of the same tenant, as one more process has it."""
    shared = SharedBudget(file)
    yield account_for(urlsplit(vendor.url).netloc, USER, CODE, shared)
    shared.close()


async def test_who_waits_goes_on_soon_after_somebody_else_has_looked(
    vendor: FakeVendor, join: Join, account: Account
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 8_120
    client = await join(probe_seconds=600)
    found = await client.threshold()
    assert await account.change(lambda ledger, now: ledger.start_probe(now, now))
    waits = asyncio.create_task(client.query_page("Tickets"))
    await asyncio.wait([waits], timeout=0.2)

    def learn(ledger: Ledger, now: float) -> None:
        ledger.learn(replace(found, used=10))
        ledger.looked(now)

    await account.change(learn)
    await asyncio.wait_for(waits, 60)


async def test_slots_go_to_dispatch_first_in_whichever_process(
    join: Join, account: Account
) -> None:
    one, two = await join(), await join()
    order: list[str] = []

    async def call(client: AutotaskClient, priority: Priority) -> None:
        with spending(priority):
            await client.query_page("Tickets")
        order.append(priority.name)

    for client in (one, two):
        await client.threshold()
    async with account.hold(["Tickets"], rest=0.0), account.hold(["Tickets"], rest=0.0):
        async with account.hold(["Tickets"], rest=0.0):
            bulk = asyncio.create_task(call(one, Priority.BULK))
            await asyncio.wait([bulk], timeout=0.2)
            dispatch = asyncio.create_task(call(two, Priority.DISPATCH))
            await asyncio.wait([bulk, dispatch], timeout=0.2)
        await asyncio.gather(bulk, dispatch)
    assert order == ["DISPATCH", "BULK"]


async def test_neither_name_nor_secret_is_kept(join: Join, file: Path) -> None:
    client = await join()
    await client.query_page("Tickets")
    kept = b"".join(path.read_bytes() for path in file.parent.glob("budget.db*"))
    assert b"autotask hour" in kept
    for secret in (USER, SECRET, CODE):
        for spelling in (secret, secret.casefold()):
            assert spelling.encode() not in kept


async def test_a_note_in_another_shape_is_begun_anew(
    vendor: FakeVendor, join: Join, file: Path
) -> None:
    await (await join()).query_page("Tickets")
    with closing(sqlite3.connect(file)) as rows, rows:
        assert rows.execute("""UPDATE budget_notes SET value = '{"limit": "x"}'""").rowcount == 1
    await (await join()).query_page("Tickets")
    assert vendor.threshold_reads == 2
