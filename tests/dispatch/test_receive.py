"""What came to a door: whose it is, what it says, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.dispatch.receive import (
    FORGED,
    NOT_SET_UP,
    UNKNOWN,
    USELESS,
    Delivery,
    Door,
    Keys,
    Refusal,
    read,
)
from isthmus.state.dispatch import Arrival
from tests.webhooks.signing import (
    AUTOTASK_SECRET,
    FIELDNATION_SECRET,
    GUID,
    TOKEN,
    autotask_body,
    autotask_headers,
    fieldnation_body,
    fieldnation_headers,
)

KEYS = Keys(("new", AUTOTASK_SECRET), ("new", FIELDNATION_SECRET), ("new", TOKEN), 29682885, 500)


NEVER_OURS = (
    "workorder.status.approved", "workorder.status.paid", "workorder.status.work_done",
    "workorder.status.assigned", "workorder.status.cancelled", "workorder.declined",
)  # fmt: skip
"""What no write of ours makes Field Nation tell, whoever shares our log-in."""


def autotask(body: bytes, door: Door = Door.AUTOTASK, **headers: str) -> Arrival | Refusal:
    return read(Delivery(door, body, autotask_headers(body) | headers), KEYS)


def fieldnation(body: bytes, **headers: str) -> Arrival | Refusal:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return read(Delivery(Door.FIELDNATION, body, fieldnation_headers(body) | named), KEYS)


def kept(found: Arrival | Refusal) -> Arrival:
    assert isinstance(found, Arrival), found
    return found


# Autotask


def test_a_signed_event_is_kept_with_what_it_is_about() -> None:
    body = autotask_body(17)
    assert kept(autotask(body)) == Arrival(
        source="autotask",
        message_id=f"{GUID}:17",
        event="Tickets.Update",
        subject="Tickets/123",
        body=body,
        webhook=GUID,
        sequence=17,
    )


@pytest.mark.parametrize("secret", ["", "new ", "guessed"])
def test_a_forged_event_is_refused(secret: str) -> None:
    body = autotask_body()
    assert read(Delivery(Door.AUTOTASK, body, autotask_headers(body, secret)), KEYS) == FORGED


@pytest.mark.parametrize("door", list(Door)[:3])
def test_an_unsigned_event_is_refused(door: Door) -> None:
    body = autotask_body() if door is not Door.FIELDNATION else fieldnation_body()
    assert read(Delivery(door, body), KEYS) == FORGED


def test_a_changed_event_is_refused() -> None:
    body = autotask_body()
    headers = autotask_headers(body)
    assert read(Delivery(Door.AUTOTASK, body.replace(b"123", b"124"), headers), KEYS) == FORGED


def test_every_live_secret_counts() -> None:
    body = autotask_body()
    for secret in ("new", AUTOTASK_SECRET):
        kept(read(Delivery(Door.AUTOTASK, body, autotask_headers(body, secret)), KEYS))


@pytest.mark.parametrize("keys", [Keys(), Keys(("",), ("",), ("",))])
@pytest.mark.parametrize("door", list(Door))
def test_a_door_that_is_not_set_up_has_the_vendor_come_again(door: Door, keys: Keys) -> None:
    body = fieldnation_body()
    headers = autotask_headers(body, "") | fieldnation_headers(body, "")
    assert read(Delivery(door, body, headers), keys) == NOT_SET_UP
    assert NOT_SET_UP.status == 503


def test_our_own_write_is_an_echo() -> None:
    assert kept(autotask(autotask_body(PersonID=29682885))).is_echo
    assert not kept(autotask(autotask_body(PersonID=29682886))).is_echo
    assert not kept(autotask(autotask_body(PersonID=None))).is_echo


def test_where_we_do_not_know_who_we_are_nothing_is_an_echo() -> None:
    body = autotask_body(PersonID=None)
    found = read(Delivery(Door.AUTOTASK, body, autotask_headers(body)), Keys((AUTOTASK_SECRET,)))
    assert not kept(found).is_echo


def test_an_event_without_a_number_is_told_by_its_bytes() -> None:
    one = kept(autotask(autotask_body(SequenceNumber=None)))
    again = kept(autotask(autotask_body(SequenceNumber=None)))
    other = kept(autotask(autotask_body(SequenceNumber=None, Id=9)))
    assert one.message_id == again.message_id != other.message_id
    assert one.sequence is None


@pytest.mark.parametrize("name", ["TicketID", "ticketID", "ticketid"])
def test_a_note_leads_to_its_ticket(name: str) -> None:
    found = kept(autotask(autotask_body(EntityType="TicketNote", Id=5, Fields={name: 123})))
    assert (found.subject, found.event) == ("Tickets/123", "TicketNotes.Update")


@pytest.mark.parametrize("value", [None, "", 0, [], "x"])
def test_a_note_that_does_not_say_its_ticket_is_its_own_subject(value: Any) -> None:
    body = autotask_body(EntityType="TicketNote", Id=5, Fields={"TicketID": value})
    assert kept(autotask(body)).subject == "TicketNotes/5"


def test_a_ticket_that_shows_another_ticket_is_about_itself() -> None:
    assert kept(autotask(autotask_body(Fields={"TicketID": 9}))).subject == "Tickets/123"


def deactivated(**more: Any) -> bytes:
    return autotask_body(7, Action="Deactivated", EntityType=None, Id=None, **more)


def test_a_signed_deactivation_is_kept_from_its_own_door() -> None:
    found = kept(autotask(deactivated(PersonID=29682885), Door.AUTOTASK_GONE))
    assert (found.event, found.subject) == ("Deactivated", f"Webhooks/{GUID}")
    assert not found.is_broken
    assert not found.is_echo, "whoever did it, it is gone"


def test_an_unsigned_deactivation_changes_nothing() -> None:
    body = deactivated()
    assert read(Delivery(Door.AUTOTASK_GONE, body), KEYS) == FORGED
    wrong = autotask_headers(body, "guessed")
    assert read(Delivery(Door.AUTOTASK_GONE, body, wrong), KEYS) == FORGED


def test_a_deactivation_at_the_wrong_door_is_not_believed() -> None:
    found = kept(autotask(deactivated()))
    assert found.is_broken
    assert (found.event, found.subject) == ("", "")


def test_an_event_at_the_door_for_deactivations_is_an_event() -> None:
    found = kept(autotask(autotask_body(), Door.AUTOTASK_GONE))
    assert (found.event, found.subject) == ("Tickets.Update", "Tickets/123")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"Action": "Dance"}', b"\xff"])
def test_what_is_signed_and_not_understood_is_kept_as_broken(body: bytes) -> None:
    for found in (kept(autotask(body)), kept(fieldnation(body))):
        assert found.is_broken
        assert found.body == body


# Field Nation


def test_an_event_of_field_nation_is_kept_with_its_order() -> None:
    body = fieldnation_body()
    assert kept(fieldnation(body)) == Arrival(
        source="fieldnation",
        message_id="d-1",
        event="workorder.status.published",
        subject="WorkOrders/77",
        body=body,
        webhook="w-1",
    )


def test_every_attempt_of_a_delivery_has_one_message_id() -> None:
    body = fieldnation_body()
    ids = {kept(fieldnation(body, x_fn_delivery_id=f"d-9:{n}")).message_id for n in range(1, 6)}
    assert ids == {"d-9"}


def test_what_our_user_did_is_an_echo() -> None:
    assert kept(fieldnation(fieldnation_body(user=500))).is_echo
    assert not kept(fieldnation(fieldnation_body(user=501))).is_echo
    for name in NEVER_OURS:
        event = {"name": name, "params": {"work_order_id": 77}}
        found = kept(fieldnation(fieldnation_body(user=500, event=event)))
        assert (found.event, found.is_echo) == (name, False)


def test_a_forged_event_of_field_nation_is_refused() -> None:
    body = fieldnation_body()
    headers = fieldnation_headers(body, "guessed")
    assert read(Delivery(Door.FIELDNATION, body, headers), KEYS) == FORGED


@pytest.mark.parametrize("odd", ["x" * 201, "line\nfeed", "\0"])
def test_an_id_that_could_not_be_kept_is_told_by_its_bytes(odd: str) -> None:
    assert kept(fieldnation(fieldnation_body(), x_fn_delivery_id=odd)).message_id.startswith(
        "sha256:"
    )


@pytest.mark.parametrize(
    "event",
    [
        {"name": "x" * 101, "params": {"work_order_id": 1}},
        {"name": "nul\0", "params": {"work_order_id": 1}},
        {"name": "\ud800", "params": {"work_order_id": 1}},
        {"name": "a", "params": {"work_order_id": 10**200}},
    ],
)
def test_an_event_that_could_not_be_kept_is_broken(event: dict[str, Any]) -> None:
    assert kept(fieldnation(json.dumps({"event": event}).encode())).is_broken


def test_a_number_beyond_all_measure_is_broken() -> None:
    assert kept(fieldnation(b'{"event": {"name": "a"}, "x": 1e99999999999999999999}')).is_broken


# Callouts


def callout(token: str = TOKEN, **more: Any) -> Arrival | Refusal:
    return read(Delivery(Door.CALLOUT, token=token, **more), KEYS)


def test_a_callout_points_at_its_ticket() -> None:
    found = kept(callout(query="ticketId=123&password=s3cret"))
    assert (found.source, found.subject, found.event) == ("callout", "Tickets/123", "callout")
    assert b"s3cret" not in found.body


def test_a_callout_that_knows_only_a_number_says_so() -> None:
    found = kept(callout(body=b'{"ticketNumber": "T20260527.0006"}'))
    assert found.subject == "TicketNumbers/T20260527.0006"


def test_a_callout_that_comes_again_is_a_trigger_of_its_own() -> None:
    ids = {kept(callout(query="id=5")).message_id for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize("token", ["", "x", TOKEN + "x", TOKEN[:-1], "é\udcff"])
def test_a_callout_with_a_wrong_token_is_unknown(token: str) -> None:
    assert callout(token, query="id=5") == UNKNOWN


def test_a_callout_that_names_no_ticket_is_refused() -> None:
    assert callout(body=b"hello") == USELESS


# Of all


@given(body=st.binary(max_size=200), door=st.sampled_from(list(Door)))
def test_any_bytes_are_refused_unsigned(body: bytes, door: Door) -> None:
    assert isinstance(read(Delivery(door, body), KEYS), Refusal)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    key=st.sampled_from(["event", "timestamp", "triggered_by_user", "workorder", "Id", "Fields"]),
)
def test_whatever_is_signed_is_kept(value: Any, key: str) -> None:
    for found in (
        autotask(autotask_body(**{key: value})),
        fieldnation(fieldnation_body(**{key: value})),
    ):
        arrival = kept(found)
        assert arrival.subject.isprintable()
        assert arrival.event.isprintable()
        assert len(arrival.message_id) <= 200


def test_nothing_that_came_and_no_secret_is_in_a_repr() -> None:
    body = autotask_body(Fields={"Title": "of a customer"})
    delivery = Delivery(Door.CALLOUT, body, {"authorization": "Basic abc"}, "id=5", TOKEN)
    text = repr([delivery, KEYS, autotask(body), callout(query="id=77777")])
    for secret in ("of a customer", "abc", "id=5", TOKEN, AUTOTASK_SECRET, FIELDNATION_SECRET):
        assert secret not in text
