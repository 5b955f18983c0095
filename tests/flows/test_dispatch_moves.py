"""What Isthmus does to an order for its ticket is done once, told truly, and is no news to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.state.dispatch import CLOSED, LINKED, STUCK, Link
from tests.dispatch.shores import Flow, Shores, flowing, with_rule


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    """Give dispatch at work in this process alone, so that a rule changed here is known at once."""
    async with flowing(shores, alone=True) as opened:
        yield opened


def conflict(flow: Flow, path: str, method: str = "POST", **more: Any) -> None:
    """Have Field Nation answer 409."""
    fault = {"kind": "status", "status": 409, "method": method, "path": path, **more}
    flow.shores.fieldnation.admin("POST", "faults", fault)


def mend(flow: Flow) -> None:
    flow.shores.fieldnation.admin("DELETE", "faults")


def status(flow: Flow, link: Link) -> str:
    return str(flow.shores.order(link.work_order_id or 0)["status"]["name"])


def linked(flow: Flow, link: Link) -> Link:
    found = flow.link(link.record_id)
    assert found is not None
    return found


def told(flow: Flow, link: Link, kind: str = "") -> list[str]:
    entries = flow.stores.state.entries(link.key, 500)
    return [one.what for one in entries if not kind or one.kind == kind]


def titles(flow: Flow, link: Link) -> list[str]:
    return [one["title"] for one in flow.shores.of_ticket("TicketNotes", link.record_id)]


async def looked_at(flow: Flow, link: Link, event: str = "record+order+notes") -> None:
    await flow.ask(link.key, event)
    await flow.idle()


# Released


async def test_an_order_that_may_not_be_published_waits_for_a_person_and_shows_at_its_ticket(
    flow: Flow,
) -> None:
    conflict(flow, "publish")
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    (letter,) = flow.stores.state.dead_letters()
    assert f"does not let us publish work order {link.work_order_id}" in letter.what
    assert letter.where == f"work order {link.work_order_id}"
    assert linked(flow, link).state == STUCK
    assert str(link.work_order_id) in str(flow.shores.ticket(link.record_id)["userDefinedFields"])
    mend(flow)
    await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test")
    await flow.idle()
    assert status(flow, link) == "Published"
    assert linked(flow, link).state == LINKED
    assert flow.stores.state.dead_letters() == ()


async def test_an_order_that_somebody_published_sooner_needs_no_person(flow: Flow) -> None:
    flow.shores.fieldnation.admin(
        "POST", "faults", {"kind": "drop_after", "method": "POST", "path": "publish", "count": 1}
    )
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert (status(flow, link), link.order_status) == ("Published", "Published")
    assert flow.stores.state.dead_letters() == ()


def providers(flow: Flow) -> tuple[int, ...]:
    found = flow.shores.fieldnation.provider("GET", "api/providers")[:3]
    return tuple(int(one["id"]) for one in found)


def routes(flow: Flow, link: Link) -> list[int]:
    (order,) = [one for one in flow.shores.orders() if one["id"] == link.work_order_id]
    return [one["user_id"] for one in order["routes"]]


async def test_an_order_is_routed_to_each_provider_of_its_rule(flow: Flow) -> None:
    with_rule(flow, action="route", providers=providers(flow))
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert tuple(routes(flow, link)) == providers(flow)
    assert (status(flow, link), link.order_status) == ("Routed", "Routed")


async def test_a_provider_that_cannot_be_offered_an_order_keeps_it_from_no_other(
    flow: Flow,
) -> None:
    with_rule(flow, action="route", providers=providers(flow))
    conflict(flow, "route", count=1)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert tuple(routes(flow, link)) == providers(flow)[1:]
    assert any(f"routed to provider {providers(flow)[0]}" in one for one in told(flow, link))
    assert link.state == LINKED
    assert link.order_status == "Routed"


async def test_an_order_that_no_provider_may_be_offered_waits_for_a_person(flow: Flow) -> None:
    with_rule(flow, action="route", providers=providers(flow))
    conflict(flow, "route")
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    (letter,) = flow.stores.state.dead_letters()
    assert f"does not let us route work order {link.work_order_id}" in letter.what
    assert "Routed it" not in told(flow, link)


@pytest.mark.parametrize("way", ["resync", "dispatch"])
async def test_an_order_that_a_manager_took_back_is_released_again_only_when_a_person_asks(
    flow: Flow, way: str
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}/publish")
    await flow.sweep("fieldnation")
    flow.shores.edit("Tickets", link.record_id, title="Changed meanwhile")
    for _ in range(2):
        await looked_at(flow, link)
    assert status(flow, link) == "Draft"
    assert "meanwhile" in flow.shores.order(link.work_order_id or 0)["title"]
    commands = flow.stores.commands
    if way == "resync":
        await asyncio.to_thread(commands.resync, linked(flow, link), "a test", ["title"])
        await flow.idle()
        assert status(flow, link) == "Draft", "one field was asked for, and no more"
        await asyncio.to_thread(commands.resync, linked(flow, link), "a test")
    else:
        await asyncio.to_thread(commands.dispatch, link.key, "ticket_dispatch", "a test")
    await flow.idle()
    assert status(flow, link) == "Published"


# Kept up


async def test_a_change_that_an_order_takes_no_more_is_told_and_counts_as_no_write(
    flow: Flow,
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    number = link.work_order_id or 0
    provider = flow.shores.assign(number)
    job = flow.shores.fieldnation.do_job
    await asyncio.to_thread(lambda: job(number, provider, notes="Done.", hours=1))
    await asyncio.to_thread(flow.shores.fieldnation.post, f"workorders/{number}/approve")
    await looked_at(flow, link, "order")
    before = linked(flow, link).recent_writes
    conflict(flow, "workorders", "PUT")
    flow.shores.edit("Tickets", link.record_id, title="Too late")
    for _ in range(2):
        await looked_at(flow, link, "record")
    late = [one for one in told(flow, link) if "takes no changes any more" in one]
    assert len(late) == 1
    assert "Changed the work order" not in told(flow, link)
    assert linked(flow, link).recent_writes == before
    assert flow.stores.state.dead_letters() == ()


async def test_a_schedule_of_the_ticket_does_not_come_back_as_news(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    number = link.work_order_id or 0
    due = "2027-02-05T15:00:00Z"
    flow.shores.edit("Tickets", link.record_id, dueDateTime=due)
    await looked_at(flow, link, "record")
    await flow.sweep("fieldnation")
    assert "2027-02-05" in str(flow.shores.order(number)["schedule"])
    moved = f"Field Nation {number}: Rescheduled"
    assert moved not in titles(flow, link)
    window = {"mode": "exact", "start": {"utc": "2027-02-09 15:00:00"}}
    flow.shores.fieldnation.put(f"workorders/{number}/schedule", {"service_window": window})
    await looked_at(flow, link, "order")
    assert titles(flow, link).count(moved) == 1, "a manager's schedule is news"


def move_visit(flow: Flow, number: int) -> None:
    """Have a manager move a visit."""
    window = {"mode": "exact", "start": {"utc": "2027-02-09 15:00:00"}}
    flow.shores.fieldnation.put(f"workorders/{number}/schedule", {"service_window": window})


async def test_a_visit_that_is_moved_right_after_we_scheduled_it_is_told(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    calls = flow.desk.orders.work_orders
    schedule = calls.set_schedule

    async def overtaken(number: int, sent: dict[str, Any]) -> Any:
        answer = await schedule(number, sent)
        await asyncio.to_thread(move_visit, flow, number)
        return answer

    monkeypatch.setattr(calls, "set_schedule", overtaken)
    flow.shores.edit("Tickets", link.record_id, dueDateTime="2027-02-05T15:00:00Z")
    await looked_at(flow, link, "record")
    await flow.sweep("fieldnation")
    assert titles(flow, link).count(f"Field Nation {link.work_order_id}: Rescheduled") == 1
    assert "2027-02-09" in str(flow.shores.order(link.work_order_id or 0)["schedule"])


async def test_what_happened_before_an_order_was_found_again_is_told(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = {"kind": "drop_after", "method": "POST", "path": "workorders$", "count": 1}
    flow.shores.fieldnation.admin("POST", "faults", lost)
    calls, moved = flow.desk.orders.work_orders, list[int]()
    search = calls.list

    def overtaken(**more: Any) -> Any:
        if not moved:
            moved.append(flow.shores.orders()[0]["id"])
            flow.shores.fieldnation.post(f"workorders/{moved[0]}/publish")
            flow.shores.assign(moved[0])
            move_visit(flow, moved[0])
        return search(**more)

    monkeypatch.setattr(calls, "list", overtaken)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    await flow.sweep("fieldnation")
    assert [link.work_order_id] == moved
    told_there = titles(flow, link)
    assert told_there.count(f"Field Nation {moved[0]}: Rescheduled") == 1
    assert told_there.count(f"Field Nation {moved[0]}: Assigned") == 1
    assert flow.shores.ticket(link.record_id)["status"] == flow.shores.status_code("Scheduled")


# Over


def withdrawing(flow: Flow) -> None:
    condition = parse_condition({"field": "ticket.status.label", "is": "Complete"})
    with_rule(flow, cancel_when=condition)


async def test_a_cancelling_without_an_answer_is_known_to_be_ours(flow: Flow) -> None:
    withdrawing(flow)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    fault = {"kind": "drop_after", "method": "DELETE", "path": "workorders", "count": 1}
    flow.shores.fieldnation.admin("POST", "faults", fault)
    complete = flow.shores.status_code("Complete")
    flow.shores.edit("Tickets", link.record_id, status=complete)
    await looked_at(flow, link)
    after = linked(flow, link)
    assert (after.state, after.order_status) == (CLOSED, "Cancelled")
    assert after.written["withdrawn"] == "done"
    assert not any("cannot be cancelled" in one for one in told(flow, link))
    assert flow.shores.ticket(link.record_id)["status"] == complete


async def test_a_cancelling_is_on_disk_before_it_is_asked_for(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawing(flow)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    orders, kept = flow.desk.orders.work_orders, list[str | None]()
    cancel = orders.cancel

    async def looked(number: int, reason: str) -> None:
        kept.append(linked(flow, link).written.get("withdrawn"))
        await cancel(number, reason)

    monkeypatch.setattr(orders, "cancel", looked)
    complete = flow.shores.status_code("Complete")
    flow.shores.edit("Tickets", link.record_id, status=complete)
    await looked_at(flow, link)
    assert kept == ["begun"]
    assert linked(flow, link).written["withdrawn"] == "done"


async def test_who_died_of_a_cancelling_is_succeeded_by_one_who_knows_that_it_was_ours(
    flow: Flow,
) -> None:
    withdrawing(flow)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    complete = flow.shores.status_code("Complete")
    flow.shores.edit("Tickets", link.record_id, status=complete)
    begun = {**linked(flow, link).written, "withdrawn": "begun"}
    flow.stores.state.save_link(replace(linked(flow, link), written=begun))
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=ours")
    await flow.ask(link.key, "order")
    await flow.idle()
    assert flow.shores.ticket(link.record_id)["status"] == complete
    assert linked(flow, link).state == CLOSED


async def test_a_cancelling_that_was_thought_better_of_leaves_a_later_one_a_stranger_s(
    flow: Flow,
) -> None:
    withdrawing(flow)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    begun = {**linked(flow, link).written, "withdrawn": "begun"}
    flow.stores.state.save_link(replace(linked(flow, link), written=begun))
    await looked_at(flow, link)
    assert "withdrawn" not in linked(flow, link).written
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=theirs")
    await flow.sweep("fieldnation")
    escalated = flow.shores.status_code("Escalated")
    assert flow.shores.ticket(link.record_id)["status"] == escalated


async def test_a_cancelling_that_was_done_before_it_was_thought_better_of_is_known_to_be_ours(
    flow: Flow,
) -> None:
    withdrawing(flow)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    before = flow.shores.ticket(link.record_id)["status"]
    begun = {**linked(flow, link).written, "withdrawn": "begun"}
    flow.stores.state.save_link(replace(linked(flow, link), written=begun))
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=ours")
    await looked_at(flow, link)
    await flow.sweep("fieldnation")
    after = linked(flow, link)
    assert (after.state, after.written["withdrawn"]) == (CLOSED, "done")
    assert flow.shores.ticket(link.record_id)["status"] == before


async def test_an_order_that_cannot_be_cancelled_is_not_said_to_be(flow: Flow) -> None:
    withdrawing(flow)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    conflict(flow, "workorders", "DELETE")
    complete = flow.shores.status_code("Complete")
    flow.shores.edit("Tickets", link.record_id, status=complete)
    await looked_at(flow, link)
    assert linked(flow, link).written["withdrawn"] == "refused"
    mend(flow)
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=theirs")
    await flow.sweep("fieldnation")
    escalated = flow.shores.status_code("Escalated")
    assert flow.shores.ticket(link.record_id)["status"] == escalated, "that one was not ours"


async def test_an_order_that_was_deleted_is_told_in_its_ticket_once(flow: Flow) -> None:
    with_rule(flow, action="draft")
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=gone")
    for _ in range(3):
        await looked_at(flow, link, "order")
    after = linked(flow, link)
    assert (after.state, after.order_status) == (CLOSED, "Deleted")
    (note,) = [one for one in flow.shores.of_ticket("TicketNotes", link.record_id)
               if one["title"] == f"Field Nation {link.work_order_id}: Deleted"]  # fmt: skip
    assert note["publish"] == 2
    assert flow.stores.state.dead_letters() == ()


async def test_an_order_that_was_deleted_closes_its_link_though_its_ticket_changed_too(
    flow: Flow,
) -> None:
    with_rule(flow, action="draft")
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=gone")
    flow.shores.edit("Tickets", link.record_id, title="Changed meanwhile")
    await looked_at(flow, link, "record")
    await looked_at(flow, link, "record+order")
    after = linked(flow, link)
    assert (after.state, after.order_status) == (CLOSED, "Deleted"), flow.trouble()
    assert flow.stores.state.dead_letters() == ()


# Wanted again


@pytest.mark.parametrize("way", ["ask", "sweep"])
async def test_a_ticket_that_asks_again_after_its_order_was_cancelled_is_answered(
    flow: Flow, way: str
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.sweep("autotask")
    first = await flow.dispatched(ticket)
    flow.shores.fieldnation.delete(f"workorders/{first.work_order_id}?cancel_reason=gone")
    await flow.sweep("fieldnation")
    assert linked(flow, first).waits_for == "Nothing: the work order is cancelled."
    await asyncio.to_thread(flow.shores.send_out, ticket)
    for _ in range(2):
        if way == "ask":
            await flow.ask(f"Tickets/{ticket}")
            await flow.idle()
        else:
            await flow.sweep("autotask")
    number = first.record_number
    assert f"isthmus dispatch now {number}" in linked(flow, first).waits_for
    assert sum("asks to be dispatched again" in what for what in told(flow, first)) == 1
    assert len(flow.shores.orders()) == 1
    status = flow.shores.status_code("Complete")
    await asyncio.to_thread(flow.shores.edit, "Tickets", ticket, status=status)
    await flow.ask(f"Tickets/{ticket}", "record")
    await flow.idle()
    assert linked(flow, first).waits_for == "Nothing: the work order is cancelled."
