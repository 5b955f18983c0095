"""The rule that decides whether a record is dispatched."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dispatch.rules.condition_shapes import (
    AllOf,
    AnyOf,
    Condition,
    ConditionWrong,
    FieldTest,
    Not,
    Text,
)
from isthmus.dispatch.rules.conditions import (
    OPERATORS,
    content_of,
    fields_of,
    holds,
    parse_condition,
    to_text,
)
from isthmus.dispatch.rules.needs import related

SOURCE: dict[str, Any] = {
    "ticket": {
        "status": 10,
        "labels": {"status": "Dispatch to Field"},
        "udf": {"Send to FN": "Yes"},
        "queue": None,
        "title": 'On "site" \\ now',
        "hours": 1.5,
        "due": "2026-07-01T12:00:00.000Z",
        "company": {"name": "Alpha"},
    }
}


def asked(**told: Any) -> bool:
    field = told.pop("field")
    condition = parse_condition({"field": field, **told})
    answer = holds(condition, SOURCE)
    assert holds(Text(to_text(condition)), SOURCE) == answer
    return answer


def test_each_operator_answers_in_both_forms() -> None:
    assert asked(field="ticket.status.label", **{"is": "Dispatch to Field"})
    assert asked(field='ticket.udf["Send to FN"]', **{"is": "Yes"})
    assert asked(field="ticket.company.name", is_not="Omega")
    assert asked(field="ticket.status", **{"in": [1, 10]})
    assert asked(field="ticket.status", not_in=["10", True])
    assert not asked(field="ticket.status", **{"is": "10"})
    assert asked(field="ticket.title", contains='"site" \\')
    assert asked(field="ticket.title", starts_with="On")
    assert asked(field="ticket.title", ends_with="now")
    assert asked(field="ticket.hours", above=1)
    assert asked(field="ticket.hours", at_least=1.5)
    assert not asked(field="ticket.hours", below=1.5)
    assert asked(field="ticket.due", below="2026-07-02")
    assert not asked(field="ticket.due", above=5)
    assert not asked(field="ticket.queue", below="z")
    assert not asked(field="ticket.nothing", at_most=9)
    assert asked(field="ticket.queue", is_empty=True)
    assert asked(field="ticket.company", is_not_empty=True)


def test_a_tree_says_all_any_and_not() -> None:
    tree = parse_condition(
        {
            "all": [
                {"field": "ticket.status", "is": 10},
                {"any": [{"field": "ticket.queue", "is": 1}, "value('ticket.hours') > 1.0"]},
                {"not": {"field": "ticket.company.name", "is": "Omega"}},
            ]
        }
    )
    assert holds(tree, SOURCE)
    assert parse_condition(content_of(tree)) == tree
    assert related("ticket", fields_of(tree)) == ("company",)
    assert holds(AllOf(()), {})
    assert not holds(AnyOf(()), {})


def test_a_text_may_name_the_record_itself() -> None:
    text = 'ticket.labels.status == "Dispatch to Field" && ticket.udf["Send to FN"] == "Yes"'
    assert holds(parse_condition(text), SOURCE)
    assert fields_of(Text("ticket.company.name == 'x' && empty('ticket.contact.email')")) == (
        "ticket.contact.email", "ticket.company.name",
    )  # fmt: skip


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
PATHS = st.sampled_from(["t.a", "t.b", "t.a.label", "t.udf.x", "t", "u.v"])
VALUES = (
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=5)
    | st.floats(-1e15, 1e15)
)  # fmt: skip


@st.composite
def field_tests(draw: Any) -> Condition:
    name = draw(st.sampled_from(sorted(OPERATORS)))
    kind = OPERATORS[name].kind
    value: Any = None
    if kind == "list":
        value = tuple(draw(st.lists(VALUES, max_size=3)))
    elif kind == "text":
        value = draw(VALUES.filter(lambda one: isinstance(one, str)))
    elif kind == "ordered":
        value = draw(VALUES.filter(lambda one: not isinstance(one, bool)))
    elif kind == "plain":
        value = draw(VALUES)
    return FieldTest(draw(PATHS), name, value)


TREES: Any = st.recursive(
    field_tests(),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=5,
)
RECORDS = st.fixed_dictionaries(
    {"t": st.fixed_dictionaries({}, optional={
        "a": PLAIN, "b": PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(), PLAIN),
        "labels": st.just({"a": "L"}), "udf": st.fixed_dictionaries({"x": PLAIN})})}
)  # fmt: skip


@given(TREES, RECORDS)
@settings(max_examples=300)
def test_a_tree_and_its_text_agree_on_every_record(tree: Condition, record: Any) -> None:
    assert holds(Text(to_text(tree)), record) == holds(tree, record)


@given(TREES)
def test_a_tree_comes_back_from_plain_data(tree: Condition) -> None:
    try:
        assert parse_condition(content_of(tree)) == tree
    except ConditionWrong as refused:
        assert "deep" in refused.what  # noqa: PT017 - the only refusal a drawn tree can meet


@pytest.mark.parametrize(
    ("told", "where", "part"),
    [
        (5, "the condition", "neither"),
        ({"all": 1}, "the condition", "no list"),
        ({"all": [{"any": [{"field": "a"}]}]}, "the condition, all 1, any 1", "operator"),
        ({"field": "a", "equals": 1}, "the condition", "'equals'"),
        ({"field": "a..b", "is": 1}, "the condition", "no path"),
        ({"field": "a", "is": [1]}, "the condition", "cannot take"),
        ({"field": "a", "contains": 1}, "the condition", "cannot take"),
        ({"field": "a", "is_empty": False}, "the condition", "cannot take"),
        ({"field": "a", "is": 2**60}, "the condition", "cannot take"),
        ({"not": "a <"}, "the condition, not", "1:4"),
        ("[1].all(x, x == 1)", "the condition", "loop"),
        ("x" * 20_000, "the condition", "longer"),
        ({"field": "a", "in": ["x" * 15_000] * 2}, "the condition", "longer"),
        ({"all": [{"field": "a", "is": 1}] * 101}, "the condition", "100"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(told: Any, where: str, part: str) -> None:
    with pytest.raises(ConditionWrong, match=part) as refused:
        parse_condition(told)
    assert refused.value.where == where
    assert refused.value.remedy


def test_a_condition_nested_without_end_is_refused() -> None:
    told: Any = {"field": "a", "is": 1}
    for _ in range(50):
        told = {"not": told}
    with pytest.raises(ConditionWrong, match="deep"):
        parse_condition(told)


@pytest.mark.parametrize(
    "text",
    ["ticket.none == 1", "1", "nobody == 1", "1 / 0 == 1", "call(1)", "ticket < 1", "[1][5] == 1"],
)
def test_a_text_that_fails_on_a_record_says_so(text: str) -> None:
    with pytest.raises(ConditionWrong) as failed:
        holds(Text(text), SOURCE)
    assert failed.value.remedy


@given(st.text(max_size=80))
def test_no_text_does_more_than_answer_or_be_refused(text: str) -> None:
    try:
        holds(Text(text), SOURCE)
    except ConditionWrong:
        return


@pytest.mark.parametrize("text", ["(" * 15_000, "!" * 15_000 + "true", "[" * 15_000, "-" * 15_000])
def test_a_text_of_nothing_but_brackets_is_survived(text: str) -> None:
    try:
        holds(Text(text), SOURCE)
    except ConditionWrong:
        return
