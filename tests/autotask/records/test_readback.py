from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from isthmus.autotask import Difference, Record, UdfInfo
from isthmus.autotask.records import Outgoing
from isthmus.autotask.records.readback import (
    differences,
    echoed,
    has_rich_text,
    may_show_later,
)

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def record(udfs: dict[str, str | None] | None = None, **values: Any) -> Record:
    return Record("Tickets", 1, values, {}, udfs or {}, {})


def told(
    asked: dict[str, Any], found: Record, entity: str = "Tickets", **options: Any
) -> tuple[Difference, ...]:
    return differences(entity, Outgoing(asked, options.pop("udfs", {})), found, **options)


def test_what_is_kept_as_asked_is_not_told_whatever_its_spelling() -> None:
    asked = {"Title": "a\r\n", "hours": Decimal("1.5"), "due": AT, "status": 1, "note": None}
    kept = record(title="a", hours=Decimal("1.5000"), due=AT, status=1, note="")
    assert told(asked, kept) == ()


@pytest.mark.parametrize("kept", [None, "", "********", "another secret"])
def test_no_difference_and_no_repr_holds_a_secret_or_a_record_s_values(kept: str | None) -> None:
    secret = "a-secret-of-webhooks"
    found = record(udfs={"Door code": "4711"}, secretKey=kept, title="Mine alone")
    (one,) = told({"secretKey": secret, "title": "Asked"}, found)
    assert one.field == "title"
    shown = repr(found) + repr(Outgoing({"secretKey": secret}, {"Door code": "4711"}))
    assert not [text for text in (secret, "4711", "Mine alone", "another") if text in shown]


REASONS: list[tuple[str, Any, dict[str, Any], dict[str, Any] | None, str]] = [
    ("status", 8, {"status": 1}, {"status": 1}, "workflow rule set it back"),
    ("status", 8, {"status": 5}, {"status": 1}, "right after the write"),
    ("status", 8, {"status": 5}, None, "right after the write"),
    ("externalID", "x", {"externalID": None}, None, "ignored it"),
    ("due", AT, {"due": AT.replace(hour=0, minute=0)}, None, "the day alone"),
    ("due", AT, {"due": AT + timedelta(days=3)}, None, "right after the write"),
    ("hours", Decimal("1.23456"), {"hours": Decimal("1.2346")}, None, "rounded"),
    ("title", "a long title", {"title": "a long"}, None, "cut short"),
    ("createdByContactID", 5, {}, None, "ignored it"),
]


@pytest.mark.parametrize("case", REASONS, ids=lambda case: case[4])
def test_each_difference_says_what_is_known_of_its_cause(case: Any) -> None:
    name, asked, found, before, why = case
    old = None if before is None else record(**before)
    (one,) = told({name: asked}, record(**found), before=old)
    assert (one.field, one.asked, one.found) == (name, asked, found.get(name))
    assert why in one.why


def test_hours_of_a_time_entry_follow_its_clock_only_where_it_has_one() -> None:
    asked = {"hoursWorked": Decimal(3), "dateWorked": AT}
    clocked = record(
        startDateTime=AT, endDateTime=AT, hoursWorked=Decimal(1), dateWorked=AT - timedelta(days=9)
    )
    hours, day = told(asked, clocked, "TimeEntries")
    assert "start and stop" in hours.why
    assert "start" in day.why
    (free,) = told({"hoursWorked": Decimal(3)}, record(hoursWorked=Decimal(1)), "TimeEntries")
    assert "start and stop" not in free.why


def test_user_defined_fields_are_compared_by_their_type() -> None:
    area = UdfInfo("Area", "Area", "decimal", None)
    kept = record({"Area": "1.50", "Site": "8"})
    (one,) = told({}, kept, udfs={"Area": "1.5", "Site": "7"}, udf_fields=(area,))
    assert (one.field, one.asked, one.found) == ("Site", "7", "8")
    (old,) = told({}, kept, udfs={"Site": "7"}, before=record({"Site": "8"}))
    assert "old value" in old.why


def test_a_creator_other_than_asked_is_told_where_the_record_has_one() -> None:
    (one,) = told({}, record(creatorResourceID=4), creator=7)
    assert (one.asked, one.found) == (7, 4)
    assert told({}, record(creatorUserID=7), creator=7) == ()
    assert told({}, record(), creator=7) == ()


def test_only_the_old_value_or_an_unknown_one_may_be_a_copy_that_lags() -> None:
    kept = (Difference("status", 8, 1, ""),)
    assert may_show_later(kept, record(status=1))
    assert not may_show_later(kept, record(status=3))
    assert may_show_later(kept, None)
    assert not may_show_later((), None)
    assert may_show_later((Difference("Site", "7", "8", ""),), record({"Site": "8"}))


@pytest.mark.parametrize(
    ("entity", "field"),
    [("Tickets", "description"), ("tickets", "RESOLUTION"), ("TicketNotes", "description"),
     ("TimeEntries", "summaryNotes"), ("CompanyNotes", "note"), ("Tasks", "description")],
)  # fmt: skip
def test_formatted_texts_are_known_by_their_field(entity: str, field: str) -> None:
    assert has_rich_text(entity, ["title", field])
    assert not has_rich_text(entity, ["title"])
    texts: dict[str, Any] = {field: "Line one\r\nline two "}
    current = record(**texts)
    assert echoed(entity, Outgoing({field: "Line one\nline two"}, {}), current) == (field,)
    assert echoed(entity, Outgoing({field: "Line one\nline two, more"}, {}), current) == ()
    assert echoed("Invoices", Outgoing({field: "Line one\nline two"}, {}), current) == ()
