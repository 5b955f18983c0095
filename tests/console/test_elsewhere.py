"""Logging in by an identity provider that stands at another site, in a browser."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from isthmus.base.clock import utc_now
from isthmus.console import away, counter
from isthmus.console.guard import COOKIE
from isthmus.wiring.people import Role
from tests.console.relay import Relay
from tests.console.site import PASSWORD, Served, Visitor, served
from tests.identity.provider import CLIENT, SECRET, OpenIdProvider, serving_beside


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with serving_beside() as given:
        yield given


KEPT = "isthmus_away"


def told_of(provider: OpenIdProvider) -> dict[str, str]:
    return {
        "ISTHMUS_OIDC_ISSUER": provider.url,
        "ISTHMUS_OIDC_CLIENT_ID": CLIENT,
        "ISTHMUS_OIDC_CLIENT_SECRET": SECRET,
        "ISTHMUS_OIDC_ROLE_CLAIM": "groups",
        "ISTHMUS_OIDC_ROLES": "admin=IT, viewer=Sales",
    }


@pytest.fixture
def console(tmp_path: Path, provider: OpenIdProvider) -> Iterator[Served]:
    with served(tmp_path / "home", told_of(provider)) as given:
        yield given


@pytest.fixture
def visitor(browser: Browser, console: Served, provider: OpenIdProvider) -> Iterator[Visitor]:
    """Give a person who goes to the provider and nowhere else."""
    person = Visitor(browser, console)
    yield person
    person.close()
    there = urlsplit(provider.url).netloc
    person.strayed = [url for url in person.strayed if urlsplit(url).netloc != there]
    person.check()


def begin(console: Served) -> None:
    console.site.people.begin("ann", "Ann Admin", PASSWORD)


def go(visitor: Visitor, path: str = "/") -> Page:
    """Ask for a page without a session, and log in at the provider."""
    page = visitor.visit(path, role=None)
    page.get_by_role("link", name="Log in by your identity provider").click()
    expect(page).to_have_title("Provider")
    page.get_by_role("link", name="Go on").click()
    return page


def test_who_logs_in_at_the_provider_lands_on_the_page_that_was_wanted(
    console: Served, visitor: Visitor, provider: OpenIdProvider
) -> None:
    begin(console)
    provider.claims["groups"] = ["Sales"]
    page = go(visitor, "/datasets?q=Tickets")
    expect(page).to_have_url(f"{console.url}/datasets?q=Tickets")
    lee = next(one for one in console.site.people.accounts() if one.name == "Ann Lee")
    assert lee.role is Role.VIEWER


def test_a_group_of_the_provider_makes_an_admin(
    console: Served, visitor: Visitor, provider: OpenIdProvider
) -> None:
    begin(console)
    provider.claims["groups"] = ["Sales", "IT"]
    page = go(visitor)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(f"{console.url}/settings/people")
    expect(page.get_by_role("main")).to_contain_text("Ann Lee")


def test_who_has_no_group_is_told_whom_to_ask(
    console: Served, visitor: Visitor, provider: OpenIdProvider
) -> None:
    begin(console)
    visitor.forgive("422")
    provider.claims["groups"] = ["Canteen"]
    page = go(visitor)
    expect(page.get_by_role("alert")).to_contain_text("gives you no role here")
    expect(page.get_by_role("alert")).to_contain_text("Ask whoever runs the provider")
    assert [one.login for one in console.site.people.accounts()] == ["ann"]


def test_an_answer_that_this_browser_did_not_ask_for_lets_nobody_in(
    console: Served, visitor: Visitor, provider: OpenIdProvider
) -> None:
    begin(console)
    visitor.forgive("422")
    provider.claims["groups"] = ["IT"]
    provider.state = "somebody-elses"
    page = go(visitor)
    expect(page.get_by_role("alert")).to_contain_text("this browser did not begin it")
    page.goto(f"{console.url}/")
    expect(page).to_have_url(re.compile("/login"))


def test_before_the_first_account_the_provider_lets_nobody_in(
    console: Served, visitor: Visitor
) -> None:
    page = visitor.visit("/login", role=None)
    expect(page).to_have_url(re.compile("/begin"))


def test_a_provider_that_is_away_is_told_and_the_password_still_serves(
    console: Served, visitor: Visitor, provider: OpenIdProvider
) -> None:
    begin(console)
    visitor.forgive("502")
    provider.url = "http://localhost:1/realm"  # its own document no longer fits its address
    page = visitor.visit("/login", role=None)
    page.get_by_role("link", name="Log in by your identity provider").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Login").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def leave(console: Served, following: str = "") -> tuple[str, dict[str, str]]:
    """Begin a log-in without a browser; returns the provider's address, and the cookie."""
    path = f"/login/elsewhere?next={following}"
    answer = httpx2.get(console.url + path, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], {KEPT: answer.cookies[KEPT]}


