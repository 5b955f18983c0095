"""A person parks and resumes while runs go on: what they say counts, and nothing is lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from isthmus.state.dispatch import LINKED, PARKED, Arrival
from tests.dispatch.shores import Flow, Shores, flowing, until


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    async with flowing(shores, alone=True) as opened:
        yield opened


class Gate:
    """Holds the first call that changes an order until it may go on."""

    def __init__(self, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        self._real = flow.desk.orders.work_orders.update
        monkeypatch.setattr(flow.desk.orders.work_orders, "update", self)

    async def __call__(self, *args: Any, **more: Any) -> Any:
        self.reached.set()
        await self.opened.wait()
        return await self._real(*args, **more)


def state(flow: Flow, ticket: int) -> str:
    link = flow.link(ticket)
    assert link is not None
    return link.state


async def test_a_link_that_is_parked_during_its_run_stays_parked_when_the_run_ends(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    gate = Gate(flow, monkeypatch)
    flow.shores.edit("Tickets", ticket, title="Under way")
    await flow.ask(link.key, "record")
    await gate.reached.wait()
    await asyncio.to_thread(flow.stores.commands.park, link, "look at it", "a test")
    gate.opened.set()
    await flow.idle()
    assert state(flow, ticket) == PARKED
    flow.shores.edit("Tickets", ticket, title="Later")
    await flow.ask(link.key, "record")
    await flow.idle()
    number = link.work_order_id or 0
    assert flow.shores.order(number)["title"].endswith("Under way")
    await asyncio.to_thread(flow.stores.commands.resume, link, "a test")
    await flow.idle()
    assert flow.shores.order(number)["title"].endswith("Later")
    assert state(flow, ticket) == LINKED


async def test_a_link_that_is_parked_and_resumed_during_its_run_is_looked_at_once_more(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    gate = Gate(flow, monkeypatch)
    flow.shores.edit("Tickets", ticket, title="Under way")
    await flow.ask(link.key, "record")
    await gate.reached.wait()
    flow.shores.edit("Tickets", ticket, title="Meanwhile")
    await asyncio.to_thread(flow.stores.commands.park, link, "look at it", "a test")
    await asyncio.to_thread(flow.stores.commands.resume, link, "a test")
    gate.opened.set()
    await flow.idle()
    assert flow.shores.order(link.work_order_id or 0)["title"].endswith("Meanwhile")
    assert state(flow, ticket) == LINKED


async def test_an_old_picture_of_a_link_parks_and_resumes_what_is_there_now(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await asyncio.to_thread(flow.shores.send_out, ticket)
    flow.shores.fieldnation.admin(
        "POST", "faults",
        {"kind": "status", "status": 503, "method": "POST", "path": "workorders$", "count": 2},
    )  # fmt: skip
    await flow.ask(f"Tickets/{ticket}")
    await until(lambda: flow.link(ticket) is not None)
    old = flow.link(ticket)
    assert old is not None
    await flow.idle()
    parked = await asyncio.to_thread(flow.stores.commands.park, old, "wait", "a test")
    assert parked.work_order_id is not None
    await asyncio.to_thread(flow.stores.commands.resume, old, "a test")
    await flow.idle()
    link = flow.link(ticket)
    assert link is not None
    assert (link.state, link.work_order_id) == (LINKED, parked.work_order_id)
    assert len(flow.shores.orders()) == 1


async def test_a_link_parked_before_its_order_is_made_makes_it_once_when_resumed(
    flow: Flow,
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await asyncio.to_thread(flow.shores.send_out, ticket)
    fault = {"kind": "drop_after", "method": "POST", "path": "workorders$", "count": 1}
    flow.shores.fieldnation.admin("POST", "faults", fault)
    await flow.ask(f"Tickets/{ticket}")
    await until(lambda: len(flow.shores.orders()) == 1)
    await until(lambda: not any(one.running for one in flow.stores.agenda.waiting()))
    link = flow.link(ticket)
    assert link is not None
    await asyncio.to_thread(flow.stores.commands.park, link, "wait", "a test")
    await flow.idle()
    assert state(flow, ticket) == PARKED
    await asyncio.to_thread(flow.stores.commands.resume, link, "a test")
    await flow.idle()
    assert state(flow, ticket) == LINKED
    assert len(flow.shores.orders()) == 1


async def test_what_comes_while_a_link_is_parked_is_kept_for_the_day_it_is_resumed(
    flow: Flow,
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    await asyncio.to_thread(flow.stores.commands.park, link, "look at it", "a test")
    declined = "workorder.declined"  # of which the order itself shows nothing
    told = {"event": {"name": declined}, "workorder": {"id": link.work_order_id}}
    inbox, body = flow.stores.inbox, json.dumps(told).encode()
    (receipt,) = inbox.keep([Arrival("fieldnation", "m1", declined, link.key, body)])
    assert receipt.number is not None
    inbox.assign({receipt.number: link.key})
    inbox.relayed([receipt.number])
    await flow.ask(link.key)
    await flow.idle()
    assert declined in [one.event for one in inbox.undone(link.key)]
    await asyncio.to_thread(flow.stores.commands.resume, link, "a test")
    await flow.idle()
    entries = flow.stores.state.entries(link.key)
    assert sum(one.what.startswith(f"{declined} happened") for one in entries) == 1
