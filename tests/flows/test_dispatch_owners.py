"""Fields that both sides changed: who decides, and how a person gets out of it."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import LINKED, STUCK
from tests.dispatch.shores import Flow, with_rule


async def conflict(flow: Flow) -> tuple[dict[str, Any], int]:
    """Change the title on both sides, where a person decides; returns the ticket and the order."""
    with_rule(flow, owners={"title": "person"})
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    number = link.work_order_id or 0
    flow.shores.fieldnation.put(f"workorders/{number}", {"title": "Theirs"})
    flow.shores.edit("Tickets", ticket["id"], title="Ours")
    await flow.ask(link.key, "record")
    await flow.idle()
    assert state(flow, ticket) == STUCK
    return ticket, number


def state(flow: Flow, ticket: dict[str, Any]) -> str:
    link = flow.link(ticket["id"])
    assert link is not None
    return link.state


async def resumed(flow: Flow, ticket: dict[str, Any]) -> None:
    link = flow.link(ticket["id"])
    assert link is not None
    await asyncio.to_thread(flow.stores.commands.resume, link, "a test")
    await flow.idle()


async def goes_on(flow: Flow, ticket: dict[str, Any], number: int) -> None:
    """Expect that the link goes on, and that the ticket alone is followed again."""
    assert state(flow, ticket) == LINKED, flow.trouble()
    flow.shores.edit("Tickets", ticket["id"], title="Ours again")
    await flow.ask(f"Tickets/{ticket['id']}", "record")
    await flow.idle()
    assert flow.shores.order(number)["title"].endswith("Ours again"), flow.trouble()


async def test_an_order_made_equal_to_its_ticket_settles_the_conflict(flow: Flow) -> None:
    ticket, number = await conflict(flow)
    title = f"{ticket['ticketNumber']} Ours"
    flow.shores.fieldnation.put(f"workorders/{number}", {"title": title})
    await resumed(flow, ticket)
    assert flow.shores.order(number)["title"] == title
    await goes_on(flow, ticket, number)


async def test_a_ticket_made_equal_to_its_order_settles_the_conflict(flow: Flow) -> None:
    ticket, number = await conflict(flow)
    title = f"{ticket['ticketNumber']} Both"
    flow.shores.fieldnation.put(f"workorders/{number}", {"title": title})
    flow.shores.edit("Tickets", ticket["id"], title="Both")
    await resumed(flow, ticket)
    assert flow.shores.order(number)["title"] == title
    await goes_on(flow, ticket, number)


@pytest.mark.parametrize("paths", [None, ["title"]])
async def test_a_resync_settles_the_conflict_with_the_ticket(
    flow: Flow, paths: list[str] | None
) -> None:
    ticket, number = await conflict(flow)
    link = flow.link(ticket["id"])
    assert link is not None
    await asyncio.to_thread(flow.stores.commands.resync, link, "a test", paths)
    await flow.idle()
    assert flow.shores.order(number)["title"].endswith("Ours"), flow.trouble()
    await goes_on(flow, ticket, number)


async def test_a_value_set_in_the_letter_settles_the_conflict(flow: Flow) -> None:
    ticket, number = await conflict(flow)
    (letter,) = flow.stores.state.dead_letters()
    await asyncio.to_thread(flow.stores.commands.edit, letter, {"title": "Agreed"}, "a test")
    await flow.idle()
    assert flow.shores.order(number)["title"] == "Agreed", flow.trouble()
    await goes_on(flow, ticket, number)


async def both_changed(flow: Flow, *, first: str) -> tuple[dict[str, Any], int]:
    """Change the title on both sides, where the newest counts, and have both looked at."""
    with_rule(flow, owners={"title": "newest"})
    told = flow.shores.autotask.admin("GET", "clock")["now"]
    behind = utc_now() - datetime.fromisoformat(told)
    flow.shores.autotask.admin("POST", "clock", {"advance_s": behind.total_seconds()})
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    number = link.work_order_id or 0
    for side in ("order", "ticket") if first == "order" else ("ticket", "order"):
        if side == "ticket":
            flow.shores.edit("Tickets", ticket["id"], title="Ours")
        else:
            flow.shores.fieldnation.put(f"workorders/{number}", {"title": "Theirs"})
            await flow.ask(link.key, "order")
            await flow.idle()
        await asyncio.sleep(1.1)  # the vendors tell times by the second
    await flow.ask(link.key, "record")
    await flow.idle()
    return ticket, number


async def test_the_ticket_counts_where_it_was_changed_after_its_order(flow: Flow) -> None:
    _, number = await both_changed(flow, first="order")
    assert flow.shores.order(number)["title"].endswith("Ours"), flow.trouble()


async def test_the_order_counts_where_it_was_changed_after_its_ticket(flow: Flow) -> None:
    ticket, number = await both_changed(flow, first="ticket")
    assert flow.shores.order(number)["title"] == "Theirs", flow.trouble()
    await flow.ask(f"Tickets/{ticket['id']}")
    await flow.idle()
    assert flow.shores.order(number)["title"] == "Theirs", "it is dealt with"
    await goes_on(flow, ticket, number)


async def test_where_nobody_saw_when_the_order_changed_a_person_decides(flow: Flow) -> None:
    with_rule(flow, owners={"title": "newest"})
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    flow.shores.fieldnation.put(f"workorders/{link.work_order_id}", {"title": "Theirs"})
    flow.shores.edit("Tickets", ticket["id"], title="Ours")
    await flow.ask(link.key, "record")
    await flow.idle()
    assert state(flow, ticket) == STUCK
    assert flow.shores.order(link.work_order_id or 0)["title"] == "Theirs"
