"""What webhooks bring: both dialects, and junk."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.fieldnation import EventBroken, parse_event
from isthmus.fieldnation.events import split_delivery

CURRENT = {
    "event": {
        "name": "workorder.status.assigned",
        "params": {"work_order_id": "12345", "status_id": 3, "previous_status_id": 2},
    },
    "timestamp": "2026-02-03T10:15:30-05:00",
    "triggered_by_user": {"id": 88},
    "workorder": {"id": 12345, "title": "A job"},
}
CAMEL = {
    "eventName": "workorder.status.assigned",
    "eventId": "evt-1",
    "workOrderId": 12345,
    "timestamp": "2026-02-03T15:15:30Z",
    "data": {"statusId": 3, "previousStatusId": 2, "triggeredByUser": {"id": 88}},
}
HEADERS = {
    "X-FN-Delivery-Id": "9f0c-4b:3",
    "X-FN-Event-Trace-Id": "trace-9",
    "X-FN-Webhook-Id": "hook-1",
    "X-FN-Request-Timestamp": "1770131730123",
}
WHEN = datetime(2026, 2, 3, 15, 15, 30, tzinfo=UTC)


def parse(body: Any, headers: dict[str, str] | None = None) -> Any:
    return parse_event(json.dumps(body).encode(), HEADERS if headers is None else headers)


@pytest.mark.parametrize("body", [CURRENT, CAMEL], ids=["current", "camel"])
def test_both_dialects_say_the_same(body: Any) -> None:
    event = parse(body)

    assert event.name == "workorder.status.assigned"
    assert event.work_order_id == 12345
    assert (event.status_id, event.previous_status_id, event.triggered_by) == (3, 2, 88)
    assert event.at == WHEN
    assert event.at.utcoffset().total_seconds() == 0
    assert (event.delivery_id, event.attempt) == ("9f0c-4b", 3)
    assert (event.trace_id, event.webhook_id) == ("trace-9", "hook-1")


def test_only_the_present_dialect_brings_the_order() -> None:
    assert parse(CURRENT).work_order == {"id": 12345, "title": "A job"}
    assert parse(CAMEL).work_order is None
    assert (parse(CURRENT).dialect, parse(CAMEL).dialect) == ("current", "camel")


def test_every_attempt_to_deliver_has_the_same_message_id() -> None:
    attempts = [parse(CURRENT, {**HEADERS, "X-FN-Delivery-Id": f"9f0c-4b:{n}"}) for n in (1, 2, 7)]

    assert {event.message_id for event in attempts} == {"9f0c-4b"}
    assert [event.attempt for event in attempts] == [1, 2, 7]


@pytest.mark.parametrize(
    ("headers", "body", "message_id"),
    [
        ({"x-fn-event-trace-id": "t1"}, CURRENT, "t1"),
        ({}, CAMEL, "evt-1"),
    ],
)
def test_without_a_delivery_id_the_next_best_tells_repeats(
    headers: dict[str, str], body: Any, message_id: str
) -> None:
    assert parse(body, headers).message_id == message_id


def test_without_any_id_the_body_tells_repeats() -> None:
    one, again, other = (
        parse(CURRENT, {}),
        parse(CURRENT, {}),
        parse({**CURRENT, "timestamp": "2026-02-03T10:15:31-05:00"}, {}),
    )

    assert one.message_id == again.message_id != other.message_id


@pytest.mark.parametrize(
    ("stamp", "headers"),
    [
        (None, {"X-FN-Request-Timestamp": "1770131730000"}),
        (None, {"x-fn-timestamp": "2026-02-03T15:15:30.000Z"}),
        ("when it suits", {"X-FN-Request-Timestamp": "1770131730000"}),
        (1770131730, {}),
        ("2026-02-03 15:15:30", {}),
    ],
)
def test_the_time_is_taken_from_where_there_is_one(stamp: Any, headers: dict[str, str]) -> None:
    assert parse({**CURRENT, "timestamp": stamp}, headers).at == WHEN


def test_no_time_anywhere_is_no_guess() -> None:
    assert parse({**CURRENT, "timestamp": None}, {}).at is None


def test_the_order_itself_gives_the_id_when_the_params_do_not() -> None:
    body = {**CURRENT, "event": {"name": "workorder.created", "params": {}}}

    assert parse(body).work_order_id == 12345


def test_an_event_nobody_knows_yet_is_read() -> None:
    body = {"event": {"name": "workorder.teleported", "params": {"work_order_id": 5}}}

    assert parse(body).name == "workorder.teleported"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON"),
        (b"<xml/>", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[1]", "no JSON object"),
        (b"{}", "names no event"),
        (b'{"event": "workorder.created"}', "names no event"),
        (b'{"event": {"name": "x", "params": {"work_order_id": "abc"}}}', "names no work order"),
        (b'{"event": {"name": "x", "params": {"work_order_id": true}}}', "names no work order"),
        (b'{"eventName": "x", "workOrderId": -4}', "names no work order"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_junk_is_refused_in_words(body: bytes, why: str) -> None:
    with pytest.raises(EventBroken, match=why) as caught:
        parse_event(body, {})

    assert "template" in caught.value.remedy


KEYS = [
    *("event", "name", "params", "work_order_id", "timestamp", "workorder", "id", "data"),
    *("eventName", "workOrderId", "triggered_by_user", "statusId"),
]
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(JSONS)
def test_any_json_is_an_event_or_a_clear_refusal(body: Any) -> None:
    try:
        event = parse(body)
    except EventBroken:
        return
    assert event.work_order_id > 0
    assert event.name


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("a-b:1", ("a-b", 1)),
        ("a-b", ("a-b", None)),
        ("", ("", None)),
        (":2", (":2", None)),
        ("a:b", ("a:b", None)),
        ("a:b:12", ("a:b", 12)),
    ],
)
def test_a_delivery_id_is_told_from_its_attempt(header: str, parts: tuple[str, int | None]) -> None:
    assert split_delivery(header) == parts
