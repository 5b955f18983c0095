"""The JSON API: who is let in, what is answered, and that its description tells the truth."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from isthmus.base.clock import utc_now
from isthmus.console.api.table import CALLS, PREFIX
from isthmus.state.dispatch import Arrival, DeadLetter, Entry, Link
from isthmus.wiring.people import Role
from tests.console.site import Served
from tests.dispatch.shores import Shores

PAGE = Path(__file__).parents[2] / "docs/console/api.md"


def client(console: Served, role: Role = Role.ADMIN) -> httpx2.Client:
    console.cookie(role)
    login = "ann@example.com" if role is Role.ADMIN else f"{role}@example.com"
    account = console.site.people.find(login)
    assert account is not None
    _, secret = console.site.people.issue_token(account.id, "a program", role, None)
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx2.Client(base_url=console.url + PREFIX, headers=headers)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_without_a_token_nothing_is_answered(console: Served, call: object) -> None:
    assert hasattr(call, "path")
    path = re.sub(r"{\w+}", "x", str(call.path))
    answer = httpx2.request(str(getattr(call, "method", "")), console.url + PREFIX + path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"]


def test_the_cookie_of_a_browser_is_no_token(console: Served) -> None:
    cookie = console.cookie(Role.ADMIN)
    jar = {cookie["name"]: cookie["value"]}
    assert httpx2.get(f"{console.url}{PREFIX}/links", cookies=jar).status_code == 401


@pytest.mark.parametrize(
    "call", [one for one in CALLS if one.what], ids=lambda call: f"{call.method} {call.path}"
)
def test_a_viewers_token_does_nothing(console: Served, call: object) -> None:
    with client(console, Role.VIEWER) as asking:
        answer = asking.post(re.sub(r"{\w+}", "x", str(getattr(call, "path", ""))), json={})
    assert answer.status_code == 403


def test_links_and_letters_are_told_and_a_park_stands_in_the_audit_trail(console: Served) -> None:
    state = console.stores.state
    state.save_link(Link("isth-1", "Tickets/7", "Tickets", 7, "T7", "A title", 70, "linked"))
    state.save_dead_letter(
        DeadLetter("letter", "Tickets/7", "vendor", "Refused", "there", "Mend it", utc_now())
    )
    with client(console) as asking:
        [link] = asking.get("/links", params={"q": "T7"}).json()["links"]
        assert (link["id"], link["work_order"]) == ("isth-1", 70)
        assert asking.get("/links/T7").json()["link"]["id"] == "isth-1"
        parked = asking.post("/links/isth-1/park", json={"why": "a storm"})
        assert parked.json()["state"] == "parked"
        assert asking.get("/dispatch").json()["links"]["parked"] == 1
        [letter] = asking.get("/letters").json()["dead_letters"]
        assert letter["what"] == "Refused"
        assert asking.post("/letters/replay", json={"ids": ["letter"]}).json() == {"replayed": 1}
    [deed] = [one for one in console.site.people.deeds() if one.what == "parked a link"]
    assert deed.who == "ann@example.com (a program)"


def test_datasets_are_told_and_a_sync_is_asked_for(console: Served) -> None:
    with client(console) as asking:
        names = {one["name"] for one in asking.get("/datasets").json()["datasets"]}
        assert "Tickets" in names
        assert asking.get("/datasets/Tickets").json()["is_running"] is False
        assert asking.post("/datasets/sync", json={"datasets": ["Tickets"]}).json()["asked"]
        refused = asking.post("/datasets/sync", json={"datasets": ["Nothing"]})
    assert refused.status_code == 409
    assert "Nothing" in refused.json()["title"]


def test_to_read_everything_again_takes_an_admins_token(console: Served) -> None:
    body = {"datasets": ["Tickets"], "full": True}
    with client(console, Role.DISPATCHER) as asking:
        for more in ({"full": True}, {"since": "2026-11-01"}, {"release_brake": True}):
            refused = asking.post("/datasets/sync", json={"datasets": ["Tickets"], **more})
            assert refused.status_code == 403
            assert [refused.json()["where"]] == list(more)
        assert asking.post("/datasets/sync", json=body | {"full": False}).status_code == 200
    [asked] = console.site.syncing.asks()
    assert not asked.full
    with client(console) as asking:
        assert asking.post("/datasets/sync", json=body).status_code == 200
        body = {"datasets": ["Companies"], "since": "2026-11-01", "release_brake": True}
        assert asking.post("/datasets/sync", json=body).status_code == 200
        assert asking.post("/datasets/sync", json=body | {"since": "soon"}).status_code == 422
    asks = console.site.syncing.asks()
    assert any(one.full for one in asks)
    assert [one.release_brake for one in asks if one.since == datetime(2026, 11, 1, tzinfo=UTC)]


def test_a_call_that_did_nothing_does_not_stand_in_the_audit_trail(console: Served) -> None:
    with client(console) as asking:
        assert asking.post("/datasets/stop", json={}).json() == {"stopped": False}
        assert asking.post("/letters/replay", json={"ids": []}).json() == {"replayed": 0}
    assert {one.what for one in console.site.people.deeds()} == {"logged in"}


@pytest.mark.parametrize("body", ["[]", "{", '{"datasets": 7}', '"x"', r'{"datasets": ["\ud800"]}'])
def test_a_body_that_is_not_as_described_is_refused_with_its_place(
    console: Served, body: str
) -> None:
    with client(console) as asking:
        answer = asking.post("/datasets/sync", content=body)
    assert answer.status_code == 422
    assert answer.json()["where"]


def test_a_field_that_is_null_counts_as_left_out(console: Served) -> None:
    with client(console, Role.DISPATCHER) as asking:
        body = {"datasets": ["Tickets"], "full": None, "since": None, "release_brake": None}
        assert asking.post("/datasets/sync", json=body).status_code == 200
        missing = asking.post("/links", json={"number": None})
        unknown = asking.post("/datasets/sync", json={"sinse": None})
    [asked] = console.site.syncing.asks()
    assert (asked.full, asked.since) == (False, None)
    assert (missing.status_code, missing.json()["where"]) == (422, "number")
    assert (unknown.status_code, unknown.json()["where"]) == (422, "sinse")


def test_what_was_done_stands_in_the_audit_trail_with_what_it_was_done_to(
    connected: Served, shores: Shores
) -> None:
    state, number = connected.stores.state, shores.fit_tickets(1)[0]["ticketNumber"]
    connected.site.library.enable("ticket_dispatch", is_enabled=True, by="a test")
    state.save_link(Link("isth-1", "Tickets/7", "Tickets", 7, "T7", "A title", 70, "linked"))
    state.save_dead_letter(
        DeadLetter("letter", "Tickets/8", "vendor", "Refused", "there", "Mend it", utc_now())
    )
    calls: tuple[tuple[str, dict[str, object]], ...] = (
        ("/datasets/sync", {"datasets": ["Tickets", "Companies"], "since": "2026-11-01"}),
        ("/datasets/sync", {"full": True, "release_brake": True}),
        ("/datasets/stop", {"dataset": "Tickets"}),
        ("/links/T7/park", {"why": "a storm"}),
        ("/links/70/resume", {}),
        ("/links", {"number": number, "rule": "ticket_dispatch"}),
        ("/letters/replay", {"ids": ["letter", "gone"]}),
    )
    with client(connected) as asking:
        answers = [asking.post(path, json=body) for path, body in calls]
    assert {answer.status_code for answer in answers} == {200}, [one.text for one in answers]
    lines = [one for one in connected.site.people.deeds() if one.detail.get("by") == "API"]
    done: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("asked for a sync", "Tickets, Companies", {"since": "2026-11-01T00:00:00+00:00"}),
        ("asked for a sync", "all datasets", {"full": True, "release_brake": True}),
        ("stopped a sync", "Tickets", {}),
        ("parked a link", "T7", {"why": "a storm"}),
        ("resumed a link", "T7", {}),
        ("had a record dispatched", number, {"rule": "ticket_dispatch"}),
        ("replayed dead letters", "1 dead letter", {"ids": ["letter"]}),
    )
    assert [(one.what, one.about, one.detail) for one in reversed(lines)] == [
        (what, about, {"by": "API", **detail}) for what, about, detail in done
    ]


def test_a_rule_that_is_not_there_is_refused_and_nothing_comes_of_it(
    connected: Served, shores: Shores
) -> None:
    state, ticket = connected.stores.state, shores.fit_tickets(1)[0]
    number, key = ticket["ticketNumber"], f"Tickets/{ticket['id']}"
    state.save_link(
        Link("isth-1", key, "Tickets", ticket["id"], number, state="stuck", rule="ticket_dispatch")
    )
    state.save_dead_letter(DeadLetter("letter", key, "validation", "No", "x", "Mend it", utc_now()))
    with client(connected) as asking:
        for rule in ("ticket_dispach", "task_dispatch"):  # misspelt; switched off and for tasks
            refused = asking.post("/links", json={"number": number, "rule": rule})
            assert refused.status_code == 409
            assert rule in refused.json()["title"]
        state.set_state("isth-1", "parked", "a storm")
        parked = asking.post("/links", json={"number": number})
        assert (parked.status_code, parked.json()["title"]) == (409, f"{number} is parked: a storm")
        assert f"/links/{number}/resume" in parked.json()["remedy"]
    assert connected.stores.inbox.undone(key) == ()
    assert connected.stores.agenda.count() == 0
    assert [one.id for one in state.dead_letters(keys=(key,))] == ["letter"]
    assert not [one for one in connected.site.people.deeds() if one.detail.get("by") == "API"]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/datasets/stop", {"dataset": ["Tickets"]}, "dataset"),
        ("/datasets/stop", {"dataset": 5}, "dataset"),
        ("/datasets/stop", {"dataset": None}, "dataset"),
        ("/datasets/stop", {"datasets": ["Tickets"]}, "datasets"),
        ("/datasets/sync", {"dataset": "Tickets"}, "dataset"),
        ("/datasets/sync", {"datasets": "Tickets"}, "datasets"),
        ("/datasets/sync", {"full": 1}, "full"),
        ("/datasets/sync", {"release_brake": "yes"}, "release_brake"),
        ("/datasets/sync", {"since": 2026}, "since"),
        ("/datasets/sync", {"since": ""}, "since"),
        ("/links", {"number": 7}, "number"),
        ("/links", {}, "number"),
        ("/links", {"number": "7", "entity": "Contacts"}, "entity"),
        ("/links/x/resume", {"why": "x"}, "why"),
        ("/letters/replay", {"ids": [1]}, "ids"),
    ],
)
def test_a_field_that_a_call_does_not_take_or_of_another_type_widens_nothing(
    console: Served, path: str, body: dict[str, object], where: str
) -> None:
    with client(console) as asking:
        assert asking.post("/datasets/sync", json={"datasets": ["Tickets"]}).status_code == 200
        refused = asking.post(path, json=body)
    assert (refused.status_code, refused.json()["where"]) == (422, where)
    assert refused.json()["remedy"]
    [asked] = console.site.syncing.asks()
    assert (asked.wanted, asked.full) == (("Tickets",), False)


def test_a_dataset_without_a_name_stops_nothing(console: Served) -> None:
    with client(console) as asking:
        assert asking.post("/datasets/sync", json={"datasets": ["Tickets"]}).status_code == 200
        assert asking.post("/datasets/stop", json={"dataset": ""}).status_code == 409
    assert len(console.site.syncing.asks()) == 1


def test_a_long_story_is_told_page_by_page_and_of_what_waits_the_latest(console: Served) -> None:
    stores = console.stores
    stores.state.save_link(Link("isth-1", "Tickets/7", "Tickets", 7, "T7", work_order_id=70))
    lines = [Entry(utc_now(), "Tickets/7", "decision", f"line {n}") for n in range(1_003)]
    stores.state.add_entries(lines)
    stores.inbox.keep([Arrival("sync", f"{n}", f"{n}", "Tickets/7") for n in range(61)])
    told: list[str] = []
    with client(console) as asking:
        first = answer = asking.get("/links/T7").json()
        while True:
            told = [one["what"] for one in answer["trail"]] + told
            if not answer["next_page"]:
                break
            answer = asking.get("/links/T7", params={"page": answer["next_page"]}).json()
        wrong = asking.get("/links/T7", params={"page": "soon"})
    assert told == [f"line {n}" for n in range(1_003)]
    assert (first["whole"], answer["whole"]) == (False, True)
    assert [one["event"] for one in first["messages"]] == [f"{n}" for n in range(11, 61)]
    assert (first["more_messages"], answer["messages"]) == (11, [])
    assert (wrong.status_code, wrong.json()["where"]) == (422, "page")


def test_every_call_is_described_and_stands_on_its_page(console: Served) -> None:
    told = httpx2.get(f"{console.url}{PREFIX}/openapi.json").json()["paths"]
    page = PAGE.read_text("utf-8")
    for call in CALLS:
        assert call.method.lower() in told[PREFIX + call.path]
        assert f"`{call.method} {PREFIX}{call.path}`" in page
        for name, *_ in (*call.query, *call.body):
            assert f"`{name}`" in page


@pytest.mark.parametrize("path", ["/nothing", "/links/x/nothing"])
def test_an_address_that_is_none_is_answered_as_a_program_reads_it(
    console: Served, path: str
) -> None:
    answer = httpx2.get(console.url + PREFIX + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["where"] == PREFIX + path
    assert "openapi.json" in answer.json()["remedy"]
    wrong = httpx2.delete(f"{console.url}{PREFIX}/links")
    assert (wrong.status_code, wrong.json()["status"]) == (405, 405)


def test_a_fault_of_ours_is_told_a_program_as_json(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret of a customer")

    monkeypatch.setattr(type(console.site.syncing), "standing", broken)
    with client(console) as asking:
        answer = asking.get("/datasets")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret of a customer" not in answer.text
