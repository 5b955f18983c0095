"""An order born at Field Nation makes one ticket, and stays as it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from isthmus.state.dispatch import CLOSED, LINKED, Arrival, Link
from tests.dispatch.births import let_orders_make_tickets
from tests.dispatch.shores import Flow, Shores, flowing


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    async with flowing(shores) as opened:
        let_orders_make_tickets(shores, opened.desk.library)
        await asyncio.sleep(1.1)  # so long an earlier version is believed
        yield opened


async def born(flow: Flow) -> int:
    """Make an order at Field Nation; returns its number."""
    made = await flow.desk.orders.work_orders.create({"title": "Born over there"})
    return made.order.id


async def told(flow: Flow, number: int, message: str = "born") -> None:
    """Tell of it as a sweep does, and let all be done."""
    key = f"WorkOrders/{number}"
    flow.stores.inbox.keep([Arrival("sweep", f"{key}/{message}", "order", key)])
    await asyncio.to_thread(flow.stores.agenda.enqueue, "link", key)
    await flow.idle()


def tickets(flow: Flow) -> list[int]:
    rows = flow.shores.autotask.rows("Tickets")
    return [row["id"] for row in rows if row["title"] == "Born over there"]


def link_of(flow: Flow, number: int) -> Link:
    link = flow.stores.state.link_of_order(number)
    assert link is not None, flow.trouble()
    return link


async def test_an_order_born_over_there_makes_one_ticket_however_often_it_is_told(
    flow: Flow,
) -> None:
    number = await born(flow)
    for message in ("first", "second", "third"):
        await told(flow, number, message)
    (ticket,) = tickets(flow)
    link = link_of(flow, number)
    assert (link.key, link.state, link.record_id) == (f"Tickets/{ticket}", LINKED, ticket)
    assert f"[{link.id}]" in flow.shores.ticket(ticket)["description"]
    assert flow.stores.state.link_of(f"WorkOrders/{number}") is None


async def test_a_born_order_and_its_ticket_show_each_other(flow: Flow) -> None:
    number = await born(flow)
    await told(flow, number)
    link = link_of(flow, number)
    order = str(flow.shores.order(number)["custom_fields"])
    assert link.id in order
    assert f"TicketID={link.record_id}" in order
    ticket = flow.shores.ticket(link.record_id)
    assert str(number) in {one["value"] for one in ticket["userDefinedFields"]}


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "empty_body", "malformed_json"])
async def test_a_lost_answer_makes_no_second_ticket(flow: Flow, fault: str) -> None:
    number = await born(flow)
    flow.shores.autotask.admin(
        "POST", "faults", {"kind": fault, "method": "POST", "path": "Tickets$", "count": 1}
    )
    await told(flow, number)
    assert len(tickets(flow)) == 1, flow.trouble()
    assert link_of(flow, number).state == LINKED


async def test_the_order_is_neither_released_nor_written_over_unasked(flow: Flow) -> None:
    number = await born(flow)
    before = flow.shores.order(number)["title"]
    await told(flow, number)
    link = link_of(flow, number)
    for event in ("order", "record+order+notes"):
        await flow.ask(link.key, event)
        await flow.idle()
    order = flow.shores.order(number)
    assert (order["status"]["name"], order["title"]) == ("Draft", before)
    flow.shores.edit("Tickets", link.record_id, title="Now ours")
    await flow.ask(link.key, "record")
    await flow.idle()
    order = flow.shores.order(number)
    assert order["status"]["name"] == "Draft"
    assert order["title"].endswith("Now ours"), flow.trouble()


async def test_an_order_that_was_there_before_the_rule_makes_no_ticket(flow: Flow) -> None:
    number = await born(flow)
    order = flow.shores.fieldnation.admin("GET", f"state/work_order/{number}")
    long_ago = {**order["milestones"], "created": "2026-01-05 10:00:00"}
    flow.shores.fieldnation.admin("PATCH", f"state/work_order/{number}", {"milestones": long_ago})
    await told(flow, number)
    await flow.sweep("fieldnation")
    assert tickets(flow) == []
    assert flow.stores.state.link_of_order(number) is None
    assert flow.trouble() == "no letters"
    said = [one.what for one in flow.stores.state.entries(f"WorkOrders/{number}")]
    assert any("was there before" in one for one in said)


async def test_a_born_order_that_is_gone_before_it_shows_its_ticket_ends_its_link(
    flow: Flow,
) -> None:
    number = await born(flow)
    await told(flow, number)
    link = link_of(flow, number)
    written = {name: value for name, value in link.written.items() if name != "cross"}
    flow.stores.state.save_link(replace(link, written=written))
    flow.shores.fieldnation.delete(f"workorders/{number}?cancel_reason=gone")
    await flow.ask(link.key, "order")
    await flow.idle()
    after = link_of(flow, number)
    assert (after.state, after.order_status) == (CLOSED, "Deleted"), flow.trouble()
    assert flow.stores.state.dead_letters() == ()


async def test_a_copy_of_a_born_order_is_born_too(flow: Flow) -> None:
    number = await born(flow)
    await told(flow, number)
    link = link_of(flow, number)
    copy = await born(flow)
    company = (await flow.desk.metadata.known()).company
    field = next(one.id for one in company.custom_fields if one.name == "Isthmus ID")
    await flow.desk.orders.work_orders.set_custom_field(copy, field, link.id)
    await told(flow, copy)
    assert len(tickets(flow)) == 2, flow.trouble()
    assert link_of(flow, copy).id != link.id
    assert link_of(flow, number).work_order_id == number
