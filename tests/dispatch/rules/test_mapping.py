"""A mapping applied to a record."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.dispatch.rules.actions import ACTIONS
from isthmus.dispatch.rules.mapping import apply, scripts_of
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.shapes import INBOUND, OUTBOUND, Mapping, Outcome, Row
from isthmus.dispatch.rules.values import MISSING

SOURCE: dict[str, Any] = {
    "ticket": {
        "title": "Printer on fire",
        "number": "T1",
        "status": 10,
        "labels": {"status": "Dispatched"},
        "hours": Decimal("1.50"),
        "empty": "",
        "nothing": None,
        "zero": 0,
        "off": False,
        "due": "2026-07-01T12:00:00.000Z",
        "company": {"name": "Alpha", "parentCompany": {"name": "Omega"}},
        "lines": [{"id": 7}],
    }
}


def row(action: str, target: str = "out", source: str = "", **more: Any) -> Row:
    kept = {name: more.pop(name) for name in list(more) if name in ACTIONS[action].kinds}
    return Row(target=target, action=action, source=source, params=kept, **more)


def mapping(*rows: Row, direction: str = INBOUND, **more: Any) -> Mapping:
    return Mapping("test", direction, "ticket", rows, **more)


def made(*rows: Row, **more: Any) -> Any:
    result = apply(mapping(*rows), SOURCE, **more)
    assert not result.problems, result.problems
    return result.document.get("out", MISSING)


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [("ticket.hours", "text", "1.5"), ("ticket.status", "text", "10"),
     ("ticket.off", "text", "false"),
     ("ticket.status", "number", Decimal(10)), ("ticket.off", "integer", 0),
     ("ticket.zero", "boolean", False), ("ticket.due", "datetime", "2026-07-01T12:00:00.000Z"),
     ("ticket.number", "list", ["T1"])],
)  # fmt: skip
def test_sync_copies_and_converts(source: str, kind: str, value: Any) -> None:
    assert made(row("sync", source=source, type=kind)) == value


@pytest.mark.parametrize(
    ("source", "kind"),
    [("ticket.title", "integer"), ("ticket.hours", "integer"), ("ticket.title", "boolean"),
     ("ticket.title", "datetime"), ("ticket.company", "text")],
)  # fmt: skip
def test_a_value_that_cannot_be_converted_is_a_problem_of_its_row(source: str, kind: str) -> None:
    result = apply(mapping(row("sync", source=source, type=kind, default="never")), SOURCE)
    assert [(one.row, one.field) for one in result.problems] == [(1, source)]
    assert result.problems[0].remedy
    assert result.document == {}
    assert not result.is_fit


@pytest.mark.parametrize("source", ["ticket.empty", "ticket.nothing", "ticket.unknown"])
def test_the_default_stands_in_for_empty_null_and_missing(source: str) -> None:
    actions: dict[str, dict[str, Any]] = {
        "sync": {}, "array_map": {"mappings": []}, "date_convert": {}, "range_map": {"ranges": []}
    }  # fmt: skip
    for action, more in actions.items():
        assert made(row(action, source=source, default="d", **more)) == "d"
        assert made(row(action, source=source, **more)) is MISSING
    assert made(row("concat", parts=[{"type": "field", "value": source}], default="d")) == "d"
    assert made(row("template", template=f"{{{{{source}}}}}!", default="d")) == "d"


@pytest.mark.parametrize("source", ["ticket.zero", "ticket.off"])
def test_zero_and_false_are_values(source: str) -> None:
    assert made(row("sync", source=source, default="d")) in (0, False)


def test_a_required_row_that_comes_out_empty_is_a_problem() -> None:
    result = apply(mapping(row("sync", source="ticket.empty", required=True)), SOURCE)
    assert "required" in result.problems[0].what
    assert result.left_out == ("out",)


def test_array_map_is_exact_by_default() -> None:
    for compare in ("10", 10.5, " Dispatched", True):
        entry = {"compare": compare, "value": "hit"}
        assert made(row("array_map", source="ticket.status", mappings=[entry])) is MISSING
    entries = [{"cmp": 9, "val": "no"}, {"cmp": 10, "val": "yes"}, {"cmp": 10, "val": "late"}]
    assert made(row("array_map", source="ticket.status", mappings=entries)) == "yes"


def test_array_map_forgives_case_spaces_and_type_by_choice() -> None:
    entry = [{"compare": " DISPATCHED ", "value": "hit"}]
    table: dict[str, Any] = {"mappings": entry, "forgiving": True}
    assert made(row("array_map", source="ticket.status.label", **table)) == "hit"
    table = {"mappings": [{"compare": "10", "value": "hit"}], "forgiving": True}
    assert made(row("array_map", source="ticket.status", **table)) == "hit"


@pytest.mark.parametrize(
    ("value", "band"), [("0.3", "half"), ("0.5", "half"), ("1.5", "two"), ("2.01", "more"),
                        (-9, "half")]
)  # fmt: skip
@pytest.mark.parametrize("keys", [("compare", "value"), ("cmp", "val")])
def test_range_map_takes_the_first_band_that_holds(value: Any, band: str, keys: Any) -> None:
    bands = [dict(zip(keys, pair, strict=True)) for pair in ((0.5, "half"), (2, "two"))]
    one = row("range_map", source="n", ranges=bands, default="more")
    assert apply(mapping(one), {"n": value}).document == {"out": band}


def test_a_clock_change_is_told_with_the_value() -> None:
    one = row("date_convert", source="at", timezone_in="America/New_York")
    origin = apply(mapping(one), {"at": "2026-03-08T02:30:00"}).origins["out"]
    assert origin.after == "2026-03-08T07:30:00.000Z"
    assert "does not exist" in origin.note


def test_concat_joins_fields_and_static_texts() -> None:
    names = ("ticket.number", "ticket.nothing", "ticket.hours")
    fields = [{"type": "field", "value": name} for name in names]
    parts = [{"type": "static", "value": "#"}, *fields]
    assert made(row("concat", parts=parts, separator=" ")) == "# T1 1.5"


def test_a_template_reads_paths_and_has_texts_for_empty_ones() -> None:
    text = "{{ticket.number}}: {{ticket.company.parentCompany.name}} {{ticket.nothing|n/a}}"
    assert made(row("template", template=text)) == "T1: Omega n/a"


def test_a_value_is_told_with_row_source_before_and_after() -> None:
    entries = [{"compare": "Dispatched", "value": "Go"}]
    result = apply(
        mapping(
            row("static", target="a", value=1),
            row("array_map", target="b[0].c", source="ticket.status.label", mappings=entries),
            row("sync", target="d", source="ticket.empty", default="x"),
        ),
        SOURCE,
    )
    assert result.document == {"a": 1, "b": [{"c": "Go"}], "d": "x"}
    told = result.origins["b[0].c"]
    assert (told.row, told.source, told.before, told.after, told.is_default) == (
        2, "ticket.status.label", "Dispatched", "Go", False
    )  # fmt: skip
    assert result.origins["d"].is_default


def test_a_later_row_fills_what_an_earlier_one_left_out() -> None:
    result = apply(
        mapping(row("sync", source="ticket.empty"), row("sync", source="ticket.title")), SOURCE
    )
    assert result.document == {"out": "Printer on fire"}
    assert result.left_out == ()


def test_a_row_in_the_way_of_another_is_a_problem() -> None:
    rows = (row("static", target="a", value=1), row("static", target="a.b", value=2))
    result = apply(mapping(*rows), SOURCE)
    assert "in its way" in result.problems[0].what
    assert result.document == {"a": 1}


def test_rows_for_events_are_done_for_those_alone() -> None:
    rows = (row("static", value=1, events=("x",)), row("static", value=2, target="always"))
    one = mapping(*rows, direction=OUTBOUND)
    assert apply(one, {}, event="x").document == {"out": 1, "always": 2}
    assert apply(one, {}, event="y").document == apply(one, {}).document == {"always": 2}


def test_a_script_row_takes_its_outcome_and_its_trouble() -> None:
    one = mapping(row("custom", script="1"), row("custom", target="b", script="2"))
    assert scripts_of(one) == {1: "1", 2: "2"}
    result = apply(one, {}, {1: Outcome({"x": 1}, trace="seen"), 2: Outcome(trouble="boom")})
    assert result.document == {"out": {"x": 1}}
    assert [(p.row, p.what) for p in result.problems] == [(2, "boom")]
    assert result.traces == {1: "seen"}
    assert "not run" in apply(one, {}).problems[0].what


def test_a_mapping_tells_the_related_records_it_reads() -> None:
    one = mapping(
        row("sync", source="ticket.company.parentCompany.name"),
        row("sync", source="ticket.status.label"),
        row("sync", source='ticket.contact.udf["x"].label'),
        row("concat", parts=[{"type": "field", "value": "ticket.companyLocation.city"}]),
        row("template", template="{{ticket.project.labels.status}} {{work}}"),
        row("custom", script="$.input.ticket.contract.name + "
            "$.util.lookup_field($.input, 'ticket.assignedResource.email', '')"),
        needs=("configurationItem",),
    )  # fmt: skip
    assert needs(one) == (
        "assignedResource", "company", "companyLocation", "configurationItem", "contact",
        "contract", "project", "company.parentCompany",
    )  # fmt: skip


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ROWS = [
    row("sync", "s", "v", type="text"), row("sync", "i", "v", type="integer"),
    row("sync", "n", "v", type="number"), row("sync", "b", "v", type="boolean"),
    row("sync", "t", "v", type="datetime"), row("sync", "p", "v"),
    row("array_map", "a", "v", mappings=[{"cmp": 1, "val": 2}], forgiving=True),
    row("range_map", "r", "v", ranges=[{"cmp": 1, "val": 2}]),
    row("date_convert", "d", "v", input_format="X"), row("date_convert", "e", "v"),
    row("concat", "c", parts=[{"type": "field", "value": "v"}]),
    row("template", "m", template="{{v}}"),
]  # fmt: skip


@given(PLAIN)
def test_any_value_becomes_a_value_or_a_problem_for_each_row(value: Any) -> None:
    result = apply(mapping(*ROWS), {"v": value})
    told = [
        *(one.row or 0 for one in result.problems),
        *(one.row for one in result.origins.values()),
    ]
    left = [number for number, one in enumerate(ROWS, 1) if one.target in result.left_out]
    assert sorted([*told, *left]) == list(range(1, len(ROWS) + 1))
