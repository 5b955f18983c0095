"""The pages by keyboard alone: a rule built, a role changed, the join map read, a list filtered."""

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from isthmus.dispatch.library import RULE
from isthmus.dispatch.rules.sketch import sketch_rule
from isthmus.wiring.people import Role
from tests.console.site import Served, Visitor

_STOP: Final = """() => {
  const here = document.activeElement;
  const look = getComputedStyle(here);
  const isSeen = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
  return here !== document.body && isSeen ? "" : here.outerHTML.slice(0, 160);
}"""
"""Is where the focus is, where a person does not see it; "" when it is seen."""
_MOST_STOPS: Final = 120


def go_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the focus is there; at every stop it must be seen."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press(key)
        assert page.evaluate(_STOP) == ""
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail("Tab never came to it")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def there(page: Page, wanted: Locator) -> None:
    """Expect the focus to be there, and to be seen."""
    expect(wanted).to_be_focused()
    assert page.evaluate(_STOP) == ""


def test_the_caret_stays_where_it_was_when_the_form_is_drawn_anew(
    person: Visitor, connected: Served
) -> None:
    page = person.visit("/rules", Role.DISPATCHER)
    page.locator("summary", has_text="New rule").click()
    page.get_by_label("Name").fill("caret")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Add a row").first.click()
    way, box = page.get_by_label("How it is tested"), page.get_by_label("Value", exact=True)
    expect(way).to_be_visible()
    box.fill("Dspatch")
    held: list[Route] = []
    page.route("**/draft", lambda route: held.append(route))  # noqa: PLW0108 - it is marked
    with page.expect_request("**/draft"):
        way.select_option("is_not")
    box.click()
    press(page, "Home", "ArrowRight")
    page.locator("#draft").evaluate("form => { form.dataset.old = ''; }")
    held[0].continue_()
    page.unroute("**/draft")
    expect(page.locator("#draft[data-old]")).to_have_count(0)
    there(page, box)
    page.keyboard.type("i")
    expect(box).to_have_value("Dispatch")


def test_a_condition_is_built_changed_and_removed_by_keys_and_no_swap_loses_the_focus(
    person: Visitor, connected: Served
) -> None:
    page = person.visit("/rules", Role.DISPATCHER)
    go_to(page, page.locator("summary", has_text="New rule"))
    press(page, "Enter")
    go_to(page, page.get_by_label("Name"))
    page.keyboard.type("keys")
    go_to(page, page.get_by_role("button", name="Begin"))
    press(page, "Enter")
    expect(page.get_by_role("heading", name="keys")).to_be_visible()
    expect(page.locator("#tried")).to_contain_text("problem")

    go_to(page, page.get_by_role("button", name="Add a row").first)
    press(page, "Enter")
    field = page.get_by_label("Field", exact=True)
    there(page, field)
    page.keyboard.type("ticket.status.label")
    expect(page.locator("#picks [role=option]").first).to_contain_text("ticket.status.label")
    press(page, "ArrowDown", "Enter")
    expect(field).to_have_value("ticket.status.label")

    # Arrows look through the ways of testing; one counts when it is left, and what is typed then
    # while the form is on its way is kept.
    press(page, "Tab", "ArrowDown")
    way = page.get_by_label("How it is tested")
    there(page, way)
    press(page, "Tab")
    page.keyboard.type("Dispatch to Field", delay=20)
    there(page, page.get_by_label("Value", exact=True))
    expect(page.get_by_label("Value", exact=True)).to_have_value("Dispatch to Field")
    expect(way).to_have_value("is_not")
    press(page, "Escape")
    go_to(page, way, "Shift+Tab")
    press(page, "ArrowDown")
    expect(page.get_by_label("Value", exact=True)).to_have_value("Dispatch to Field")
    press(page, "Enter")
    expect(page.get_by_label("Values, a line each")).to_have_value("Dispatch to Field")
    there(page, way)
    expect(page.locator("#saved")).to_contain_text("never published")
    draft = connected.site.drafts.find(RULE, "keys")
    assert draft is not None
    told = {"field": "ticket.status.label", "in": ["Dispatch to Field"]}
    assert sketch_rule(draft.content).told["when"] == told

    go_to(page, page.get_by_role("button", name="Remove this row"))
    press(page, "Enter")
    there(page, page.get_by_role("button", name="Add a row").first)
    anew = page.get_by_role("button", name="Read both sides anew")
    go_to(page, anew)
    with page.expect_response(re.compile("anew=1")):
        press(page, "Enter")
    expect(page.locator("#pane")).not_to_have_attribute("aria-busy", "true")
    there(page, anew)


