"""A mapping and a rule built on a phone, from nothing, by pointing alone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from isthmus.wiring.people import Role
from tests.console.site import PHONE, Visitor
from tests.dispatch.shores import Shores

LEAST = 24
"""Pixels that a finger needs each way, as WCAG 2.2 AA has it."""


def tap(there: Locator) -> None:
    """Touch something that a finger can hit."""
    there.scroll_into_view_if_needed()
    box = there.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= LEAST, (there, box)
    there.tap()


def choose(page: Page, box: str, typed: str, option: str) -> None:
    """Touch the last box of that name, type a few letters, touch what is offered."""
    here = page.get_by_label(box, exact=True).last
    tap(here)
    expect(here).to_be_focused()
    here.press_sequentially(typed)
    offered = page.get_by_role("option").filter(has_text=option).first
    expect(offered).to_be_in_viewport()
    offered.tap()  # waits for the list, which is drawn anew with each letter
    expect(page.locator("#picks")).to_be_hidden()


def press(page: Page, button: str) -> None:
    """Touch a button by its name."""
    tap(page.get_by_role("button", name=button, exact=True).first)


def begin(page: Page, what: str, name: str) -> None:
    """Begin a new mapping or rule."""
    tap(page.get_by_text(f"New {what}"))
    page.get_by_label("Name").fill(name)
    press(page, "Begin")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def fill_rows(page: Page) -> None:
    """Point at a field, put one into a text, and make a table of a picklist."""
    press(page, "Add a row")
    choose(page, "Row 1: fills", "tit", "title")
    choose(page, "Row 1: from", "title", "ticket.title")
    press(page, "Add a row")
    choose(page, "Row 2: fills", "desc", "description.html")
    page.get_by_label("Row 2: by").select_option("Text with fields in it")
    text = page.get_by_label("Row 2: text")
    text.fill("About ")
    put_in = page.get_by_label("Put in")
    tap(put_in)
    put_in.press_sequentially("number")
    page.get_by_role("option").filter(has_text="ticket.ticketNumber").first.tap()
    expect(text).to_have_value("About {{ticket.ticketNumber}}")
    press(page, "Add a row")
    choose(page, "Row 3: fills", "priority", "custom_fields.Priority")
    page.get_by_label("Row 3: by").select_option("Look up in a table")
    expect(page.get_by_role("button", name="Add an entry")).to_be_visible()
    choose(page, "Row 3: from", "priority", "ticket.priority.label")
    press(page, "Add all values of the picklist")
    expect(page.get_by_label("Row 3, entry 1: when")).not_to_have_value("")


def try_on(page: Page, number: str) -> None:
    """Go from the rows to the dry run, and choose what it runs on."""
    tap(page.get_by_role("link", name="Try it on a record"))
    expect(page.get_by_label("Try it on a ticket")).to_be_in_viewport()
    choose(page, "Try it on a ticket", number, number)
    expect(page.locator("#pane")).to_contain_text("Nothing was written, on either side.")


def publish(page: Page, what: str, number: str) -> None:
    """Publish it; the record that was tried is still there."""
    press(page, f"Publish the {what}")
    expect(page.get_by_role("status").first).to_contain_text("is in force now, as version 1")
    expect(page.get_by_label("Try it on a ticket")).to_have_value(number)
    assert f"ticket={number}" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.long
def test_a_mapping_and_a_rule_are_built_on_a_phone_from_nothing_by_pointing_alone(
    person: Visitor, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    number = ticket["ticketNumber"]
    shores.send_out(ticket["id"])
    page = person.visit("/mappings", role=Role.DISPATCHER, size=PHONE, touch=True)
    begin(page, "mapping", "printers")
    fill_rows(page)
    try_on(page, number)
    row = page.locator("#pane").get_by_role("row").filter(has_text="ticket.title")
    expect(row).to_contain_text(ticket["title"])
    expect(page.locator("#o-1")).to_contain_text(ticket["title"])
    publish(page, "mapping", number)

    tap(page.locator("#menu > summary"))
    tap(page.locator("#menu").get_by_role("link", name="Rules", exact=True))
    begin(page, "rule", "field")
    press(page, "Add a row")
    choose(page, "Field", "status", "ticket.status.label")
    choose(page, "Value", "Disp", "Dispatch to Field")
    page.get_by_label("Makes the work order by").select_option("printers")
    expect(page.locator("#summary")).to_contain_text(
        "Tickets whose status is Dispatch to Field become draft work orders by printers"
    )
    try_on(page, number)
    expect(page.locator("#pane")).to_contain_text("The rule wants it as it is now.")
    publish(page, "rule", number)
    press(page, "Switch on")
    tap(page.get_by_role("dialog").get_by_role("button", name="Switch on"))
    expect(page.get_by_role("status").first).to_contain_text("field is on")
    rule = person.served.site.library.rule("field")
    assert rule is not None
    assert rule.is_enabled
