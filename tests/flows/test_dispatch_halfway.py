"""What breaks in the middle of dispatch: nothing is lost, doubled, or stuck without a word."""

import asyncio
from dataclasses import replace

import pytest

from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.occurrences import mark_of
from isthmus.state.dispatch import LINKED, Arrival
from tests.dispatch.shores import QUICK, Flow, Shores, flowing, until, with_rule


async def test_an_order_that_was_begun_is_found_though_its_rule_was_switched_off(
    flow: Flow,
) -> None:
    fault = {"kind": "drop_after", "method": "POST", "path": "workorders$", "count": 1}
    flow.shores.fieldnation.admin("POST", "faults", fault)
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await asyncio.to_thread(flow.shores.send_out, ticket)
    await flow.ask(f"Tickets/{ticket}")
    await until(lambda: len(flow.shores.orders()) == 1)
    flow.desk.library.enable("ticket_dispatch", is_enabled=False, by="a test")
    await flow.idle()
    link = flow.link(ticket)
    assert link is not None
    assert link.work_order_id is not None
    assert len(flow.shores.orders()) == 1


async def test_hours_that_were_refused_are_booked_when_the_rule_is_mended(flow: Flow) -> None:
    entries = flow.shores.autotask.rows("TimeEntries")
    done = next(one for one in entries if one.get("ticketID") and one.get("roleID"))
    with_rule(flow, times=True, time_resource_id=1, time_role_id=1)
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    before = len(flow.shores.of_ticket("TimeEntries", ticket))
    provider = flow.shores.assign(number)
    await asyncio.to_thread(
        flow.shores.fieldnation.do_job, number, provider, notes="Done.", hours=1
    )
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    assert len(flow.stores.state.dead_letters()) == 1
    await flow.ask(f"Tickets/{ticket}", "record")  # an event of the other side settles nothing
    await flow.idle()
    assert len(flow.stores.state.dead_letters()) == 1
    resource, role = done["resourceID"], done["roleID"]
    with_rule(flow, times=True, time_resource_id=resource, time_role_id=role)
    await asyncio.sleep(1.1)  # so long an earlier version is believed
    letters = flow.stores.state.dead_letters()
    await asyncio.to_thread(flow.stores.commands.replay, letters, "a test")
    await flow.idle()
    booked = flow.shores.of_ticket("TimeEntries", ticket)[before:]
    assert len(booked) == 1, flow.trouble()
    mended = flow.link(ticket)
    assert mended is not None
    assert mended.state == LINKED
    assert flow.stores.state.dead_letters() == ()


async def test_the_order_says_the_same_in_a_list_alone_and_in_a_webhook(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    number = link.work_order_id or 0
    flow.shores.assign(number)
    alone = await flow.desk.orders.work_orders.get(number)
    plain = flow.shores.order(number)
    two = await asyncio.gather(flow.desk.reader.order(number), flow.desk.reader.order(number + 1))
    assert two[0] is not None
    assert mark_of(alone.raw) == mark_of(plain) == mark_of(two[0].raw)


async def test_one_record_that_a_condition_fails_on_does_not_stop_the_sweep(flow: Flow) -> None:
    told = 'number("ticket.id") > 1 && ticket.nothing.there == "x"'
    with_rule(flow, when=parse_condition(told))
    await flow.sweep("autotask")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    flow.shores.edit("Tickets", ticket, title="Touched")
    await flow.sweep("autotask")
    assert [one.key for one in flow.stores.state.dead_letters()] == [f"Tickets/{ticket}"]


async def test_a_change_back_and_forth_is_found_each_time(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    for title in ("B", "A", "B", "A"):
        flow.shores.edit("Tickets", ticket["id"], title=title)
        await flow.sweep("autotask")
        shown = flow.shores.order(link.work_order_id or 0)["title"]
        assert shown == f"{ticket['ticketNumber']} {title}"


async def test_what_the_ticket_no_longer_says_is_emptied_in_the_order(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    flow.shores.edit("Tickets", ticket, purchaseOrderNumber="PO-77")
    link = await flow.dispatched(ticket)
    assert "PO-77" in str(flow.shores.order(link.work_order_id or 0)["custom_fields"])
    flow.shores.edit("Tickets", ticket, purchaseOrderNumber=None)
    await flow.ask(f"Tickets/{ticket}", "record")
    await flow.idle()
    assert "PO-77" not in str(flow.shores.order(link.work_order_id or 0)["custom_fields"])


async def test_a_fault_of_ours_becomes_a_dead_letter_and_not_an_endless_try(
    shores: Shores, monkeypatch: pytest.MonkeyPatch
) -> None:
    from isthmus.dispatch import in_step

    def broken(*_: object) -> object:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(in_step, "news_of", broken)
    settings = replace(QUICK, most_failures=3)
    async with flowing(shores, settings=settings, alone=True) as flow:
        link = await flow.dispatched(shores.fit_tickets(1)[0]["id"])
        await flow.ask(link.key)
        await flow.idle()
        (letter,) = flow.stores.state.dead_letters()
        assert "a fault of ours" in letter.what
        assert letter.tries == 3


async def test_what_comes_twice_by_a_person_is_one_look(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    again = Arrival("person", "the very same", "record", link.key)
    first, second = flow.stores.inbox.keep([again, again])
    assert (first.is_new, second.is_new) == (True, False)


async def test_an_order_links_to_its_ticket_though_the_zone_was_not_known_at_the_start(
    shores: Shores,
) -> None:
    fault = {"kind": "status", "status": 503, "path": "zoneInformation", "count": 2}
    shores.autotask.admin("POST", "faults", fault)
    async with flowing(shores, settings=replace(QUICK, web_url=""), alone=True) as flow:
        ticket = shores.fit_tickets(1)[0]["id"]
        link = await flow.dispatched(ticket)
        shown = str(shores.order(link.work_order_id or 0)["custom_fields"])
        assert f"TicketID={ticket}" in shown
