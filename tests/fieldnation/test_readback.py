"""What became of what was sent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.fieldnation import payloads
from isthmus.fieldnation.readback import compare

FOUND: dict[str, Any] = {
    "id": 7,
    "title": "A job",
    "description": {"html": "<p>Fix &amp; test</p>", "markdown": "Fix & test"},
    "location": {
        "mode": "custom",
        "address1": "1 Main St",
        "city": "Austin",
        "state": "TX",
        "zip": "02134",
        "country": "US",
        "coordinates": {"latitude": 1},
    },
    "schedule": {
        "service_window": {
            "mode": "exact",
            "start": {
                "utc": "2026-03-01 13:00:00",
                "local": {"date": "2026-03-01", "time": "08:00:00"},
            },
        }
    },
    "pay": {"type": "fixed", "base": {"amount": Decimal("100.00"), "units": 1}},
    "types_of_work": [{"id": 62, "name": "Cabling", "isPrimary": True}],
    "custom_fields": {
        "results": [
            {"id": 1, "name": "Buyer", "results": [{"id": 10, "name": "Ticket", "value": "T-1"}]},
            {"id": 2, "name": "Tech", "results": [{"id": 11, "name": "Serial", "value": None}]},
        ]
    },
    "contacts": {"results": [{"id": 5, "name": "Ann", "role": "Location Contact", "phone": "1"}]},
    "manager": {"id": 3, "name": "Bo"},
    "require_gps": True,
}


def same(**sent: Any) -> bool:
    told = compare(sent, FOUND)
    return told.settled and not told.unseen


@pytest.mark.parametrize(
    "sent",
    [
        {"title": "A job"},
        {"title": " A job "},
        {"description": "Fix & test"},
        {"description": {"html": "<div>Fix &amp; <b>test</b></div>"}},
        {"location": {"mode": "custom", "city": "AUSTIN", "state": "tx", "zip": "02134"}},
        {"schedule": {"service_window": {"mode": "exact", "start": {"utc": "2026-03-01 13:00"}}}},
        {"schedule": {"service_window": {"start": {"local": {"time": "8:00"}}}}},
        {"pay": payloads.fixed(100)},
        {"pay": {"type": "fixed", "base": {"amount": "100", "units": "1"}}},
        {"types_of_work": [{"id": 62, "isPrimary": True}]},
        {"custom_fields": payloads.custom_values({10: "T-1"})},
        {"custom_fields": [{"id": 10, "value": "T-1"}]},
        {"contacts": {"results": [{"name": "Ann", "phone": "1", "email": None}]}},
        {"manager": {"id": 3}, "project": None, "client": {}},
        {"types_of_work": {"results": [{"id": 62}]}},
        {"require_gps": True},
    ],
    ids=str,
)
def test_what_is_there_in_other_words_is_there(sent: dict[str, Any]) -> None:
    assert same(**sent)


def test_a_type_of_work_shown_by_its_old_name_is_there() -> None:
    found = {"type_of_work": {"id": 62, "name": "Cabling"}}

    assert compare({"types_of_work": [{"id": 62}]}, found).settled


@pytest.mark.parametrize(
    ("sent", "dropped"),
    [
        ({"project": {"id": 9}}, ("project",)),
        ({"scheduling": {"start": "x"}}, ("scheduling",)),
        ({"location": {"address": {"street": "1 Main St"}}}, ("location.address",)),
        ({"location": {"address2": "Floor 2", "city": "Austin"}}, ("location.address2",)),
        ({"custom_fields": payloads.custom_values({10: "T-1", 99: "x"})}, ("custom_fields[99]",)),
        ({"custom_fields": payloads.custom_values({11: "S-1"})}, ("custom_fields[11]",)),
        ({"types_of_work": [{"id": 62}, {"id": 63}]}, ("types_of_work[1]",)),
        ({"contacts": {"results": [{"name": "Zoe", "phone": "9"}]}}, ("contacts.results[0]",)),
        (
            {"contacts": {"results": [{"name": "Ann", "email": "a@b"}]}},
            ("contacts.results[0].email",),
        ),
        ({"tasks": {"results": [{"label": "x"}]}}, ("tasks",)),
    ],
    ids=str,
)
def test_what_is_missing_is_named(sent: dict[str, Any], dropped: tuple[str, ...]) -> None:
    told = compare(sent, FOUND)

    assert told.dropped == dropped
    assert told.changed == ()
    assert not told.settled


def test_a_location_that_vanished_whole_is_named_once() -> None:
    sent = {"location": {"address1": "1 Main St", "city": "Austin"}}

    assert compare(sent, {"location": {"mode": None, "address1": ""}}).dropped == ("location",)
    assert compare(sent, {"location": None}).dropped == ("location",)
    assert compare(sent, {}).dropped == ("location",)


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"title": "Another"}, "title"),
        ({"location": {"zip": "2134"}}, "location.zip"),
        ({"pay": payloads.fixed(101)}, "pay.base.amount"),
        ({"require_gps": False}, "require_gps"),
        ({"manager": {"id": 4}}, "manager.id"),
        ({"description": {"html": "<p>Else</p>"}}, "description"),
        ({"custom_fields": payloads.custom_values({10: "T-2"})}, "custom_fields[10]"),
        (
            {"schedule": {"service_window": {"start": {"utc": "2026-03-01 14:00:00"}}}},
            "schedule.service_window.start.utc",
        ),
    ],
    ids=str,
)
def test_what_is_otherwise_is_told_with_both_values(sent: dict[str, Any], path: str) -> None:
    (one,) = compare(sent, FOUND).changed

    assert one.path == path
    assert one.sent != one.found


def test_what_the_vendor_never_shows_is_neither_dropped_nor_kept() -> None:
    told = compare({"team": {"id": 1}, "ignore_template": True, "title": "A job"}, FOUND)

    assert told.unseen == ("team", "ignore_template")
    assert told.settled


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)
BODIES = st.dictionaries(
    st.sampled_from(["title", "description", "custom_fields", "contacts", "location", "x"]), JSONS
)


@given(BODIES)
def test_anything_is_the_same_as_itself(body: dict[str, Any]) -> None:
    assert compare(body, body).settled


@given(BODIES, JSONS)
def test_no_answer_of_the_vendor_breaks_the_comparison(body: dict[str, Any], other: Any) -> None:
    compare(body, dict.fromkeys(body, other))
