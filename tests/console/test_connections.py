"""The first run, connections, permissions, the calls of the hour, webhooks."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from isthmus.base.clock import utc_now
from isthmus.wiring import connecting, simulated
from isthmus.wiring.people import Role
from isthmus.wiring.vendors.quota import QuotaSample
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.console.shore import in_thread, reached, worked
from tests.console.site import (
    NAMES,
    PHONE,
    SIZES,
    WIDE,
    Served,
    Visitor,
    audit,
    served,
    shots,
    signed_in,
)

_LINES = 26
"""Zone, credentials, integration code and quota; then the 22 datasets."""
BOTH = pytest.mark.parametrize("size", SIZES, ids=NAMES)


def fill_autotask(page: Page, sim: AutotaskSim, secret: str) -> None:
    page.get_by_label("Title").fill("My MSP")
    page.get_by_label("Username (Key)").fill(sim.username)
    page.get_by_label("Password (Secret)", exact=True).fill(secret)
    page.get_by_label("Tracking Identifier (integration code)").fill(sim.integration_code)
    page.get_by_text("Address and API").click()
    page.get_by_label("Address of the REST service").fill(sim.url)


@BOTH
def test_a_wrong_secret_is_named_and_the_right_one_leads_to_full_tables(
    console: Served, visitor: Visitor, autotask_sim: AutotaskSim, size: tuple[int, int]
) -> None:
    with worked(console):
        page = visitor.visit("/welcome", size=size)
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
        expect(page.get_by_text("All of them:")).to_be_visible()
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
    visitor: Visitor, console: Served, autotask_sim: AutotaskSim
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


def test_a_wrong_new_secret_leaves_the_old_one_in_force(
    visitor: Visitor, console: Served, autotask_sim: AutotaskSim
) -> None:
    connecting.save(
        console.house,
        connecting.Connection(
            "My MSP", autotask_sim.username, autotask_sim.secret, autotask_sim.integration_code,
            autotask_sim.url,
        ),
    )  # fmt: skip
    page = visitor.visit("/connections")
    page.get_by_role("link", name="New secret for Autotask").click()
    page.get_by_label("New Password (Secret)").fill("mistyped")
    page.get_by_role("button", name="Test and replace the secret").click()
    expect(page.locator("#rotated").get_by_role("alert")).to_contain_text(
        "The old one still counts"
    )
    saved = console.house.state.load_connection()
    assert saved is not None
    assert saved.secret == autotask_sim.secret
    page.get_by_label("New Password (Secret)").fill(autotask_sim.secret)
    page.get_by_role("button", name="Test and replace the secret").click()
    expect(page.locator("#rotated .note.good")).to_contain_text("The new secret is saved.")
    page.goto(f"{console.url}/connections")
    page.get_by_role("button", name="Forget Autotask").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.get_by_role("status").first).to_contain_text("Autotask is forgotten")
    assert connecting.connected(console.house)[0].source == "nothing"


def found_well(page: Page) -> None:
    """Have an auditor look at a page that only a form leads to, in every size and scheme."""
    for size in (PHONE, WIDE):
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert audit(page) == [], (size, scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_field_nation_is_connected_and_its_webhooks_are_made_at_a_click(
    tmp_path: Path, browser: Browser, autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim
) -> None:
    more = {"ISTHMUS_PUBLIC_URL": "http://127.0.0.1:9"}
    with served(tmp_path / "home", reached(autotask_sim) | more) as console:
        visitor = Visitor(browser, console)
        page = visitor.visit("/connections/fieldnation")
        page.get_by_label("Environment").select_option("other")
        page.locator("summary", has_text="Another address").click()
        page.get_by_label("Address of the API").fill(fieldnation_sim.url)
        page.get_by_label("Client id").fill(fieldnation_sim.client_id)
        page.get_by_label("Client secret").fill(fieldnation_sim.client_secret)
        page.get_by_label("User name").fill(fieldnation_sim.username)
        page.get_by_label("Password").fill(fieldnation_sim.password)
        page.get_by_role("button", name="Save and test").click()
        expect(page.locator("#checks .note.good")).to_contain_text("Field Nation is connected")
        page.goto(f"{console.url}/connections/webhooks")
        expect(page.locator("#hooks table")).to_contain_text("not made")
        library = console.site.library
        library.enable("ticket_dispatch", is_enabled=True, by="ann")
        page.get_by_role("button", name="Address for callouts").click()
        expect(
            page.get_by_role("heading", name=re.compile("callout", re.IGNORECASE))
        ).to_be_visible()
        found_well(page)
        page.goto(f"{console.url}/connections/webhooks")
        page.get_by_role("button", name="Make or mend them").click()
        expect(page.get_by_role("button", name=re.compile("^Do it"))).to_be_visible()
        found_well(page)
        page.get_by_role("button", name=re.compile("^Do it")).click()
        expect(page.get_by_role("status").first).to_contain_text("are as the rules want them")
        expect(page.locator("#hooks table")).to_contain_text("works")
        shots(page, "webhooks")
        visitor.close()
        visitor.check()


def test_a_simulated_tenant_is_one_button_away_from_full_tables(
    console: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "SIZE", ("--companies", "8", "--tickets", "40"))
    try:
        with worked(console):
            page = visitor.visit("/welcome")
            page.get_by_role("button", name="Try with a simulated tenant").click()
            page.get_by_role("link", name="Watch the first sync").click(timeout=60_000)
            expect(page.get_by_text("Done.")).to_be_visible(timeout=60_000)
            page.goto(console.url)
            expect(page.get_by_text("This is a simulated tenant.")).to_be_visible()
            shots(page, "overview/simulated")
    finally:
        in_thread(console.site.simulation.stop())
    assert all(one.is_simulated for one in connecting.connected(console.house))


_IN_PIECES = """() => {
  const parts = [
    '<li class="ok"><div><strong>Zone', '</strong></div></l', 'i><li class="end"><ul><li>one</li>',
    '<li>two</li></ul></li>',
  ];
  const body = new ReadableStream({
    async pull(to) {
      if (!parts.length) { to.close(); return; }
      to.enqueue(new TextEncoder().encode(parts.shift()));
      await new Promise((done) => setTimeout(done, 20));
    },
  });
  window.fetch = async () => new Response(body);
}"""


def test_checks_that_a_network_cuts_in_pieces_are_shown_whole(visitor: Visitor) -> None:
    page = visitor.visit("/connections/autotask")
    page.evaluate(_IN_PIECES)
    form = page.locator("form[data-stream]").first
    form.evaluate("one => { one.noValidate = true; one.requestSubmit(); }")
    expect(page.locator("#checks > li")).to_have_count(2)
    expect(page.locator("#checks > li.ok > div > strong")).to_have_text("Zone")
    expect(page.locator("#checks > li.end > ul > li")).to_have_text(["one", "two"])


def test_the_calls_of_the_hours_before_are_drawn(console: Served, visitor: Visitor) -> None:
    now = utc_now()
    for minutes in range(300, 0, -10):
        at = now - timedelta(minutes=minutes)
        console.house.copying.add_sample(
            QuotaSample(at, 4_000 + 20 * minutes, 900 + 3 * minutes, 10_000)
        )
    page = visitor.visit("/connections/quota")
    expect(page.locator("#plot canvas")).to_be_visible()
    shots(page, "quota/history")
    page.get_by_text("as a table").click()
    expect(page.locator("details table tbody tr")).to_have_count(30)


def test_nothing_is_tested_while_something_is_left_empty(console: Served, visitor: Visitor) -> None:
    cookie = console.cookie(Role.ADMIN)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    given = {"csrf": session.csrf, "zone": "west", "username": ""}
    with httpx2.Client(cookies={cookie["name"]: cookie["value"]}) as client:
        told = client.post(f"{console.url}/connections/autotask/save", data=given).text
    assert "Enter the API user&#39;s Username (Key)." in told
    assert "This is no zone" in told


@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_what_the_environment_gives_is_what_is_tested_and_need_not_be_entered(
    tmp_path: Path, autotask_sim: AutotaskSim, is_right: bool
) -> None:
    given = autotask_sim.integration_code if is_right else "WRONGCODE"
    form = {
        "username": autotask_sim.username,
        "secret": autotask_sim.secret,
        "url": autotask_sim.url,
    }
    with (
        served(tmp_path, {"ISTHMUS_AUTOTASK_INTEGRATION_CODE": given}) as console,
        signed_in(console, Role.ADMIN) as (http, token),
    ):
        for path in ("/welcome", "/connections/autotask"):
            shown = http.get(path).text
            assert "Some of it comes from the environment." in shown
            assert "<code>ISTHMUS_AUTOTASK_INTEGRATION_CODE</code> of the process stands" in shown
            assert re.search(r'<input [^>]*name="secret"[^>]* required', shown)
            assert not re.search(r'<input [^>]*name="integration_code"[^>]* required', shown)
        typed = {} if is_right else {"integration_code": autotask_sim.integration_code}
        told = http.post("/connections/autotask/save", data={"csrf": token, **form, **typed}).text
        assert ("Saved." in told) == is_right, told
        assert ("Wrong: integration code." in told) != is_right
        saved = console.house.state.load_connection()
        assert (saved is not None) == is_right
        if is_right:
            assert console.house.connection().integration_code == given


def test_a_test_that_waits_for_the_state_holds_nobody_up(
    tmp_path: Path, autotask_sim: AutotaskSim
) -> None:
    with (
        served(tmp_path, reached(autotask_sim)) as console,
        signed_in(console, Role.ADMIN) as (http, token),
        closing(sqlite3.connect(tmp_path / "dispatch.db", isolation_level=None)) as other,
        http.stream("POST", "/connections/test", data={"csrf": token}) as answer,
    ):
        told = ""
        parts = answer.iter_text()
        while "<strong>Zone" not in told:
            told += next(parts)
        other.execute("BEGIN IMMEDIATE")
        while told.count("<li class=") < _LINES:
            told += next(parts)
        for _ in range(3):
            assert httpx2.get(f"{console.url}/login", timeout=60).status_code == 200
        other.execute("ROLLBACK")
        told += "".join(parts)
    assert "All is well." in told, told


def test_the_table_of_permissions_is_drawn_anew_when_it_was_checked(
    console: Served, visitor: Visitor, autotask_sim: AutotaskSim
) -> None:
    sim = autotask_sim
    code, url = sim.integration_code, sim.url
    draft = connecting.Connection("My MSP", sim.username, sim.secret, code, url)
    connecting.save(console.house, draft)
    page = visitor.visit("/connections/permissions")
    row = page.get_by_role("row", name=re.compile("^Invoices"))
    expect(row).to_contain_text("not checked")
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("#checks li.end")).to_contain_text("All is well.")
    expect(row).to_contain_text("all rows")
    expect(page.locator("#checked")).to_contain_text("As last checked")
    expect(page.locator("#checks li.end")).to_be_visible()


def test_a_check_that_is_cut_off_says_that_nothing_was_saved(visitor: Visitor) -> None:
    page = visitor.visit("/connections/autotask")
    page.evaluate("() => { window.fetch = async () => { throw new TypeError('cut off'); }; }")
    form = page.locator("form[data-stream]").first
    form.evaluate("one => { one.noValidate = true; one.requestSubmit(); }")
    expect(page.locator("#checks")).to_contain_text("Nothing was saved unless it says so above.")
