"""A rule in one sentence."""

from typing import Any

import pytest

from isthmus.console.drafting.saying import in_one_sentence
from isthmus.dispatch.mappings import RULES, shipped_rule
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.sketch import sketch_rule

NEW = {"field": "ticket.status.label", "is": "New"}
BARE: dict[str, Any] = {"root": "ticket", "when": NEW, "inbound": "out", "notes": "none"}


def test_a_rule_says_what_when_what_becomes_of_it_and_what_comes_back() -> None:
    told = {
        **BARE, "action": "publish", "outbound": "back", "notes": "both", "files": "in",
        "times": True, "costs": "charge",
        "cancel_when": {"field": "ticket.status.label", "is": "Complete"},
    }  # fmt: skip
    assert in_one_sentence(told) == (
        "Tickets whose status is New become published work orders by out; back writes back what "
        "happens to them, and messages, files, hours and costs come back too; notes "
        "go out to them; an order is cancelled once its ticket's status is Complete."
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"root": "serviceCall"}, "Service calls whose status is New become draft work orders by"),
        ({"when": {"all": []}}, "become draft work orders by out, once a condition says which;"),
        ({"inbound": ""}, "become draft work orders by a mapping still to be chosen;"),
        ({"action": "route"}, "become work orders by out, offered to nobody yet;"),
        ({"action": "route", "providers": [7, 8]}, "offered to the providers 7, 8;"),
        ({"when": 'value("a") == 1'}, 'Tickets for which value("a") == 1 become'),
        ({"when": {"not": NEW}}, "Tickets for which not (status is New) become"),
        ({"cancel_when": {"not": NEW}}, "cancelled once its ticket is one for which not (status"),
        ({}, "by out; nothing is written back."),
        ({"files": "in"}, "; files come back, and nothing else."),
        ({"notes": "out", "note_marker": "FN:"}, "; notes that begin with FN: go out to them."),
        ({"creates_tickets": True}, "; orders born at Field Nation become tickets."),
    ],
)
def test_each_setting_changes_the_sentence(changed: dict[str, Any], said: str) -> None:
    assert said in in_one_sentence({**BARE, **changed})


def test_whatever_a_draft_holds_there_is_a_sentence_and_none_where_it_cannot_be_read() -> None:
    odd: dict[str, Any] = {
        "root": 3, "when": 5, "inbound": [1], "action": {}, "notes": None, "cancel_when": {"is": 1}
    }  # fmt: skip
    assert in_one_sentence(odd).startswith("Records become")
    assert in_one_sentence({}) == ""


def test_shipped_rules_have_a_sentence_that_names_their_mappings() -> None:
    for name in RULES:
        rule = shipped_rule(name)
        said = in_one_sentence(sketch_rule(export_rule(rule)).told)
        assert f"work orders by {rule.inbound}" in said
        assert f"{rule.outbound} writes back" in said
