"""The board, a link's page and dead letters, as a dispatcher uses them; dispatch is at work."""

import pytest
from playwright.sync_api import expect

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.people import Role
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, shots
from tests.console.working import dispatched, until
from tests.dispatch.shores import Shores


def test_a_dispatcher_sends_a_ticket_out_and_watches_it_to_the_end(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.send_out(ticket["id"])
    page = visitor.visit("/dispatch", role=Role.DISPATCHER)
    page.get_by_text("Dispatch a ticket", exact=True).click()
    page.get_by_label("Its number or id").fill(ticket["ticketNumber"])
    page.get_by_role("button", name="Dispatch it").click()
    key = f"Tickets/{ticket['id']}"
    until(lambda: getattr(console.stores.state.link_of(key), "work_order_id", None))
    page.goto(f"{console.url}/dispatch/find?key={key}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket["ticketNumber"])
    expect(page.locator(".lanes")).to_contain_text("Made the work order")
    order = shores.orders()[0]["id"]
    shores.assign(order)
    console.stores.commands.ask(key, "order", "a test")
    expect(page.locator(".lanes")).to_contain_text("Assigned", timeout=20_000)  # by itself
    assert audit(page) == []


def test_a_link_is_parked_with_a_reason_and_resumed(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    link_id = dispatched(console, shores)
    page = visitor.visit(f"/dispatch/{link_id}", role=Role.DISPATCHER)
    page.locator("summary", has_text="Park").click()
    page.get_by_label("Why").fill("the customer moves house")
    page.get_by_role("button", name="Park it").click()
    expect(page.locator(".figures")).to_contain_text("the customer moves house")
    page.get_by_role("button", name="Resume").click()
    until(lambda: getattr(console.stores.state.link(link_id), "state", "") == "linked")
    deeds = [deed.what for deed in console.site.people.deeds()]
    assert {"parked a link", "resumed a link"} <= set(deeds)


def test_both_sides_stand_beside_each_other_and_are_brought_in_step(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    link_id = dispatched(console, shores)
    link = console.stores.state.link(link_id)
    assert link is not None
    assert link.work_order_id is not None
    console.stores.commands.park(link, "for a moment", "a test")
    shores.edit("Tickets", link.record_id, title="Another title than before")
    parked = console.stores.state.link(link_id)
    assert parked is not None
    console.stores.commands.resume(parked, "a test")
    until(lambda: "Another title" in str(shores.order(link.work_order_id or 0)["title"]))
    page = visitor.visit(f"/dispatch/{link_id}/sides", role=Role.DISPATCHER)
    row = page.get_by_role("row").filter(has_text="title").first
    expect(row).to_contain_text("Another title than before", timeout=20_000)
    expect(page.get_by_text("same").first).to_be_visible()
    shots(page, "dispatch-sides")
    assert audit(page) == []


def test_dead_letters_are_replayed_and_dismissed_by_who_may(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    visitor.forgive("403")
    for number in (1, 2):
        letter = DeadLetter(
            f"letter-{number}", f"Tickets/{number}", "validation", "The title is empty",
            "title", "Give the ticket a title, then replay.", utc_now(), record_number=f"T{number}",
        )  # fmt: skip
        console.stores.state.save_dead_letter(letter)
    page = visitor.visit("/letters", role=Role.DISPATCHER)
    assert audit(page) == []
    page.get_by_label("Mark T1").check()
    page.get_by_role("button", name="Replay the marked ones").click()
    expect(page.get_by_role("status").first).to_contain_text("1 dead letter")
    page.get_by_label("Mark T2").check()
    page.get_by_role("button", name="Dismiss the marked ones").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name="Nothing waits for a person")).to_be_visible()
    theirs = visitor.visit("/letters?state=dismissed", role=Role.VIEWER)
    expect(theirs.get_by_role("button", name="Replay")).to_have_count(0)


def test_a_dead_letter_is_mended_by_setting_a_field_and_sent(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.edit("Tickets", ticket["id"], dueDateTime=None)
    shores.send_out(ticket["id"])
    key = f"Tickets/{ticket['id']}"
    console.stores.commands.ask(key, "record+order+notes", "a test")
    until(lambda: console.stores.state.dead_letters(keys=(key,)))
    page = visitor.visit("/letters", role=Role.DISPATCHER)
    page.get_by_role("link", name="Set what is sent").click()
    field = page.get_by_label("Value of schedule.service_window.start.utc")
    field.fill("2026-12-01 15:00:00")
    page.get_by_label("Set schedule.service_window.start.utc").check()
    assert audit(page) == []
    shots(page, "letters-edit")
    page.get_by_role("button", name="Set the marked fields and send").click()
    until(lambda: getattr(console.stores.state.link_of(key), "work_order_id", None))
    assert "2026-12-01" in str(shores.orders()[0])


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_auditor_finds_nothing_on_the_pages_of_dispatch(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    link_id = dispatched(console, shores)
    for scheme in ("light", "dark"):
        for path in ("/dispatch", f"/dispatch/{link_id}?calls=1", f"/dispatch/{link_id}/made"):
            page = visitor.visit(path, size=size, scheme=scheme)
            shots(page, path.replace(link_id, "link"))
            assert audit(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_an_empty_board_says_what_to_do(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/dispatch", role=Role.VIEWER)
    expect(page.get_by_role("heading", name="Nothing is dispatched yet")).to_be_visible()
    expect(page.get_by_role("link", name="Look at the rules")).to_be_visible()
