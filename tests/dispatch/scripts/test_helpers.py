"""The helper functions a script written for Field Nation's broker calls."""

import json
from decimal import Decimal
from typing import Any

import _gojsonnet  # type: ignore[import-not-found]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dispatch.rules import tables
from isthmus.dispatch.rules.values import MISSING, Unfit
from isthmus.dispatch.scripts.evaluate import NATIVES, ScriptFailed, around, evaluate, parse_value
from isthmus.dispatch.scripts.worker import ScriptWorker

ORDER: dict[str, Any] = {
    "id": 42,
    "title": "Swap",
    "empty": "",
    "off": False,
    "assignee": {"user": {"first_name": "Ada", "last_name": "Lund"}},
    "custom_fields": {
        "results": [
            {"id": 1, "name": "Buyer", "results": [{"id": 8101, "name": "Store", "value": "17"}]},
            {"id": 2, "name": "Provider", "results": [{"id": 8107, "name": "Serial", "value": ""}]},
        ]
    },
    "time_logs": {"results": [{"hours": 1.5, "who": "a"}, {"hours": "2", "who": "b"},
                              {"hours": None, "who": "a"}]},
    "expenses": [
        {"amount": 10, "status": "approved", "kind": "Travel"},
        {"amount": "5.5", "status": {"name": "Approved"}, "kind": "Parking"},
        {"amount": 99, "status": "denied", "kind": "Travel"},
    ],
    "ticket": {"status": 5, "labels": {"status": "Complete"}, "udf": {"Send to FN": "1"},
               "udf_labels": {"Send to FN": "Yes"}},
}  # fmt: skip
CMP = "[{cmp: 'a', val: 1}, {cmp: 5, val: 'five'}, {cmp: 'a', val: 2}]"
COMPARE = CMP.replace("cmp", "compare").replace("val", "value")
CASES: list[tuple[str, Any]] = [
    ("$.input.title", "Swap"),
    ("lookup_field($.input, 'assignee.user.first_name', '')", "Ada"),
    ("lookup_field($.input, 'time_logs.results[1].hours', 0)", "2"),
    ("lookup_field($.input, 'assignee.user.nick', 'none')", "none"),
    ("lookup_field($.input, 'title.deeper', 'none')", "none"),
    ("lookup_field($.input, 'empty', 'none')", "none"),
    ("lookup_field($.input, 'empty', 'none', true)", ""),
    ("lookup_field($.input, 'empty', 'none', raw=true)", ""),
    ("lookup_field($.input, 'nothing')", None),
    ("lookup_field($.input, 'off', true)", False),
    ("lookup_field($.input, 'ticket.status.label', '')", "Complete"),
    ("lookup_field($.input, 'ticket.udf[\"Send to FN\"].label', '')", "Yes"),
    ("lookup_field($.input, 'ticket.udf[\"Send to FN\"]', '')", "1"),
    ("lookup_field(null, 'a', 'd')", "d"),
    ("lookup_custom_field(8101, $.input)", "17"),
    ("lookup_custom_field('8101', $.input)", "17"),
    ("lookup_custom_field('Store', {workorder: $.input})", "17"),
    ("lookup_custom_field(8107, $.input, 'none')", "none"),
    ("lookup_custom_field(9, $.input)", ""),
    ("lookup_custom_field(9, {})", ""),
    (f"array_map({CMP}, 'a', 'd')", 1),
    (f"array_map({CMP}, 5, 'd')", "five"),
    (f"array_map({CMP}, '5', 'd')", "d"),
    (f"array_map({CMP}, 'A', 'd')", "d"),
    (f"array_map({COMPARE}, 'a', 'd')", 1),
    ("range_map([{cmp: 0.5, val: 'half'}, {cmp: 2, val: 'two'}], 0.3, 'd')", "half"),
    ("range_map([{cmp: 0.5, val: 'half'}, {cmp: 2, val: 'two'}], '1.5', 'd')", "two"),
    ("range_map([{compare: 0.5, value: 'half'}], 0.6, 'd')", "d"),
    ("range_map([{cmp: 0.5, val: 'half'}], null, 'd')", "d"),
    ("date_convert('2026-07-01 09:30', 'YYYY-MM-DD HH:mm', 'X', 'America/New_York')", "1782912600"),
    ("date_convert('2026-07-01T13:30:00Z', '', 'h:mm A', 'UTC', 'America/New_York')", "9:30 AM"),
    ("date_convert('', 'X', 'x')", ""),
    ("date_convert(1782912600, 'X', 'YYYY-MM-DD HH:mm')", "2026-07-01 13:30"),
    ("date_time_format_fn_utc()", "YYYY-MM-DD HH:mm:ss"),
    ("date_time_format_fn_utc('2026-07-01T13:30:00Z')", "2026-07-01 13:30:00"),
    ("date_add('2026-12-31')", "2027-01-01"),
    ("date_add('12/31/2026', 'MM/DD/YYYY')", "01/01/2027"),
    ("array_sum([1, '2.5', null, ''])", Decimal("3.5")),
    ("array_sum([])", 0),
    ("object_map_array($.input.expenses[:1], {amount: 'total', 'a.b': 'none'})",
     [{"total": 10, "none": None}]),
    ("results_values($.input.time_logs, 'hours', 0)", [Decimal("1.5"), "2", 0]),
    ("results_values(null, 'hours')", []),
    ("results_values([{a: ''}], 'a', 'd', true)", [""]),
    ("results_values_unique($.input.time_logs, 'who')", ["a", "b"]),
    ("results_group_by($.input.expenses, 'kind', $.util.is_expense_approved_fn)",
     {"Travel": [ORDER["expenses"][0]], "Parking": [ORDER["expenses"][1]]}),
    ("results_group_by([{k: ''}, {k: 1}], 'k')", {"1": [{"k": 1}]}),
    ("results_group_by([{k: ''}, {k: 1}], 'k', null, true)", {"": [{"k": ""}], "1": [{"k": 1}]}),
    ("results_group_by([{k: 1, x: 2}, {k: 1, x: 3}], 'k', {x: 3})", {"1": [{"k": 1, "x": 3}]}),
    ("is_expense_approved_fn($.input.expenses[1])", True),
    ("is_expense_approved_fn({})", False),
    ("sum_expense_field($.input.expenses, 'amount')", Decimal("15.5")),
]  # fmt: skip


