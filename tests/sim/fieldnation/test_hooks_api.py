from collections.abc import Iterator
from typing import Any

import jsonschema
import orjson
import pytest

from isthmus_sim.base.reply import Reply
from isthmus_sim.fieldnation.base.call import Call
from isthmus_sim.fieldnation.base.events import EVENTS as KNOWN
from isthmus_sim.fieldnation.hooks.openapi import BASE, document
from tests.sim.fieldnation.bench import ACCOUNT, ALL, START, Bench

URL = "http://127.0.0.1:9/hook"
DESCRIBED = document("http://127.0.0.1")


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench.make()
    yield made
    made.ground.store.close()


def wanted(**changes: Any) -> dict[str, Any]:
    body = {"url": URL, "method": "post", "status": "active", "events": ALL, **changes}
    return {name: value for name, value in body.items() if value is not ...}


def read(reply: Reply, method: str, path: str) -> Any:
    """Check an answer by the description and give it."""
    told = DESCRIBED["paths"][BASE + path][method.lower()]["responses"][str(reply.status)]
    answer = orjson.loads(reply.body)
    schema = told["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": DESCRIBED["components"]}).validate(
        answer
    )
    return answer


def refused(bench: Bench, method: str, path: str, body: Any = None) -> tuple[int, list[str]]:
    reply = bench.call(method, path, body)
    answer = orjson.loads(reply.body)
    assert set(answer) == {"metadata", "errors", "result"}
    assert answer["result"] == {}
    assert answer["metadata"]["path"].startswith(BASE)
    assert {error["code"] for error in answer["errors"]} == {reply.status}
    return reply.status, [error["message"] for error in answer["errors"]]


def test_a_created_webhook_comes_back_whole(bench: Bench) -> None:
    answer = read(bench.call("POST", "", wanted()), "POST", "")
    made = answer["result"]
    assert made["id"] == 1
    assert (made["companyId"], made["userId"]) == (ACCOUNT.company_id, ACCOUNT.user_id)
    assert made["events"] == ALL
    assert len(made["secret"]) == 36
    assert "dialect" not in made


def test_every_answer_fits_the_description(bench: Bench) -> None:
    hook = bench.hook(URL, webhookAttribute={"header": {"X-One": "1", "X-Two": "2"}})
    one = f"/{hook['webhookId']}"
    calls = [
        ("GET", "", "", None),
        ("GET", "?fields=url,status", "", None),
        ("GET", "/events", "/events", None),
        ("GET", one, "/{webhookId}", None),
        ("GET", f"{one}?webhookAttribute=header", "/{webhookId}", None),
        ("PUT", one, "/{webhookId}", {"method": "put"}),
        ("GET", f"{one}/history", "/{webhookId}/history", None),
        ("DELETE", f"{one}/header/x-one", "/{webhookId}/{attributeType}/{attributeName}", None),
        ("GET", "/delivery-logs", "/delivery-logs", None),
        ("DELETE", one, "/{webhookId}", None),
    ]
    for method, path, place, body in calls:
        reply = bench.call(method, path, body)
        assert reply.status == 200, (method, path, reply.body)
        read(reply, method, place)


def test_every_refusal_fits_the_description(bench: Bench) -> None:
    bench.hook(URL)
    calls = [
        (400, "POST", "", "", {}),
        (409, "POST", "", "", wanted()),
        (404, "GET", "/none", "/{webhookId}", None),
        (404, "PUT", "/none", "/{webhookId}", {}),
        (404, "PATCH", "/delivery-logs/none/retry", "/delivery-logs/{deliveryId}/retry", None),
        (400, "GET", "?sortBy=colour", "", None),
    ]
    for status, method, path, place, body in calls:
        reply = bench.call(method, path, body)
        assert reply.status == status, (method, path, reply.body)
        read(reply, method, place)


def test_the_description_lists_the_33_events_of_the_catalogue(bench: Bench) -> None:
    names = [one["name"] for one in bench.ask("GET", "/events")]
    assert len(names) == 33
    assert set(names) == set(KNOWN)
    assert bench.ask("GET", "/events?model=Provider") == []


@pytest.mark.parametrize("token", ["", "nobody"])
def test_a_call_without_a_known_bearer_token_is_401(bench: Bench, token: str) -> None:
    assert bench.call("GET", "", token=token).status == 401


def test_a_token_in_the_query_is_not_enough(bench: Bench) -> None:
    assert bench.call("GET", f"?access_token={bench.token}", token="").status == 401


