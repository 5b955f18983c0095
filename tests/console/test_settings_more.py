"""Where alerts go, how long things are kept, and how the installation is."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from isthmus import __version__
from isthmus.base.clock import utc_now
from isthmus.console import counter
from isthmus.console.pages.settings import FOREIGN
from isthmus.console.rendering import STATIC
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.people import Role
from isthmus.wiring.tending.preferences import CHAT, KEEP, MAIL, SWEEP
from tests.console.relay import Relay
from tests.console.shore import until, worked
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

BOTH = pytest.mark.parametrize("size", SIZES, ids=NAMES)

PAGES = ("/settings/alerts", "/settings/about")


class Chat(BaseHTTPRequestHandler):
    """A chat's incoming webhook."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(json.loads(body)["text"])  # type: ignore[attr-defined]
        self.send_response(200 if self.path == "/hook" else 404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Chat)
    server.heard = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def said(page: Page, text: str) -> None:
    expect(page.locator(".said")).to_contain_text(text)


@BOTH
def test_an_admin_sets_a_chat_tries_it_and_forgets_it(
    console: Served, visitor: Visitor, chat: HTTPServer, size: tuple[int, int]
) -> None:
    visitor.forgive("503")
    page = visitor.visit("/settings/alerts", size=size)
    expect(page.get_by_text("Nobody is told.")).to_be_visible()
    url = f"http://127.0.0.1:{chat.server_port}"
    page.get_by_label("Address of the incoming webhook").fill(f"{url}/gone-s3cr3t")
    page.get_by_role("button", name="Save the chat").click()
    said(page, "127.0.0.1 counts within seconds")
    assert "s3cr3t" not in page.content()
    page.get_by_role("button", name="Send a test by chat").click()
    expect(page.get_by_role("alert")).to_contain_text("it answered 404")
    assert "s3cr3t" not in page.content()
    page.get_by_label("New address of the incoming webhook").fill(f"{url}/hook")
    page.get_by_role("button", name="Save the chat").click()
    page.get_by_role("button", name="Send a test by chat").click()
    said(page, "A test was sent by chat")
    assert "test from Isthmus" in chat.heard[-1]  # type: ignore[attr-defined]
    page.get_by_role("button", name="Forget it chat").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget it").click()
    said(page, "what was set is forgotten")
    expect(page.get_by_text("Nobody is told.")).to_be_visible()
    trail = str(console.site.people.deeds())
    assert "sent a test alert" in trail
    assert "/hook" not in trail


