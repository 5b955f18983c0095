"""Values arrive exactly, or their column gets wider and says so."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from isthmus.warehouse.ports import ColumnType, Origin, TableShape
from tests.warehouse.building import Desk, column, number, picklist, shape


def one(kind: ColumnType) -> TableShape:
    return shape("Tickets", column("v", kind))


def stored(desk: Desk, kind: ColumnType, *values: str) -> list[object]:
    """Publish raw JSON values, one a row, into one column; return what the column holds."""
    lines = [f'{{"id":{n},"v":{value}}}' for n, value in enumerate(values)]
    desk.publish(one(kind), *lines)
    return [row[0] for row in desk.table("Tickets", "v")]


def kept_type(desk: Desk) -> ColumnType:
    return desk.warehouse.known_columns("Tickets")[1].type


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0", "0"),
        ("12.5", "12.5"),
        ("100.0000", "100"),
        ("-0.25", "-0.25"),
        ("12345678901.2345", "12345678901.2345"),
        ('"12345678901234.5678"', "12345678901234.5678"),
        ('"7.10"', "7.1"),
        ("1e3", "1000"),
        ("1.5e-3", "0.0015"),
        ('".5"', "0.5"),
    ],
)
def test_a_decimal_is_exact(desk: Desk, raw: str, value: str) -> None:
    assert stored(desk, ColumnType.DECIMAL, raw) == [Decimal(value)]
    assert kept_type(desk) is ColumnType.DECIMAL


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0.12345", "0.12345"),
        ("0.00001", "0.00001"),
        ("1e-9", "0.000000001"),
        ('"123456789012345678901234567.0123456789"', "123456789012345678901234567.0123456789"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_a_decimal_too_fine_or_large_widens_its_column_and_stays_exact(
    desk: Desk, raw: str, value: str
) -> None:
    assert stored(desk, ColumnType.DECIMAL, "2.5", raw) == [Decimal("2.5"), Decimal(value)]
    assert kept_type(desk) is ColumnType.WIDE_DECIMAL


def test_a_number_no_decimal_holds_makes_the_column_text(desk: Desk) -> None:
    values = stored(desk, ColumnType.DECIMAL, "2.5", '"0.123456789012345678901"')

    assert values == ["2.5", "0.123456789012345678901"]
    assert kept_type(desk) is ColumnType.TEXT


def test_a_whole_number_is_never_rounded(desk: Desk) -> None:
    assert stored(desk, ColumnType.INTEGER, "8", "7.5") == [Decimal(8), Decimal("7.5")]
    assert kept_type(desk) is ColumnType.WIDE_DECIMAL


@pytest.mark.parametrize("raw", ["9223372036854775807", "-5", "0", "100.0", '"42"'])
def test_whole_numbers_fit_in_64_bits(desk: Desk, raw: str) -> None:
    assert stored(desk, ColumnType.INTEGER, raw) == [
        int(float(raw)) if "." in raw else int(raw.strip('"'))
    ]
    assert kept_type(desk) is ColumnType.INTEGER


@pytest.mark.parametrize("raw", ["0x1F", "1_000", " 7", "007", "+5", "seven"])
def test_a_text_that_only_looks_like_a_whole_number_is_kept_as_text(desk: Desk, raw: str) -> None:
    values = stored(desk, ColumnType.INTEGER, "3", f'"{raw}"')

    assert values[1] == raw or (raw == "007" and values[1] == Decimal(7))


@pytest.mark.parametrize(
    ("raw", "micros"),
    [
        ("2026-03-29T01:30:00Z", 0),
        ("2026-03-29T01:30:00", 0),
        ("2026-03-29T01:30:00.1Z", 100_000),
        ("2026-03-29T01:30:00.12Z", 120_000),
        ("2026-03-29T01:30:00.123", 123_000),
        ("2026-03-29T01:30:00.1234Z", 123_400),
        ("2026-03-29T01:30:00.12345", 123_450),
        ("2026-03-29T01:30:00.123456Z", 123_456),
        ("2026-03-29T01:30:00.1234567", 123_456),
        ("2026-03-29T03:30:00+02:00", 0),
    ],
)
def test_a_time_is_an_instant_in_utc_whatever_digits_it_has(
    desk: Desk, raw: str, micros: int
) -> None:
    due = datetime(2026, 3, 29, 1, 30, 0, micros, tzinfo=UTC)

    assert stored(desk, ColumnType.TIMESTAMP, f'"{raw}"') == [due]


def test_a_date_alone_is_its_midnight(desk: Desk) -> None:
    assert stored(desk, ColumnType.TIMESTAMP, '"1999-12-31"', '"0001-01-01T00:00:00"') == [
        datetime(1999, 12, 31, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ]


@pytest.mark.parametrize("raw", ["soon", "infinity", "epoch", "2026-13-01T00:00:00Z", ""])
def test_a_text_that_is_no_time_makes_the_column_text(desk: Desk, raw: str) -> None:
    values = stored(desk, ColumnType.TIMESTAMP, '"2026-03-29T01:30:00.5Z"', f'"{raw}"')

    assert values == ["2026-03-29T01:30:00.5Z", raw]


def test_booleans_are_true_or_false_and_nothing_else(desk: Desk) -> None:
    assert stored(desk, ColumnType.BOOLEAN, "true", "false", "null") == [True, False, None]


def test_a_number_among_booleans_makes_the_column_text(desk: Desk) -> None:
    assert stored(desk, ColumnType.BOOLEAN, "true", "1") == ["true", "1"]


def test_texts_come_as_they_are(desk: Desk) -> None:
    texts = [
        '"Zoë 😀 \\"q\\" \\\\ \\n\\t/"',
        '"  "',
        '""',
        "null",
        '"null"',
        '"' + "x" * 100_000 + '"',
    ]

    assert stored(desk, ColumnType.TEXT, *texts) == [
        'Zoë 😀 "q" \\ \n\t/',
        "  ",
        "",
        None,
        "null",
        "x" * 100_000,
    ]


def test_a_record_longer_than_any_usual_one_is_read_all_the_same(desk: Desk) -> None:
    long = "x" * 40_000_000

    desk.publish(one(ColumnType.TEXT), {"id": 1, "v": "short"}, {"id": 2, "v": long})

    assert desk.table("Tickets", "id", "length(v)") == [(1, 5), (2, len(long))]


def test_something_nested_in_a_text_column_is_kept_as_json(desk: Desk) -> None:
    assert stored(desk, ColumnType.TEXT, '{"a":[1,2]}', "[]") == ['{"a":[1,2]}', "[]"]


def test_a_field_that_records_lack_is_null(desk: Desk) -> None:
    desk.publish(shape("Tickets", column("v"), number("w")), {"id": 1, "v": "x"})

    assert desk.table("Tickets") == [(1, "x", None)]


def test_widening_is_told_once_with_an_example_and_holds_from_then_on(desk: Desk) -> None:
    desk.publish(one(ColumnType.INTEGER), {"id": 1, "v": 5})

    done = desk.publish(one(ColumnType.INTEGER), {"id": 2, "v": "n/a"}, {"id": 3, "v": None})

    assert [(w.column, w.old, w.new, w.example) for w in done.widened] == [
        ("v", ColumnType.INTEGER, ColumnType.WIDE_DECIMAL, "n/a"),
        ("v", ColumnType.WIDE_DECIMAL, ColumnType.TEXT, "n/a"),
    ]
    assert any("'n/a'" in warning.text for warning in done.warnings)
    assert desk.table("Tickets", "v") == [("5",), ("n/a",), (None,)]
    later = TableShape("Tickets", desk.warehouse.known_columns("Tickets"))
    assert desk.publish(later, {"id": 1, "v": 5}).unchanged == 1


def test_a_code_that_is_no_number_makes_the_code_column_text(desk: Desk) -> None:
    table = shape("Tickets", *picklist("status"))
    desk.publish(table, {"id": 1, "status": 5}, {"id": 2, "status": "A"})

    assert desk.table("Tickets", "status_code") == [("5",), ("A",)]


def test_user_defined_fields_are_found_wherever_they_stand(desk: Desk) -> None:
    table = shape(
        "Tickets",
        column("udf_a", ColumnType.TEXT, Origin.UDF, "A b"),
        column("udf_n", ColumnType.DECIMAL, Origin.UDF, "N'n"),
        column("udf_d", ColumnType.TIMESTAMP, Origin.UDF, "D"),
    )
    a, n, d = (
        {"name": "A b", "value": "x"},
        {"name": "N'n", "value": "1.50"},
        {"name": "D", "value": "2026-01-02T00:00:00Z"},
    )
    day = datetime(2026, 1, 2, tzinfo=UTC)

    desk.publish(
        table,
        {"id": 1, "userDefinedFields": [a, n, d]},
        {"id": 2, "userDefinedFields": [d, a]},
        {"id": 3, "userDefinedFields": []},
        {"id": 4},
        {"id": 5, "userDefinedFields": [{"name": "other", "value": "y"}, n]},
        {"id": 6, "userDefinedFields": [{"name": "A b", "value": None}]},
        {"id": 7, "userDefinedFields": None},
    )

    assert desk.table("Tickets") == [
        (1, "x", Decimal("1.5"), day),
        (2, "x", None, day),
        (3, None, None, None),
        (4, None, None, None),
        (5, None, Decimal("1.5"), None),
        (6, None, None, None),
        (7, None, None, None),
    ]


def test_a_blank_user_defined_field_is_null_unless_it_is_text(desk: Desk) -> None:
    table = shape(
        "Tickets",
        column("udf_t", ColumnType.TEXT, Origin.UDF, "T"),
        column("udf_n", ColumnType.DECIMAL, Origin.UDF, "N"),
    )

    def record(number: int, text: str) -> dict[str, object]:
        fields = [{"name": "T", "value": text}, {"name": "N", "value": text}]
        return {"id": number, "userDefinedFields": fields}

    desk.publish(table, record(1, ""), record(2, "  "), record(3, " 7.5 "))

    assert desk.table("Tickets") == [(1, "", None), (2, "  ", None), (3, " 7.5 ", Decimal("7.5"))]


def test_three_hundred_user_defined_fields_fit(desk: Desk) -> None:
    names = [f"Field {n}" for n in range(300)]
    table = shape("Tickets", *(column(f"udf_{n}", ColumnType.TEXT, Origin.UDF, n) for n in names))
    values = [{"name": name, "value": name.upper()} for name in names]

    desk.publish(
        table,
        {"id": 1, "userDefinedFields": values},
        {"id": 2, "userDefinedFields": values[::-1]},
    )

    for row in desk.table("Tickets"):
        assert list(row[1:]) == [name.upper() for name in names]


@pytest.mark.parametrize(
    "line",
    ["not json", '{"title":"no id"}', '{"id":"x","v":1}', '{"id":null}', "[1,2]", '{"id":7.5}'],
)
def test_a_line_that_is_no_record_is_set_aside_and_the_rest_is_published(
    desk: Desk, line: str
) -> None:
    done = desk.publish(one(ColumnType.TEXT), {"id": 1, "v": "a"}, line, {"id": 2, "v": "b"})

    assert done.quarantined == 1
    assert desk.table("Tickets") == [(1, "a"), (2, "b")]
    assert desk.rows("select dataset, raw from isthmus.quarantine") == [("Tickets", line)]
    assert any("isthmus.quarantine" in warning.text for warning in done.warnings)


def test_user_defined_fields_of_an_odd_build_do_not_stop_the_load(desk: Desk) -> None:
    table = shape("Tickets", column("udf_a", ColumnType.TEXT, Origin.UDF, "A"))

    done = desk.publish(
        table,
        {"id": 1, "userDefinedFields": "none"},
        {"id": 2, "userDefinedFields": [{"name": "A", "value": 1.25}, 7]},
    )

    assert done.inserted == 2
    assert desk.table("Tickets") == [(1, None), (2, "1.25")]
