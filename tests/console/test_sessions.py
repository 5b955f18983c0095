"""What keeps a session alive, what becomes of a page whose session has ended, and its cookies."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import expect

from isthmus.console import live
from isthmus.console.asking import SAID
from isthmus.console.guard import COOKIE
from isthmus.state.people import sessions
from isthmus.wiring.people import Role
from tests.console.site import Served, Visitor, served, signed_in

PART = {"HX-Request": "true"}
Seen = Callable[[], datetime]


def seen_of(console: Served) -> Seen:
    account = console.site.people.find("viewer@example.com")
    assert account is not None
    return lambda: console.site.people.sessions(account.id)[0].seen_at


def test_a_part_that_a_page_fetches_by_itself_is_no_use_of_a_session(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TOUCHED_EVERY", timedelta(0))
    with signed_in(console, Role.VIEWER) as (http, token):
        seen = seen_of(console)
        before = seen()
        assert http.get("/", headers=PART).status_code == 200
        with http.stream("GET", "/live") as stream:
            assert stream.status_code == 200
        assert seen() == before
        assert http.get("/").status_code == 200
        looked = seen()
        assert looked > before
        http.post("/explore/sql", data={"csrf": token, "sql": "select 1"}, headers=PART)
        assert seen() > looked


def test_what_changes_is_told_no_more_when_the_session_has_ended(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TOUCHED_EVERY", timedelta(0))
    monkeypatch.setattr(live, "_ALIVE_SECONDS", 0.02)
    monkeypatch.setattr(live, "_PROVEN_SECONDS", 0.02)
    told: list[str] = []
    with signed_in(console, Role.VIEWER) as (http, token):
        before = seen_of(console)()
        with http.stream("GET", "/live") as stream:
            for line in stream.iter_lines():
                told.append(line)
                if line == ": alive" and told.count(line) == 1:
                    assert seen_of(console)() == before
                    http.post("/logout", data={"csrf": token})
                assert len(told) < 1_000, "it goes on after the log-out"
        assert http.get("/live").status_code == 401
    assert ": alive" in told
    assert [line for line in told if line][-1] == "data: over"


def test_a_calm_page_whose_session_is_ended_goes_to_the_log_in(
    console: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_ALIVE_SECONDS", 0.2)
    monkeypatch.setattr(live, "_PROVEN_SECONDS", 0.2)
    visitor.forgive("401")  # where it is ended before the page listens
    page = visitor.visit("/dispatch", role=Role.VIEWER)
    with page.expect_response("**/live?since=*"):
        page.reload()
    for account in console.site.people.accounts():
        console.site.people.end_sessions(account.id)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("{url}/datasets/Tickets?a=b&c=d#e", "/datasets/Tickets?a=b&c=d"),
        ("{url}/", ""),
        ("https://evil.example/datasets", ""),
        ("{url}//evil.example/x", ""),
        ("http://[x", ""),
        ("", ""),
    ],
)
def test_a_part_leads_to_the_log_in_and_from_there_to_the_page_it_is_on(
    console: Served, page: str, back: str
) -> None:
    console.cookie(Role.VIEWER)
    headers = {**PART, "HX-Current-URL": page.format(url=console.url)}
    answer = httpx2.get(f"{console.url}/datasets", headers=headers)
    wanted = f"/login?next={quote(back)}" if back else "/login"
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, wanted)
    sent = httpx2.post(f"{console.url}/datasets/sync", headers=headers)
    assert sent.headers["hx-redirect"] == wanted


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8484", "https://console.example"])
def test_what_is_said_once_travels_by_tls_only_where_the_session_does(
    tmp_path: Path, address: str
) -> None:
    more = {"ISTHMUS_CONSOLE_URL": address} if address else {}
    is_private = address.startswith("https")
    with served(tmp_path / "home", more) as console:
        secret = console.cookie(Role.DISPATCHER)["value"]
        session = console.site.people.session(secret)
        assert session is not None
        name = f"__Host-{COOKIE}" if is_private else COOKIE
        data, headers = {"csrf": session.csrf}, {"Cookie": f"{name}={secret}"}
        answer = httpx2.post(f"{console.url}/datasets/stop", data=data, headers=headers)
    said = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{SAID}=")]
    assert ["; Secure" in one for one in said] == [is_private]
