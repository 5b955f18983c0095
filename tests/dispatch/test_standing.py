"""What no change tells: records that are gone."""

import asyncio

import pytest

from isthmus.dispatch import standing
from isthmus.state.dispatch import CLOSED, LINKED, PARKED
from tests.dispatch.shores import Flow


async def delete(flow: Flow, ticket: int) -> None:
    await asyncio.to_thread(flow.shores.autotask.admin, "DELETE", f"state/Tickets/{ticket}")


async def test_a_ticket_that_was_deleted_parks_its_link_with_a_letter(flow: Flow) -> None:
    gone, stays = (row["id"] for row in flow.shores.fit_tickets(2))
    await flow.dispatched(gone)
    await flow.dispatched(stays)
    await delete(flow, gone)
    await flow.sweep("autotask")
    before = flow.link(gone)
    assert before is not None
    assert before.state == LINKED  # no change tells it

    await flow.sweep("standing")

    link, other = flow.link(gone), flow.link(stays)
    assert link is not None
    assert other is not None
    assert (link.state, other.state) == (PARKED, LINKED)
    (letter,) = flow.stores.state.dead_letters()
    assert letter.key == link.key
    assert str(link.work_order_id) in letter.what
    assert "cancel the order" in letter.remedy

    await flow.sweep("standing")  # what is parked is left alone
    assert len(flow.stores.state.dead_letters()) == 1


async def test_it_closes_once_its_order_is_cancelled_too(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    await delete(flow, ticket)
    await flow.sweep("standing")
    await flow.desk.orders.work_orders.cancel(link.work_order_id or 0, "not needed")
    parked = flow.link(ticket)
    assert parked is not None

    await asyncio.to_thread(flow.stores.commands.resume, parked, "a test")
    await flow.idle()

    over = flow.link(ticket)
    assert over is not None
    assert over.state == CLOSED, flow.trouble()
    assert flow.stores.state.dead_letters() == ()


async def test_where_many_are_gone_at_once_a_person_is_asked_and_no_link_is_parked(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_FEW", 1)
    tickets = [row["id"] for row in flow.shores.fit_tickets(3)]
    for ticket in tickets:
        await flow.dispatched(ticket)
    for ticket in tickets[:2]:
        await delete(flow, ticket)

    await flow.sweep("standing")

    (letter,) = flow.stores.state.dead_letters()
    assert letter.key == "sweep/standing"
    assert "2 of 3 linked Tickets" in letter.what
    for ticket in tickets:
        link = flow.link(ticket)
        assert link is not None
        assert link.state == LINKED


async def test_a_round_goes_through_all_links_in_slices(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_BATCH", 1)
    monkeypatch.setattr(standing, "_CALLS", 1)
    tickets = [row["id"] for row in flow.shores.fit_tickets(3)]
    for ticket in tickets:
        await flow.dispatched(ticket)
    await delete(flow, tickets[-1])
    monkeypatch.setattr(standing, "_FEW", 1)

    await flow.sweep("standing")

    states = [link.state for ticket in tickets if (link := flow.link(ticket)) is not None]
    assert states == [LINKED, LINKED, PARKED], flow.trouble()


async def test_all_links_cost_one_call_for_500_of_them(flow: Flow) -> None:
    for row in flow.shores.fit_tickets(3):
        await flow.dispatched(row["id"])
    flow.shores.autotask.admin("DELETE", "requests")

    await flow.sweep("standing")

    asked = [one["path"] for one in flow.shores.autotask.admin("GET", "requests")]
    assert sum("/Tickets/" in path for path in asked) == 1, asked
