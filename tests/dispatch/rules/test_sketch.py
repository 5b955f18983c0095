"""Mappings and rules that are still being written, read as far as they can be."""

import pytest

from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.rules import sketch
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.spelling import typed_for, value_of


@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_written_from_its_plain_data_is_the_file_that_is_published(name: str) -> None:
    text = export(shipped(name))
    read = sketch.sketch_mapping(text)
    assert read.is_whole
    assert sketch.mapping_text(read.told) == text


@pytest.mark.parametrize("name", RULES)
def test_a_rule_written_from_its_plain_data_is_the_file_that_is_published(name: str) -> None:
    text = export_rule(shipped_rule(name))
    assert sketch.rule_text(sketch.sketch_rule(text).told) == text


def test_rows_that_cannot_be_read_leave_the_others_with_their_own_numbers() -> None:
    rows = [{"target": "", "action": "sync"}, {"target": "title", "action": "static", "value": 1}]
    head = {"name": "a", "direction": "inbound", "root": "ticket"}
    read = sketch.sketch_mapping(sketch.mapping_text({**head, "rows": rows}))
    assert read.mapping is not None
    assert [row.target for row in read.mapping.rows] == ["title"]
    assert (read.rows, [one.row for one in read.problems]) == ((2,), [1])
    assert not read.is_whole


def test_a_rule_without_a_condition_wants_nothing_and_cannot_be_published() -> None:
    read = sketch.sketch_rule(sketch.new_rule("a", "ticket"))
    assert read.rule is not None
    assert [one.field for one in read.problems] == ["when"]
    assert not read.is_whole
    assert not read.is_wanting


def test_a_setting_that_cannot_be_read_is_told_and_leaves_the_others() -> None:
    told = {"name": "a", "root": "ticket", "when": {"field": "a.b", "is": 1}, "order": "first"}
    read = sketch.sketch_rule(sketch.rule_text(told))
    assert read.rule is not None
    assert [one.field for one in read.problems] == ["order"]


@pytest.mark.parametrize("text", ["", "[[", "rows = 1", 'name = "a"\nrows = [1]'])
def test_a_text_of_any_kind_is_read_without_failing(text: str) -> None:
    assert not sketch.sketch_mapping(text).is_whole
    assert not sketch.sketch_rule(text).is_whole


def test_a_copy_is_under_the_new_name_and_switched_off() -> None:
    text = export_rule(shipped_rule(RULES[0])).replace("name = ", "is_enabled = true\nname = ", 1)
    copied = sketch.sketch_rule(sketch.renamed(text, "other")).rule
    assert copied is not None
    assert (copied.name, copied.is_enabled) == ("other", False)


@pytest.mark.parametrize(
    "value", ["a", "150", "02134", 150, 1.5, True, "true", "", {"a": [1]}, '"']
)
def test_what_is_typed_for_a_value_is_read_as_that_value(value: object) -> None:
    assert value_of(typed_for(value)) == value
    assert type(value_of(typed_for(value))) is type(value)
