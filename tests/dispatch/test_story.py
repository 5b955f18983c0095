"""The trail of a link, told as a story."""

from datetime import UTC, datetime, timedelta

import pytest

from isthmus.dispatch.story import (
    AUTOTASK,
    FIELDNATION,
    IN,
    NEWS,
    OUT,
    WAITING,
    event_in_words,
    tell,
    tell_waiting,
)
from isthmus.state.dispatch import Entry, Message

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
AT_CALL = "PATCH https://ws5.autotask.net/ATServicesRest/V1.0/Tickets"
SOAP_CALL = "POST https://ws5.autotask.net/ATServices/1.6/atws.asmx"
FN_CALL = "POST https://api.fieldnation.com/api/rest/v2/workorders"


def entry(kind: str, what: str, **detail: object) -> Entry:
    return Entry(NOON, "Tickets/1", kind, what, detail)


def message(source: str, event: str) -> Message:
    return Message(1, source, "m", event, "Tickets/1", "Tickets/1", b"", NOON, None, "work")


@pytest.mark.parametrize(
    ("call", "side"), [(AT_CALL, AUTOTASK), (SOAP_CALL, AUTOTASK), (FN_CALL, FIELDNATION)]
)
def test_a_write_is_on_the_side_of_the_call_before_it(call: str, side: str) -> None:
    told = tell([entry("call", call, status=200, ms=3), entry("write", "Made the x")], "Tickets")

    assert [(one.side, one.way) for one in told] == [(side, OUT), (side, OUT)]


def test_a_call_is_told_without_the_vendors_address() -> None:
    calls = [entry("call", AT_CALL, status=200, ms=3), entry("call", FN_CALL, status=0, ms=9)]
    told = tell(calls, "Tickets")

    assert [(one.what, one.more) for one in told] == [
        ("PATCH Tickets", ("200", "3 ms")),
        ("POST workorders", ("no answer", "9 ms")),
    ]


def test_what_calls_sent_and_were_answered_is_read_only_where_it_is_shown() -> None:
    call = entry("call", AT_CALL, status=500, ms=3, sent='{"a": 1}', answered="No")
    ((shown,), (hidden,)) = tell([call], "Tickets"), tell([call], "Tickets", bodies=False)

    assert shown.sent is not None
    assert (hidden.sent, hidden.answered, hidden.is_refused) == (None, None, True)


def test_messages_that_wait_and_are_not_shown_are_counted_before_the_others() -> None:
    waits = message("autotask", "Tickets.Update")
    for count, what in ((1, "1 earlier message waits too"), (2_000, "2,000 earlier messages")):
        first, second = tell_waiting([waits], count)
        assert first.what.startswith(what)
        assert (first.kind, second.what) == (WAITING, "Autotask told")
    assert len(tell_waiting([waits])) == 1


def test_a_message_that_several_tries_had_before_them_is_told_once() -> None:
    said = entry("message", "autotask: Tickets.Update", message=7)
    told = tell([said, entry("error", "No luck"), said, entry("error", "No luck")], "Tickets")

    assert [one.kind for one in told] == ["message", "error", "error"]
    assert (told[0].what, told[0].more) == ("Autotask told", ("Tickets Update",))
    assert (told[0].side, told[0].way) == (AUTOTASK, IN)


def test_what_a_rule_says_at_several_tries_is_told_once() -> None:
    wanted = entry("decision", "Rule r dispatches it", rule="1")
    other = entry("decision", "Rule r dispatches it", rule="2")
    told = tell([wanted, entry("call", FN_CALL), wanted, other, wanted], "Tickets")

    assert [one.more for one in told if one.kind == "decision"] == [
        ("version 1",), ("version 2",), ("version 1",),
    ]  # fmt: skip


def test_what_a_person_asked_for_is_told_by_its_own_line_alone() -> None:
    asked = [entry("person", "ana wants it looked at"), entry("message", "person: record")]

    assert [one.what for one in tell(asked, "Tickets")] == ["ana wants it looked at"]


@pytest.mark.parametrize(
    ("event", "side", "what"),
    [
        ("order", FIELDNATION, "A sweep found that the work order changed"),
        ("record+notes", AUTOTASK, "A sweep found that the task changed"),
    ],
)
def test_a_sweep_is_told_on_the_side_it_swept(event: str, side: str, what: str) -> None:
    (told,) = tell([entry("message", f"sweep: {event}", message=1)], "Tasks")

    assert (told.what, told.side, told.way) == (what, side, IN)


def test_what_happened_to_the_order_comes_from_its_side_with_its_own_time() -> None:
    at = NOON - timedelta(hours=1)
    happened = entry("decision", "workorder.status.checked_in happened", at=str(at), mapping="m@1")
    (told,) = tell([happened], "Tickets")

    assert (told.kind, told.what, told.side, told.way) == (NEWS, "Checked in", FIELDNATION, IN)
    assert told.happened_at == at
    assert told.more == ("by m@1",)


def test_a_mapping_is_named_again_only_when_its_version_changed() -> None:
    changed = [entry("decision", "The record changed", mapping=name) for name in ("m@1", "m@1")]
    told = tell([*changed, entry("decision", "The record changed", mapping="m@2")], "Tickets")

    assert [one.more for one in told] == [("by m@1",), (), ("by m@2",)]
    assert {one.what for one in told} == {"The ticket changed"}


@pytest.mark.parametrize(
    ("what", "detail", "told"),
    [
        ("Made the order", {"id": "10401", "source": "order"}, "Made the work order 10401"),
        ("Made the time", {"id": "7", "source": "9"}, "Made the time entry 7"),
        ("Changed the work order", {}, "Changed the work order"),
        ("Changed the record", {}, "Changed the service call"),
    ],
)
def test_what_was_made_is_told_in_the_words_of_people(
    what: str, detail: dict[str, object], told: str
) -> None:
    (moment,) = tell([entry("write", what, **detail)], "ServiceCalls")

    assert moment.what == told


def test_of_many_fields_the_rest_is_counted() -> None:
    few, many = ([f"f{n}" for n in range(count)] for count in (6, 20))
    told = tell([entry("write", "Changed it", fields=one) for one in (few, many)], "Tickets")

    assert told[0].more == ("f0, f1, f2, f3, f4, f5",)
    assert told[1].more == ("f0, f1, f2, f3, f4 and 15 more",)


def test_messages_that_nobody_worked_on_are_told_as_waiting() -> None:
    (told,) = tell_waiting([message("callout", "callout"), message("person", "record")])

    assert (told.kind, told.what, told.at) == (WAITING, "A callout named it", NOON)


def test_a_source_nobody_knows_is_told_as_it_is() -> None:
    (told,) = tell([entry("message", "carrier pigeon: note", message=1)], "Tickets")

    assert (told.what, told.side) == ("carrier pigeon: note", "")


def test_an_event_is_written_as_people_say_it() -> None:
    assert event_in_words("workorder.status.on_my_way") == "on my way"
    assert event_in_words("workorder.message_posted") == "message posted"
