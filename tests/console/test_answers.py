"""What answers carry, what wrong values get, and what is said and noted where something fails."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from starlette.responses import Response
from starlette.routing import Route

from isthmus.base import log
from isthmus.base.clock import utc_now
from isthmus.base.errors import NeedsPerson
from isthmus.console import make_app, routes
from isthmus.console.asking import Ask
from isthmus.console.guard import cookie_name
from isthmus.console.pages import webhooks
from isthmus.console.rendering import static_stamp
from isthmus.dispatch.hooks import HookPlan
from isthmus.listening import Listener
from isthmus.state.dispatch import DeadLetter, Link
from isthmus.wiring.people import Role
from isthmus.wiring.tending.activity import KEPT
from tests.console.site import PASSWORD, Served, served

WORDS = "what somebody typed"


@contextmanager
def asking(console: Served, role: Role = Role.ADMIN) -> Iterator[tuple[httpx2.Client, str]]:
    """Give the client of somebody who is logged in, and the token of the forms."""
    cookie = console.cookie(role)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    cookies = {cookie_name(console.site): cookie["value"]}
    with httpx2.Client(base_url=console.url, cookies=cookies, timeout=60) as client:
        yield client, session.csrf


def deeds(console: Served) -> list[str]:
    return [one.what for one in console.site.people.deeds() if one.what != "logged in"]


def test_only_files_of_ours_are_kept_by_others(console: Served) -> None:
    with asking(console) as (client, token):
        here = client.get(f"/static/{static_stamp()}/app.css")
        same = client.get(
            f"/static/{static_stamp()}/app.css", headers={"If-None-Match": here.headers["etag"]}
        )
        gone = client.get("/static/0123456789ab/app.css")
        assert (here.status_code, same.status_code, gone.status_code) == (200, 304, 404)
        for kept in (here, same):
            assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert token in gone.text
        assert gone.headers["cache-control"] == "no-store"
        assert client.get("/").headers["cache-control"] == "no-store"


OUT_OF_BOUNDS = (
    "/activity?hours=99999999",
    f"/activity?hours={'9' * 4_500}",
    f"/activity?page=~{'9' * 21}~9",
    "/activity?page=0001-01-01T00:00:00%2B23:00|x~~",
    "/dispatch?page=0001-01-01T00:00:00%2B23:00~x",
    f"/settings/audit?before={'9' * 23}",
    f"/dispatch/isth-1?before={'9' * 23}",
)


def test_a_value_out_of_bounds_in_an_address_is_no_fault(console: Served) -> None:
    console.stores.state.save_link(
        Link("isth-1", "Tickets/7", "Tickets", 7, "T7", "A title", 70, "linked")
    )
    with asking(console) as (client, _):
        for path in OUT_OF_BOUNDS:
            assert client.get(path).status_code in {200, 422}, path[:60]


def test_a_token_lasts_no_time_that_is_none(console: Served) -> None:
    with asking(console) as (client, token):
        for days in ("zz", "99999999999", "", "-1"):
            form = {"csrf": token, "name": "wallboard", "role": "viewer", "days": days}
            assert client.post("/settings/me/tokens", data=form).status_code == 422, days
    assert console.site.people.tokens() == ()


def test_a_role_that_is_none_is_refused(console: Served) -> None:
    console.cookie(Role.VIEWER)
    account = console.site.people.find("viewer@example.com")
    assert account is not None
    with asking(console) as (client, token):
        form = {"csrf": token, "role": "king"}
        assert client.post(f"/settings/people/{account.id}", data=form).status_code == 422
        assert client.post("/settings/me/tokens", data=form).status_code == 422
        form |= {"login": "bob", "name": "Bob", "password": PASSWORD}
        assert client.post("/settings/people", data=form).status_code == 422
    assert len(console.site.people.accounts()) == 2
    assert deeds(console) == []


def test_what_did_not_come_about_does_not_stand_in_the_audit_trail(console: Served) -> None:
    console.stores.state.save_dead_letter(
        DeadLetter("old", "Tickets/7", "vendor", "Refused", "", "", utc_now(), state="settled")
    )
    with asking(console) as (client, token):
        for path, more in (
            ("/datasets/stop", {}),
            ("/welcome/sync", {"chosen": "yes"}),
            ("/connections/autotask/forget", {}),
            ("/letters/replay", {"id": "old"}),
            ("/letters/dismiss", {"id": "old"}),
            ("/settings/alerts/unset", {"name": "ISTHMUS_SWEEP_S"}),
            ("/connections/webhooks/install", {}),
            ("/connections/webhooks/rotate", {}),
        ):
            client.post(path, data={"csrf": token, **more})
        assert deeds(console) == []
        client.post("/datasets/sync", data={"csrf": token, "dataset": "Tickets"})
        client.post("/datasets/stop", data={"csrf": token})
    assert deeds(console) == ["stopped a sync", "asked for a sync"]


def test_of_webhooks_the_audit_trail_has_what_came_true(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = HookPlan("Autotask Tickets", ("+ it is made",))
    failed = HookPlan("Field Nation", error=NeedsPerson("Refused."))
    plans: tuple[HookPlan, ...] = ()
    monkeypatch.setattr(webhooks, "_asked", lambda _ask, _do: plans)
    with asking(console) as (client, token):
        form = {"csrf": token}
        plans = (made,)
        assert "it is made" in client.post("/connections/webhooks/install", data=form).text
        plans = (failed,)
        client.post("/connections/webhooks/install", data=form | {"sure": "yes"})
        client.post("/connections/webhooks/rotate", data=form)
        assert deeds(console) == []
        plans = (made, failed)
        client.post("/connections/webhooks/install", data=form | {"sure": "yes"})
    [deed] = [one for one in console.site.people.deeds() if one.what != "logged in"]
    assert (deed.what, deed.detail["changes"]) == ("made webhooks", ["+ it is made"])


def test_somebody_with_a_new_password_has_to_make_tokens_anew_but_not_who_changes_their_own(
    console: Served,
) -> None:
    people = console.site.people
    console.cookie(Role.VIEWER)
    account = people.find("viewer@example.com")
    assert account is not None
    with asking(console, Role.VIEWER) as (client, token):
        _, secret = people.issue_token(account.id, "wallboard", Role.VIEWER, None)
        form = {"csrf": token, "present": PASSWORD, "new": "eight boats on the lagoon"}
        assert client.post("/settings/me/password", data=form).status_code == 303
        assert people.token(secret) is not None
    with asking(console) as (client, token):
        form = {"csrf": token, "password": PASSWORD}
        told = client.post(f"/settings/people/{account.id}/password", data=form)
        assert "tokens" in told.headers["set-cookie"]
    assert people.token(secret) is None


def test_the_page_says_how_long_calls_are_kept(console: Served) -> None:
    with asking(console) as (client, _):
        shown = client.get("/settings/alerts").text
    assert f"Calls to the vendors go after {KEPT.days} days" in shown


def test_a_fault_is_logged_with_its_place_and_without_what_was_typed(console: Served) -> None:
    def faulty(_ask: Ask) -> Response:
        raise ValueError(WORDS)

    async def faulty_parts(_ask: Ask) -> AsyncIterator[str]:
        yield "begun"
        int(WORDS)

    app = make_app(console.site)
    app.router.routes[:0] = [
        Route("/faulty", partial(routes._page, faulty, Role.VIEWER)),
        Route("/parts", partial(routes._stream, faulty_parts, Role.VIEWER, "d"), methods=["POST"]),
    ]
    out = io.StringIO()
    log.setup("json", level="error", stream=out)
    listener = Listener(app, what="a console with a fault")
    listener.start()
    try:
        with asking(console) as (client, token):
            ending = {"Connection": "close"}  # as the server does behind a fault, untold
            shown = client.get(f"http://{listener.address}/faulty?q={WORDS}", headers=ending)
            parts = client.post(f"http://{listener.address}/parts", data={"csrf": token})
    finally:
        listener.stop()
    assert (shown.status_code, parts.status_code) == (500, 200)
    assert "log of isthmus serve" in shown.text
    assert parts.text.startswith("begun")
    assert "log of isthmus serve" in parts.text
    first, second = [json.loads(line) for line in out.getvalue().splitlines()]
    told = [first[name] for name in ("event", "kind", "path")]
    assert told == ["page_failed", "ValueError", "/faulty"]
    assert first["at"].startswith("isthmus/console/routes.py:")
    assert f"console/{Path(__file__).name}:" in first["at"]
    assert second["path"] == "/parts"
    assert WORDS not in out.getvalue() + shown.text + parts.text
    assert "d" not in deeds(console)


HTTPS = {"ISTHMUS_CONSOLE_URL": "https://isthmus.example.com"}


ORIGINS = (
    ("https://isthmus.example.com", 303),
    ("https://isthmus.example.com:443", 303),
    ("http://isthmus.example.com", 403),
    ("https://evil.example", 403),
    ("null", 403),
    ("https://isthmus.example.com:x", 403),
)


def test_behind_a_proxy_that_names_another_host_a_form_counts_from_our_address(
    tmp_path: Path,
) -> None:
    with served(tmp_path / "home", HTTPS) as console, asking(console) as (client, token):
        for origin, status in ORIGINS:
            headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin", "Host": "backend:8484"}
            answer = client.post("/datasets/sync", data={"csrf": token}, headers=headers)
            assert answer.status_code == status, origin
            assert status == 303 or "https://isthmus.example.com" in answer.text


def test_without_an_address_of_its_own_a_form_counts_from_the_host_that_was_asked(
    console: Served,
) -> None:
    with asking(console) as (client, token):
        for origin, status in ((console.url, 303), ("http://127.0.0.1:1", 403)):
            headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
            answer = client.post("/datasets/sync", data={"csrf": token}, headers=headers)
            assert answer.status_code == status


def refused(console: Served, login: str, by: str) -> httpx2.Response:
    form = {"login": login, "password": "wrong"}
    return httpx2.post(f"{console.url}/login", data=form, headers={"X-Forwarded-For": by})


def test_behind_a_proxy_that_is_trusted_each_has_an_address_of_their_own(tmp_path: Path) -> None:
    with served(tmp_path / "home", {"ISTHMUS_TRUSTED_PROXIES": "127.0.0.0/8"}) as console:
        console.cookie(Role.ADMIN)
        statuses = [refused(console, f"nobody{n}", "203.0.113.7").status_code for n in range(21)]
        assert statuses == [422] * 20 + [429], "one source is slowed down"
        assert refused(console, "nobody", "203.0.113.8").status_code == 422, "and no other"
        assert refused(console, "nobody", "6.6.6.6, 203.0.113.9, 127.0.0.1").status_code == 422
        sources = {one.source for one in console.site.people.deeds(limit=500)}
    assert sources == {"127.0.0.1", "203.0.113.7", "203.0.113.8", "203.0.113.9"}


@pytest.mark.parametrize("proxies", [{}, {"ISTHMUS_TRUSTED_PROXIES": "203.0.113.1"}])
def test_who_is_no_trusted_proxy_is_known_by_their_own_address(
    tmp_path: Path, proxies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # a variable of the server's own
    with served(tmp_path / "home", proxies) as console:
        console.cookie(Role.ADMIN)
        assert refused(console, "nobody", "203.0.113.7").status_code == 422
        assert {one.source for one in console.site.people.deeds(limit=500)} == {"127.0.0.1"}


def test_a_deed_whose_audit_line_cannot_be_written_is_told_as_done(console: Served) -> None:
    people, out = console.site.people, io.StringIO()
    with asking(console) as (client, csrf):
        account = people.find("ann@example.com")
        assert account is not None
        _, secret = people.issue_token(account.id, "wallboard", Role.DISPATCHER, None)
        bearer = {"Authorization": f"Bearer {secret}"}
        log.setup("json", level="error", stream=out)
        with trail_gone(console):
            page = client.post("/datasets/sync", data={"csrf": csrf, "dataset": "Tickets"})
            asked = {"datasets": ["Tickets"]}
            call = client.post("/api/v1/datasets/sync", json=asked, headers=bearer)
    assert (page.status_code, call.status_code) == (303, 200)
    assert "asked" in call.json()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["event"], one["what"], one["about"]) for one in lines] == [
        ("audit_line_lost", "asked for a sync", "Tickets")
    ] * 2
    assert [one["who"] for one in lines] == ["ann@example.com", "ann@example.com (wallboard)"]


@contextmanager
def trail_gone(console: Served) -> Iterator[None]:
    """Have no line of the audit trail be written while the block lasts."""
    for was, becomes in (("people_deeds", "away"), ("away", "people_deeds")):
        with console.site.people._engine.begin() as session:
            session.execute(text(f"ALTER TABLE {was} RENAME TO {becomes}"))
        if becomes == "away":
            yield
