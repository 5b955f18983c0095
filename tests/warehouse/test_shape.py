"""A table follows its shape and never drops a value."""

from datetime import UTC, datetime
from decimal import Decimal

from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.ports import ColumnType, Origin, TableShape
from tests.warehouse.building import Desk, column, looked_up, number, picklist, shape

BEFORE = shape("Tickets", column("title"))


def test_new_fields_and_user_defined_fields_become_columns_by_themselves(desk: Desk) -> None:
    desk.publish(BEFORE, {"id": 1, "title": "a", "source": 4})
    after = TableShape(
        "Tickets",
        (
            *BEFORE.columns,
            *picklist("source"),
            column("udf_x", ColumnType.DECIMAL, Origin.UDF, "X"),
        ),
    )

    done = desk.publish(
        after,
        {"id": 2, "title": "b", "source": 4, "userDefinedFields": [{"name": "X", "value": "1"}]},
    )

    assert done.added == ("source", "source_code", "udf_x")
    assert any("source, source_code, udf_x" in warning.text for warning in done.warnings)
    assert desk.table("Tickets") == [
        (1, "a", None, None, None),
        (2, "b", "4", 4, Decimal(1)),
    ]


def test_a_new_table_is_not_told_as_new_columns(desk: Desk) -> None:
    done = desk.publish(BEFORE, {"id": 1, "title": "a"})

    assert done.added == ()
    assert done.warnings == ()


def test_a_new_name_beside_an_old_reference_is_filled_for_old_rows(desk: Desk) -> None:
    companies = shape("Companies", column("companyName"))
    desk.publish(companies, {"id": 1, "companyName": "Acme"})
    plain = shape("Contracts", number("companyID"))
    desk.publish(plain, {"id": 1, "companyID": 1})
    named = TableShape(
        "Contracts",
        (*plain.columns, looked_up("companyName", "companyID", "Companies", "companyName")),
    )

    desk.publish(named, {"id": 2, "companyID": 1})
    desk.warehouse.rehydrate(named)

    assert desk.table("Contracts") == [(1, 1, "Acme"), (2, 1, "Acme")]


def test_what_a_reader_says_of_the_tables_follows_each_change(
    desk: Desk, reader: TableReader
) -> None:
    def told() -> list[tuple[str, int, list[str]]]:
        return [(t.dataset, t.rows, [c.name for c in t.columns]) for t in reader.describe()]

    companies = shape("Companies", column("companyName"))
    assert told() == []
    desk.publish(companies, {"id": 1, "companyName": "Acme"})
    plain = shape("Contracts", number("companyID"))
    desk.publish(plain, {"id": 1, "companyID": 1})
    both = [("Companies", 1, ["id", "companyName"]), ("Contracts", 1, ["id", "companyID"])]
    assert told() == told() == both

    named = looked_up("companyName", "companyID", "Companies", "companyName")
    desk.warehouse.rehydrate(TableShape("Contracts", (*plain.columns, named)))
    assert told()[1] == ("Contracts", 1, ["id", "companyID", "companyName"])

    desk.publish(companies, deleted=[1])
    assert told()[0] == ("Companies", 0, ["id", "companyName"])

    desk.warehouse.drop("Contracts")
    assert [name for name, _, _ in told()] == ["Companies"]


def test_a_table_that_is_made_anew_is_not_taken_for_the_one_that_is_gone(
    desk: Desk, reader: TableReader
) -> None:
    companies = shape("Companies", column("companyName"))
    desk.publish(companies, {"id": 1}, {"id": 2})
    before = reader.versions()["Companies"]
    assert [table.rows for table in reader.describe()] == [2]

    desk.warehouse.drop("Companies")
    assert "Companies" not in reader.versions()
    desk.warehouse.drop("Companies")
    desk.warehouse.drop("Nowhere")
    desk.publish(companies, {"id": 3})

    assert reader.versions()["Companies"] > before
    assert [table.rows for table in reader.describe()] == [1]


def test_a_wider_type_in_the_shape_alters_the_column_and_keeps_its_values(desk: Desk) -> None:
    columns = [
        column("whole", ColumnType.INTEGER),
        column("part", ColumnType.DECIMAL),
        column("at", ColumnType.TIMESTAMP),
        column("flag", ColumnType.BOOLEAN),
    ]
    narrow = shape("Tickets", *columns)
    row = {"id": 1, "whole": 120, "part": 12.50, "at": "2026-01-02T03:04:05.250Z", "flag": True}
    desk.publish(narrow, row, {"id": 2})

    desk.publish(narrow.retyped({c.name: ColumnType.TEXT for c in columns}))

    assert desk.table("Tickets") == [
        (1, "120", "12.5", "2026-01-02T03:04:05.25Z", "true"),
        (2, None, None, None, None),
    ]


def test_whole_numbers_survive_two_widenings(desk: Desk) -> None:
    narrow = shape("Tickets", number("n"))
    desk.publish(narrow, {"id": 1, "n": 1200})
    desk.publish(narrow.retyped({"n": ColumnType.WIDE_DECIMAL}), {"id": 2, "n": 0.5})
    desk.publish(narrow.retyped({"n": ColumnType.TEXT}))

    assert desk.table("Tickets") == [(1, "1200"), (2, "0.5")]


def test_columns_keep_what_they_are_in_the_warehouse_itself(desk: Desk) -> None:
    table = shape(
        "Contracts",
        *picklist("status"),
        looked_up("fullName", "id", "Resources", "firstName", "lastName"),
        column("notes"),
    )
    desk.publish(table, {"id": 1})

    assert desk.warehouse.known_columns("Contracts") == table.columns
    assert desk.warehouse.known_columns("contracts") == ()
    assert desk.rows("select name from isthmus.columns where origin = 'code'") == [("status_code",)]


def test_names_with_quotes_and_blanks_do_no_harm(desk: Desk) -> None:
    odd = 'a "quoted" name; drop'
    table = shape("Tickets", column(odd), column("b", source="it's"))

    desk.publish(table, {"id": 1, odd: "x", "it's": "y"})

    assert desk.table("Tickets") == [(1, "x", "y")]


def test_times_before_and_after_a_change_of_clocks_stay_two_instants(desk: Desk) -> None:
    table = shape("Tickets", column("moment", ColumnType.TIMESTAMP))
    desk.publish(
        table,
        {"id": 1, "moment": "2026-10-25T00:30:00Z"},
        {"id": 2, "moment": "2026-10-25T01:30:00Z"},
    )

    assert desk.table("Tickets", "moment") == [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC),),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC),),
    ]
