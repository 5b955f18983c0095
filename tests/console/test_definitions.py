"""Rules and mappings: built by pointing, tried, mended, published, compared, rolled back."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from isthmus.dispatch.library import MAPPING, RULE
from isthmus.wiring.people import Role
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, served, shoot
from tests.dispatch.shores import Shores

SHOTS = Path("/tmp/shots/definitions")


@pytest.fixture
def shores(autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path) -> Shores:
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    made.settle_switches()
    return made


@pytest.fixture
def connected(shores: Shores) -> Iterator[Served]:
    """Give the console of a home between both simulated vendors."""
    with served(shores.home, shores.environment) as given:
        yield given


@pytest.fixture
def person(browser: Browser, connected: Served) -> Iterator[Visitor]:
    """Give a person before it; when the test ends no page may have complained."""
    visitor = Visitor(browser, connected)
    yield visitor
    visitor.close()
    visitor.check()


def choose(page: Page, box: str, typed: str, option: str, which: int = -1) -> None:
    """Point at something: type into a box and choose what is offered."""
    here = page.get_by_label(box, exact=True).nth(which)
    here.click()
    here.fill("")
    here.press_sequentially(typed)
    page.get_by_role("option").filter(has_text=option).first.click()


def test_x(person: Visitor, shores: Shores) -> None:
    number = shores.fit_tickets(1)[0]["ticketNumber"]
    for size, name in ((WIDE, "wide"), (PHONE, "phone")):
        for scheme in ("light", "dark"):
            page = person.visit("/rules", size=size, scheme=scheme)
            for path, what in (("/rules", "rules"), ("/mappings", "mappings"),
                (f"/rules/ticket_dispatch?ticket={number}", "rule"),
                (f"/mappings/ticket_inbound?ticket={number}", "mapping"),
                (f"/mappings/ticket_outbound?ticket={number}", "outbound"),
                ("/mappings/ticket_inbound/versions", "versions"),
                ("/mappings/ticket_inbound?as=text", "text")):
                page.goto(person.served.url + path)
                if "?" in path:
                    expect(page.locator("#pane")).not_to_contain_text("Reading")
                page.wait_for_timeout(1000 if what in ("rules", "mappings") else 100)
                shoot(page, SHOTS, f"{what}-{name}-{scheme}")
                if scheme == "dark":
                    print(what, size, audit(page))
                print(what, page.evaluate("document.documentElement.scrollWidth"), size)
