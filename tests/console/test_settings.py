"""People and their roles, one's own password and tokens, and the trail of what each did."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest
from playwright.sync_api import expect

from isthmus.console.guard import COOKIE
from isthmus.wiring.people import Role
from tests.console.site import (
    NAMES,
    PASSWORD,
    PHONE,
    SIZES,
    WIDE,
    Served,
    Visitor,
    audit,
    go,
    shots,
    signed_in,
)

BOTH = pytest.mark.parametrize("size", SIZES, ids=NAMES)


@BOTH
def test_an_admin_lets_somebody_in_who_may_do_what_his_role_says(
    console: Served, visitor: Visitor, size: tuple[int, int]
) -> None:
    visitor.forgive("403")
    page = visitor.visit("/", size=size)
    go(page, "Settings")
    page.get_by_role("link", name="People").click()
    page.get_by_label("Name", exact=True).fill("Vic Viewer")
    page.get_by_label("Login", exact=True).fill("vic")
    page.get_by_label("First password").fill(PASSWORD)
    page.get_by_label("Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("status").first).to_contain_text("vic may log in now")
    theirs = visitor.visit("/login", role=None)
    theirs.get_by_label("Login").fill("vic")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Log in").click()
    expect(theirs.get_by_role("heading", name="Overview")).to_be_visible()
    theirs.goto(f"{console.url}/settings/people")
    expect(theirs.get_by_role("alert")).to_contain_text("for the role admin")


def test_a_role_is_changed_by_choosing_another_and_the_trail_says_by_whom(
    console: Served, visitor: Visitor
) -> None:
    console.cookie(Role.VIEWER)
    page = visitor.visit("/settings/people")
    page.get_by_label("Role of viewer@example.com").select_option("dispatcher")
    page.get_by_role("button", name="Set the role of viewer@example.com").click()
    expect(page.get_by_role("status").first).to_contain_text("viewer@example.com is dispatcher now")
    page.goto(f"{console.url}/settings/audit")
    row = page.get_by_role("row").filter(has_text="changed an account").first
    expect(row).to_contain_text("ann@example.com")
    expect(row).to_contain_text("role: dispatcher")


def test_the_last_admin_cannot_be_lowered(console: Served, visitor: Visitor) -> None:
    visitor.forgive("422")
    page = visitor.visit("/settings/people")
    page.get_by_label("Role of ann@example.com").select_option("viewer")
    page.get_by_role("button", name="Set the role of ann@example.com").click()
    expect(page.get_by_role("alert")).to_be_visible()
    [account] = console.site.people.accounts()
    assert account.role is Role.ADMIN


def test_who_is_kept_out_is_out_at_once(console: Served, visitor: Visitor) -> None:
    theirs = visitor.visit("/", role=Role.DISPATCHER)
    page = visitor.visit("/settings/people")
    page.get_by_text("Change dispatcher@example.com").click()
    expect(page.get_by_role("button", name="Give the password")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Keep out").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep out").click()
    expect(page.get_by_role("status").first).to_contain_text("is kept out")
    theirs.reload()
    expect(theirs).to_have_url(re.compile("/login"))


def test_one_ends_another_session_of_ones_own_and_nobody_elses(console: Served) -> None:
    people = console.site.people
    with (
        signed_in(console, Role.DISPATCHER) as (http, token),
        signed_in(console, Role.VIEWER) as (theirs, _),
    ):
        _, other = people.log_in(
            "dispatcher@example.com", PASSWORD, source="127.0.0.1", agent="a phone"
        )
        elsewhere, strange = people.session(other), people.session(theirs.cookies[COOKIE])
        assert elsewhere is not None
        assert strange is not None
        assert "a phone" in http.get("/settings/me").text
        ended = http.post("/settings/me/sessions/end", data={"csrf": token, "id": elsewhere.id})
        assert (ended.status_code, ended.headers["location"]) == (303, "/settings/me")
        refused = http.post("/settings/me/sessions/end", data={"csrf": token, "id": strange.id})
        assert refused.status_code == 422
        assert people.session(other) is None
        assert http.get("/").status_code == 200
        assert theirs.get("/").status_code == 200
    assert [deed.what for deed in people.deeds()].count("logged out a browser") == 1


@BOTH
def test_an_admin_logs_somebody_out_everywhere_who_may_come_in_again(
    console: Served, visitor: Visitor, size: tuple[int, int]
) -> None:
    theirs = visitor.visit("/", role=Role.DISPATCHER)
    again = visitor.visit("/", role=Role.DISPATCHER)
    page = visitor.visit("/settings/people", size=size)
    page.get_by_text("Change dispatcher@example.com").click()
    shown = page.locator("details[open]")
    shown.get_by_role("button", name="Log out everywhere").click()
    expect(page.get_by_role("status").first).to_contain_text("logged out")
    for one in (theirs, again):
        one.reload()
        expect(one).to_have_url(re.compile("/login"))
    theirs.get_by_label("Login").fill("dispatcher@example.com")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Log in").click()
    expect(theirs.get_by_role("heading", name="Overview")).to_be_visible()


def test_times_are_written_in_the_zone_of_who_looks(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/settings/audit")  # the browser of a test stands in Vienna
    deed = next(iter(console.site.people.deeds()))
    shown = page.locator("main time").first
    expect(shown).to_have_attribute("data-form", "clock")
    at = datetime.fromisoformat(shown.get_attribute("datetime") or "")
    assert abs(at - deed.at) < timedelta(seconds=1)
    there = deed.at.astimezone(ZoneInfo("Europe/Vienna"))
    assert there.utcoffset() != timedelta(0)
    expect(shown).to_contain_text(f"{there:%H:%M}")


def test_a_token_is_shown_once_and_revoked(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/settings/me", role=Role.DISPATCHER)
    page.get_by_label("What it is for").fill("wallboard")
    page.get_by_role("button", name="Make the token").click()
    secret = page.locator(".note code").inner_text()
    token = console.site.people.token(secret)
    assert token is not None
    assert token.name == "wallboard"
    page.goto(f"{console.url}/settings/me")
    assert secret not in page.content()
    page.get_by_role("button", name="Revoke wallboard").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status").first).to_contain_text("counts no more")
    assert console.site.people.token(secret) is None


def test_nobody_makes_a_token_that_may_more_than_he_may(console: Served) -> None:
    cookie = console.cookie(Role.VIEWER)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    jar = {cookie["name"]: cookie["value"]}
    given = {"csrf": session.csrf, "name": "sly", "role": "admin", "days": "30"}
    answer = httpx2.post(f"{console.url}/settings/me/tokens", data=given, cookies=jar)
    assert answer.status_code == 422
    assert console.site.people.tokens() == ()


def test_a_new_password_counts_and_the_old_one_does_not(console: Served, visitor: Visitor) -> None:
    page = visitor.visit("/settings/me")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("eleven gulls over the pier")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status").first).to_contain_text("Your password is changed")
    [account] = console.site.people.accounts()
    assert console.site.people.check_password(account.id, "eleven gulls over the pier")


@pytest.mark.parametrize("path", ["/settings/people", "/settings/me", "/settings/audit"])
def test_an_auditor_finds_nothing_in_the_settings(
    console: Served, visitor: Visitor, path: str
) -> None:
    console.cookie(Role.VIEWER)
    for size in (WIDE, PHONE):
        for scheme in ("light", "dark"):
            page = visitor.visit(path, size=size, scheme=scheme)
            assert audit(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shots(page, path)
