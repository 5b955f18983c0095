"""What one side never takes: it alone is given up, with a letter, and all else goes on."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import AsyncMock

import pytest

from isthmus.dispatch import making
from isthmus.dispatch.faults import MappingProblems
from isthmus.dispatch.rules.shapes import Problem
from isthmus.state.dispatch import CLOSED, GIVEN_UP, LINKED, DeadLetter
from tests.dispatch.shores import Flow, staffed, with_rule

_TOO_MUCH = 7_000_000


async def with_a_big_file(flow: Flow) -> tuple[int, int]:
    """Dispatch a ticket whose order gets a file that Autotask refuses, and a small one after it."""
    with_rule(flow, files="in")
    await asyncio.sleep(1.1)  # so long an earlier version is believed
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    orders = flow.desk.orders.work_orders
    folder = (await orders.attachments(number))[0]
    await orders.attach(number, folder.id, "photo.jpg", b"x" * _TOO_MUCH)
    await orders.attach(number, folder.id, "small.txt", b"x")
    await look(flow, ticket)
    return ticket, number


async def look(flow: Flow, ticket: int) -> None:
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()


async def files_at(flow: Flow, ticket: int) -> list[str]:
    return [one.file_name for one in await flow.desk.records.attachments("Tickets", ticket)]


def state_of(flow: Flow, ticket: int) -> str:
    link = flow.link(ticket)
    assert link is not None
    return link.state


def only_letter(flow: Flow) -> DeadLetter:
    (letter,) = flow.stores.state.dead_letters()
    return letter


async def test_a_file_that_is_too_big_stops_no_other_and_has_one_letter(flow: Flow) -> None:
    ticket, number = await with_a_big_file(flow)
    assert await files_at(flow, ticket) == ["small.txt"], flow.trouble()
    assert state_of(flow, ticket) == LINKED
    letter = only_letter(flow)
    assert letter.kind == "refused"
    assert "photo.jpg" in letter.what
    assert str(number) in letter.what
    await look(flow, ticket)
    await flow.sweep("fieldnation")
    assert only_letter(flow) == letter
    link = flow.link(ticket)
    assert link is not None
    states = {one.source: one.state for one in flow.stores.state.intents(link.id, ("file_in",))}
    assert sorted(states.values()) == ["done", GIVEN_UP]


async def test_its_letter_is_replayed_or_dismissed_and_the_order_may_end(flow: Flow) -> None:
    ticket, number = await with_a_big_file(flow)
    first = only_letter(flow)
    await asyncio.to_thread(flow.stores.commands.replay, [first], "a test")
    await flow.idle()
    again = only_letter(flow)
    assert again.id != first.id, "it was tried again, and refused again"
    await asyncio.to_thread(flow.stores.commands.dismiss, again, "too big", "a test")
    link = flow.link(ticket)
    assert link is not None
    await asyncio.to_thread(flow.stores.commands.resume, link, "a test")
    await flow.idle()
    assert flow.stores.state.dead_letters() == ()
    flow.shores.fieldnation.delete(f"workorders/{number}?cancel_reason=gone")
    await flow.sweep("fieldnation")
    assert state_of(flow, ticket) == CLOSED
    assert flow.stores.state.dead_letters() == ()


async def test_a_refused_time_entry_does_not_keep_back_the_charge(flow: Flow) -> None:
    with_rule(flow, times=True, time_resource_id=1, time_role_id=1, costs="charge")
    await asyncio.sleep(1.1)
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    before = len(flow.shores.of_ticket("TimeEntries", ticket))
    provider = flow.shores.assign(number)
    await asyncio.to_thread(flow.shores.fieldnation.do_job, number, provider, notes="Done", hours=1)
    flow.shores.fieldnation.post(f"workorders/{number}/approve")
    await look(flow, ticket)
    assert len(flow.shores.of_ticket("TicketCharges", ticket)) == 1, flow.trouble()
    assert only_letter(flow).kind == "refused"
    with_rule(flow, **staffed(flow))
    await asyncio.sleep(1.1)
    await look(flow, ticket)
    assert len(flow.shores.of_ticket("TimeEntries", ticket)) == before + 1, flow.trouble()
    assert flow.stores.state.dead_letters() == (), "what is mended needs nobody"


async def test_a_time_entry_that_takes_no_change_keeps_nothing_back(flow: Flow) -> None:
    with_rule(flow, **staffed(flow), files="in")
    await asyncio.sleep(1.1)
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    flow.shores.assign(number)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=4)
    orders = flow.desk.orders.work_orders
    await orders.add_time_log(number, start, start + timedelta(hours=1))
    await look(flow, ticket)
    with_rule(flow, time_resource_id=1)
    await asyncio.sleep(1.1)
    folder = (await orders.attachments(number))[0]
    await orders.attach(number, folder.id, "small.txt", b"x")
    await look(flow, ticket)
    await look(flow, ticket)
    assert only_letter(flow).kind == "refused"
    assert only_letter(flow).tries == 1
    assert await files_at(flow, ticket) == ["small.txt"], flow.trouble()
    with_rule(flow, **staffed(flow))
    await asyncio.sleep(1.1)
    await look(flow, ticket)
    assert flow.stores.state.dead_letters() == ()


async def test_a_message_that_fits_in_no_note_stops_neither_the_next_one_nor_the_end(
    flow: Flow,
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    provider = flow.shores.assign(number)
    messages = flow.desk.orders.work_orders
    await messages.send_message(number, "x" * 33_000, kind="STAFF_NOTE")
    await messages.send_message(number, "The door is green", kind="STAFF_NOTE")
    job = partial(flow.shores.fieldnation.do_job, number, provider, notes="Swapped it.", hours=2)
    await asyncio.to_thread(job)
    await look(flow, ticket)
    await look(flow, ticket)
    notes = [str(one["description"]) for one in flow.shores.of_ticket("TicketNotes", ticket)]
    assert sum("The door is green" in text for text in notes) == 1, flow.trouble()
    assert any("Swapped it." in text for text in notes), notes
    (letter,) = flow.stores.state.dead_letters()
    assert letter.kind == "refused"
    assert letter.what.startswith("Not carried over: the note")
    assert state_of(flow, ticket) == LINKED


async def test_a_refused_note_is_told_when_its_letter_is_replayed(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    before = len(flow.shores.of_ticket("TicketNotes", ticket))
    fault = {"kind": "status", "status": 400, "entity": "TicketNotes", "method": "POST"}
    flow.shores.autotask.admin("POST", "faults", {**fault, "count": 1})
    flow.shores.assign(number)
    await look(flow, ticket)
    letter = only_letter(flow)
    assert letter.kind == "refused"
    await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test")
    await flow.idle()
    assert len(flow.shores.of_ticket("TicketNotes", ticket)) == before + 1, flow.trouble()
    assert flow.stores.state.dead_letters() == ()


async def test_an_unfit_mapping_gives_no_letter_about_what_is_noted_already(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    messages = flow.desk.orders.work_orders
    await messages.send_message(number, "The door is green", kind="STAFF_NOTE")
    await look(flow, ticket)

    async def unfit(*_: Any) -> Any:
        raise MappingProblems("mapping", (Problem("The kind of note is inactive", "Choose one"),))

    monkeypatch.setattr(making, "changes_of", unfit)
    await messages.send_message(number, "The key is red", kind="STAFF_NOTE")
    await look(flow, ticket)
    await look(flow, ticket)
    only_letter(flow)
    notes = [str(one["description"]) for one in flow.shores.of_ticket("TicketNotes", ticket)]
    assert sum("The door is green" in text for text in notes) == 1


async def test_a_note_of_our_own_people_goes_out_though_something_unmarked_was_given_up(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rule(flow, notes="both")
    await asyncio.sleep(1.1)
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    messages = flow.desk.orders.work_orders
    await messages.send_message(number, "x" * 33_000, kind="STAFF_NOTE")
    await look(flow, ticket)
    only_letter(flow)
    note = {"ticketID": ticket, "title": "Ring twice", "description": None, "noteType": 1,
            "publish": 1}  # fmt: skip
    flow.shores.autotask.admin("POST", "state/TicketNotes", note)
    await flow.ask(f"Tickets/{ticket}", "notes")
    await flow.idle()
    said = [
        one["text"]
        for one in flow.shores.fieldnation.admin("GET", "state/work_order")[0]["messages"]
    ]
    assert sum("Ring twice" in text for text in said) == 1, flow.trouble()


async def test_what_old_metadata_refuses_is_held_to_fresh_first(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    known = await flow.desk.metadata.known()
    shape = known.entities["TicketNotes"]
    bare = [replace(one, picklist=()) if one.picklist else one for one in shape.fields]
    entities = {**known.entities, "TicketNotes": replace(shape, fields=tuple(bare))}
    stale = AsyncMock(return_value=replace(known, entities=entities))
    monkeypatch.setattr(flow.desk.metadata, "known", stale)
    flow.shores.assign(number)
    await look(flow, ticket)
    said = [str(one["title"]) for one in flow.shores.of_ticket("TicketNotes", ticket)]
    assert f"Field Nation {number}: Assigned" in said, flow.trouble()
    assert flow.stores.state.dead_letters() == ()
