"""What a person sets in the place of what a mapping makes; both records side by side; activity."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from isthmus.dispatch.commands import EditWrong, NothingToDo
from isthmus.dispatch.editing import to_be_sent
from isthmus.dispatch.preview import compare
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.dispatch.looking import side_by_side, sides_as_kept
from isthmus.wiring.sync.syncing import Syncing
from isthmus.wiring.tending.activity import ActivityFilter, Happening, activity, mark_now
from isthmus.wiring.tending.markers import markers
from isthmus.wiring.vendors.calls import call_log
from tests.dispatch.shores import Flow, Shores, flowing
from tests.flows.conftest import shores
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url", "shores"]

WINDOW = "schedule.service_window"


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    async with flowing(shores, alone=True) as opened:
        yield opened


async def undue(flow: Flow) -> tuple[int, DeadLetter]:
    """Return a ticket that cannot be sent, as it has no time, and its dead letter."""
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    flow.shores.edit("Tickets", ticket, dueDateTime=None)
    await asyncio.to_thread(flow.shores.send_out, ticket)
    await flow.ask(f"Tickets/{ticket}")
    await flow.idle()
    (letter,) = flow.stores.state.dead_letters()
    return ticket, letter


def given(flow: Flow, ticket: int) -> dict[str, str]:
    """Return what a person would set."""
    del flow, ticket
    return {f"{WINDOW}.start.utc": "2026-12-01 09:00:00", f"{WINDOW}.end.utc": ""}


async def test_what_a_person_set_is_sent_and_stays_until_the_record_says_otherwise(
    flow: Flow,
) -> None:
    ticket, letter = await undue(flow)
    shown = await to_be_sent(flow.desk, letter)
    wrong = [one for one in shown.fields if one.problem]
    assert any(one.path.startswith(WINDOW) for one in wrong), shown

    await asyncio.to_thread(
        flow.stores.commands.edit, letter, {"title": "Set by hand", **given(flow, ticket)}, "ann"
    )
    await flow.idle()

    link = flow.link(ticket)
    assert link is not None
    assert link.work_order_id is not None, flow.trouble()
    order = flow.shores.order(link.work_order_id)
    assert order["title"] == "Set by hand"
    assert order["schedule"]["service_window"]["start"]["utc"] == "2026-12-01 09:00:00"
    assert flow.stores.state.dead_letters() == ()
    said = [one for one in flow.stores.state.entries(link.key) if "ann" in one.what]
    assert [one.kind for one in said] == ["person", "person", "decision"]

    flow.shores.edit("Tickets", ticket, description="Something else")
    await flow.ask(link.key)
    await flow.idle()
    order = flow.shores.order(link.work_order_id)
    assert "Something else" in order["description"]["html"]
    assert order["title"] == "Set by hand"
    found = await compare(flow.desk, flow.link(ticket) or link)
    assert found.differing == ()
    assert {one.by for one in found.fields if one.path == "title"} == {"ann"}

    flow.shores.edit("Tickets", ticket, title="A new title")
    await flow.ask(link.key)
    await flow.idle()
    assert "A new title" in flow.shores.order(link.work_order_id)["title"], flow.trouble()


async def test_an_edit_that_is_still_wrong_waits_again_and_the_next_one_counts(flow: Flow) -> None:
    ticket, letter = await undue(flow)
    wrong = {f"{WINDOW}.start.utc": "tomorrow"}
    await asyncio.to_thread(flow.stores.commands.edit, letter, wrong, "ann")
    await flow.idle()
    (again,) = flow.stores.state.dead_letters()

    await asyncio.to_thread(flow.stores.commands.edit, again, given(flow, ticket), "bob")
    await flow.idle()

    assert len(flow.shores.orders()) == 1, flow.trouble()


async def test_what_cannot_be_set_is_refused_at_once(flow: Flow) -> None:
    _, letter = await undue(flow)
    commands = flow.stores.commands
    for values in ({"nothing": "x"}, {"pay.type": "gold"}, {"pay.base.amount": "much"}, {"[": "x"}):
        with pytest.raises(EditWrong):
            commands.edit(letter, values, "ann")
    assert flow.stores.state.dead_letter(letter.id) == letter
    commands.dismiss(letter, "no", "ann")
    with pytest.raises(NothingToDo):
        commands.edit(letter, {"title": "x"}, "ann")


async def test_both_records_are_shown_side_by_side_with_what_ties_them(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    with flow.shores.house() as house:
        sides = await side_by_side(house, flow.stores, link)
        kept = await asyncio.to_thread(sides_as_kept, house, flow.stores, link)

    record = {one.name: one for one in sides.record.fields}
    order = {one.name: one for one in sides.order.fields}
    assert record["status"].value == "Dispatch to Field"
    assert record["dueDateTime"].label == "Due date time"
    assert order["title"].mapping == link.inbound
    assert order["location.city"].source == "ticket.companyLocation.city"
    assert sides.comparison is not None
    assert sides.comparison.fields
    assert sides.comparison.differing == ()
    assert (kept.is_live, kept.record.fields, kept.order.fields) == (False, (), ())
    assert "sync" in kept.record.why


async def test_a_vendor_that_fails_leaves_the_other_side_to_be_seen(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.fieldnation.admin(
        "POST", "faults", {"kind": "status", "status": 500, "path": "workorders", "count": 50}
    )
    with flow.shores.house() as house:
        sides = await side_by_side(house, flow.stores, link)
    assert sides.record.fields
    assert sides.order.why
    assert sides.comparison is None


async def test_all_that_went_on_is_found_by_number_order_and_correlation_id(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(2)[0]
    with flow.shores.house() as house:
        nothing = mark_now(house, flow.stores)
        before = markers(house, flow.stores, Syncing.of(flow.stores))
        link = await flow.dispatched(ticket["id"])
        await asyncio.to_thread(call_log(house.config).flush)

        def found(text: str, **more: object) -> list[str]:
            wanted = ActivityFilter(text, **more)  # type: ignore[arg-type]
            return [one.kind for one in activity(house, flow.stores, wanted).items]

        kinds = found(ticket["ticketNumber"])
        assert {"call", "message", "decision", "write", "person"} <= set(kinds)
        assert found(str(link.work_order_id)) == found(link.id) == found(link.key) == kinds
        assert set(found(link.id, kinds=("write",))) == {"write"}
        assert found(link.id, failed=True) == []
        assert found("T99999999.9999") == []
        call = next(one for one in activity(house, flow.stores).items if one.kind == "call")
        assert call.run in {
            one.run for one in activity(house, flow.stores, ActivityFilter(call.run)).items
        }
        assert "?" not in call.what

        pages: list[Happening] = []
        page = ""
        while True:
            got = activity(house, flow.stores, ActivityFilter(link.id), limit=3, page=page)
            pages += got.items
            page = got.following
            if not page:
                break
        assert [one.kind for one in pages] == kinds
        newer = activity(house, flow.stores, above=nothing)
        assert len(newer.items) >= len(kinds)
        assert activity(house, flow.stores, above=newer.mark).items == ()
        after = markers(house, flow.stores, Syncing.of(flow.stores))
        assert {name for name in after if after[name] != before[name]} >= {"links", "activity"}


async def test_a_message_is_found_by_the_id_its_sender_gave_it(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    (message, *_) = flow.stores.inbox.search(link.key)
    with flow.shores.house() as house:
        got = activity(house, flow.stores, ActivityFilter(message.message_id))
    assert message in got.messages
    assert {one.key for one in got.items} == {link.key}
