"""Conditions as people point at them: groups, rows, texts."""

import pytest

from isthmus.dispatch.rules.conditions import content_of, parse_condition
from isthmus.dispatch.rules.nodes import (
    ALL,
    ANY,
    NONE,
    TEST,
    Node,
    add,
    change,
    node_of,
    seen,
    told_of,
)

TICKET = {"ticket": {"status": 5, "labels": {"status": "New"}, "hours": 3, "title": "Printer"}}


@pytest.mark.parametrize(
    "told",
    [
        {"field": "ticket.status.label", "is": "New"},
        {"field": "ticket.status", "in": [1, 5]},
        {"field": "ticket.title", "is_empty": True},
        {"field": 'ticket.udf["Send to FN"]', "is": "150"},
        {"field": "ticket.zip", "is": "02134"},
        {"field": "ticket.hours", "above": 2.5},
        {"all": [{"field": "a.b", "is": True}, {"any": [{"field": "a.c", "is_not": "1"}]}]},
        {"not": {"any": [{"field": "a.b", "is": 1}, {"field": "a.b", "is": 2}]}},
        {"all": [{"field": "a.b", "contains": "5"}, 'text("a.b") == "x"']},
    ],
)
def test_what_is_pointed_at_comes_back_as_it_was(told: object) -> None:
    assert told_of(node_of(told)) == content_of(parse_condition(told))


def test_a_group_without_rows_is_no_condition_rather_than_one_that_wants_everything() -> None:
    assert told_of(Node(ALL)) is None
    assert told_of(Node(ANY)) is None


def test_a_row_is_added_to_the_group_that_is_named_and_taken_away_again() -> None:
    node = add(node_of({"field": "a.b", "is": 1}), "0", Node(ANY, (Node(TEST, field="a.c"),)))
    longer = add(node, "0.1", Node(TEST, field="a.d"))
    assert [one.field for one in longer.parts[1].parts] == ["a.c", "a.d"]
    assert change(longer, "0.1", None).parts == node.parts[:1]
    assert add(longer, "0.0", Node(TEST)) == longer, "a row holds no rows"


def test_each_part_says_whether_it_holds_and_what_the_field_holds() -> None:
    node = Node(NONE, (Node(TEST, field="ticket.status.label", typed="New"), Node(TEST, field="")))
    found = seen(node, TICKET)
    assert (found["0.0"].holds, found["0.0"].found) == (True, "New")
    assert found["0.1"].holds is None
    assert "no path" in found["0.1"].trouble
    assert found["0"].holds is None