@pytest.mark.parametrize("name", ["url", "method", "status", "events"])
def test_what_is_required_is_named(bench: Bench, name: str) -> None:
    status, (message,) = refused(bench, "POST", "", wanted(**{name: ...}))
    assert status == 400
    assert message.startswith(name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": []},
        {"events": ["workorder.exploded"]},
        {"events": ["workorder.created", "workorder.created"]},
        {"events": "workorder.created"},
        {"events": [1]},
        {"url": "ftp://127.0.0.1/x"},
        {"url": "nonsense"},
        {"url": "http://[::1"},
        {"url": "https://host:99999/x"},
        {"url": 5},
        {"method": "get"},
        {"status": "paused"},
        {"secret": "not-a-uuid"},
        {"notificationEmail": "nobody"},
        {"isIntegrationOnly": "yes"},
        {"webhookAttribute": {"header": {"X-FN-Signature": "forged"}}},
        {"webhookAttribute": {"header": {"X-A": "one\r\nX-B: two"}}},
        {"webhookAttribute": {"header": {"": "x"}}},
        {"webhookAttribute": {"header": {"X-A": 1}}},
        {"webhookAttribute": []},
    ],
)
def test_what_a_webhook_cannot_be_is_refused_and_nothing_is_kept(
    bench: Bench, wrong: dict[str, Any]
) -> None:
    status, messages = refused(bench, "POST", "", wanted(**wrong))
    assert status == 400
    assert messages
    assert bench.webhooks.all() == []


def test_a_body_that_is_no_json_is_refused(bench: Bench) -> None:
    assert refused(bench, "POST", "", b"{")[0] == 400
    assert refused(bench, "POST", "", b"[]")[0] == 400


def test_several_events_in_one_text_are_taken_apart(bench: Bench) -> None:
    hook = bench.hook(URL, events=["workorder.created, workorder.routed"])
    assert hook["events"] == ["workorder.created", "workorder.routed"]


def test_plain_http_is_for_loopback_unless_switched(bench: Bench) -> None:
    away = wanted(url="http://example.com/hook")
    assert refused(bench, "POST", "", away)[0] == 400
    bench.ground.switches.change({"webhook_plain_http": "any"})
    assert bench.call("POST", "", away).status == 200
    bench.ground.switches.change({"webhook_plain_http": "refuse"})
    assert refused(bench, "POST", "", wanted())[0] == 400
    assert bench.call("POST", "", wanted(url="https://example.com/hook")).status == 200


def test_a_second_webhook_for_a_url_is_a_conflict(bench: Bench) -> None:
    first = bench.hook(URL)
    assert refused(bench, "POST", "", wanted())[0] == 409
    other = bench.hook(URL + "/2")
    assert refused(bench, "PUT", f"/{other['webhookId']}", {"url": URL})[0] == 409
    assert bench.call("PUT", f"/{first['webhookId']}", {"url": URL}).status == 200


def test_put_changes_only_what_it_names_but_replaces_the_events(bench: Bench) -> None:
    hook = bench.hook(URL)
    bench.ground.clock.advance(60)
    changed = bench.ask("PUT", f"/{hook['webhookId']}", {"events": ["workorder.routed"]})
    different = {name for name in hook if hook[name] != changed[name]}
    assert different == {"events", "updatedAt"}
    assert changed["events"] == ["workorder.routed"]


def test_put_refuses_an_empty_list_of_events(bench: Bench) -> None:
    hook = bench.hook(URL)
    assert refused(bench, "PUT", f"/{hook['webhookId']}", {"events": []})[0] == 400


def test_archived_is_final(bench: Bench) -> None:
    hook = bench.hook(URL)
    one = f"/{hook['webhookId']}"
    bench.ask("PUT", one, {"status": "archived"})
    assert refused(bench, "PUT", one, {"status": "active"})[0] == 400
    assert bench.ask("GET", one)["status"] == "archived"


def test_a_deleted_webhook_is_gone_but_its_history_stays(bench: Bench) -> None:
    hook = bench.hook(URL)
    one = f"/{hook['webhookId']}"
    assert bench.ask("DELETE", one)["id"] == hook["id"]
    assert refused(bench, "GET", one)[0] == 404
    actions = [change["action"] for change in bench.ask("GET", f"{one}/history")]
    assert actions == ["deleted", "created"]


