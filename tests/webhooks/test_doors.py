"""What the doors answer, over real HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.webhooks.signing import (
    GUID,
    autotask_body,
    autotask_headers,
    fieldnation_body,
    fieldnation_headers,
)
from tests.webhooks.site import AUTOTASK, CALLOUT, FIELDNATION, Said, Site

ODD = "Ünïcødé 🔥 & < > ' \" \\ ` + \u2028"


def test_a_signed_webhook_is_kept_and_then_acknowledged(site: Site) -> None:
    said = site.autotask(autotask_body(1))
    assert (said.status, said.body) == (200, b"kept")
    (kept,) = site.inbox.search()
    assert (kept.source, kept.subject, kept.event) == ("autotask", "Tickets/123", "Tickets.Update")


def test_what_comes_five_times_is_kept_once(site: Site) -> None:
    said = {site.autotask(autotask_body(1)).status for _ in range(5)}
    said |= {site.fieldnation(fieldnation_body(), delivery=f"d:{n}").status for n in range(1, 6)}
    assert said == {200}
    assert site.kept() == [f"{GUID}:1", "d"]


def test_a_signed_body_that_comes_again_under_other_ids_is_kept_once(site: Site) -> None:
    body = fieldnation_body(event={"name": "workorder.declined", "params": {"work_order_id": 77}})
    said = [site.fieldnation(body, delivery=f"d-{n}:1").status for n in range(5)]
    assert said == [200] * 5
    assert site.kept() == ["d-0"]
    site.fieldnation(fieldnation_body(timestamp="2026-05-27T10:00:01+00:00"), delivery="e:1")
    assert site.kept() == ["d-0", "e"]


def test_forged_unsigned_and_changed_deliveries_are_never_kept(site: Site) -> None:
    body, order = autotask_body(), fieldnation_body()
    for path in (AUTOTASK, f"{AUTOTASK}/deactivated"):
        assert site.autotask(body, "guessed", path).status == 401
        assert site.ask("POST", path, body).status == 401
        assert site.ask("POST", path, body + b" ", autotask_headers(body)).status == 401
    assert site.fieldnation(order, "guessed").status == 401
    assert site.ask("POST", FIELDNATION, order).status == 401
    assert site.ask("POST", FIELDNATION, order, fieldnation_headers(body)).status == 401
    assert site.ask("GET", "/hooks/callout/guessed?id=5").status == 404
    assert site.kept() == []


@pytest.mark.parametrize("size", [0, 1_000_000, 8 * 2**20 - 1_000])
def test_any_text_of_any_length_arrives_as_it_was_sent(file_site: Site, size: int) -> None:
    body = autotask_body(1, Fields={"Title": ODD, "Description": "x" * size})
    assert file_site.autotask(body).status == 200
    order = fieldnation_body(workorder={"id": 77, "title": ODD, "description": "y" * size})
    assert file_site.fieldnation(order).status == 200
    assert [message.body for message in file_site.inbox.search()] == [order, body]


def test_a_body_that_was_escaped_before_it_was_signed_is_taken(file_site: Site) -> None:
    came = autotask_body(1, Fields={"Title": "a+b"})
    signed = came.replace(b": ", b":").replace(b", ", b",").replace(b"a+b", b"a\\u002Bb")
    assert file_site.ask("POST", AUTOTASK, came, autotask_headers(signed)).status == 200


def test_a_signed_deactivation_has_autotask_swept(site: Site) -> None:
    body = autotask_body(3, Action="Deactivated", EntityType=None, Id=None)
    path = f"{AUTOTASK}/deactivated"
    assert site.ask("POST", path, body).status == 401
    assert site.kept() == []
    assert site.autotask(body, path=path).status == 200
    site.relay.hand_on()
    assert [(one.kind, one.key) for one in site.agenda.waiting()] == [("sweep", "autotask")]


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("GET", "?ticketId=5", None),
        ("POST", "?ticketId=5", None),
        ("POST", "", b"ticketId=5"),
        ("POST", "", b'{"ticketId": 5}'),
        ("POST", "", b"<Ticket><id>5</id></Ticket>"),
    ],
)
def test_a_callout_is_taken_in_any_shape(
    file_site: Site, method: str, query: str, body: bytes | None
) -> None:
    for _ in range(2):
        assert file_site.ask(method, CALLOUT + query, body).status == 200
    subjects = [message.subject for message in file_site.inbox.search()]
    assert subjects == ["Tickets/5", "Tickets/5"], "each is a trigger of its own"


def test_a_callout_that_says_nothing_is_told_so(file_site: Site) -> None:
    assert file_site.ask("POST", CALLOUT, b"hello").status == 400
    assert file_site.ask("HEAD", f"{CALLOUT}?id=5").status == 405
    assert file_site.kept() == []


@pytest.mark.parametrize("size", [256 * 2**10 + 1, 3 * 2**20])
def test_a_callout_that_is_too_long_is_told_so(file_site: Site, size: int) -> None:
    assert file_site.ask("POST", CALLOUT, b"x" * size).status == 413
    assert file_site.kept() == []


def in_parts(size: int) -> Any:
    return (b"x" * 2**16 for _ in range(size >> 16))


def test_a_webhook_beyond_all_measure_is_never_told_that_it_is_wrong(file_site: Site) -> None:
    headers = {"Transfer-Encoding": "chunked"}
    said = file_site.ask("POST", FIELDNATION, in_parts(9 * 2**20), headers)
    assert said.status in {503, 0}, "it may hear no more than that we hung up"
    declared = file_site.ask("POST", FIELDNATION, b"", {"Content-Length": str(2**40)})
    assert (declared.status, declared.headers["connection"]) == (503, "close")
    assert file_site.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"event": 5}', b"\xff\xfe", b"\0"])
def test_field_nation_is_never_told_that_it_is_wrong(site: Site, body: bytes) -> None:
    assert site.fieldnation(body).status == 200
    (kept,) = site.inbox.search()
    assert (kept.outcome, kept.body) == ("broken", body)
    site.relay.hand_on()
    assert [(one.kind, one.key) for one in site.agenda.waiting()] == [("sweep", "fieldnation")]


def test_autotask_does_not_lose_its_webhook_for_what_we_do_not_understand(site: Site) -> None:
    assert site.autotask(b'{"Action": "Dance"}').status == 200
    assert site.inbox.search()[0].outcome == "broken"


def test_our_own_write_is_acknowledged_and_is_no_work(site: Site) -> None:
    assert site.autotask(autotask_body(1, PersonID=4_000_001)).status == 200
    assert site.fieldnation(fieldnation_body(user=4_000_002)).status == 200
    site.relay.hand_on()
    assert site.agenda.count() == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/hooks", 404),
        ("/hooks/fieldnation/", 404),
        ("/hooks/autotask/", 404),
        ("/hooks/autotask/tickets/5", 404),
        ("/hooks/callout/", 404),
        ("/hooks/callout/a/b", 404),
        ("/hooks/callout/..%2f..%2fetc", 404),
        ("/<script>alert(1)</script>", 404),
    ],
)
def test_nothing_else_is_there_and_nothing_is_said_back(
    file_site: Site, path: str, status: int
) -> None:
    for method in ("GET", "POST"):
        said = file_site.ask(method, path, b"a body of somebody")
        assert said.status == status
        assert said.body == b"unknown"
        assert "location" not in said.headers


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_the_method_of_a_door_is_taken(file_site: Site, method: str) -> None:
    said = file_site.ask(method, FIELDNATION)
    assert (said.status, said.body) == (405, b"method")


def test_an_answer_says_little_about_the_house(file_site: Site) -> None:
    said = file_site.autotask(autotask_body())
    assert "server" not in said.headers
    assert said.headers["cache-control"] == "no-store"
    assert set(said.headers) == {
        "date", "content-length", "content-type", "cache-control", "x-content-type-options",
    }  # fmt: skip


def test_health_is_told(file_site: Site) -> None:
    said = file_site.ask("GET", "/healthz")
    assert (said.status, said.body) == (200, b"ok")
    file_site.clerk.close()
    assert file_site.ask("GET", "/healthz").status == 503


def answers(site: Site, count: int, ask: Callable[[int], Said]) -> list[int]:
    with ThreadPoolExecutor(16) as threads:
        return [said.status for said in threads.map(ask, range(count))]


def test_many_at_once_are_all_kept(site: Site) -> None:
    said = answers(site, 400, lambda n: site.autotask(autotask_body(n)))
    assert set(said) == {200}
    assert len(site.kept()) == 400
    site.relay.hand_on()
    assert site.inbox.count_unrelayed() == 0
    assert {(one.kind, one.key) for one in site.agenda.waiting()} >= {("link", "Tickets/123")}
