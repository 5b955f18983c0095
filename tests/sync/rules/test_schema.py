"""Columns have the vendor's names, in its order; new names keep clear of each other."""

import pytest

from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.sync.catalog import Dataset, Lookup
from isthmus.sync.rules.schema import column_type, picklist_entries, plan_shape, udf_name
from isthmus.warehouse.ports import Column, ColumnType, Origin

TICKETS = Dataset("Tickets", "desk", "Service Desk")


def value(code: str, label: str, *, is_active: bool = True) -> PicklistValue:
    return PicklistValue(code, label, is_active, False, 0, None)


def field(
    name: str,
    data_type: str = "string",
    *,
    length: int = 0,
    reference: str | None = None,
    picklist: tuple[PicklistValue, ...] | None = None,
) -> FieldInfo:
    return FieldInfo(name, data_type, length, False, False, True, reference, picklist, None)


def udf(name: str, data_type: str = "string", *values: PicklistValue) -> UdfInfo:
    return UdfInfo(name, name, data_type, values or None)


ID = field("id", "long")


def names(*columns: Column) -> list[str]:
    return [c.name for c in columns]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("integer", ColumnType.INTEGER),
        ("long", ColumnType.INTEGER),
        ("short", ColumnType.INTEGER),
        ("byte", ColumnType.INTEGER),
        ("double", ColumnType.DECIMAL),
        ("Decimal", ColumnType.DECIMAL),
        ("datetime", ColumnType.TIMESTAMP),
        ("boolean", ColumnType.BOOLEAN),
        ("string", ColumnType.TEXT),
        ("a word to come", ColumnType.TEXT),
    ],
)
def test_every_type_word_has_a_column_type(word: str, kind: ColumnType) -> None:
    assert column_type(word) is kind


def test_id_comes_first_then_the_vendors_order_with_codes_beside_their_labels() -> None:
    fields = [
        field("title", length=255),
        field("status", "integer", picklist=(value("1", "New"),)),
        ID,
        field("description", length=8000),
    ]

    shape = plan_shape(TICKETS, fields, [])

    assert names(*shape.columns) == ["id", "title", "status", "status_code", "description"]
    assert [c.origin for c in shape.columns[2:4]] == [Origin.LABEL, Origin.CODE]
    assert [c.type for c in shape.columns[2:4]] == [ColumnType.TEXT, ColumnType.INTEGER]
    assert [c.is_long for c in shape.columns] == [False, False, False, False, True]


def test_names_follow_references_after_the_vendors_columns() -> None:
    fields = [
        ID,
        field("companyID", "integer", reference="Companies"),
        field("assignedResourceID", "integer", reference="Resources"),
        field("contractID", "integer", reference="Contracts"),
        field("title"),
    ]

    shape = plan_shape(TICKETS, fields, [udf("Site")])

    assert names(*shape.columns[5:]) == [
        "companyName",
        "assignedResourceUserName",
        "assignedResourceFullName",
        "udf_Site",
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Site", "udf_Site"),
        ("Hours (est.)", "udf_Hours_est"),
        ("Straße / Ort", "udf_Stra_e_Ort"),
        ("  ", "udf_"),
        ("x" * 80, "udf_" + "x" * 59),
    ],
)
def test_a_user_defined_field_gets_a_name_that_needs_no_quotes(name: str, wanted: str) -> None:
    assert udf_name(name) == wanted


def test_colliding_user_defined_fields_are_numbered_in_order_of_first_sight() -> None:
    udfs = [udf("A-b"), udf("A b"), udf("a_B", "string", value("1", "x")), udf("A.b code")]

    columns = plan_shape(TICKETS, [ID], udfs).columns[1:]

    assert names(*columns) == [
        "udf_A_b",
        "udf_A_b_2",
        "udf_a_B_3",
        "udf_a_B_3_code",
        "udf_A_b_code",
    ]
    assert len({c.name.lower() for c in columns}) == len(columns)


def test_a_name_once_given_stays_whatever_comes_before_it_later() -> None:
    first = plan_shape(TICKETS, [ID], [udf("A b"), udf("A-b")])

    later = plan_shape(TICKETS, [ID], [udf("A/b"), udf("A-b"), udf("A b")], first.columns)

    assert {c.source: c.name for c in later.columns[1:]} == {
        "A/b": "udf_A_b_3",
        "A-b": "udf_A_b_2",
        "A b": "udf_A_b",
    }


def test_long_names_stay_within_the_limit_when_numbered() -> None:
    stem = "y" * 70
    udfs = [udf(stem + str(n), "string", value("1", "x")) for n in range(12)]

    columns = plan_shape(TICKETS, [ID], udfs).columns

    assert max(len(c.name) for c in columns) <= 63
    assert len({c.name.lower() for c in columns}) == len(columns)


@pytest.mark.parametrize(
    ("data_type", "kind"),
    [
        ("integer", ColumnType.DECIMAL),
        ("double", ColumnType.DECIMAL),
        ("datetime", ColumnType.TIMESTAMP),
        ("boolean", ColumnType.TEXT),
        ("string", ColumnType.TEXT),
    ],
)
def test_user_defined_fields_have_types(data_type: str, kind: ColumnType) -> None:
    assert plan_shape(TICKETS, [ID], [udf("F", data_type)]).columns[1].type is kind


def test_the_vendors_own_column_wins_over_a_hydrated_one() -> None:
    fields = [ID, field("companyID", "integer", reference="Companies"), field("companyName")]

    columns = plan_shape(TICKETS, fields, []).columns

    assert names(*columns) == ["id", "companyID", "companyName", "company_Name"]
    assert columns[2].origin is Origin.FIELD


def test_a_field_described_twice_is_one_column() -> None:
    assert names(*plan_shape(TICKETS, [ID, field("a"), field("A")], []).columns) == ["id", "a"]


def test_lookups_of_the_catalogue_become_columns_too() -> None:
    dataset = Dataset(
        "Units", "x", "y", lookups=(Lookup("serviceName", "serviceID", "Services", "name"),)
    )

    column = plan_shape(dataset, [ID, field("ServiceId", "integer")], []).columns[-1]

    assert column.name == "serviceName"
    assert column.lookup is not None
    assert (column.lookup.key, column.lookup.take) == ("ServiceId", ("name",))


def test_labels_are_listed_once_with_inactive_ones_and_codes_as_records_hold_them() -> None:
    fields = [
        field(
            "status",
            "integer",
            picklist=(
                value("01", "New"),
                value("1", "Again"),
                value("9", "Old\0", is_active=False),
            ),
        ),
        field("title"),
    ]

    entries = picklist_entries(fields, [udf("Site", "string", value("N", "North"))])

    assert [(e.field, e.code, e.label, e.is_active) for e in entries] == [
        ("status", "1", "New", True),
        ("status", "9", "Old", False),
        ("Site", "N", "North", True),
    ]
