"""Which messages tell something new, and which only repeat what is known."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from isthmus.autotask.port import Record
from isthmus.dispatch.desk import Job
from isthmus.dispatch.mappings import shipped_rule
from isthmus.dispatch.news import EVERYTHING, news_of
from isthmus.dispatch.rules.occurrences import mark_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.seen import is_unchanged, seen_fields, seen_of
from isthmus.state.dispatch import CLOSED, LINKED, STUCK, Link, Message
from tests.webhooks.signing import autotask_body

if TYPE_CHECKING:
    from isthmus.engine import Run

NOW = datetime(2026, 5, 27, 10, tzinfo=UTC)
RECORD = Record(
    "Tickets", 123, values={"title": "A title", "priority": 2, "dueDateTime": NOW,
                            "description": None}, labels={}, udfs={"Site": "North"}, udf_labels={},
)  # fmt: skip
ORDER: dict[str, Any] = {"id": 77, "title": "A job", "status": {"name": "Published"}}
LINK = Link(
    "isth-1", "Tickets/123", "Tickets", 123, work_order_id=77, state=LINKED,
    record_mark=seen_of(RECORD), order_mark=mark_of(ORDER), written=seen_fields(RECORD),
)  # fmt: skip


def message(source: str, event: str, body: bytes = b"") -> Message:
    return Message(1, source, "m", event, LINK.key, LINK.key, body, NOW, None, "work")


def webhook(**fields: Any) -> Message:
    return message("autotask", "Tickets.Update", autotask_body(Fields=fields))


def of_order(event: str, **changes: Any) -> Message:
    told = {"event": {"name": event}, "workorder": {**ORDER, **changes}}
    return message("fieldnation", event, json.dumps(told).encode())


def news(*messages: Message, link: Link = LINK, rule: Rule | None = None) -> frozenset[str]:
    job = Job(cast("Run", None), link.key, messages, link)
    return news_of(job, rule or shipped_rule("ticket_dispatch"))


@pytest.mark.parametrize(
    "fields",
    [
        {"Title": "A title"},
        {"Title": "A title", "Priority": 2},
        {"Priority": "2"},
        {"DueDateTime": "2026-05-27T10:00:00Z"},
        {"DueDateTime": "2026-05-27T10:00:00.000"},
        {"Description": ""},
    ],
)
def test_a_webhook_that_shows_what_was_read_is_no_news(fields: dict[str, Any]) -> None:
    assert is_unchanged(LINK, webhook(**fields))
    assert news(webhook(**fields)) == frozenset()


@pytest.mark.parametrize(
    "fields",
    [
        {"Title": "Another"},
        {"Title": "A title", "Priority": 3},
        {"DueDateTime": "2026-05-27T10:00:01Z"},
        {"Description": "Now there is one"},
        {"NeverRead": 1},
        {},
        {"UserDefinedFields": [{"name": "Site", "value": "North"}]},
    ],
)
def test_a_webhook_that_shows_anything_else_is_news_of_the_record(fields: dict[str, Any]) -> None:
    assert news(webhook(**fields)) == {"record"}


def test_nothing_was_seen_of_a_record_that_was_not_read() -> None:
    assert news(webhook(Title="A title"), link=replace(LINK, record_mark="")) == {"record"}


@pytest.mark.parametrize("source", ["callout", "sweep", "sync", "person"])
def test_only_a_webhook_can_say_that_nothing_changed(source: str) -> None:
    told = replace(webhook(Title="A title"), source=source, event="record")
    assert "record" in news(told)


def test_a_closed_links_record_is_looked_at_whatever_was_seen_of_it() -> None:
    assert news(webhook(Title="A title"), link=replace(LINK, state=CLOSED)) == {"record"}


def test_a_message_that_shows_the_order_as_it_was_seen_is_old() -> None:
    assert news(of_order("workorder.status.published")) == frozenset()
    assert news(of_order("workorder.status.published", title="Renamed")) == {"order"}


@pytest.mark.parametrize("event", ["workorder.declined", "workorder.whatever_comes_next"])
def test_what_leaves_no_trace_in_the_order_is_news_though_the_order_is_the_same(event: str) -> None:
    assert news(of_order(event)) == {"order"}


def test_one_that_is_new_among_old_ones_is_enough() -> None:
    old = of_order("workorder.status.published")
    assert news(old, webhook(Title="A title"), of_order("workorder.declined")) == {"order"}


def test_a_link_that_is_stuck_is_looked_at_whole() -> None:
    stuck = replace(LINK, state=STUCK)
    assert news(of_order("workorder.status.published"), link=stuck) == EVERYTHING


def test_files_that_go_out_are_carried_with_the_order() -> None:
    rule = replace(shipped_rule("ticket_dispatch"), files="both")
    assert news(webhook(Title="Another"), rule=rule) == {"record", "order"}