def test_a_chat_that_hangs_is_told_as_such_beside_its_form(
    console: Served, chat: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(f"http://127.0.0.1:{chat.server_port}")
    console.site.preferences.set(CHAT, f"{relay.url}/hook")
    monkeypatch.setattr(counter, "PAGE_SECONDS", 1.0)
    relay.hold()
    try:
        with signed_in(console, Role.ADMIN) as (http, csrf):
            answer = http.post("/settings/alerts/test", data={"csrf": csrf, "channel": "chat"})
    finally:
        relay.close()
    assert answer.status_code == 503
    assert "The server of the chat did not answer within 1 s." in answer.text
    assert "The vendors" not in answer.text
    assert 'name="channel" value="chat"' in answer.text


def test_mail_is_set_by_its_parts_and_a_wrong_server_is_named_at_its_field(
    console: Served, visitor: Visitor
) -> None:
    visitor.forgive("422")
    page = visitor.visit("/settings/alerts")
    page.get_by_label("To", exact=True).fill("desk@example.com, night@example.com")
    page.get_by_label("From").fill("isthmus@example.com")
    page.get_by_label("Mail server").fill("mail.example.com:many")
    page.get_by_label("Encryption").select_option("tls")
    page.get_by_label("User").fill("me@example.com")
    page.get_by_label("Password").fill("p/a#s s")
    page.get_by_role("button", name="Save the mail").click()
    expect(page.get_by_label("Mail server")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("From")).to_have_value("isthmus@example.com")
    page.get_by_label("Mail server").fill("mail.example.com")
    page.get_by_label("Password").fill("p/a#s s")
    page.get_by_role("button", name="Save the mail").click()
    said(page, "desk@example.com, night@example.com by way of mail.example.com")
    mail = console.site.preferences.get(MAIL)
    assert (mail.password, mail.user, mail.port, mail.is_tls) == (
        "p/a#s s", "me@example.com", 465, True,
    )  # fmt: skip


def test_how_long_and_how_often_are_set_and_put_back(console: Served, visitor: Visitor) -> None:
    visitor.forgive("422")
    page = visitor.visit("/settings/alerts")
    days = page.get_by_label("Keep for this many days")
    days.fill("none")
    page.get_by_role("button", name="Save Keep for this many days").click()
    expect(page.locator("#h-isthmus_keep_days")).to_contain_text("a whole number")
    expect(days).to_have_value("none")
    days.fill("30")
    page.get_by_role("button", name="Save Keep for this many days").click()
    said(page, "Keeping: 30 counts within seconds")
    assert console.site.preferences.get(KEEP).days == 30
    page.get_by_role("button", name="Back to 90").click()
    said(page, "forgotten")
    expect(days).to_have_value("90")


def test_where_the_environment_decides_the_fields_are_closed_and_say_so(
    browser: Browser, tmp_path: Path
) -> None:
    given = {SWEEP: "60", CHAT: "https://chat.example.com/s3cr3t"}
    with served(tmp_path / "home", given) as console:
        person = Visitor(browser, console)
        page = person.visit("/settings/alerts")
        expect(page.get_by_label("Seconds between two times")).to_be_disabled()
        expect(page.get_by_label("Seconds between two times")).to_have_value("60")
        expect(page.get_by_label("Address of the incoming webhook")).to_be_disabled()
        expect(page.get_by_text(f"The environment sets it ({CHAT})")).to_be_visible()
        assert "s3cr3t" not in page.content()
        refused = _sent(console, Role.ADMIN, "/settings/alerts/set", name=SWEEP, value="90")
        assert refused == 422
        person.close()
        person.check()


def test_a_viewer_sees_where_alerts_go_and_changes_nothing(
    console: Served, visitor: Visitor
) -> None:
    console.site.preferences.set(CHAT, "https://chat.example.com/s3cr3t")
    page = visitor.visit("/settings/alerts", role=Role.VIEWER)
    expect(page.get_by_text("chat.example.com")).to_be_visible()
    expect(page.locator("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_label("Keep for this many days")).to_be_disabled()
    for path in ("set", "mail", "unset", "test"):
        assert _sent(console, Role.DISPATCHER, f"/settings/alerts/{path}", name=KEEP) == 403


def _sent(console: Served, role: Role, path: str, **form: str) -> int:
    cookie = console.cookie(role)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    jar = {cookie["name"]: cookie["value"]}
    given = {"csrf": session.csrf, **form}
    return httpx2.post(f"{console.url}{path}", data=given, cookies=jar).status_code


def test_settings_lead_to_ones_own(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/settings", role=Role.VIEWER)
    expect(page).to_have_url(f"{console.url}/settings/me")


def test_on_a_phone_the_open_tab_is_in_sight(visitor: Visitor) -> None:
    page = visitor.visit("/settings/about", size=PHONE)
    tab = page.get_by_role("link", name="About and health")
    expect(tab).to_be_in_viewport(ratio=0.95)
    expect(page.get_by_role("link", name="You", exact=True)).not_to_be_in_viewport()


def test_health_says_what_is_wrong_and_nothing_once_it_is_mended(
    console: Served, visitor: Visitor
) -> None:
    console.stores.state.save_dead_letter(
        DeadLetter("letter", "Tickets/7", "vendor", "Refused", "there", "Mend it", utc_now())
    )
    page = visitor.visit("/settings/about", role=Role.VIEWER)
    health = page.locator("#health")
    expect(health).to_contain_text("No worker runs")
    expect(health).to_contain_text("1 dead letter waits for a person")
    expect(page.get_by_text(f"{__version__}, Python")).to_be_visible()
    with worked(console):
        until(console.stores.agenda.alive)
        page.reload()
        expect(health).not_to_contain_text("No worker runs")
        expect(page.get_by_text("at work").first).to_be_visible()


def test_the_api_is_shown_with_a_call_that_answers(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/settings/me")
    page.get_by_role("link", name="JSON API").click()
    expect(page).to_have_url(f"{console.url}/settings/about#api")
    expect(page.locator("#api code")).to_contain_text(f"{console.url}/api/v1/health")
    described = httpx2.get(console.url + "/api/v1/openapi.json").json()
    assert "/api/v1/health" in described["paths"]
    [account] = console.site.people.accounts()
    _, secret = console.site.people.issue_token(account.id, "a program", Role.VIEWER, None)
    headers = {"Authorization": f"Bearer {secret}"}
    told = httpx2.get(console.url + "/api/v1/health", headers=headers).json()
    assert told["version"] == __version__
    assert told["verdict"] == "bad"


def test_every_foreign_file_is_named_with_its_version_and_licence(
    console: Served, visitor: Visitor
) -> None:
    there = {
        tuple(file.name.removesuffix(".min.js").split("-"))
        for file in (STATIC / "vendor").glob("*.js")
    }
    assert there == {(one.name.lower(), one.version) for one in FOREIGN}
    page = visitor.visit("/settings/about")
    for one in FOREIGN:
        link = page.get_by_role("link", name=one.licence).get_attribute("href")
        assert httpx2.get(console.url + str(link)).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_an_auditor_finds_nothing_in_alerts_and_health(
    console: Served, visitor: Visitor, path: str
) -> None:
    console.site.preferences.set(CHAT, "https://chat.example.com/hook")
    console.site.preferences.set(KEEP, "30")
    for size in (WIDE, PHONE):
        for scheme in ("light", "dark"):
            page = visitor.visit(path, size=size, scheme=scheme)
            assert audit(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shots(page, path)
