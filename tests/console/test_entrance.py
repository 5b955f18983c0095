"""Coming in: the first account, wrong passwords, going out; and what every page carries."""

import re

import httpx2
import pytest
from playwright.sync_api import expect

from isthmus.base.clock import utc_now
from isthmus.console.app import POLICY
from isthmus.console.guard import COOKIE
from isthmus.state.people import entering
from isthmus.wiring.people import Role
from tests.console.site import NAMES, PASSWORD, SIZES, Served, Visitor, audit, shots

BOTH = pytest.mark.parametrize("size", SIZES, ids=NAMES)


@BOTH
def test_the_first_visitor_with_the_code_becomes_the_admin(
    console: Served, visitor: Visitor, size: tuple[int, int]
) -> None:
    page = visitor.visit(f"/?code={console.site.setup_code}", role=None, size=size)
    expect(page).to_have_url(re.compile("/begin$"))
    page.goto(f"{console.url}/begin?code={console.site.setup_code}")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Login").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(re.compile("/welcome$"))
    [account] = console.site.people.accounts()
    assert (account.login, account.role) == ("ann", Role.ADMIN)


def test_without_the_code_no_account_is_made(console: Served, visitor: Visitor) -> None:
    visitor.forgive("422")
    page = visitor.visit("/begin", role=None)
    page.get_by_label("Set-up code").fill("guessed")
    page.get_by_label("Your name").fill("Eve")
    page.get_by_label("Login").fill("eve")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert")).to_contain_text("The set-up code is not right.")
    assert console.site.people.is_empty()


def test_a_first_login_that_cannot_be_one_is_told_beside_what_was_typed(console: Served) -> None:
    given = {"code": console.site.setup_code, "name": "Ann Lee", "login": "Ann Lee"}
    answer = httpx2.post(f"{console.url}/begin", data={**given, "password": PASSWORD})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    for name, value in given.items():
        assert re.search(f'name="{name}"[^>]* value="{re.escape(value)}"', answer.text), name
    assert PASSWORD not in answer.text
    assert console.site.people.is_empty()


def test_a_first_account_whose_log_in_has_to_wait_is_made_all_the_same(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now()
    monkeypatch.setattr(entering, "utc_now", lambda: now)  # however slow the machine is
    wrong = {"login": "ann", "password": "guessed"}
    tried = [httpx2.post(f"{console.url}/login", data=wrong) for _ in range(8)]
    assert tried[-1].status_code == 429
    given = {"code": console.site.setup_code, "name": "Ann", "login": "ann", "password": PASSWORD}
    answer = httpx2.post(f"{console.url}/begin", data=given)
    assert answer.status_code == 429
    assert "Too many log-ins failed." in answer.text
    assert 'value="/welcome"' in answer.text
    assert [account.login for account in console.site.people.accounts()] == ["ann"]
    assert "made the first account" in [deed.what for deed in console.site.people.deeds()]


def test_the_audit_trail_says_who_made_the_first_account(console: Served) -> None:
    sent = {"code": console.site.setup_code, "login": "ann", "name": "Ann", "password": PASSWORD}
    assert httpx2.post(f"{console.url}/begin", data=sent).status_code == 303
    told = {(one.who, one.what, one.about) for one in console.site.people.deeds()}
    assert ("ann", "made the first account", "ann") in told


def test_a_wrong_password_is_told_and_the_right_one_goes_on_to_the_page_that_was_wanted(
    console: Served, visitor: Visitor
) -> None:
    visitor.forgive("422")
    console.cookie(Role.VIEWER)
    page = visitor.visit("/?a=b", role=None)
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("Login").fill("viewer@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page).to_have_url(f"{console.url}/?a=b")


def test_who_guesses_too_often_is_told_to_wait_and_let_in_by_nobody(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.cookie(Role.VIEWER)
    now = utc_now()
    monkeypatch.setattr(entering, "utc_now", lambda: now)  # however slow the machine is
    wrong = {"login": "viewer@example.com", "password": "guessed"}
    tried = [httpx2.post(f"{console.url}/login", data=wrong) for _ in range(12)]
    statuses = [answer.status_code for answer in tried]
    assert statuses[0] == 422
    assert statuses[-1] == 429, statuses
    assert 'role="alert"' in tried[-1].text
    right = {**wrong, "password": PASSWORD}
    refused = httpx2.post(f"{console.url}/login", data=right)
    assert refused.status_code == 429, "the right password is as good as a wrong one meanwhile"
    assert COOKIE not in refused.cookies


@BOTH
def test_who_logs_out_is_out(console: Served, visitor: Visitor, size: tuple[int, int]) -> None:
    page = visitor.visit("/", size=size)
    page.get_by_label(re.compile("^Account")).click()
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{console.url}/")
    expect(page).to_have_url(re.compile("/login"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@BOTH
def test_an_auditor_finds_nothing_at_the_entrance(
    console: Served, visitor: Visitor, scheme: str, size: tuple[int, int]
) -> None:
    page = visitor.visit("/begin", role=None, scheme=scheme, size=size)
    assert audit(page) == []
    shots(page, "begin")
    console.cookie(Role.ADMIN)
    page.goto(f"{console.url}/login")
    assert audit(page) == []
    shots(page, "login")
    page = visitor.visit("/", scheme=scheme, size=size)
    assert audit(page) == []
    visitor.forgive("404")
    page.goto(f"{console.url}/nowhere")
    expect(page.get_by_role("alert")).to_be_visible()
    assert audit(page) == []
    shots(page, "nowhere")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_address_that_leads_nowhere_is_answered_with_a_page(console: Served) -> None:
    cookie = console.cookie(Role.VIEWER)
    with httpx2.Client(base_url=console.url, cookies={cookie["name"]: cookie["value"]}) as client:
        answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


def test_the_auditor_finds_a_focus_that_is_not_seen(visitor: Visitor) -> None:
    page = visitor.visit("/begin", role=None)
    page.get_by_role("button").first.evaluate("one => { one.style.outline = 'none'; }")
    (found,) = audit(page)
    assert found.startswith("focus not seen: <button")


def test_a_form_without_the_sessions_token_does_nothing(console: Served) -> None:
    cookie = console.cookie(Role.ADMIN)
    with httpx2.Client(base_url=console.url, cookies={cookie["name"]: cookie["value"]}) as client:
        assert client.post("/logout", data={"csrf": "guessed"}).status_code == 403
        assert client.get("/").status_code == 200


def test_a_form_from_a_page_of_another_origin_does_nothing(console: Served) -> None:
    cookie = console.cookie(Role.ADMIN)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    with httpx2.Client(base_url=console.url, cookies={cookie["name"]: cookie["value"]}) as client:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            sent = client.post("/logout", data={"csrf": session.csrf}, headers=headers)
            assert sent.status_code == 403
        assert client.get("/").status_code == 200


def test_every_answer_carries_the_policy_that_forbids_foreign_and_inline_script(
    console: Served,
) -> None:
    with httpx2.Client(base_url=console.url) as client:
        for path in ("/login", "/nowhere", "/static/x/y"):
            headers = client.get(path, follow_redirects=False).headers
            assert headers["content-security-policy"] == POLICY
            assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY


def test_nobody_is_sent_to_another_host_after_logging_in(console: Served) -> None:
    console.cookie(Role.VIEWER)
    for path in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        given = {"login": "viewer@example.com", "password": PASSWORD, "next": path}
        answer = httpx2.post(f"{console.url}/login", data=given, follow_redirects=False)
        assert answer.headers["location"] == "/"
