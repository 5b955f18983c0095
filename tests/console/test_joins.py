"""The join map: read, moved about by mouse and keys, and asked for the way between two tables."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from isthmus.console.diagram import HIGH, WIDE, broken, diagram_of
from isthmus.reports.orphans import orphans_sql
from isthmus.reports.paths import Join
from isthmus.state.sync import DatasetChoice
from isthmus.sync.catalog import DATASETS, others
from isthmus.wiring.exploring import JOINS_TO_EXPLORE, joins_between
from isthmus.wiring.people import Role
from tests.console.exploring import explored, tabled
from tests.console.site import PHONE, Served, Visitor, audit, shots, signed_in
from tests.console.site import WIDE as WIDE_SCREEN


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with explored(tmp_path_factory.mktemp("joins")) as console:
        yield console


@pytest.fixture
def visitor(browser: Browser, filled: Served) -> Iterator[Visitor]:
    person = Visitor(browser, filled)
    yield person
    person.close()
    person.check()


NAMES = tuple(dataset.name for dataset in DATASETS)
ADDED = ("TicketNotes", "Quotes", "CompanyNoteAttachments", "TimeOffRequests", "ActionTypes")


@pytest.mark.parametrize("names", [NAMES, (*NAMES, *ADDED)], ids=["catalogue", "added"])
def test_no_two_tables_of_the_map_lie_on_each_other_and_none_under_a_line(
    names: tuple[str, ...],
) -> None:
    joins = joins_between(names)
    made = diagram_of(joins, names)
    assert made == diagram_of(joins, names)
    assert {node.name for node in made.nodes} == set(names)
    for one, other in combinations(made.nodes, 2):
        assert abs(one.x - other.x) > WIDE or abs(one.y - other.y) > HIGH, (one, other)
    for edge in made.edges:
        for node in made.nodes:
            if node.name in (edge.join.one, edge.join.many):
                continue
            for step in range(101):
                x = edge.x1 + (edge.x2 - edge.x1) * step / 100
                y = edge.y1 + (edge.y2 - edge.y1) * step / 100
                inside = abs(x - node.x) < WIDE / 2 and abs(y - node.y) < HIGH / 2
                assert not inside, (edge.join, node.name)


def test_a_table_the_map_does_not_know_gets_a_place_of_its_own() -> None:
    made = diagram_of((*JOINS_TO_EXPLORE, Join("Companies", "Quotes", "companyID")))
    quotes = next(node for node in made.nodes if node.name == "Quotes")
    assert quotes.y > max(node.y for node in made.nodes if node.name != "Quotes")
    assert made.height > quotes.y


def test_every_collection_there_is_has_a_place_below_on_its_own() -> None:
    names = (*NAMES, *others())
    made = diagram_of((), names)
    assert len({(node.x, node.y) for node in made.nodes}) == len(names)


def test_tables_without_joins_and_added_ones_are_on_the_map(
    visitor: Visitor, filled: Served
) -> None:
    for name in ADDED:
        filled.house.copying.choose(DatasetChoice(name))
    page = visitor.visit("/joins", Role.VIEWER)
    shots(page, "joins/added")
    page.locator(".node[data-name=Products]").click()
    expect(page.get_by_role("region", name="Joins of Products")).to_contain_text("No joins")
    page.locator(".node[data-name=CompanyNoteAttachments]").click()
    part = page.get_by_role("region", name="Joins of CompanyNoteAttachments")
    expect(part).to_contain_text("CompanyNoteAttachments.companyID = Companies.id")
    expect(page.locator(".subjects")).to_contain_text("Added")
    phone = visitor.visit("/joins?at=TimeOffRequests", Role.VIEWER, PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shots(phone, "joins/added")
    assert audit(page) == []
    for name in ADDED:
        filled.house.copying.choose(DatasetChoice(name, is_kept=False))
    page.reload()
    expect(page.locator(".node[data-name=Products]")).to_be_visible()
    expect(page.locator(".node[data-name=Quotes]")).to_have_count(0)


def test_a_join_that_cannot_be_counted_is_told_and_asked_for_no_more(tmp_path: Path) -> None:
    with tabled(tmp_path / "home") as console, signed_in(console, Role.VIEWER) as (client, _):
        console.site.orphans.count()
        shown = client.get("/joins").text
    assert "could not be counted: There is no column" in shown
    assert "/joins/counts" not in shown


def test_a_long_name_is_broken_between_its_words() -> None:
    assert broken("ServiceCallTicketResources") == ("ServiceCall", "TicketResources")
    assert broken("Tickets") == ("Tickets",)


def _place(page: Page, name: str) -> tuple[float, float]:
    node = page.locator(f".node[data-name={name}]")
    return float(node.get_attribute("data-x") or 0), float(node.get_attribute("data-y") or 0)


def test_a_table_is_dragged_moved_by_keys_and_put_back(visitor: Visitor) -> None:
    page = visitor.visit("/joins", Role.VIEWER)
    shots(page, "joins")
    x, y = _place(page, "Contacts")
    box = page.locator(".node[data-name=Contacts] .box").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 50, steps=4)
    page.mouse.up()
    moved_x, moved_y = _place(page, "Contacts")
    assert moved_x > x + 30
    assert moved_y > y + 10
    expect(page.get_by_role("region", name="Joins of Companies")).to_be_visible()
    page.locator(".node[data-name=Contacts]").focus()
    page.keyboard.press("ArrowLeft")
    assert _place(page, "Contacts")[0] == moved_x - 12
    page.reload()
    assert _place(page, "Contacts")[0] == moved_x - 12
    page.get_by_role("button", name="As at first").click()
    assert _place(page, "Contacts") == (x, y)


def test_on_a_phone_a_table_is_picked_from_the_list_or_by_a_finger(visitor: Visitor) -> None:
    page = visitor.visit("/joins?at=Tickets", Role.VIEWER, PHONE)
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator(".node[data-name=Tickets]").bounding_box()
    assert box is not None
    assert 0 < box["x"] < PHONE[0] - box["width"], "what is chosen is in sight at first"
    page.get_by_label("Joins of", exact=True).select_option("Contacts")
    expect(page.get_by_role("region", name="Joins of Contacts")).to_be_in_viewport()
    assert page.url.endswith("?at=Contacts")
    page.locator(".node[data-name=Tickets]").click()
    expect(page.get_by_label("Joins of", exact=True)).to_have_value("Tickets")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_chosen_table_tells_its_joins_and_how_many_rows_refer_to_nothing(
    visitor: Visitor, filled: Served
) -> None:
    filled.site.orphans.count()
    page = visitor.visit("/joins", Role.VIEWER)
    page.locator(".node[data-name=Tickets]").focus()
    page.keyboard.press("Enter")
    part = page.get_by_role("region", name="Joins of Tickets")
    expect(part).to_contain_text("Tickets.companyID = Companies.id")
    expect(part).to_contain_text("TimeEntries.ticketID = Tickets.id")
    assert page.url.endswith("?at=Tickets")
    part.get_by_role("link", name="Contracts").click()
    expect(page.get_by_role("region", name="Joins of Contracts")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="TimeEntries").filter(has_text="ticketID")
    expect(row.locator("td").last).to_have_text("0")
    with filled.house.readers.reader() as reader:
        join = next(j for j in JOINS_TO_EXPLORE if j.column == "ticketID")
        assert reader.query(orphans_sql(join)).rows == ()


def test_back_leads_through_the_tables_that_were_chosen(visitor: Visitor) -> None:
    page = visitor.visit("/joins", Role.VIEWER)
    page.locator(".node[data-name=Tickets]").click()
    part = page.get_by_role("region", name="Joins of Tickets")
    part.get_by_role("link", name="Contracts").click()
    expect(page.get_by_role("region", name="Joins of Contracts")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("region", name="Joins of Tickets")).to_be_visible()
    expect(page.locator(".node[aria-current]")).to_have_attribute("data-name", "Tickets")
    page.go_back()
    expect(page.get_by_role("region", name="Joins of Companies")).to_be_visible()
    assert page.url.endswith("/joins")
    page.go_forward()
    expect(page.get_by_role("region", name="Joins of Tickets")).to_be_visible()


def test_the_way_between_two_tables_is_shown_with_its_sql_and_runs(visitor: Visitor) -> None:
    page = visitor.visit("/joins?from=Tickets&to=Contracts", Role.VIEWER)
    expect(page.get_by_role("heading", name="from Tickets to Contracts")).to_be_visible()
    first = page.locator(".way-of").first
    expect(first).to_contain_text("left join autotask.Contracts c on c.id = t.contractID")
    shots(page, "joins/way")
    first.get_by_role("link", name="Open in Explore").click()
    expect(page.get_by_role("region", name="The answer").first).to_contain_text("100 rows")


def test_the_map_can_be_read_by_everybody_and_fits_a_phone(visitor: Visitor) -> None:
    for scheme in ("light", "dark"):
        for size in (WIDE_SCREEN, PHONE):
            page = visitor.visit("/joins?from=Companies&to=TimeEntries", size=size, scheme=scheme)
            assert audit(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shots(page, "joins/all")
