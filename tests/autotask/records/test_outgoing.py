from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from isthmus.autotask import FieldInfo, UdfInfo, UnknownField, ValidationFailed
from isthmus.autotask.port import Label
from isthmus.autotask.records import Outgoing, prepare
from tests.autotask.fields import entry, field

FIELDS = (
    field("id", "long", is_required=True, is_read_only=True),
    field("companyID", "integer", is_required=True, is_read_only=True),
    field("title", "string", length=5, is_required=True),
    field("note", "string"),
    field("createDate", "datetime", is_read_only=True),
    field("due", "datetime"),
    field("hours", "decimal"),
    field("isOpen", "boolean"),
    field("isActive", "integer"),
    field("count", "long"),
    field(
        "status",
        "integer",
        picklist=(entry("1", "New"), entry("5", "Complete"), entry("9", "Parked", active=False)),
    ),
    field("issueType", "integer", picklist=(entry("10", "Mail"), entry("11", "Network"))),
    field(
        "subIssueType",
        "integer",
        picklist=(entry("100", "Other", parent="10"), entry("101", "Other", parent="11")),
        picklist_parent="issueType",
    ),
)
NAIVE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
UDFS = (
    UdfInfo("Site", "Site", "string", (entry("7", "North"), entry("8", "Old", active=False))),
    UdfInfo("Area", "Area", "decimal", None),
    UdfInfo("Locked", "Locked", "string", None, is_read_only=True),
    UdfInfo("Short", "Short", "string", None, length=3),
)


def written(
    values: dict[str, Any],
    udfs: dict[str, Any] | None = None,
    *,
    creating: bool = False,
    current: dict[str, Any] | None = None,
    fields: tuple[FieldInfo, ...] = FIELDS,
) -> Outgoing:
    return prepare(
        "Tickets", values, fields, udfs=udfs or {}, udf_fields=UDFS, creating=creating,
        current=current,
    )  # fmt: skip


def test_labels_become_codes_whatever_their_case() -> None:
    assert written({"STATUS": Label(" complete ")}).values == {"status": 5}


def test_a_label_nobody_knows_is_told_with_the_nearest() -> None:
    with pytest.raises(ValidationFailed, match="Complete") as caught:
        written({"status": Label("Completed")})
    assert caught.value.where == "Tickets.status"


def test_a_label_may_depend_on_another_field_given_or_kept() -> None:
    given = written({"issueType": Label("Network"), "subIssueType": Label("Other")})
    assert given.values == {"issueType": 11, "subIssueType": 101}
    kept = written({"subIssueType": Label("Other")}, current={"issueType": 10})
    assert kept.values == {"subIssueType": 100}
    with pytest.raises(ValidationFailed, match="100, 101"):
        written({"subIssueType": Label("Other")})


@pytest.mark.parametrize("value", [Label("Parked"), 9])
def test_an_inactive_code_is_not_written(value: Any) -> None:
    with pytest.raises(ValidationFailed, match="inactive"):
        written({"status": value})


REFUSED = [
    ({"status": 42}, "no code 42"),
    ({"title": Label("x")}, "no picklist"),
    ({"title": "sixsix"}, "takes 5 characters, not 6"),
    ({"title": "\U0001f600" * 3}, "takes 5 characters, not 6"),
    ({"title": "\ud800"}, "surrogate"),
    ({"title": None}, "required"),
    ({"title": 5}, "not int"),
    ({"createDate": datetime(2026, 1, 1, tzinfo=UTC)}, "read-only"),
    ({"companyID": 4}, "set once"),
    ({"id": 4}, "id is not written"),
    ({"isActive": True}, "Give 1 or 0"),
    ({"isOpen": 1}, "not int"),
    ({"hours": 1.5}, "not float"),
    ({"hours": Decimal("NaN")}, "not Decimal"),
    ({"due": NAIVE}, "without a time zone"),
    ({"due": "2026-01-01"}, "not str"),
    ({"isActive": 2**31}, "cannot hold"),
    ({"count": 2**63}, "cannot hold"),
    ({"status": 1, "Status": 5}, "given twice"),
]


@pytest.mark.parametrize(("values", "told"), REFUSED, ids=lambda part: str(part)[:30])
def test_what_is_surely_wrong_is_refused_by_name(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationFailed, match=told) as caught:
        written(values)
    assert "Tickets." in caught.value.where


def test_an_unknown_field_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownField) as caught:
        written({"titel": "x"})
    assert caught.value.near[0] == "title"
    with pytest.raises(UnknownField) as caught:
        written({}, {"Sitee": "7"})
    assert caught.value.near == ("Site",)


def test_a_creation_names_all_that_is_missing_and_sends_no_null() -> None:
    with pytest.raises(ValidationFailed, match="title is required"):
        written({"title": None}, creating=True)
    sent = written({"title": "x", "note": None, "companyID": 3}, {"Site": None}, creating=True)
    assert sent == Outgoing({"title": "x", "companyID": 3}, {})


def test_the_parent_of_a_child_is_needed_and_given_although_it_is_read_only() -> None:
    fields = (field("title", "string"), field("parentID", "integer", is_read_only=True))
    needed = (fields[0], field("parentID", "integer", is_read_only=True, is_required=True))

    def noted(values: dict[str, Any], known: tuple[FieldInfo, ...]) -> Outgoing:
        return prepare(
            "Notes", values, known, udfs={}, udf_fields=(), creating=True, settable={"parentid"}
        )

    with pytest.raises(ValidationFailed, match="parentID is required"):
        noted({"title": "x"}, needed)
    assert noted({"parentID": 5}, fields).values == {"parentID": 5}


def test_an_update_sends_what_was_asked_and_null_to_clear() -> None:
    eastern = timezone(timedelta(hours=-5))
    sent = written({"note": None, "due": datetime(2026, 1, 1, 7, tzinfo=eastern), "hours": 2})
    assert sent.values == {"note": None, "due": datetime(2026, 1, 1, 12, tzinfo=UTC), "hours": 2}
    assert sent.values["due"].tzinfo is UTC  # type: ignore[union-attr]


def test_user_defined_values_are_sent_as_text() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    sent = written({}, {"site": Label("north"), "area": Decimal("1E+2"), "Short": None})
    assert sent.udfs == {"Site": "7", "Area": "100", "Short": None}
    assert written({}, {"Area": at}).udfs == {"Area": "2026-01-02T00:00:00.000Z"}
    assert written({}, {"Area": True}).udfs == {"Area": "true"}


@pytest.mark.parametrize(
    ("udfs", "told"),
    [({"Locked": "x"}, "read-only"), ({"Short": "four"}, "takes 3"), ({"Site": "9"}, "no code 9"),
     ({"Site": Label("Old")}, "inactive"), ({"Area": Label("x")}, "no picklist"),
     ({"Area": NAIVE}, "time zone")],
)  # fmt: skip
def test_user_defined_values_are_checked_too(udfs: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationFailed, match=told):
        written({}, udfs)
