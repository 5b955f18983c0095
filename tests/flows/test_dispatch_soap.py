"""Dispatch that writes its tickets over SOAP: a whole job, there and back, each thing once."""

import asyncio
import base64
from collections.abc import AsyncIterator
from functools import partial

import pytest

from isthmus.dispatch.rules.conditions import parse_condition
from tests.dispatch.shores import Flow, Shores, flowing, staffed, with_rule

BESIDE = ("TimeEntries", "TicketCharges", "TicketNotes")


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    """Give dispatch at work over SOAP."""
    shores.more["ISTHMUS_AUTOTASK_API"] = "soap"
    async with flowing(shores) as opened:
        yield opened


def udfs(flow: Flow, ticket: int) -> dict[str, str]:
    return {one["name"]: one["value"] for one in flow.shores.ticket(ticket)["userDefinedFields"]}


async def looked_at(flow: Flow, ticket: int) -> None:
    for _ in range(2):
        await flow.ask(f"Tickets/{ticket}", "record+order+notes")
        await flow.idle()


async def test_a_whole_job_goes_there_and_back(flow: Flow) -> None:
    with_rule(flow, **staffed(flow), costs="charge", notes="both", files="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    before = {name: len(flow.shores.of_ticket(name, ticket)) for name in BESIDE}
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    assert udfs(flow, ticket)["Field Nation ID"] == str(number)
    assert flow.shores.order(number)["status"]["name"] == "Published"
    say(flow, ticket)
    await looked_at(flow, ticket)
    provider = flow.shores.assign(number)
    job = partial(
        flow.shores.fieldnation.do_job, number, provider, notes="Döne & <dusted>.", hours=2,
        expense=41.5,
    )  # fmt: skip
    await asyncio.to_thread(job)
    spent = flow.shores.order(number)["pay"]["expenses"]["results"][0]
    path = f"workorders/{number}/expenses/{spent['id']}"
    flow.shores.fieldnation.put(path, {**spent, "status": "approved"})
    flow.shores.fieldnation.post(f"workorders/{number}/approve")
    await looked_at(flow, ticket)
    assert flow.stores.state.dead_letters() == (), flow.trouble()
    here = flow.shores.ticket(ticket)
    assert here["status"] == flow.shores.status_code("Complete")
    assert here["resolution"] == "Döne & <dusted>."
    new = {name: flow.shores.of_ticket(name, ticket)[before[name] :] for name in BESIDE}
    (entry,) = new["TimeEntries"]
    assert entry["hoursWorked"] == pytest.approx(2, abs=0.1)
    assert min(one["unitCost"] for one in new["TicketCharges"]) == 41.5
    assert len(new["TicketCharges"]) == 2
    told = [str(one["description"]) for one in new["TicketNotes"]]
    for text in ("has checked in.", "has checked out.", "Work is done."):
        assert sum(text in one for one in told) == 1, told
    said = flow.shores.fieldnation.get(f"workorders/{number}/messages").json["results"]
    assert sum("Mind the dög" in one["message"] for one in said) == 1
    folders = flow.shores.order(number)["attachments"]["results"]
    names = [file["file"]["name"] for folder in folders for file in folder["results"]]
    assert names == ["plan.txt"]


def say(flow: Flow, ticket: int) -> None:
    """Write a note for the technician, and attach a plan."""
    note = {"ticketID": ticket, "title": "A word", "description": "Mind the dög", "publish": 1}
    flow.shores.autotask.admin("POST", "state/TicketNotes", {**note, "noteType": 1})
    file = {
        "title": "A plan", "fullPath": "plan.txt", "attachmentType": "FILE_ATTACHMENT",
        "publish": 1, "data": base64.b64encode(b"a plan").decode(),
    }  # fmt: skip
    answer = flow.shores.autotask.post(f"Tickets/{ticket}/Attachments", file)
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("fault", ["drop_after", "empty_body"])
async def test_a_lost_answer_to_a_note_makes_no_second_one(flow: Flow, fault: str) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    before = len(flow.shores.of_ticket("TicketNotes", ticket))
    flow.shores.autotask.admin(
        "POST", "faults", {"kind": fault, "method": "POST", "path": "atws.asmx", "count": 1}
    )
    flow.shores.assign(link.work_order_id or 0)
    await looked_at(flow, ticket)
    notes = flow.shores.of_ticket("TicketNotes", ticket)[before:]
    assert sum("Assigned to" in str(one["description"]) for one in notes) == 1
    assert flow.stores.state.dead_letters() == (), flow.trouble()


async def test_a_ticket_that_is_withdrawn_cancels_its_order(flow: Flow) -> None:
    with_rule(flow, cancel_when=parse_condition({"field": "ticket.status.label", "is": "Complete"}))
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    flow.shores.edit("Tickets", ticket, status=flow.shores.status_code("Complete"))
    await looked_at(flow, ticket)
    assert flow.shores.order(link.work_order_id or 0)["status"]["name"] == "Cancelled"
    assert flow.stores.state.dead_letters() == (), flow.trouble()
