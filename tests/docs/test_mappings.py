"""The page about mappings and rules keeps its word: all there is stands on it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from isthmus.dispatch.rules import events
from isthmus.dispatch.rules.actions import ACTIONS, TYPES
from isthmus.dispatch.rules.check_params import HELPERS
from isthmus.dispatch.rules.conditions import OPERATORS, fields_of
from isthmus.dispatch.rules.events import BESIDE, KNOWN_EVENTS, THINGS
from isthmus.dispatch.rules.filing import parse_file
from isthmus.dispatch.rules.ownership import Owner
from isthmus.dispatch.rules.rule import CHOICES, Rule, parse_rule

PAGE = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text("utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
HEAD = 'name = "x"\ndirection = "inbound"\nroot = "ticket"\n'


def told(name: str) -> bool:
    return f"`{name}`" in PAGE or f"`{name}(" in PAGE


def test_every_action_with_all_it_takes_is_on_the_page() -> None:
    for name, action in ACTIONS.items():
        (line,) = re.findall(rf"^\| `{name}` \| .*$", PAGE, re.MULTILINE)
        assert [one for one in action.kinds if f"`{one}`" not in line] == [], name
    (sync,) = re.findall(r"^\| `sync`.*$", PAGE, re.MULTILINE)
    assert [one for one in TYPES if one not in sync] == []


def test_every_setting_of_a_rule_is_on_the_page_with_its_default_and_its_choices() -> None:
    told_of = PAGE.split("## The file of a rule")[1].splitlines()
    lines = [line.strip("|").split("|") for line in told_of if line.startswith("| `")]
    for one in fields(Rule):
        line = next(line for line in lines if f"`{one.name}`" in line[0])
        if isinstance(one.default, bool):
            assert line[1].strip() == ("yes" if one.default else "no"), one.name
        elif isinstance(one.default, str | int) and one.default != "":
            assert str(one.default) in line[1], one.name
        missing = [choice for choice in CHOICES.get(one.name, ()) if choice not in " ".join(line)]
        assert missing == [], one.name
    assert [owner for owner in Owner if not told(owner)] == []


@pytest.mark.parametrize("name", [*OPERATORS, *HELPERS, *THINGS])
def test_every_operator_helper_and_thing_is_on_the_page(name: str) -> None:
    assert told(name)


def test_our_own_events_and_every_record_that_can_be_made_are_on_the_page() -> None:
    own = [events.HOURS, events.EXPENSE, events.PAY, events.POSTED, events.CREATED]
    assert [name for name in own if not told(name)] == []
    made = frozenset().union(*BESIDE.values())
    assert [name for name in made if not told(name)] == []


def test_every_event_the_page_names_exists() -> None:
    named = set(re.findall(r"`(workorder\.[a-z_.]+|[a-z]+\.(?:saved|approved))`", PAGE))
    assert named <= set(KNOWN_EVENTS) | {"workorder.title"}


def test_the_examples_can_be_read() -> None:
    assert len(BLOCKS) == 3
    whole, row, rule = BLOCKS
    assert len(parse_file(whole).rows) == 2
    assert parse_file(HEAD + row).rows[0].action == "custom"
    assert parse_rule(rule).cancel_when is not None


def test_the_condition_in_cel_can_be_read() -> None:
    (text,) = re.findall(r"`when = '(.*?)'`", PAGE)
    told = parse_rule(f"name = 'x'\nroot = 'ticket'\nwhen = '{text}'")
    assert fields_of(told.when) == ("ticket.title", "ticket.estimatedHours")
