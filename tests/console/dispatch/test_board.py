"""The board, a link's page and dead letters, as a dispatcher uses them; dispatch is at work."""

import pytest
from playwright.sync_api import expect

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.people import Role
from tests.console.site import (
    NAMES,
    PHONE,
    SIZES,
    WIDE,
    Served,
    Visitor,
    audit,
    go,
    shots,
    signed_in,
)
from tests.console.working import dispatched, until
from tests.dispatch.shores import Shores

LATE = """document.getElementById("link").dispatchEvent(
  new CustomEvent("htmx:before:swap", {bubbles: true, cancelable: true}))"""
"""An answer that was asked for before something was opened comes in; tells if it is drawn."""
BOTH = pytest.mark.parametrize("size", SIZES, ids=NAMES)


@BOTH
def test_a_dispatcher_sends_a_ticket_out_and_watches_it_to_the_end(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.send_out(ticket["id"])
    page = visitor.visit("/", Role.DISPATCHER, size)
    go(page, "Dispatch")
    page.get_by_text("Dispatch a ticket", exact=True).click()
    page.get_by_label("Its number or id").fill(ticket["ticketNumber"])
    page.get_by_role("button", name="Dispatch it").click()
    key = f"Tickets/{ticket['id']}"
    until(lambda: getattr(console.stores.state.link_of(key), "work_order_id", None))
    page.goto(f"{console.url}/dispatch/find?key={key}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket["ticketNumber"])
    lanes = page.locator(".lanes")
    expect(lanes).to_contain_text("Made the work order")

    def looked_at() -> None:
        console.stores.commands.ask(key, "order", "a test")

    order = shores.orders()[0]["id"]
    provider = shores.assign(order)
    looked_at()
    expect(lanes).to_contain_text("Assigned")  # by itself
    shores.fieldnation.do_job(order, provider, notes="Swapped it.", hours=2)
    looked_at()
    expect(lanes).to_contain_text("Checked in")
    expect(lanes).to_contain_text("Work done")
    shores.fieldnation.post(f"workorders/{order}/approve")
    looked_at()
    expect(lanes).to_contain_text("Approved")
    shores.fieldnation.admin("POST", "pay", {"order": order})
    looked_at()
    expect(page.locator(".figures").get_by_text("closed", exact=True)).to_be_visible()
    assert getattr(console.stores.state.link_of(key), "state", "") == "closed"
    assert shores.ticket(ticket["id"])["status"] == shores.status_code("Complete")
    assert audit(page) == []
    shots(page, "dispatch-closed")


@BOTH
def test_a_ticket_that_no_rule_wants_is_said_to_be_so_and_dispatched_by_a_rule_of_ones_choice(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    visitor.forgive("Navigation aborted")  # the page goes on by itself while the form is sent
    ticket = shores.fit_tickets(1)[0]
    page = visitor.visit("/dispatch", Role.DISPATCHER, size)
    page.get_by_text("Dispatch a ticket", exact=True).click()
    page.get_by_label("Its number or id").fill(ticket["ticketNumber"])
    page.get_by_role("button", name="Dispatch it").click()
    expect(page.get_by_text("No rule dispatches it as it is now").first).to_be_visible()
    assert audit(page) == []
    shots(page, "dispatch-unwanted")
    page.get_by_label("By the rule").select_option("ticket_dispatch")
    page.get_by_role("button", name="Dispatch it by this rule").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket["ticketNumber"])
    until(shores.orders)


def test_that_no_rule_wants_a_ticket_is_shown_with_what_to_do(
    console: Served, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    key = f"Tickets/{ticket['id']}"
    with signed_in(console, Role.DISPATCHER) as (client, token):
        given = {"entity": "Tickets", "number": ticket["ticketNumber"], "csrf": token}
        client.post("/dispatch/now", data=given)
        until(lambda: console.stores.agenda.count() == 0)
        shown = client.get("/dispatch/find", params={"key": key}).text
    assert "live-activity from:body" in shown, "it would not hear of the answer"
    assert 'id="coming" class="unwanted"' in shown
    assert "No rule dispatches it as it is now." in shown
    assert '<option value="ticket_dispatch">' in shown
    with signed_in(console, Role.VIEWER) as (client, _):
        theirs = client.get("/dispatch/find", params={"key": key}).text
    assert "No rule dispatches it as it is now." in theirs
    assert 'action="/dispatch/now"' not in theirs


def test_a_ticket_whose_order_was_cancelled_is_dispatched_again_from_its_page(
    console: Served, shores: Shores
) -> None:
    first = console.stores.state.link(dispatched(console, shores))
    assert first is not None
    shores.fieldnation.delete(f"workorders/{first.work_order_id}?cancel_reason=gone")
    console.stores.commands.ask(first.key, "order", "a test")
    until(lambda: getattr(console.stores.state.link(first.id), "order_status", "") == "Cancelled")
    shores.send_out(first.record_id)
    with signed_in(console, Role.DISPATCHER) as (client, token):
        assert "Dispatch it again" in client.get(f"/dispatch/{first.id}").text
        given = {"entity": "Tickets", "number": str(first.record_id), "csrf": token}
        client.post("/dispatch/now", data=given)
        until(lambda: getattr(console.stores.state.link_of(first.key), "id", first.id) != first.id)
        led = client.get("/dispatch/find", params={"key": first.key})
        assert led.headers["location"] != f"/dispatch/{first.id}"
        assert "Dispatch it again" not in client.get(f"/dispatch/{first.id}").text


def test_a_ticket_whose_order_is_found_to_be_cancelled_as_it_is_dispatched_leads_to_its_link(
    console: Served, shores: Shores
) -> None:
    first = console.stores.state.link(dispatched(console, shores))
    assert first is not None
    shores.fieldnation.delete(f"workorders/{first.work_order_id}?cancel_reason=gone")
    with signed_in(console, Role.DISPATCHER) as (client, token):
        given = {"entity": "Tickets", "number": str(first.record_id), "csrf": token}
        client.post("/dispatch/now", data=given)
        until(lambda: console.stores.agenda.count() == 0)
        led = client.get("/dispatch/find", params={"key": first.key})
        assert led.headers["location"] == f"/dispatch/{first.id}"
        shown = client.get(f"/dispatch/{first.id}").text
    assert "Dispatch it again" in shown
    assert "dispatch it once more" in shown


@BOTH
def test_a_link_is_parked_with_a_reason_and_resumed(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    link_id = dispatched(console, shores)
    page = visitor.visit(f"/dispatch/{link_id}", Role.DISPATCHER, size)
    page.locator("summary", has_text="Park").click()
    page.get_by_label("Why").fill("the customer moves house")
    assert not page.evaluate(LATE), "what is drawn anew would close it"
    page.get_by_role("button", name="Park it").click()
    expect(page.locator(".figures")).to_contain_text("the customer moves house")
    page.get_by_role("button", name="Resume").click()
    until(lambda: getattr(console.stores.state.link(link_id), "state", "") == "linked")
    deeds = [deed.what for deed in console.site.people.deeds()]
    assert {"parked a link", "resumed a link"} <= set(deeds)


def test_a_link_that_closed_meanwhile_is_shown_with_what_was_refused(
    console: Served, shores: Shores
) -> None:
    link_id = dispatched(console, shores)
    until(lambda: console.stores.agenda.count() == 0)
    console.stores.state.set_state(link_id, "closed", "the work is done", ())
    with signed_in(console, Role.DISPATCHER) as (client, token):
        for deed in ("park", "resume"):
            answer = client.post(f"/dispatch/{link_id}/{deed}", data={"csrf": token, "why": "x"})
            assert answer.status_code == 422, deed
            told, moves = answer.text.index('role="alert"'), answer.text.index('<div id="link"')
            assert told < moves, "what is drawn anew would take it away"
            assert "the work is done" in answer.text
            assert f'<a href="/dispatch/{link_id}" aria-current="page">Timeline' in answer.text
        answer = client.post(f"/dispatch/{link_id}/resync", data={"csrf": token, "path": "title"})
        assert answer.status_code == 422
        assert answer.text.index("the work is done") < answer.text.index('<div id="sides"')
    link = console.stores.state.link(link_id)
    assert link is not None
    assert link.state == "closed"


def test_a_record_that_is_not_there_is_told_on_the_form_with_what_was_typed(
    console: Served, shores: Shores
) -> None:
    with signed_in(console, Role.DISPATCHER) as (client, token):
        given = {"entity": "Tickets", "number": "T20990101.0001", "csrf": token}
        answer = client.post("/dispatch/now", data=given)
    assert 400 <= answer.status_code < 500
    assert "<h1>Dispatch" in answer.text
    assert 'value="T20990101.0001"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'role="search" action="/dispatch"' in answer.text, "the address shown is the form's"


@BOTH
def test_both_sides_stand_beside_each_other_and_only_what_is_marked_is_brought_in_step(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    link_id = dispatched(console, shores)
    link = console.stores.state.link(link_id)
    assert link is not None
    order = link.work_order_id or 0
    title = shores.order(order)["title"]
    there = {"title": "Another title there", "description": {"html": "<p>Another text there</p>"}}
    shores.fieldnation.put(f"workorders/{order}", there)
    page = visitor.visit(f"/dispatch/{link_id}/sides", Role.DISPATCHER, size)
    row = page.get_by_role("row").filter(has_text="Another title there")
    expect(row).to_contain_text("differs")
    expect(page.get_by_text("2 fields differ")).to_be_visible()
    alike = page.get_by_role("row").filter(has_text="location.city").first
    expect(alike).not_to_be_visible()
    page.get_by_text("the same on both sides").first.click()
    expect(alike).to_be_visible()
    shots(page, "dispatch-sides")
    assert audit(page) == []
    page.get_by_label("Write description.html").uncheck()
    page.get_by_role("button", name="Bring in step").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring in step").click()
    expect(page.get_by_role("status").first).to_contain_text("brought in step")
    until(lambda: shores.order(order)["title"] == title)
    until(lambda: console.stores.agenda.count() == 0)
    assert "Another text there" in str(shores.order(order)["description"])
    deed = next(iter(console.site.people.deeds()))
    assert (deed.what, deed.detail) == ("brought a link in step", {"fields": ["title"]})


def test_who_brings_in_step_and_marks_no_field_is_told_so_where_the_form_is(
    console: Served, shores: Shores
) -> None:
    link_id = dispatched(console, shores)
    until(lambda: console.stores.agenda.count() == 0)
    before = console.stores.state.entries(link_id)
    with signed_in(console, Role.DISPATCHER) as (client, token):
        refused = client.post(f"/dispatch/{link_id}/resync", data={"csrf": token})
        assert refused.status_code == 422
        assert refused.text.index("No field was chosen.") < refused.text.index('<div id="sides"')
        assert console.stores.state.entries(link_id) == before
        given = {"csrf": token, "untold": "1"}
        told = client.post(f"/dispatch/{link_id}/resync", data=given, follow_redirects=True)
        assert "only what the record does not know yet" in told.text
    [deed] = [one for one in console.site.people.deeds() if one.what == "brought a link in step"]
    assert deed.detail == {"told": "what the record did not know"}


@BOTH
def test_dead_letters_are_replayed_and_dismissed_by_who_may(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    visitor.forgive("403")
    for number in (1, 2):
        letter = DeadLetter(
            f"letter-{number}", f"Tickets/{number}", "validation", "The title is empty",
            "title", "Give the ticket a title, then replay.", utc_now(), record_number=f"T{number}",
        )  # fmt: skip
        console.stores.state.save_dead_letter(letter)
    page = visitor.visit("/letters", Role.DISPATCHER, size)
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


@BOTH
def test_a_dead_letter_is_mended_by_setting_a_field_and_sent(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.edit("Tickets", ticket["id"], dueDateTime=None)
    shores.send_out(ticket["id"])
    key = f"Tickets/{ticket['id']}"
    console.stores.commands.ask(key, "record+order+notes", "a test")
    until(lambda: console.stores.state.dead_letters(keys=(key,)))
    page = visitor.visit("/letters", Role.DISPATCHER, size)
    page.get_by_role("link", name="Set what is sent").click()
    field = page.get_by_label("Value of schedule.service_window.start.utc")
    field.fill("2026-12-01 15:00:00")
    page.get_by_label("Set schedule.service_window.start.utc").check()
    assert audit(page) == []
    shots(page, "letters-edit")
    page.get_by_role("button", name="Set the marked fields and send").click()
    until(lambda: getattr(console.stores.state.link_of(key), "work_order_id", None))
    assert "2026-12-01" in str(shores.orders()[0])


def test_who_marks_no_field_is_told_so(console: Served, shores: Shores) -> None:
    key = f"Tickets/{shores.fit_tickets(1)[0]['id']}"
    letter = DeadLetter("letter-1", key, "validation", "No", "title", "Mend", utc_now())
    console.stores.state.save_dead_letter(letter)
    with signed_in(console, Role.DISPATCHER) as (client, token):
        answer = client.post("/letters/letter-1/edit", data={"csrf": token})
    assert answer.status_code == 422
    assert "No field was chosen." in answer.text


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_auditor_finds_nothing_on_the_pages_of_dispatch(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    link_id = dispatched(console, shores)
    ticket = shores.fit_tickets(2)[1]
    shores.edit("Tickets", ticket["id"], dueDateTime=None)
    shores.send_out(ticket["id"])
    key = f"Tickets/{ticket['id']}"
    console.stores.commands.ask(key, "record+order+notes", "a test")
    until(lambda: console.stores.state.dead_letters(keys=(key,)))
    letter = console.stores.state.dead_letters(keys=(key,))[0].id
    for scheme in ("light", "dark"):
        for path in (
            "/dispatch", f"/dispatch/{link_id}?calls=1", f"/dispatch/{link_id}/made",
            f"/dispatch/{link_id}/sides", "/dispatch/find?key=Tickets/1", "/letters",
            f"/letters/{letter}/edit",
        ):  # fmt: skip
            page = visitor.visit(path, size=size, scheme=scheme)
            if path.endswith("/sides"):
                expect(page.get_by_text("same").first).to_be_visible()
            shots(page, path.replace(link_id, "link").replace(letter, "one"))
            assert audit(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_an_empty_board_says_what_to_do(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/dispatch", role=Role.VIEWER)
    expect(page.get_by_role("heading", name="Nothing is dispatched yet")).to_be_visible()
    expect(page.get_by_role("link", name="Look at the rules")).to_be_visible()
