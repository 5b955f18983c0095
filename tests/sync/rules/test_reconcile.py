"""What a table has and what it should have become one shape."""

import pytest

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.sync.rules.reconcile import (
    reconcile,
    spelled_as_received,
    undescribed_fields,
    undescribed_udfs,
    wider_of,
)
from isthmus.warehouse.ports import Column, ColumnType, Lookup, Origin, TableShape

ID = Column("id", ColumnType.INTEGER, Origin.FIELD, "id")


def plain(name: str, kind: ColumnType = ColumnType.TEXT, source: str = "") -> Column:
    return Column(name, kind, Origin.FIELD, source or name)


def labelled(name: str) -> tuple[Column, Column]:
    return (
        Column(name, ColumnType.TEXT, Origin.LABEL, name),
        Column(f"{name}_code", ColumnType.INTEGER, Origin.CODE, name),
    )


def fresh(*columns: Column) -> TableShape:
    return TableShape("Tickets", (ID, *columns))


def info(name: str) -> FieldInfo:
    return FieldInfo(name, "string", 0, False, False, True, None, None, None)


def test_a_new_table_takes_the_shape_as_it_is() -> None:
    shape = fresh(plain("a"), *labelled("status"))

    assert reconcile((), shape) == shape


def test_columns_keep_their_place_and_new_ones_come_behind() -> None:
    known = (ID, plain("b"), plain("a"))

    shape = reconcile(known, fresh(plain("new"), plain("a"), plain("b")))

    assert [c.name for c in shape.columns] == ["id", "b", "a", "new"]


def test_a_vanished_field_keeps_its_column_and_comes_back_to_it() -> None:
    gone = reconcile((ID, plain("a", ColumnType.DECIMAL)), fresh())
    assert [(c.name, c.is_live) for c in gone.columns] == [("id", True), ("a", False)]

    back = reconcile(gone.columns, fresh(plain("a", ColumnType.DECIMAL)))
    assert back.columns[1] == plain("a", ColumnType.DECIMAL)


@pytest.mark.parametrize(
    ("held", "wanted", "result"),
    [
        (ColumnType.INTEGER, ColumnType.INTEGER, ColumnType.INTEGER),
        (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.WIDE_DECIMAL),
        (ColumnType.DECIMAL, ColumnType.INTEGER, ColumnType.DECIMAL),
        (ColumnType.WIDE_DECIMAL, ColumnType.DECIMAL, ColumnType.WIDE_DECIMAL),
        (ColumnType.INTEGER, ColumnType.TIMESTAMP, ColumnType.TEXT),
        (ColumnType.BOOLEAN, ColumnType.INTEGER, ColumnType.TEXT),
        (ColumnType.TEXT, ColumnType.INTEGER, ColumnType.TEXT),
        (ColumnType.TIMESTAMP, ColumnType.TEXT, ColumnType.TEXT),
    ],
)
def test_a_type_gets_wider_and_never_narrower(
    held: ColumnType, wanted: ColumnType, result: ColumnType
) -> None:
    assert wider_of(held, wanted) is result
    assert reconcile((ID, plain("a", held)), fresh(plain("a", wanted))).columns[1].type is result


def test_a_field_that_becomes_a_picklist_gets_a_code_column() -> None:
    shape = reconcile((ID, plain("Status", ColumnType.INTEGER)), fresh(*labelled("status")))

    assert [(c.name, c.origin) for c in shape.columns[1:]] == [
        ("Status", Origin.LABEL),
        ("status_code", Origin.CODE),
    ]


def test_a_picklist_that_becomes_a_plain_field_keeps_labels_and_codes() -> None:
    shape = reconcile((ID, *labelled("status")), fresh(plain("status", ColumnType.INTEGER)))

    assert [(c.name, c.origin, c.is_live) for c in shape.columns[1:]] == [
        ("status", Origin.LABEL, False),
        ("status_code", Origin.CODE, False),
    ]


def test_a_hydrated_column_keeps_the_type_it_found() -> None:
    lookup = Lookup("serviceID", "Services", ("unitPrice",))
    held = Column("unitPrice", ColumnType.DECIMAL, Origin.HYDRATED, lookup=lookup)
    wanted = Column("unitPrice", ColumnType.TEXT, Origin.HYDRATED, lookup=lookup)

    assert reconcile((ID, held), fresh(wanted)).columns[1].type is ColumnType.DECIMAL


def test_fields_are_spelled_as_records_spell_them() -> None:
    fields = [info("problemTicketID"), info("title"), info("Other")]

    received = spelled_as_received(fields, ["problemTicketId", "title"], [])
    remembered = spelled_as_received(fields, [], [plain("x", source="problemTicketId")])

    assert [f.name for f in received] == ["problemTicketId", "title", "Other"]
    assert [f.name for f in remembered] == ["problemTicketId", "title", "Other"]


def test_what_records_carry_and_metadata_does_not_name_is_kept_as_text() -> None:
    strange = undescribed_fields(
        ["Title", "novel", "userDefinedFields", "soapParentPropertyId"], [info("title")]
    )

    assert [(f.name, f.data_type) for f in strange] == [("novel", "string")]


def test_the_same_holds_for_user_defined_fields() -> None:
    known = UdfInfo("A", "A", "integer", None)

    assert [u.name for u in undescribed_udfs(["A", "a", "B", "B"], [known])] == ["a", "B"]