def called(script: str) -> str:
    return script if script.startswith("$.input") else f"$.util.{script}"


def by_oracle(script: str, given_: Any = ORDER) -> Any:
    """What another implementation of the language makes of it, helpers and all."""
    text = _gojsonnet.evaluate_snippet(
        "script", around(script), ext_vars={"input": json.dumps(given_)}, native_callbacks=NATIVES
    )
    return parse_value(text)


@pytest.mark.parametrize(("script", "value"), CASES)
def test_a_helper_does_what_is_documented_and_another_jsonnet_agrees(
    script: str, value: Any
) -> None:
    assert parse_value(evaluate(called(script), json.dumps(ORDER))) == value
    assert by_oracle(called(script)) == value


def test_a_script_that_makes_an_object_with_defaults_runs_as_it_is() -> None:
    script = """
    // full name and a decision
    local hours = $.util.array_sum($.util.results_values($.input.time_logs, 'hours', 0));
    {
      full_name: $.util.lookup_field($.input, 'assignee.user.first_name', '') + ' ' +
                 $.util.lookup_field($.input, 'assignee.user.last_name', ''),
      priority: if hours > 2 then 'High' else 'Low',
      nested: { id: $.input.id },
    }
    // the end
    """
    wanted = {"full_name": "Ada Lund", "priority": "High", "nested": {"id": 42}}
    assert parse_value(evaluate(script, json.dumps(ORDER))) == by_oracle(script) == wanted


@pytest.mark.parametrize(
    ("script", "part"),
    [
        ("$.util.lookup_field($.input, 'a..b', '')", "no path"),
        ("$.util.date_convert('x', 'YYYY', 'X')", "not written as"),
        ("$.util.date_convert('2026', 'YYYY', 'X', 'Mars/Base')", "no time zone"),
        ("$.util.array_map([{val: 1}], 1)", "has no cmp"),
        ("$.util.range_map([{cmp: 1, val: 1}], 'many')", "no number"),
        ("\n\n  error 'no store'", "line 3, column 3 of the script"),
        ("{ a: 1,\n b: }", "line 2"),
        ("$.input.nothing", "nothing"),
    ],
)
def test_an_error_says_what_and_where_in_the_script(script: str, part: str) -> None:
    with pytest.raises(ScriptFailed, match=part) as failed:
        evaluate(script, json.dumps(ORDER))
    assert failed.value.remedy


PLAIN = st.none() | st.booleans() | st.integers(-999, 999) | st.text(st.characters(codec="utf-8"))
DOCUMENTS = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner),
)  # fmt: skip
TABLES = st.lists(st.tuples(PLAIN, PLAIN), max_size=4)


@given(TABLES, PLAIN)
@settings(max_examples=40)
def test_array_map_in_a_script_and_in_a_row_agree(pairs: list[Any], value: Any) -> None:
    table = json.dumps([{"cmp": one, "val": other} for one, other in pairs])
    made = parse_value(evaluate(f"$.util.array_map({table}, $.input.v, 'none')",
                                json.dumps({"v": value})))  # fmt: skip
    found = tables.array_map(pairs, value)
    assert made == ("none" if found is MISSING else found)


@given(TABLES, PLAIN)
@settings(max_examples=40)
def test_range_map_in_a_script_and_in_a_row_agree(pairs: list[Any], value: Any) -> None:
    bands = [(number, one) for number, (one, _) in enumerate(pairs)]
    table = json.dumps([{"cmp": one, "val": other} for one, other in bands])
    script = f"$.util.range_map({table}, $.input.v, 'none')"
    try:
        found = MISSING if value in (None, "") else tables.range_map(bands, value)
    except Unfit:
        with pytest.raises(ScriptFailed):
            evaluate(script, json.dumps({"v": value}))
        return
    assert parse_value(evaluate(script, json.dumps({"v": value}))) == (
        "none" if found is MISSING else found
    )


@given(DOCUMENTS, st.sampled_from(["a", "a.b", "a[0]", "b.a.b", "a[1].b", "a.label"]))
@settings(max_examples=60)
def test_both_implementations_look_up_the_same(document: Any, path: str) -> None:
    script = f"$.util.lookup_field($.input.d, '{path}', 'none')"
    made = parse_value(evaluate(script, json.dumps({"d": document})))
    assert made == by_oracle(script, {"d": document})


def test_the_worker_gives_what_the_helpers_give(worker: ScriptWorker) -> None:
    scripts = {number: called(script) for number, (script, _) in enumerate(CASES)}
    outcomes = worker.run(ORDER, scripts)
    assert {number: outcomes[number].value for number in scripts} == {
        number: value for number, (_, value) in enumerate(CASES)
    }
