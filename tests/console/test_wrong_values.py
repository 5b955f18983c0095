"""A wrong value is told on the page of its form, with what was typed kept."""

from collections.abc import Iterator

import httpx2
import pytest

from isthmus.wiring.people import Role
from tests.console.exploring import explored
from tests.console.site import Served, signed_in


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with explored(tmp_path_factory.mktemp("wrong")) as given:
        yield given


WRONG = {
    "a day": ("/datasets/Tickets/since", {"since": "soon"}, "soon"),
    "a schedule": (
        "/datasets/Tickets/schedule",
        {"how": "cron", "cron": "now and then", "zone": "UTC"},
        "now and then",
    ),
    "a zone": (
        "/datasets/Tickets/schedule",
        {"how": "daily", "clock": "02:00", "zone": "Mars/Base"},
        "Mars/Base",
    ),
    "a filter": ("/datasets/Tickets/records", {"only": "colour eq red"}, "colour eq red"),
    "a first day": ("/datasets/Tickets/records", {"since": "soon"}, "soon"),
    "a collection": ("/datasets/add", {"dataset": "Unicorns"}, "Unicorns"),
    "a login": (
        "/settings/people",
        {"login": "b o b", "name": "Bob Typed", "password": "x"},
        "Bob",
    ),
    "a role": (
        "/settings/people",
        {"login": "bob", "name": "Bob Typed", "password": "x", "role": "king"},
        "Bob Typed",
    ),
    "a token's time": (
        "/settings/me/tokens",
        {"name": "wall", "role": "viewer", "days": "x"},
        "wall",
    ),
    "a token's role": (
        "/settings/me/tokens",
        {"name": "wall", "role": "king", "days": "1"},
        "wall",
    ),
    "a password": ("/settings/me/password", {"present": "x", "new": "y"}, "present password"),
    "days to keep": ("/settings/alerts/set", {"name": "ISTHMUS_KEEP_D", "value": "many"}, "many"),
    "a mail server": (
        "/settings/alerts/mail",
        {"server": "::", "way": "tls", "sender": "a", "to": "b@typed"},
        "b@typed",
    ),
    "a chat": ("/settings/alerts/set", {"name": "ISTHMUS_ALERT_CHAT", "value": "chat"}, "chat"),
    "a report": (
        "/explore/sql/save",
        {"sql": "select count(*) as n from Tickets", "title": "", "chart": ""},
        "select count(*) as n",
    ),
    "a query": ("/explore/sql/save", {"sql": "select nope from Tickets", "title": "Mine"}, "nope"),
}


@pytest.mark.parametrize("which", WRONG)
def test_a_wrong_value_is_told_on_its_form_with_what_was_typed(console: Served, which: str) -> None:
    path, given, kept = WRONG[which]
    with signed_in(console, Role.ADMIN) as (client, token):
        answer = client.post(path, data={**given, "csrf": token}, follow_redirects=True)
    assert 400 <= answer.status_code < 500, answer.status_code
    assert "That did not work" not in answer.text
    assert 'role="alert"' in answer.text or 'aria-invalid="true"' in answer.text
    assert kept in answer.text


def test_a_filter_that_was_cleared_does_not_come_back_when_the_form_is_refused(
    console: Served,
) -> None:
    with signed_in(console, Role.ADMIN) as (client, token):

        def keep(since: str, only: str) -> httpx2.Response:
            sent = {"csrf": token, "since": since, "only": only}
            return client.post("/datasets/Tickets/records", data=sent)

        assert keep("2020-01-02", "id gt 1").status_code == 303
        for given in (("", "colour eq red"), ("soon", "")):
            refused = keep(*given)
            assert refused.status_code == 422
            assert f'name="since" type="date" value="{given[0]}"' in refused.text
            assert f'name="only" class="mono" value="{given[1]}"' in refused.text
        assert 'value="2020-01-02"' in client.get("/datasets/Tickets/columns").text
        assert keep("", "").status_code == 303


def test_a_title_that_was_cleared_does_not_come_back_when_the_report_is_refused(
    console: Served,
) -> None:
    with console.house.readers.reader() as reader:
        told = {"title": "All of them", "author": "ann", "sql": "select id from Tickets"}
        saved = console.site.saved.save(reader, **told)
    with signed_in(console, Role.ADMIN) as (client, token):
        sent = {"csrf": token, "saved": saved.id, "sql": "select id from Tickets", "title": ""}
        refused = client.post("/explore/sql/save", data=sent)
    console.site.saved.remove(saved.id)
    assert refused.status_code == 409
    assert 'value="All of them"' not in refused.text


def test_the_first_day_of_all_is_too_early_east_of_greenwich(console: Served) -> None:
    with signed_in(console, Role.ADMIN) as (client, token):
        client.cookies.set("zone", "Asia/Tokyo")
        sent = {"csrf": token, "since": "0001-01-01"}
        answer = client.post("/datasets/Tickets/since", data=sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="0001-01-01"' in answer.text


@pytest.mark.parametrize("deed", ["replay", "dismiss", "set", "set/choose"])
def test_to_mark_no_dead_letter_leads_back_to_the_list(console: Served, deed: str) -> None:
    with signed_in(console, Role.DISPATCHER) as (client, token):
        answer = client.post(
            f"/letters/{deed}", data={"csrf": token, "back": "/letters"}, follow_redirects=True
        )
    assert "No dead letter was chosen" in answer.text
    assert "<h1>Dead letters" in answer.text
