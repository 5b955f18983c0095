import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.autotask.webhooks import Action, PayloadBroken, parse_payload
from isthmus.autotask.webhooks.payload import BODY_MOST

GUID = "0a1b2c3d-1111-2222-3333-444455556666"


def payload(**changes: Any) -> dict[str, Any]:
    told = {
        "Action": "Update",
        "Guid": GUID,
        "EntityType": "Ticket",
        "Id": 123,
        "Fields": {"Status": 5, "EstimatedHours": 1.25},
        "EventTime": "2025-09-15T14:57:50Z",
        "SequenceNumber": 17,
        "PersonID": 29682885,
    }
    return {key: value for key, value in (told | changes).items() if value is not ...}


def body(**changes: Any) -> bytes:
    return json.dumps(payload(**changes)).encode()


def test_a_recorded_payload_is_taken_whole() -> None:
    event = parse_payload(body())
    assert event.action is Action.UPDATE
    assert (event.guid, event.entity, event.id) == (GUID, "Tickets", 123)
    assert event.fields == {"Status": 5, "EstimatedHours": Decimal("1.25")}
    assert event.at == datetime(2025, 9, 15, 14, 57, 50, tzinfo=UTC)
    assert (event.sequence, event.person_id) == (17, 29682885)
    assert event.message_id == f"{GUID}:17"


def test_the_guid_names_the_webhook_so_two_events_of_it_are_two_messages() -> None:
    one, two = (parse_payload(body(SequenceNumber=at)) for at in (17, 18))
    assert one.message_id != two.message_id
    assert parse_payload(body(Guid=GUID.upper())).message_id == one.message_id
    assert parse_payload(body(SequenceNumber=...)).message_id is None


@pytest.mark.parametrize(
    ("sent", "entity"),
    [
        ("Ticket", "Tickets"),
        ("TICKET", "Tickets"),
        ("Account", "Companies"),
        ("Company", "Companies"),
        ("Contact", "Contacts"),
        ("InstalledProduct", "ConfigurationItems"),
        ("ConfigurationItem", "ConfigurationItems"),
        ("TicketNote", "TicketNotes"),
        ("Tickets", "Tickets"),
    ],
)
def test_legacy_entity_names_become_rest_collections(sent: str, entity: str) -> None:
    assert parse_payload(body(EntityType=sent)).entity == entity


def test_the_person_is_read_under_both_spellings() -> None:
    assert parse_payload(body(PersonID=..., PersonId=5)).person_id == 5
    assert parse_payload(body(PersonID=...)).person_id is None


def test_keys_are_taken_in_any_case() -> None:
    lower = {key[0].lower() + key[1:]: value for key, value in payload().items()}
    assert parse_payload(json.dumps(lower).encode()) == parse_payload(body())


def test_company_0_is_a_record() -> None:
    assert parse_payload(body(EntityType="Account", Id=0)).id == 0


@pytest.mark.parametrize(
    "udfs",
    [
        {"Fields": {"UserDefinedFields": [{"name": "Send to FN", "value": "Yes"}]}},
        {"Fields": {"userDefinedFields": {"Send to FN": "Yes"}}},
        {"UserDefinedFields": [{"Name": "Send to FN", "Value": "Yes"}]},
        {"UdfFields": {"Send to FN": "Yes"}},
    ],
)
def test_udfs_are_found_wherever_they_stand(udfs: dict[str, Any]) -> None:
    event = parse_payload(body(**udfs))
    assert event.udfs == {"Send to FN": "Yes"}
    assert not {"userdefinedfields", "udffields"} & {key.lower() for key in event.fields}


def test_a_deactivation_needs_neither_entity_nor_record() -> None:
    event = parse_payload(b'{"Action":"Deactivated","Guid":"g-1"}')
    assert event.action is Action.DEACTIVATED
    assert (event.guid, event.entity, event.id, event.fields) == ("g-1", None, None, {})
    assert parse_payload(b'{"action":"deactivated"}').guid == ""


