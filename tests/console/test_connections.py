"""The first run, connections, permissions, the calls of the hour, webhooks."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from isthmus.wiring import connecting, simulated
from isthmus.wiring.people import Role
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.console.shore import reached, until, worked
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, served, shots


def fill_autotask(page: Page, sim: AutotaskSim, secret: str) -> None:
    page.get_by_label("Title").fill("My MSP")
    page.get_by_label("Username (Key)").fill(sim.username)
    page.get_by_label("Password (Secret)", exact=True).fill(secret)
    page.get_by_label("Tracking Identifier (integration code)").fill(sim.integration_code)
    page.get_by_text("Address and API").click()
    page.get_by_label("Address of the REST service").fill(sim.url)


def test_a_wrong_secret_is_named_and_the_right_one_leads_to_full_tables(
    console: Served, visitor: Visitor, autotask_sim: AutotaskSim
) -> None:
    with worked(console):
        page = visitor.visit("/welcome")
        shots(page, "welcome")
        fill_autotask(page, autotask_sim, "not the secret")
        page.get_by_role("button", name="Save and test").click()
        expect(page.get_by_role("alert")).to_contain_text("Wrong: credentials.")
        wrong = page.locator("#checks li.bad")
        expect(wrong).to_have_count(1)
        expect(wrong).to_contain_text("Credentials")
        shots(page, "welcome/wrong")
        assert connecting.connected(console.house)[0].source == "nothing"
        page.get_by_label("Password (Secret)", exact=True).fill(autotask_sim.secret)
        page.get_by_role("button", name="Save and test").click()
        expect(page.locator("#checks .note.good")).to_contain_text("22 datasets can be read whole")
        shots(page, "welcome/right")
        page.get_by_role("link", name="Choose datasets").last.click()
        expect(page.get_by_text("The first sync:")).to_be_visible()
        shots(page, "welcome/datasets")
        page.get_by_role("button", name="Start the first sync").click()
        page.wait_for_url(re.compile(r"/welcome/sync\?key="))
        expect(page.get_by_text("Done.")).to_be_visible(timeout=60_000)
        shots(page, "welcome/sync")
        page.get_by_role("link", name="Look at your data").click()
        expect(page.get_by_role("row", name=re.compile("^Tickets"))).to_contain_text("150")
        shots(page, "datasets")
    told = [entry.what for entry in console.site.people.deeds()]
    assert "connected Autotask" in told


def test_what_is_saved_is_never_shown_and_need_not_be_entered_again(
    tmp_path: Path, visitor: Visitor, console: Served, autotask_sim: AutotaskSim
) -> None:
    draft = connecting.Connection(
        "My MSP", autotask_sim.username, autotask_sim.secret, autotask_sim.integration_code,
        autotask_sim.url,
    )  # fmt: skip
    connecting.save(console.house, draft)
    page = visitor.visit("/connections/autotask")
    assert autotask_sim.secret not in page.content()
    assert autotask_sim.integration_code not in page.content()
    page.get_by_label("Title").fill("Renamed")
    page.get_by_role("button", name="Save and test").click()
    expect(page.locator("#checks .note.good")).to_contain_text("Saved.")
    assert [note.title for note in console.house.state.connections()] == ["Renamed"]
