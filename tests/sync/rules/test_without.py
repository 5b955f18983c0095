"""Records without what is left out."""

from isthmus.sync.rules.without import columns_emptied, strip_row
from isthmus.warehouse.ports import Column, ColumnType, Lookup, Origin

ROW = (
    b'{"id":1, "Title":"x","amount":1234567890.123456789,'
    b'"userDefinedFields":[{"name":"A b","value":"1"},{"name":"C","value":null}]}'
)


def test_fields_go_and_all_others_stay_to_the_last_digit() -> None:
    assert strip_row(ROW, frozenset({"title", "a b"})) == (
        b'{"id":1,"amount":1234567890.123456789,"userDefinedFields":[{"name":"C","value":null}]}'
    )


def test_what_is_no_record_stays_as_it_is() -> None:
    for row in (b"[1]", b"{broken", b'{"id":1,"userDefinedFields":null}'):
        assert strip_row(row, frozenset({"title"})) == row


def test_columns_that_hold_it_are_emptied_with_the_names_found_by_them() -> None:
    known = (
        Column("companyID", ColumnType.INTEGER, Origin.FIELD, "companyID"),
        Column("title", ColumnType.TEXT, Origin.FIELD, "title"),
        Column("old", ColumnType.TEXT, Origin.FIELD, "old", is_live=False),
        Column(
            "companyName",
            ColumnType.TEXT,
            Origin.HYDRATED,
            lookup=Lookup("companyid", "Companies", ("companyName",)),
        ),
    )
    assert columns_emptied(known, frozenset({"companyid", "old"})) == ("companyID", "companyName")
