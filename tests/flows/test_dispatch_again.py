"""What a person's word to dispatch a record comes to: an order, an answer, or a dead letter."""

import asyncio
from dataclasses import replace

import pytest

from isthmus.base.ids import new_ordered_id
from isthmus.dispatch.queries import said_since_asked
from isthmus.dispatch.story import TOO_EARLY, UNWANTED
from isthmus.state.dispatch import CLOSED, LINKED, STUCK, Arrival, DeadLetter, Link
from tests.dispatch.shores import Flow

RULE = "ticket_dispatch"


async def dispatch(flow: Flow, ticket: int, rule: str = "") -> None:
    """Have a ticket dispatched as a person does, and wait for the end."""
    key = f"Tickets/{ticket}"
    await asyncio.to_thread(flow.stores.commands.dispatch, key, rule, "a test")
    await flow.idle()


async def cancelled(flow: Flow) -> Link:
    """Return a link whose order was cancelled at Field Nation, and is known to be."""
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=gone")
    await flow.sweep("fieldnation")
    found = flow.link(link.record_id)
    assert found is not None
    assert (found.state, found.order_status) == (CLOSED, "Cancelled"), flow.trouble()
    return found


def told(flow: Flow, ticket: int, what: str) -> int:
    """Return how many lines of the trail say so."""
    entries = flow.stores.state.entries(f"Tickets/{ticket}")
    return sum(what in one.what for one in entries)


def letters(flow: Flow, key: str, kind: str) -> list[DeadLetter]:
    """Return the open letters of a key of this kind."""
    return [one for one in flow.stores.state.dead_letters(keys=(key,)) if one.kind == kind]


# An order that was cancelled


async def test_the_first_rule_that_wants_a_ticket_again_makes_another_when_a_person_dispatches_it(
    flow: Flow,
) -> None:
    first = await cancelled(flow)
    await asyncio.to_thread(flow.shores.send_out, first.record_id)
    await flow.ask(first.key)  # to look is not to dispatch
    await flow.idle()
    assert len(flow.shores.orders()) == 1
    for _ in range(2):
        await dispatch(flow, first.record_id)
    again = flow.link(first.record_id)
    assert again is not None
    assert (again.state, again.rule) == (LINKED, RULE), flow.trouble()
    assert again.work_order_id not in {None, first.work_order_id}
    assert len(flow.shores.orders()) == 2
    before = flow.stores.state.link(first.id)
    assert before is not None
    assert before.key != first.key


async def test_no_rule_wants_it_again_so_its_link_stays_and_the_person_is_answered(
    flow: Flow,
) -> None:
    first = await cancelled(flow)
    status = flow.shores.status_code("Complete")
    await asyncio.to_thread(flow.shores.edit, "Tickets", first.record_id, status=status)
    await dispatch(flow, first.record_id)
    kept = flow.link(first.record_id)
    assert kept is not None
    assert (kept.id, kept.state) == (first.id, CLOSED), "it was set aside for nothing"
    assert told(flow, first.record_id, UNWANTED) == 1
    assert len(flow.shores.orders()) == 1