def test_a_delete_without_fields_is_taken() -> None:
    choices: tuple[Any, ...] = (..., None, [], {})
    for fields in choices:
        assert parse_payload(body(Action="Delete", Fields=fields)).fields == {}


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("2025-09-15T14:57:50.1234567Z", datetime(2025, 9, 15, 14, 57, 50, 123456, UTC)),
        ("2025-09-15T14:57:50.5", datetime(2025, 9, 15, 14, 57, 50, 500000, UTC)),
        ("2025-09-15T10:57:50-04:00", datetime(2025, 9, 15, 14, 57, 50, 0, UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (1757948270, None),
        (None, None),
    ],
)
def test_a_time_is_utc_or_nothing(sent: object, at: datetime | None) -> None:
    assert parse_payload(body(EventTime=sent)).at == at


def test_junk_beside_the_essentials_does_not_cost_the_event() -> None:
    event = parse_payload(body(SequenceNumber="x", PersonID=[1], EventTime={}, Fields="none"))
    assert (event.id, event.sequence, event.person_id, event.at) == (123, None, None, None)


def test_an_id_sent_as_text_is_an_id() -> None:
    assert parse_payload(body(Id="123", SequenceNumber="17")) == parse_payload(body())


def test_a_text_cut_through_an_emoji_can_still_be_stored() -> None:
    told = parse_payload(body(Fields={"Title": "cut \ud83d", "Both": "\ud83d\ude00"})).fields
    assert told["Title"] == "cut \ufffd"
    assert told["Both"] == "😀"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "no JSON object"),
        (b'{"Action":NaN}', "no JSON"),
        (b'{"Id":1e9999999999999999999}', "no JSON"),
        (b"[" * 300_000, "nested"),
        (b'{"Id":' + b"9" * 5000 + b"}", "no JSON"),
        (b" " * (BODY_MOST + 1), "bytes"),
        (body(Action="Merge"), "action"),
        (body(Action=["Update"]), "action"),
        (body(Guid=...), "Guid"),
        (body(Guid="x" * 101), "Guid"),
        (body(EntityType="Task"), "entity type"),
        (body(EntityType=...), "entity type"),
        (body(Id=...), "Id"),
        (body(Id=-1), "Id"),
        (body(Id=2**63), "Id"),
        (body(Id=True), "Id"),
        (body(Id=1.5), "Id"),
    ],
)
def test_junk_is_refused_with_its_reason(sent: bytes, told: str) -> None:
    with pytest.raises(PayloadBroken, match=told) as refused:
        parse_payload(sent)
    assert refused.value.remedy


@pytest.mark.parametrize("depth", [100, 450, 600, 900, 5_000, 200_000])
@pytest.mark.parametrize("key", ["Fields", "UserDefinedFields", "Other"])
@pytest.mark.parametrize(("opening", "closing"), [(b'{"a":', b"}"), (b"[", b"]")])
def test_a_body_nested_without_end_is_taken_or_refused_and_nothing_else(
    depth: int, key: str, opening: bytes, closing: bytes
) -> None:
    nested = b'{"a":' + opening * depth + b"1" + closing * depth + b"}"
    sent = body()[:-1] + b', "%s": %s}' % (key.encode(), nested)
    if depth <= 100:
        assert parse_payload(sent).id == 123
    elif depth >= 5_000:
        with pytest.raises(PayloadBroken, match="nested"):
            parse_payload(sent)
    else:  # where Python's own limits decide
        with suppress(PayloadBroken):
            parse_payload(sent)


def test_the_repr_of_an_event_shows_no_value_of_its_record() -> None:
    event = parse_payload(body(Fields={"Title": "Mine alone"}, UserDefinedFields={"Door": "4711"}))
    assert event.udfs == {"Door": "4711"}
    assert "Mine alone" not in repr(event)
    assert "4711" not in repr(event)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
KEYS = [*payload(), "PersonId", "guid", "UserDefinedFields", "UdfFields"]


@given(st.dictionaries(st.sampled_from(KEYS), anything), st.booleans())
def test_no_json_object_raises_anything_unexpected(told: dict[str, Any], complete: bool) -> None:
    sent = json.dumps(payload() | told if complete else told).encode()
    try:
        event = parse_payload(sent)
    except PayloadBroken:
        return
    assert event.id is None or event.id >= 0
    json.dumps(event.fields, default=str).encode()


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_unexpected(sent: bytes) -> None:
    with pytest.raises(PayloadBroken):
        parse_payload(sent)
