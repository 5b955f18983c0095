"""Notes of the ticket for the technician: which go over, and when."""

import asyncio
from typing import Any

from isthmus.state.dispatch import Link
from tests.dispatch.shores import Flow, with_rule

ALL, INTERNAL = 1, 2


def say(flow: Flow, ticket: int, text: str, publish: int = ALL) -> int:
    """Write a note at a ticket; returns its id."""
    row = {"ticketID": ticket, "title": "A word", "description": text, "publish": publish,
           "noteType": 1}  # fmt: skip
    made: dict[str, Any] = flow.shores.autotask.admin("POST", "state/TicketNotes", row)
    return int(made.get("itemId") or made["id"])


async def look(flow: Flow, link: Link) -> list[str]:
    """Have the notes looked at; returns what the technician was told."""
    await flow.ask(link.key, "notes")
    await flow.idle()
    return told(flow, link)


def told(flow: Flow, link: Link) -> list[str]:
    path = f"workorders/{link.work_order_id}/messages"
    results = flow.shores.fieldnation.get(path).json["results"]
    return [one["message"] for one in results]


async def test_what_was_said_before_there_was_an_order_stays_where_it_is(flow: Flow) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    say(flow, ticket, "long ago")
    await asyncio.sleep(1.1)  # the simulated vendor keeps seconds
    link = await flow.dispatched(ticket)
    say(flow, ticket, "just now")

    said = await look(flow, link)

    assert [one for one in said if "long ago" in one] == []
    assert len([one for one in said if "just now" in one]) == 1, flow.trouble()


async def test_a_rule_that_sends_notes_from_now_on_sends_none_from_before(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    say(flow, ticket, "before the rule")
    await asyncio.sleep(2.2)
    with_rule(flow, notes="both")
    say(flow, ticket, "after the rule")

    said = await look(flow, link)

    assert [one for one in said if "before the rule" in one] == []
    assert len([one for one in said if "after the rule" in one]) == 1, flow.trouble()


async def test_a_note_that_is_made_public_later_goes_over_then_and_once(flow: Flow) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    hidden = say(flow, ticket, "the gate code", INTERNAL)
    say(flow, ticket, "a later one")
    assert not [one for one in await look(flow, link) if "gate code" in one]

    flow.shores.edit("TicketNotes", hidden, publish=ALL)
    await look(flow, link)
    said = await look(flow, link)

    assert len([one for one in said if "gate code" in one]) == 1, flow.trouble()
    assert len([one for one in said if "a later one" in one]) == 1


async def test_a_sweep_finds_that_a_note_was_made_public(flow: Flow) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    hidden = say(flow, ticket, "the gate code", INTERNAL)
    await flow.sweep("autotask")

    flow.shores.edit("TicketNotes", hidden, publish=ALL)
    await flow.sweep("autotask")

    assert len([one for one in told(flow, link) if "gate code" in one]) == 1, flow.trouble()


async def test_of_more_than_500_notes_the_last_goes_over_too(flow: Flow) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    rows = [{"ticketID": ticket, "title": "Internal", "description": f"{number}", "noteType": 1,
             "publish": INTERNAL} for number in range(510)]  # fmt: skip
    for row in rows:
        flow.shores.autotask.admin("POST", "state/TicketNotes", row)
    say(flow, ticket, "the very last")

    said = await look(flow, link)

    assert len([one for one in said if "the very last" in one]) == 1, flow.trouble()


async def test_notes_that_went_over_cost_no_call_at_field_nation_again(flow: Flow) -> None:
    with_rule(flow, notes="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    say(flow, ticket, "once")
    await look(flow, link)
    flow.shores.fieldnation.admin("DELETE", "requests")

    await flow.ask(link.key, "notes")
    await flow.idle()

    assert flow.shores.fieldnation.admin("GET", "requests") == []
