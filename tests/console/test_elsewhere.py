"""Logging in by an identity provider that stands at another site, in a browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from isthmus.wiring.people import Role
from tests.console.site import PASSWORD, Served, Visitor, served
from tests.identity.provider import CLIENT, SECRET, OpenIdProvider, serving_beside


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with serving_beside() as given:
        yield given


@pytest.fixture
def console(tmp_path: Path, provider: OpenIdProvider) -> Iterator[Served]:
    environment = {
        "ISTHMUS_OIDC_ISSUER": provider.url,
        "ISTHMUS_OIDC_CLIENT_ID": CLIENT,
        "ISTHMUS_OIDC_CLIENT_SECRET": SECRET,
        "ISTHMUS_OIDC_ROLE_CLAIM": "groups",
        "ISTHMUS_OIDC_ROLES": "admin=IT, viewer=Sales",
    }
    with served(tmp_path / "home", environment) as given:
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
