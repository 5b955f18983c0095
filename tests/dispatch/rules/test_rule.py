"""Rules as data: which one wants a record, their files, and what their conditions read."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.dispatch.rules.condition_shapes import AllOf, ConditionWrong, FieldTest
from isthmus.dispatch.rules.rule import (
    CHOICES,
    Rule,
    RuleWrong,
    decide_rule,
    export_rule,
    parse_rule,
    paths_needed,
)

WHEN = FieldTest("ticket.status.label", "is", "Dispatch to Field")
HEAD = 'name = "a"\nroot = "ticket"\n'
COND = '[when]\nfield = "ticket.title"\nis = "x"\n'
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: text.replace("\r", "")
)
NUMBERS = st.none() | st.integers(0, 2**31)
TITLES = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=9)
RULES = st.builds(
    Rule,
    name=TITLES,
    root=st.sampled_from(CHOICES["root"]),
    when=st.just(WHEN) | st.builds(AllOf, st.just((WHEN, WHEN))),
    note=TEXTS,
    is_enabled=st.booleans(),
    order=st.integers(-5, 500),
    inbound=TEXTS,
    outbound=TEXTS,
    action=st.sampled_from(("draft", "publish")),
    providers=st.lists(st.integers(1, 10**6), max_size=3).map(tuple),
    cancel_when=st.none() | st.just(WHEN),
    cancel_reason=TEXTS,
    cross_link=st.sampled_from(CHOICES["cross_link"]),
    notes=st.sampled_from(CHOICES["notes"]),
    files=st.sampled_from(CHOICES["files"]),
    time_billing_code_id=NUMBERS,
    costs=st.sampled_from(CHOICES["costs"]),
    owners=st.dictionaries(TEXTS, st.sampled_from(("autotask", "newest", "person")), max_size=2),
    creates_tickets=st.booleans(),
)


def rule(name: str = "a", **changes: Any) -> Rule:
    return replace(Rule(name, "ticket", WHEN, is_enabled=True), **changes)


def ticket(status: str) -> dict[str, Any]:
    return {"ticket": {"status": 1, "labels": {"status": status}}}


@given(RULES)
def test_a_rule_comes_back_from_its_file_the_same(made: Rule) -> None:
    again = parse_rule(export_rule(made))
    assert again == made
    assert again.version == made.version


def test_what_is_left_at_its_default_is_not_in_the_file() -> None:
    told = export_rule(Rule("a", "ticket", WHEN))
    assert [line.split(" ")[0] for line in told.splitlines() if "=" in line] == [
        "format", "kind", "name", "root", "field", "is",
    ]  # fmt: skip


def test_another_setting_is_another_version() -> None:
    assert rule().version != rule(order=1).version
    assert rule().version != rule(note="why").version


def test_the_lowest_order_wins_then_the_name() -> None:
    first, second, third = rule("b", order=1), rule("a", order=2), rule("c", order=2)
    wanted = ticket("Dispatch to Field")
    assert decide_rule([third, second, first], wanted) == first
    assert decide_rule([third, second], wanted) == second


def test_a_rule_that_is_off_or_does_not_match_wants_nothing() -> None:
    off = rule("b", order=1, is_enabled=False)
    assert decide_rule([off, rule("a", order=2)], ticket("Dispatch to Field")) == rule("a", order=2)
    assert decide_rule([off], ticket("Dispatch to Field")) is None
    assert decide_rule([rule()], ticket("New")) is None


def test_both_conditions_say_which_related_records_are_needed() -> None:
    reads = FieldTest("ticket.company.parentCompany.companyName", "is", "x")
    own = rule(cancel_when=FieldTest('ticket.company.udf["VIP"].label', "is", "Yes"))
    assert paths_needed(rule()) == ()
    assert paths_needed(own) == ("company",)
    assert paths_needed(rule(when=reads)) == ("company", "company.parentCompany")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("name = \nroot = 1\n", "", "line 1"),
        ('name = "a"\n', "the file", "needs name, root and when"),
        (HEAD + 'kind = "mapping"\n' + COND, "the file", "format 1"),
        (HEAD + "format = 2\n" + COND, "the file", "format 1"),
        (HEAD + 'colour = "red"\n' + COND, "the file", "'colour'"),
        (HEAD + 'order = "first"\n' + COND, "order", "no int"),
        (HEAD + "order = true\n" + COND, "order", "no int"),
        (HEAD + "is_enabled = 1\n" + COND, "is_enabled", "no bool"),
        (HEAD + 'action = "go"\n' + COND, "action", "draft, publish, route"),
        (HEAD + 'action = "route"\n' + COND, "providers", "is empty"),
        (HEAD + 'providers = ["7"]\n' + COND, "providers", "list of numbers"),
        (HEAD + "times = true\n" + COND, "times", "time_resource_id"),
        (HEAD + "breaker_writes = 0\n" + COND, "breaker_writes", "at least 1"),
        (HEAD + COND + '[owners]\ntitle = "me"\n', "owners, title", "autotask"),
        (HEAD + "owners = 1\n" + COND, "owners", "no table"),
        ('name = " "\nroot = "ticket"\n' + COND, "name", "cannot be the name"),
        ('name = "a/b"\nroot = "ticket"\n' + COND, "name", "cannot be the name"),
        (f'name = "{"n" * 101}"\nroot = "ticket"\n' + COND, "name", "cannot be the name"),
        ('name = "a"\nroot = "project"\n' + COND, "root", "ticket, task, serviceCall"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_with_the_line_or_the_setting(
    text: str, where: str, what: str
) -> None:
    with pytest.raises(RuleWrong) as wrong:
        parse_rule(text)
    assert wrong.value.where == where
    assert what in wrong.value.what
    assert wrong.value.remedy


@pytest.mark.parametrize("name", ["when", "cancel_when"])
def test_a_condition_that_cannot_be_read_is_told_with_its_place(name: str) -> None:
    other = "" if name == "when" else COND
    with pytest.raises(ConditionWrong) as wrong:
        parse_rule(f'{HEAD}{other}[{name}]\nfield = "ticket.title"\nlike = "x"\n')
    assert wrong.value.where.startswith(name)
    assert "'like'" in wrong.value.what


def test_a_condition_may_be_a_text() -> None:
    told = parse_rule(HEAD + """when = 'text("ticket.title").contains("urgent")'\n""")
    assert decide_rule([replace(told, is_enabled=True)], {"ticket": {"title": "urgent!"}})