def come_back(console: Served, cookies: dict[str, str], query: dict[str, str]) -> httpx2.Response:
    with httpx2.Client(base_url=console.url, cookies=cookies) as client:
        return client.get("/login/back", params=query, follow_redirects=False)


def answered_by(url: str) -> dict[str, str]:
    """Log in at the provider; returns what the browser brings back."""
    page = httpx2.get(url).text
    link = unescape(page.partition('href="http')[2].partition('"')[0])
    return {name: values[0] for name, values in parse_qs(urlsplit(f"http{link}").query).items()}


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def test_who_cancels_at_the_provider_is_told_that_and_nothing_is_asked_there(
    console: Served, provider: OpenIdProvider
) -> None:
    begin(console)
    url, cookies = leave(console)
    said = {"error": "access_denied", "error_description": "<b>You</b> said no." + "x" * 2_000}
    answer = come_back(console, cookies, {"state": state_of(url), **said})
    assert answer.status_code == 422
    assert "cancelled or denied at the identity provider (access_denied:" in answer.text
    assert "&lt;b&gt;You&lt;/b&gt; said no." in answer.text
    assert "x" * 300 not in answer.text
    assert "token" not in provider.asked


def test_what_the_provider_refuses_is_told_by_its_word(
    console: Served, provider: OpenIdProvider
) -> None:
    begin(console)
    url, cookies = leave(console)
    refused = come_back(console, cookies, {"state": state_of(url), "error": "invalid_scope"})
    assert "refused the log-in (invalid_scope)" in refused.text
    assert "ISTHMUS_OIDC_SCOPE" in refused.text
    strange = come_back(console, cookies, {"state": "another", "error": "invalid_scope"})
    assert "invalid_scope" not in strange.text
    empty = come_back(console, cookies, {"state": state_of(url)})
    assert "it sent no code" in empty.text
    assert "token" not in provider.asked


def test_a_provider_that_hangs_is_told_above_the_log_in_by_password(
    tmp_path: Path, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(provider.url)
    provider.url = relay.url
    told = "The identity provider did not answer within 1 s."
    with served(tmp_path / "home", told_of(provider)) as console, closing(relay):
        begin(console)
        relay.hold()
        with monkeypatch.context() as short:
            short.setattr(counter, "PAGE_SECONDS", 1.0)
            answer = httpx2.get(f"{console.url}/login/elsewhere", timeout=30)
        assert answer.status_code == 502
        assert told in answer.text
        assert 'type="password"' in answer.text
        relay.let_go()
        url, cookies = leave(console)
        query = answered_by(url)
        relay.hold()
        monkeypatch.setattr(counter, "PAGE_SECONDS", 1.0)
        back = come_back(console, cookies, query)
        assert back.status_code == 422
        assert told in back.text


def test_where_many_wait_for_the_provider_the_password_still_serves(
    tmp_path: Path, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "PATIENCE_S", 0.0)
    monkeypatch.setattr(counter, "TURNS", 0)
    with served(tmp_path / "home", told_of(provider)) as console:
        begin(console)
        answer = httpx2.get(f"{console.url}/login/elsewhere")
    assert answer.status_code == 503
    assert "requests wait for a server that does not answer" in answer.text
    assert "Connections" not in answer.text
    assert 'type="password"' in answer.text


def test_a_log_in_under_way_goes_on_at_another_process_of_the_same_home(
    tmp_path: Path, provider: OpenIdProvider
) -> None:
    provider.claims["groups"] = ["Sales"]
    environment = {**told_of(provider), "ISTHMUS_CONSOLE_URL": "http://localhost:8484"}
    with served(tmp_path / "home", environment) as first:
        begin(first)
        url, cookies = leave(first, "/datasets")
    with served(tmp_path / "home", environment) as second:
        query = answered_by(url)
        answer = come_back(second, cookies, query)
        assert (answer.status_code, answer.headers["location"]) == (303, "/datasets")
        assert answer.cookies[COOKIE]
        assert f'{KEPT}="";' in "".join(answer.headers.get_list("set-cookie"))
        again = come_back(second, cookies, query)
    assert again.status_code == 422, "the provider takes a code once"


def test_what_the_browser_keeps_meanwhile_says_nothing_and_is_soon_over(
    console: Served, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(console)
    answer = httpx2.get(f"{console.url}/login/elsewhere", follow_redirects=False)
    url, set_cookie = answer.headers["location"], answer.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=lax", "Max-Age=600", "Path=/login/back"):
        assert word in set_cookie
    assert state_of(url) not in set_cookie
    kept, query = answer.cookies[KEPT], answered_by(url)
    for wrong in ("", "nonsense", kept[:-4] + kept[:4]):
        refused = come_back(console, {KEPT: wrong}, query)
        assert "this browser did not begin it" in refused.text
    later = utc_now() + away.LASTS
    monkeypatch.setattr(away, "utc_now", lambda: later + timedelta(seconds=1))
    assert "too long ago" in come_back(console, {KEPT: kept}, query).text
    assert "token" not in provider.asked