def test_rows_of_a_mapping_are_moved_copied_and_removed_by_keys_and_the_focus_goes_along(
    person: Visitor,
) -> None:
    page = person.visit("/mappings/ticket_inbound", Role.DISPATCHER)
    rows = page.locator(".maprow").count()
    down = page.get_by_role("button", name="Move row 1 down")
    go_to(page, down)
    press(page, "Enter")
    there(page, page.get_by_role("button", name="Move row 2 down"))
    press(page, "Enter")
    there(page, page.get_by_role("button", name="Move row 3 down"))
    press(page, "Tab", "Enter")
    there(page, page.get_by_label("Row 3: fills"))
    expect(page.locator(".maprow")).to_have_count(rows - 1)


def test_a_role_is_chosen_by_arrows_and_changed_only_by_its_button(
    person: Visitor, connected: Served
) -> None:
    connected.cookie(Role.ADMIN)
    connected.cookie(Role.VIEWER)
    page = person.visit("/settings/people")
    role = page.get_by_label("Role of viewer@example.com")
    go_to(page, role)
    press(page, "ArrowDown")
    expect(role).to_have_value("dispatcher")
    button = page.get_by_role("button", name="Set the role of viewer@example.com")
    go_to(page, button)
    assert "viewer@example.com is dispatcher now" not in page.content()
    press(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text("viewer@example.com is dispatcher now")
    there(page, button)


def test_a_filter_is_sent_when_its_choice_is_left_and_the_focus_goes_on(person: Visitor) -> None:
    page = person.visit("/joins", Role.VIEWER)
    go_to(page, page.get_by_label("From", exact=True))
    press(page, "ArrowDown", "ArrowDown")
    assert page.url.endswith("/joins")
    press(page, "Tab")
    expect(page).to_have_url(re.compile("from=[A-Z]"))
    there(page, page.get_by_label("To", exact=True))
    press(page, "ArrowDown", "Enter")
    expect(page).to_have_url(re.compile("to=[A-Z]"))
    there(page, page.get_by_label("To", exact=True))


def test_the_join_map_is_come_nearer_to_moved_and_read_by_keys(person: Visitor) -> None:
    page = person.visit("/joins", Role.VIEWER)
    sheet = page.locator("#map svg")
    go_to(page, page.get_by_role("button", name="Nearer"))
    press(page, "Enter", "Enter", "Enter", "Enter")
    near = sheet.get_attribute("viewBox")
    go_to(page, page.get_by_role("button", name="See more: right"))
    press(page, "Enter")
    assert sheet.get_attribute("viewBox") != near
    for name in ("Companies", "TimeEntries", "Tickets"):
        node = page.locator(f".node[data-name={name}]")
        node.focus()
        x, y, wide, high = map(float, (sheet.get_attribute("viewBox") or "").split())
        at_x, at_y = (float(node.get_attribute(f"data-{one}") or 0) for one in "xy")
        assert x < at_x < x + wide, name
        assert y < at_y < y + high, name
        assert page.evaluate(_STOP) == ""
    press(page, "Enter")
    part = page.get_by_role("region", name="Joins of Tickets")
    go_to(page, part.get_by_role("link", name="Contracts"))
    press(page, "Enter")
    there(page, page.get_by_role("heading", name="Contracts", exact=True))
    assert page.url.endswith("?at=Contracts")
