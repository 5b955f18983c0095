"""One value set for many dead letters, where they lack the same field."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.people import Role
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, shots, signed_in
from tests.console.working import until
from tests.dispatch.shores import Shores

START = "schedule.service_window.start.utc"
WHEN = "2026-12-01 15:00:00"


def undue(console: Served, shores: Shores, count: int, **fields: object) -> list[DeadLetter]:
    """Send tickets out that have no time; returns their dead letters."""
    tickets = shores.fit_tickets(count)
    for ticket in tickets:
        shores.edit("Tickets", ticket["id"], **(fields or {"dueDateTime": None}))
        shores.send_out(ticket["id"])
        console.stores.commands.ask(f"Tickets/{ticket['id']}", "record+order+notes", "a test")
    keys = tuple(f"Tickets/{ticket['id']}" for ticket in tickets)
    until(lambda: len(console.stores.state.dead_letters(keys=keys)) == count)
    return list(console.stores.state.dead_letters(keys=keys))


def healthy(console: Served, shores: Shores) -> DeadLetter:
    """Return a dead letter about a ticket with which nothing is wrong any more."""
    ticket = shores.fit_tickets(3)[2]
    letter = DeadLetter(
        "dl-healthy", f"Tickets/{ticket['id']}", "validation", "The title is empty", "title",
        "Give the ticket a title.", utc_now(), record_number=ticket["ticketNumber"],
    )  # fmt: skip
    console.stores.state.save_dead_letter(letter)
    return letter


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_one_value_is_set_for_all_marked_letters_that_lack_the_same_field(
    console: Served, visitor: Visitor, shores: Shores, size: tuple[int, int]
) -> None:
    letters = undue(console, shores, 2)
    page = visitor.visit("/letters", role=Role.DISPATCHER, size=size)
    shots(page, "letters")
    assert audit(page) == []
    for one in letters:
        page.get_by_label(f"Mark {one.record_number}").check()
    page.get_by_role("button", name="Set a field of the marked ones").click()
    page.get_by_label(f"Value of {START}").fill(WHEN)
    assert audit(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shots(page, "letters-set")
    page.get_by_role("button", name="Set it for 2 dead letters and send").click()
    expect(page.get_by_role("status").first).to_contain_text("2 dead letters")
    until(lambda: len(shores.orders()) == 2)
    assert all("2026-12-01" in str(order) for order in shores.orders())


def test_nothing_is_set_where_one_of_them_lacks_something_else_and_which_is_said(
    console: Served, shores: Shores
) -> None:
    letters = [*undue(console, shores, 2), healthy(console, shores)]
    with signed_in(console, Role.DISPATCHER) as (http, token):
        ids = [one.id for one in letters]
        form = {"csrf": token, "id": ids, "back": "/letters?kind=validation"}
        chosen = http.post("/letters/set/choose", data=form)
        there = chosen.headers["location"]
        assert parse_qs(urlsplit(there).query)["id"] == ids
        assert "csrf" not in there
        shown = http.get(there).text
        assert "They do not lack the same field." in shown
        assert "Nothing is at fault any more: replay it." in shown
        assert shown.count(f'<span class="mono">{START}</span>') == 2
        assert 'href="/letters?kind=validation"' in shown
        sent = {**form, "set": START, f"value:{START}": WHEN}
        refused = http.post("/letters/set", data=sent)
        assert refused.status_code == 422
        assert f"{START} is not at fault in each of them" in refused.text
        assert letters[2].record_number in re.sub(r"<[^>]*>", "", refused.text)
    assert [one.state for one in console.stores.state.dead_letters()] == ["open"] * 3
    deeds = [deed.what for deed in console.site.people.deeds()]
    assert "set a field of many dead letters" not in deeds


def test_a_value_that_cannot_be_is_refused_before_any_is_set(
    console: Served, shores: Shores
) -> None:
    letters = undue(console, shores, 2)
    with signed_in(console, Role.DISPATCHER) as (http, token):
        form = {"csrf": token, "id": [one.id for one in letters]}
        for more in ({}, {"set": "nothing.such", "value:nothing.such": "x"}):
            answer = http.post("/letters/set", data={**form, **more})
            assert answer.status_code == 422, answer.text
        done = http.post("/letters/set", data={**form, "set": START, f"value:{START}": WHEN})
        assert (done.status_code, done.headers["location"]) == (303, "/letters")
        deed = next(iter(console.site.people.deeds()))
        assert (deed.what, deed.about) == ("set a field of many dead letters", "2 dead letters")
    until(lambda: len(shores.orders()) == 2)


def test_a_viewer_has_no_box_to_mark(console: Served, shores: Shores) -> None:
    healthy(console, shores)
    with signed_in(console, Role.VIEWER) as (http, _):
        shown = http.get("/letters").text
    assert "The title is empty" in shown
    assert 'type="checkbox" name="id"' not in shown
    assert ">Mark<" not in shown