def test_an_unknown_webhook_is_400_by_switch(bench: Bench) -> None:
    bench.ground.switches.change({"webhook_missing_status": 400})
    assert refused(bench, "GET", "/none")[0] == 400


def test_the_history_says_who_changed_what_but_no_secret(bench: Bench) -> None:
    hook = bench.hook(URL)
    secret = "01999f51-5c66-4449-b441-6b4a053fee6a"
    bench.ask("PUT", f"/{hook['webhookId']}", {"secret": secret, "method": "put"})
    reply = bench.call("GET", f"/{hook['webhookId']}/history?search=updated")
    (change,) = orjson.loads(reply.body)["result"]
    assert change["userId"] == ACCOUNT.user_id
    assert change["changes"] == {"secret": "***", "method": "put"}


def test_the_history_is_one_bare_change_by_switch(bench: Bench) -> None:
    hook = bench.hook(URL)
    bench.ask("PUT", f"/{hook['webhookId']}", {"method": "put"})
    bench.ground.switches.change({"webhook_history": "row"})
    answer = read(bench.call("GET", f"/{hook['webhookId']}/history"), "GET", "/{webhookId}/history")
    assert answer.keys() == {"id", "userId", "action", "changes", "createdAt", "updatedAt"}
    assert answer["changes"] == {"method": "put"}


def test_headers_are_shown_on_request_merged_by_put_and_deleted_one_by_one(bench: Bench) -> None:
    hook = bench.hook(URL, webhookAttribute={"header": {"X-One": "1"}})
    one = f"/{hook['webhookId']}"
    assert "webhookAttribute" not in bench.ask("GET", one)
    bench.ask("PUT", one, {"webhookAttribute": {"header": {"X-Two": "2"}}})
    bench.ask("DELETE", f"{one}/header/x-one")
    shown = bench.ask("GET", f"{one}?webhookAttribute=header")
    assert shown["webhookAttribute"] == {"header": {"X-Two": "2"}}
    assert refused(bench, "DELETE", f"{one}/header/x-one")[0] == 404
    assert refused(bench, "DELETE", f"{one}/cookie/x")[0] == 400


def test_lists_are_paged_newest_first_and_count_all(bench: Bench) -> None:
    for number in range(5):
        bench.hook(f"{URL}/{number}")
    answer = orjson.loads(bench.call("GET", "?perPage=2&page=2").body)
    assert [row["id"] for row in answer["result"]] == [3, 2]
    assert (answer["metadata"]["count"], answer["metadata"]["total"]) == (2, 5)
    assert answer["metadata"]["query"]["perPage"] == 2
    assert [row["id"] for row in bench.ask("GET", "?sortDirection=ASC")] == [1, 2, 3, 4, 5]


def test_lists_are_filtered_and_searched(bench: Bench) -> None:
    first = bench.hook(f"{URL}/apple")
    bench.hook(f"{URL}/pear", status="inactive")
    assert [row["url"] for row in bench.ask("GET", "?status=inactive")] == [f"{URL}/pear"]
    assert [row["id"] for row in bench.ask("GET", f"?webhookId={first['webhookId']}")] == [1]
    assert [row["id"] for row in bench.ask("GET", "?search=APPLE")] == [1]
    assert bench.ask("GET", "?search=nothing") == []


def test_fields_choose_what_a_row_shows(bench: Bench) -> None:
    bench.hook(URL)
    assert bench.ask("GET", "?fields=url,status,nonsense") == [{"url": URL, "status": "active"}]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=99999999999999999999",
        "perPage=501",
        "perPage=-1",
        "sortBy=url",
        "sortDirection=UP",
        "status=x",
    ],
)
def test_a_listing_that_makes_no_sense_is_refused(bench: Bench, query: str) -> None:
    assert refused(bench, "GET", f"?{query}")[0] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/events"), ("PATCH", ""), ("GET", "/a/b/c"), ("GET", "/a/b"), ("PUT", "/a/history")],
)
def test_a_path_or_verb_nobody_serves_is_404(bench: Bench, method: str, path: str) -> None:
    assert refused(bench, method, path)[0] == 404


def test_the_description_is_served_at_the_address_it_was_asked_at(bench: Bench) -> None:
    reply = bench.api.answer(
        Call("GET", "/integrations/webhooks/_api-json", {}, {}, b"", START, origin="http://here")
    )
    told = orjson.loads(reply.body)
    assert told["servers"] == [{"url": "http://here"}]
    assert len({op["operationId"] for path in told["paths"].values() for op in path.values()}) == 11
