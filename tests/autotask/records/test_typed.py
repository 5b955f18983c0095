from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from isthmus.autotask import AnswerBroken, UdfInfo, UnknownField
from isthmus.autotask.records import prepare, record_of, same
from isthmus.autotask.records.compare import same_udf
from isthmus.autotask.records.typed import parse_moment
from tests.autotask.fields import entry, field

FIELDS = (
    field("id", "long"),
    field("status", "integer", picklist=(entry("1", "New"), entry("5", "Complete", active=False))),
    field("hours", "decimal"),
    field("isOpen", "boolean"),
    field("due", "datetime"),
    field("title", "string", length=20),
    field("kind", "string", picklist=(entry("FILE", "A file"),)),
)
UDFS = (
    UdfInfo("Site", "Site", "string", (entry("7", "North"), entry("8", "South"))),
    UdfInfo("Floor", "Floor", "integer", None),
)
AT = datetime(2026, 3, 1, 12, 30, 5, 250_000, tzinfo=UTC)


def made(**raw: Any) -> Any:
    return record_of("Tickets", {"id": 3, **raw}, FIELDS, UDFS)


def test_json_and_texts_of_the_other_wire_give_equal_records() -> None:
    of_json = made(
        status=5, hours=Decimal("1.5000"), isOpen=True, due="2026-03-01T12:30:05.25Z", title="A",
        userDefinedFields=[{"name": "Site", "value": "7"}, {"name": "Floor", "value": None}],
    )  # fmt: skip
    of_text = made(
        status="5", hours="1.5", isOpen="1", due=AT, title="A", userDefinedFields={"Site": "7"}
    )
    assert of_json == of_text
    assert of_json.values["due"] == AT
    assert of_json.labels == {"status": "Complete"}
    assert of_json.udfs == {"Site": "7", "Floor": None}
    assert of_json.udf_labels == {"Site": "North"}


def test_what_the_wire_left_out_is_none() -> None:
    record = made(title=None)
    assert record.values == {
        "id": 3, "status": None, "hours": None, "isOpen": None, "due": None, "title": None,
        "kind": None,
    }  # fmt: skip
    assert record.labels == {}
    assert record.udfs == {"Site": None, "Floor": None}


def test_decimals_keep_their_digits_and_whole_numbers_become_decimals() -> None:
    assert str(made(hours=Decimal("0.1000")).values["hours"]) == "0.1000"
    assert str(made(hours=Decimal("123456789012345.6789")).values["hours"]).endswith(".6789")
    assert isinstance(made(hours=2).values["hours"], Decimal)


def test_a_field_that_metadata_does_not_know_keeps_its_kind() -> None:
    record = made(newOne=True, newTwo="2026-03-01", newThree=Decimal("1.5"))
    assert record.values["newOne"] is True
    assert record.values["newTwo"] == "2026-03-01"
    assert record.values["newThree"] == Decimal("1.5")


def test_names_are_as_the_wire_spells_them() -> None:
    record = made(STATUS=1, soapParentPropertyId={"x": 1})
    assert record.values["STATUS"] == 1
    assert record.labels == {"STATUS": "New"}
    assert "status" not in record.values
    assert "soapParentPropertyId" not in record.values


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "soon"), ("status", 1.5), ("hours", "much"), ("hours", "NaN"), ("isOpen", 2),
     ("due", "tomorrow"), ("title", ["a"])],
)  # fmt: skip
def test_a_value_of_a_wrong_type_breaks_the_answer(name: str, value: Any) -> None:
    with pytest.raises(AnswerBroken, match=name):
        made(**{name: value})


def test_a_record_without_an_id_breaks_the_answer() -> None:
    with pytest.raises(AnswerBroken):
        record_of("Tickets", {"title": "x"}, FIELDS, UDFS)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T12:30:05.25Z", "2026-03-01T12:30:05.2500000", "2026-03-01 12:30:05.250z",
     "2026-03-01T14:30:05.25+02:00", "2026-03-01T07:30:05.25-0500"],
)  # fmt: skip
def test_every_shape_of_a_time_is_read(text: str) -> None:
    assert parse_moment(text) == AT


def test_a_date_alone_is_its_midnight() -> None:
    assert parse_moment("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)


def test_several_codes_in_one_text_have_several_labels() -> None:
    assert made(userDefinedFields={"Site": "7, 8"}).udf_labels == {"Site": "North, South"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [(Decimal("1.5"), Decimal("1.5000")), (2, Decimal("2.0000")), ("", None), (None, ""),
     ("a\r\nb ", "a\nb"), ("a\x00b", "ab"), (" a", "a"), ("e\u0301", "\u00e9"),
     (AT, AT.replace(microsecond=250_400)), (1, "1")],
)  # fmt: skip
def test_what_differs_in_spelling_alone_is_the_same(asked: Any, found: Any) -> None:
    assert same(asked, found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [(Decimal("1.5"), Decimal("1.5001")), ("a", "A"), ("a b", "a  b"), (None, "x"), (0, None),
     (AT, AT.replace(microsecond=252_000)), (False, None), (True, False)],
)  # fmt: skip
def test_what_differs_is_told(asked: Any, found: Any) -> None:
    assert not same(asked, found)


@pytest.mark.parametrize(
    ("kind", "asked", "found", "equal"),
    [("integer", "5", "5.0", True), ("decimal", "0.10", "0.1", True), ("string", "5", "5.0", False),
     ("datetime", "2026-03-01T00:00:00Z", "2026-03-01", True), ("datetime", "x", "y", False),
     ("boolean", "True", "true", True), ("integer", "5", None, False)],
)  # fmt: skip
def test_user_defined_values_compare_by_their_type(
    kind: str, asked: str, found: str | None, equal: bool
) -> None:
    assert same_udf(UdfInfo("U", "U", kind, None), asked, found) is equal


def test_user_defined_fields_that_differ_in_case_alone_stay_apart() -> None:
    twins = (UdfInfo("Code", "Code", "string", None), UdfInfo("code", "code", "string", None))
    listed = [{"name": "Code", "value": "a"}, {"name": "code", "value": "b"}]
    record = record_of("Companies", {"id": 0, "userDefinedFields": listed}, FIELDS, twins)
    assert record.udfs == {"Code": "a", "code": "b"}
    sent = prepare("Companies", {}, FIELDS, udfs={"code": "c"}, udf_fields=twins, creating=False)
    assert sent.udfs == {"code": "c"}
    with pytest.raises(UnknownField):
        prepare("Companies", {}, FIELDS, udfs={"CODE": "c"}, udf_fields=twins, creating=False)
