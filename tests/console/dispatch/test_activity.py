"""Activity: what went on in both halves, found by a number or an id, as it happens."""

import re

from playwright.sync_api import expect

from isthmus.wiring.people import Role
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, shots, signed_in
from tests.console.working import dispatched
from tests.dispatch.shores import Shores


def test_what_went_on_is_found_by_its_number_and_leads_to_its_link(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    link_id = dispatched(console, shores)
    link = console.stores.state.link(link_id)
    assert link is not None
    page = visitor.visit(f"/activity?q={link.record_number}", role=Role.VIEWER)
    row = page.get_by_role("row").filter(has_text="Made the work order")
    expect(row).to_be_visible()
    for scheme in ("light", "dark"):
        for size in (WIDE, PHONE):
            again = visitor.visit(f"/activity?q={link.record_number}", size=size, scheme=scheme)
            assert audit(again) == []
            assert again.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if size == PHONE:
                quiet = again.get_by_role("row").filter(has_text="Made the work order").first
                assert (quiet.bounding_box() or {"height": 99})["height"] < 70, "two lines"
                quiet.get_by_text("More", exact=True).click()
                expect(quiet.locator("pre")).to_be_visible()
            shots(again, "activity")
    row.get_by_role("link", name=link.record_number).click()
    expect(page).to_have_url(f"{console.url}/dispatch/{link_id}")


def test_what_went_on_is_found_by_the_correlation_id_that_both_vendors_hold(
    console: Served, shores: Shores
) -> None:
    dispatched(console, shores)
    link_id = dispatched(console, shores, 1)
    link = console.stores.state.link(link_id)
    assert link is not None
    assert link_id in str(shores.order(link.work_order_id or 0)), "the order carries it"
    with signed_in(console, Role.VIEWER) as (http, _):
        shown = http.get(f"/activity?q={link_id}&kind=write").text
        assert f'<p class="muted">{link.record_number}</p>' in shown
        assert "Made the work order" in shown
        about = set(re.findall(r'class="about wrap"><a class="of" href="([^"]*)"', shown))
        assert about == {f"/dispatch/{link_id}"}
        assert http.get(f"/find?q={link_id}").headers["location"] == f"/dispatch/{link_id}"


def test_the_search_above_goes_straight_to_the_one_link_or_dataset_it_names(
    console: Served, visitor: Visitor, shores: Shores
) -> None:
    link_id = dispatched(console, shores)
    link = console.stores.state.link(link_id)
    assert link is not None
    page = visitor.visit("/", role=Role.VIEWER)
    page.keyboard.press("/")
    page.keyboard.type(str(link.work_order_id))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{console.url}/dispatch/{link_id}")
    page.get_by_label("Find", exact=True).first.fill("nothing of that name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_what_happens_appears_by_itself(console: Served, visitor: Visitor, shores: Shores) -> None:
    page = visitor.visit("/activity?kind=write", role=Role.VIEWER)
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    dispatched(console, shores)
    expect(page.get_by_text("Made the work order")).to_be_visible(timeout=20_000)


def test_what_is_narrowed_to_what_went_wrong_moves_by_itself_too(visitor: Visitor) -> None:
    page = visitor.visit("/activity?failed=1", role=Role.VIEWER)
    expect(page.get_by_label("Only what went wrong")).to_be_checked()
    page.get_by_label("In", exact=True).focus()
    with page.expect_response(lambda answer: answer.url.endswith("/activity?failed=1")):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live-activity'))")
    page.get_by_label("Find", exact=True).last.fill("typed and not yet sent")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-activity'))")
    expect(page.get_by_label("Find", exact=True).last).to_have_value("typed and not yet sent")
