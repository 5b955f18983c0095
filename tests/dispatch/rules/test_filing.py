"""Mappings as files, their versions, and what differs between two."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.dispatch.rules.diff import diff
from isthmus.dispatch.rules.filing import FileWrong, export, parse_file
from isthmus.dispatch.rules.shapes import DIRECTIONS, Mapping, Row
from isthmus.dispatch.rules.values import MISSING

LETTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(LETTERS, max_size=15).map(lambda text: text.replace("\r", ""))
NAMES = st.text(LETTERS, min_size=1, max_size=9).map(lambda text: "x" + text.replace("\r", ""))
TITLES = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=9)
WHOLE = st.integers(-(2**63), 2**63 - 1)
PLAIN = TEXTS | WHOLE | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(TEXTS, PLAIN, max_size=3)
PARAMS: dict[str, Any] = {
    "sync": st.fixed_dictionaries({}, optional={"type": TEXTS}),
    "static": st.fixed_dictionaries({"value": VALUES}),
    "array_map": st.fixed_dictionaries(
        {"mappings": st.lists(st.fixed_dictionaries({"cmp": PLAIN, "val": VALUES}), max_size=3)}
    ),
    "custom": st.fixed_dictionaries({"script": TEXTS}),
}


@st.composite
def rows(draw: Any) -> Row:
    action = draw(st.sampled_from(sorted(PARAMS)))
    return Row(
        target=draw(NAMES),
        action=action,
        source=draw(NAMES),
        params=draw(PARAMS[action]),
        default=draw(st.just(MISSING) | VALUES),
        required=draw(st.booleans()),
        events=tuple(draw(st.lists(NAMES, max_size=2))),
        note=draw(TEXTS),
    )


MAPPINGS = st.builds(
    Mapping,
    name=TITLES,
    direction=st.sampled_from(DIRECTIONS),
    root=NAMES,
    rows=st.lists(rows(), max_size=4).map(tuple),
    needs=st.lists(NAMES, max_size=2).map(tuple),
    note=TEXTS,
)
SCRIPT = 'local a = "x";\n\n// a comment\n{ b: a }\n'
HEAD = 'name = "n"\ndirection = "inbound"\nroot = "ticket"\n'
STATIC = HEAD + '[[rows]]\ntarget = "a"\naction = "static"'
ONE = Mapping(
    "one", "inbound", "ticket",
    (Row("a", "sync", "ticket.a"), Row("b", "custom", params={"script": SCRIPT}),
     Row("c", "static", params={"value": 1})),
)  # fmt: skip


@given(MAPPINGS)
def test_what_is_exported_is_imported_the_same_with_the_same_version(mapping: Mapping) -> None:
    back = parse_file(export(mapping))
    assert back == mapping
    assert back.version == mapping.version
    assert diff(mapping, back) == ()


@given(MAPPINGS, MAPPINGS)
def test_two_mappings_have_one_version_only_when_they_are_the_same(a: Mapping, b: Mapping) -> None:
    assert (a.version == b.version) == (not diff(a, b))


def test_a_script_stands_in_the_file_line_by_line() -> None:
    assert "\n// a comment\n" in export(ONE)
    assert export(ONE).startswith("# A mapping of Isthmus. Format 1")


def test_a_file_with_line_ends_of_windows_is_the_same_mapping() -> None:
    assert parse_file(export(ONE).replace("\n", "\r\n")).version == ONE.version


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("name = \n", "line 1", ""),
        ('name = "n"\nroot = x', "line 2", ""),
        ("format = 2", "format 1", ""),
        (HEAD + "extra = 1", "extra", "the file"),
        (HEAD.replace("inbound", "up"), "up", "the file"),
        (HEAD + "rows = 1", "no list", "the file"),
        (HEAD + "rows = [1]", "no table", "row 1"),
        (HEAD + '[[rows]]\ntarget = "a"\naction = "copy"', "copy", "row 1"),
        (HEAD + '[[rows]]\ntarget = "a"\naction = "sync"', "source", "row 1"),
        (STATIC, "value", "row 1"),
        (HEAD + '[[rows]]\ntarget = "a"\naction = "custom"\nscript = 1', "script", "row 1"),
        (STATIC + '\nvalue = [2026-01-01]', "value", "row 1"),
        (STATIC + '\nvalue = 1\nscript = ""', "script", "row 1"),
        (HEAD + '[[rows]]\naction = "static"\nvalue = 1', "target", "row 1"),
        (STATIC + '\nvalue = 1\nrequired = 1', "requi", "row 1"),
        (STATIC + '\nvalue = 1\nevents = "e"', "events", "row 1"),
        (STATIC + '\nvalue = 1\ndefault = nan', "default", "row 1"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_with_its_line_or_row(
    text: str, place: str, part: str
) -> None:
    with pytest.raises(FileWrong) as refused:
        parse_file(text)
    assert place in str(refused.value)
    assert refused.value.where == part
    assert refused.value.remedy


@given(st.text(max_size=60))
def test_no_text_is_more_than_refused(text: str) -> None:
    with pytest.raises(FileWrong):
        parse_file(text)


def test_a_diff_tells_rows_added_removed_changed_and_moved() -> None:
    a, b, c = ONE.rows
    changed = replace(a, default="x")
    new = replace(ONE, rows=(b, changed, Row("d", "sync", "ticket.d")), note="second")
    told = [(one.kind, one.target, one.old_row, one.new_row) for one in diff(ONE, new)]
    assert told == [
        ("changed", "one", None, None), ("changed", "a", 1, 2), ("added", "d", None, 3),
        ("removed", "c", 3, None),
    ]  # fmt: skip
    assert "default: nothing became 'x'" in str(diff(ONE, new)[1])
    assert {one.kind for one in diff(ONE, replace(ONE, rows=(c, a, b)))} == {"moved"}
