"""What comes back from the field: hours, costs, words; and tasks and service calls."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from isthmus.state.dispatch import LINKED, PARKED
from tests.dispatch.shores import DISPATCH, Flow, Shores, flowing, staffed, with_rule


async def test_hours_expenses_and_pay_come_back_once(flow: Flow) -> None:
    with_rule(flow, **staffed(flow), costs="charge")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    entries = len(flow.shores.of_ticket("TimeEntries", ticket))
    provider = flow.shores.assign(number)
    job = partial(
        flow.shores.fieldnation.do_job, number, provider, notes="Done.", hours=2, expense=41.5
    )
    await asyncio.to_thread(job)
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}", "order")
        await flow.idle()
    (entry,) = flow.shores.of_ticket("TimeEntries", ticket)[entries:]
    stay = flow.shores.order(number)["time_logs"]["results"][0]
    assert entry["summaryNotes"].startswith(f"(#{stay['id']}) ")
    assert entry["hoursWorked"] == pytest.approx(2, abs=0.1)
    spent = flow.shores.order(number)["pay"]["expenses"]["results"][0]
    path = f"workorders/{number}/expenses/{spent['id']}"
    flow.shores.fieldnation.put(path, {**spent, "status": "approved"})
    flow.shores.fieldnation.post(f"workorders/{number}/approve")
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}", "order")
        await flow.idle()
    charges = flow.shores.of_ticket("TicketCharges", ticket)
    assert len(charges) == 2, (charges, flow.trouble())
    assert 41.5 in {one["unitCost"] for one in charges}
    assert flow.stores.state.dead_letters() == (), flow.trouble()


async def test_a_later_edit_of_a_stay_changes_the_same_time_entry(flow: Flow) -> None:
    with_rule(flow, **staffed(flow))
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    entries = len(flow.shores.of_ticket("TimeEntries", ticket))
    flow.shores.assign(number)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=4)
    orders = flow.desk.orders.work_orders
    await orders.add_time_log(number, start, start + timedelta(hours=1))
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    (stay,) = await orders.time_logs(number)
    await orders.update_time_log(number, stay.id, start, start + timedelta(hours=3))
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    (entry,) = flow.shores.of_ticket("TimeEntries", ticket)[entries:]
    assert entry["hoursWorked"] == pytest.approx(3, abs=0.01), flow.trouble()


async def test_what_the_technician_writes_is_a_note_once_and_does_not_come_back(
    flow: Flow,
) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    provider = flow.shores.assign(number)
    flow.shores.act(number, "message", provider=provider, text="Which door? <b>&</b>")
    for _ in range(3):
        await flow.ask(f"Tickets/{ticket}", "notes+order")
        await flow.idle()
    notes = flow.shores.of_ticket("TicketNotes", ticket)
    assert sum("Which door? <b>&</b>" in str(one["description"]) for one in notes) == 1
    said = flow.shores.fieldnation.get(f"workorders/{number}/messages").json["results"]
    assert sum("Which door?" in one["message"] for one in said) == 1
    assert flow.stores.state.dead_letters() == (), flow.trouble()


@pytest.mark.parametrize("fault", ["drop_after", "empty_body", "malformed_json"])
async def test_a_lost_answer_at_autotask_makes_no_second_note(flow: Flow, fault: str) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    before = len(flow.shores.of_ticket("TicketNotes", ticket))
    flow.shores.autotask.admin(
        "POST", "faults", {"kind": fault, "method": "POST", "path": "Notes$", "count": 1}
    )
    flow.shores.assign(link.work_order_id or 0)
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    notes = flow.shores.of_ticket("TicketNotes", ticket)[before:]
    assert len(notes) == 1, (notes, flow.trouble())


async def test_a_task_and_a_service_call_are_dispatched_too(shores: Shores) -> None:
    rules = ("ticket_dispatch", "task_dispatch", "service_call_dispatch")
    async with flowing(shores, rules=rules) as flow:
        tasks = [one for one in shores.autotask.rows("Tasks")
                 if one.get("companyLocationID") and one.get("startDateTime")
                 and one.get("endDateTime")]  # fmt: skip
        calls = [one for one in shores.autotask.rows("ServiceCalls") if one["companyLocationID"]]
        tied = {one["serviceCallID"] for one in shores.autotask.rows("ServiceCallTickets")}
        call = next(one for one in calls if one["id"] in tied)
        await flow.sweep("autotask")
        shores.edit("Tasks", tasks[0]["id"], status=shores.status_code(DISPATCH, "Tasks"))
        status = shores.status_code(DISPATCH, "ServiceCalls")
        shores.edit("ServiceCalls", call["id"], status=status)
        await flow.sweep("autotask")
        assert len(shores.orders()) == 2, flow.trouble()
        links = {link.entity for link in flow.stores.state.links()}
        assert links == {"Tasks", "ServiceCalls"}
        link = flow.stores.state.link_of(f"ServiceCalls/{call['id']}")
        ticket = next(one["ticketID"] for one in shores.autotask.rows("ServiceCallTickets")
                      if one["serviceCallID"] == call["id"])  # fmt: skip
        assert link is not None
        said = [str(one["description"]) for one in shores.of_ticket("TicketNotes", ticket)]
        assert sum(f"work order {link.work_order_id}" in text for text in said) == 1, said


async def test_a_service_call_goes_on_though_its_order_may_not_be_noted_at_its_ticket(
    shores: Shores,
) -> None:
    async with flowing(shores, rules=("service_call_dispatch",)) as flow:
        fault = {"kind": "permission_lost", "mode": "refuse", "entity": "TicketNotes"}
        shores.autotask.admin("POST", "faults", fault)
        tied = {one["serviceCallID"] for one in shores.autotask.rows("ServiceCallTickets")}
        call = next(one for one in shores.autotask.rows("ServiceCalls")
                    if one["companyLocationID"] and one["id"] in tied)  # fmt: skip
        await flow.sweep("autotask")
        status = shores.status_code(DISPATCH, "ServiceCalls")
        shores.edit("ServiceCalls", call["id"], status=status)
        await flow.sweep("autotask")
        link = flow.stores.state.link_of(f"ServiceCalls/{call['id']}")
        assert link is not None
        assert link.state == LINKED, flow.trouble()
        said = [one.what for one in flow.stores.state.entries(link.key)]
        assert any("cannot be noted at the call's ticket" in one for one in said), said
        assert flow.stores.state.dead_letters() == ()


@pytest.mark.parametrize("way", ["both", "no field"])
async def test_a_note_names_the_order_where_the_rule_wants_one_or_no_field_can(
    flow: Flow, way: str
) -> None:
    with_rule(flow, **({"cross_link": "both"} if way == "both" else {"id_udf": "", "link_udf": ""}))
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    await flow.ask(f"Tickets/{ticket}")
    await flow.idle()
    notes = flow.shores.of_ticket("TicketNotes", ticket)
    told = [one for one in notes if str(link.work_order_id) in str(one["description"])]
    assert len(told) == 1, flow.trouble()
    assert told[0]["publish"] == 2


async def test_a_ticket_whose_order_was_cancelled_gets_another_when_a_person_asks(
    flow: Flow,
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    first = await flow.dispatched(ticket)
    flow.shores.fieldnation.delete(f"workorders/{first.work_order_id}?cancel_reason=gone")
    await flow.sweep("fieldnation")
    await flow.ask(f"Tickets/{ticket}")
    await flow.idle()
    assert len(flow.shores.orders()) == 1
    key = f"Tickets/{ticket}"
    await asyncio.to_thread(flow.stores.commands.dispatch, key, "ticket_dispatch", "a test")
    await flow.idle()
    again = flow.link(ticket)
    assert again is not None
    assert again.work_order_id not in {None, first.work_order_id}
    assert len(flow.shores.orders()) == 2
    assert flow.stores.state.link(first.id) is not None


async def test_what_a_run_saves_does_not_set_a_link_going_that_was_parked_meanwhile(
    flow: Flow,
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    await asyncio.to_thread(flow.stores.commands.park, link, "look", "a test")
    kept = flow.stores.state.save_link(replace(link, title="found out meanwhile"))
    assert (kept.state, kept.waits_for, kept.title) == (PARKED, "look", "found out meanwhile")