async def test_a_word_from_before_the_order_ended_makes_no_other(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    asked = Arrival("person", new_ordered_id(), "dispatch", link.key)
    flow.stores.inbox.keep([asked])
    over = replace(link, state=CLOSED, order_status="Cancelled")
    flow.stores.state.save_link(over)
    await asyncio.to_thread(flow.stores.agenda.enqueue, "link", link.key)
    await flow.idle()
    kept = flow.link(link.record_id)
    assert kept is not None
    assert kept.id == link.id
    assert told(flow, link.record_id, TOO_EARLY) == 1
    assert len(flow.shores.orders()) == 1


async def test_a_word_that_comes_before_the_news_that_the_order_ended_is_answered(
    flow: Flow,
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.fieldnation.delete(f"workorders/{link.work_order_id}?cancel_reason=gone")
    await dispatch(flow, link.record_id)  # no webhook told, and no sweep
    said = said_since_asked(flow.stores.state, link.key)
    assert said.is_too_early
    assert "dispatch it once more" in said.entries[-1].what
    assert flow.stores.inbox.undone(link.key) == ()
    assert len(flow.shores.orders()) == 1
    await asyncio.to_thread(flow.shores.send_out, link.record_id)
    await dispatch(flow, link.record_id)
    again = flow.link(link.record_id)
    assert again is not None
    assert again.work_order_id not in {None, link.work_order_id}, flow.trouble()
    assert not said_since_asked(flow.stores.state, link.key).is_too_early


async def test_what_goes_wrong_before_another_order_is_begun_leaves_the_link_as_it_is(
    flow: Flow,
) -> None:
    first = await cancelled(flow)
    fault = {"kind": "status", "status": 403, "method": "POST", "path": "Tickets/query"}
    flow.shores.autotask.admin("POST", "faults", fault)
    await dispatch(flow, first.record_id)
    kept = flow.link(first.record_id)
    assert kept is not None
    assert (kept.id, kept.state, kept.waits_for) == (first.id, CLOSED, first.waits_for)
    assert len(flow.stores.state.dead_letters(keys=(first.key,))) == 1
    assert len(flow.stores.inbox.undone(first.key)) == 1, "the request is lost"
    flow.shores.autotask.admin("DELETE", "faults")
    (letter,) = flow.stores.state.dead_letters(keys=(first.key,))
    await asyncio.to_thread(flow.stores.commands.dismiss, letter, "made by hand", "a test")
    await asyncio.to_thread(flow.shores.send_out, first.record_id)
    await flow.ask(first.key)
    await flow.idle()
    assert len(flow.shores.orders()) == 1, "it was dismissed, and done all the same"


async def test_a_rule_that_is_gone_leaves_the_link_of_a_cancelled_order_as_it_is(
    flow: Flow,
) -> None:
    first = await cancelled(flow)
    flow.desk.library.enable(RULE, is_enabled=False, by="a test")
    await dispatch(flow, first.record_id, RULE)
    kept = flow.link(first.record_id)
    assert kept is not None
    assert (kept.id, kept.state) == (first.id, CLOSED)
    (letter,) = flow.stores.state.dead_letters(keys=(first.key,))
    assert "is switched off" in letter.what
    flow.desk.library.enable(RULE, is_enabled=True, by="a test")
    await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test")
    await flow.idle()
    again = flow.link(first.record_id)
    assert again is not None
    assert again.work_order_id not in {None, first.work_order_id}, flow.trouble()


# A rule that is not there


@pytest.mark.parametrize("rule", ["ticket_dispach", "task_dispatch"])
async def test_a_rule_that_cannot_dispatch_a_stuck_ticket_closes_no_link_and_settles_no_letter(
    flow: Flow, rule: str
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    flow.shores.edit("Tickets", ticket["id"], dueDateTime=None)
    await asyncio.to_thread(flow.shores.send_out, ticket["id"])
    await flow.ask(f"Tickets/{ticket['id']}")
    await flow.idle()
    await dispatch(flow, ticket["id"], rule)
    stuck = flow.link(ticket["id"])
    assert stuck is not None
    assert stuck.state == STUCK
    (letter,) = letters(flow, stuck.key, "refused")
    assert rule in letter.what
    assert "by another rule" in letter.remedy
    assert len(letters(flow, stuck.key, "validation")) == 1
    flow.shores.edit("Tickets", ticket["id"], dueDateTime=ticket["dueDateTime"])
    await dispatch(flow, ticket["id"])  # by whichever rule wants it
    linked = flow.link(ticket["id"])
    assert linked is not None
    assert linked.work_order_id is not None, flow.trouble()
    assert flow.stores.state.dead_letters(keys=(stuck.key,)) == ()


async def test_a_rule_that_is_gone_keeps_no_other_from_dispatching_the_ticket(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    key = f"Tickets/{ticket}"
    await dispatch(flow, ticket, "ticket_dispach")
    assert flow.stores.inbox.undone(key) == ()
    assert flow.link(ticket) is None
    await flow.dispatched(ticket)
    assert len(letters(flow, key, "refused")) == 1, "it is still to be answered"


async def test_what_was_asked_by_a_rule_that_is_gone_is_not_done_after_it_was_dismissed(
    flow: Flow,
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    key = f"Tickets/{ticket}"
    flow.desk.library.enable(RULE, is_enabled=False, by="a test")
    await dispatch(flow, ticket, RULE)
    (letter,) = letters(flow, key, "refused")
    assert await asyncio.to_thread(flow.stores.commands.dismiss, letter, "not so", "a test")
    flow.desk.library.enable(RULE, is_enabled=True, by="a test")
    assert await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test") == 0
    await flow.ask(key)
    await flow.idle()
    assert flow.link(ticket) is None
    assert flow.shores.orders() == []


async def test_who_asks_anew_closes_the_letter_about_a_rule_that_is_gone(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    key = f"Tickets/{ticket}"
    await dispatch(flow, ticket, "ticket_dispach")
    flow.stores.commands.dispatch_all([key], RULE, "a test")
    await flow.idle()
    assert letters(flow, key, "refused") == []
    assert len(flow.shores.orders()) == 1


# A ticket that no rule wants


async def test_that_no_rule_wants_a_ticket_is_told_who_asked_and_not_by_each_webhook(
    flow: Flow,
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    key = f"Tickets/{ticket}"
    for source in ("sweep", "sync"):
        flow.stores.inbox.keep([Arrival(source, new_ordered_id(), "record", key)])
        await asyncio.to_thread(flow.stores.agenda.enqueue, "link", key)
        await flow.idle()
    assert flow.stores.inbox.undone(key) == ()
    assert told(flow, ticket, UNWANTED) == 0
    await dispatch(flow, ticket)
    assert told(flow, ticket, UNWANTED) == 1
    said = [
        one.kind for one in flow.stores.state.entries(key) if one.kind in {"person", "decision"}
    ]
    assert said == ["person", "decision"], "the answer stands below the question"
    assert flow.shores.orders() == []
