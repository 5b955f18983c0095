"""Paths into documents."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.values import MISSING

TICKET: dict[str, Any] = {
    "ticket": {
        "status": 5,
        "labels": {"status": "Complete"},
        "udf": {"Send to FN": "1", "a.b": "x", "free": "text"},
        "udf_labels": {"Send to FN": "Yes"},
        "company": {"name": "Alpha", "label": "of its own"},
        "lines": [{"id": 7}, {"id": 8}],
    }
}
NAMES = st.text(min_size=1, max_size=12)
PATHS = st.tuples(NAMES, st.lists(NAMES | st.integers(0, 999), max_size=6)).map(
    lambda both: (both[0], *both[1])
)


def at(path: str) -> Any:
    return paths.read(TICKET, paths.parse(path))


def test_a_path_reads_fields_lists_user_defined_fields_and_labels() -> None:
    assert at("ticket.status") == 5
    assert at("ticket.status.label") == "Complete"
    assert at('ticket.udf["Send to FN"]') == "1"
    assert at('ticket.udf["Send to FN"].label') == "Yes"
    assert at('ticket.udf["a.b"]') == "x"
    assert at("ticket.lines[1].id") == 8
    assert at("ticket.company.label") == "of its own"


@pytest.mark.parametrize(
    "path",
    ["ticket.none", "ticket.status.more", "ticket.lines[2].id", "ticket.company[0]",
     "ticket.company.name.label", "ticket.udf.free.label", "x.y.label", "ticket.lines.id"],
)  # fmt: skip
def test_what_is_not_there_is_missing_and_no_error(path: str) -> None:
    assert at(path) is MISSING


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "[0]", "a.[0]", "a[0]b",
             'a["b', "a[1000]", "a[9999999]", ".".join("a" * 40)]
)  # fmt: skip
def test_a_text_that_is_no_path_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(paths.PathWrong) as refused:
        paths.parse(text)
    assert "results[0].id" in refused.value.remedy


@given(PATHS)
def test_a_path_spelt_out_is_read_back_the_same(path: paths.Path) -> None:
    assert paths.parse(paths.spell(path)) == path


@given(PATHS, st.integers() | st.text())
def test_what_is_written_at_a_path_is_read_there(path: paths.Path, value: object) -> None:
    document: dict[str, Any] = {}
    assert paths.write(document, path, value)
    if path[-1] != paths.LABEL:
        assert paths.read(document, path) == value


def test_a_value_in_the_way_is_not_written_over_by_what_needs_it_to_be_an_object() -> None:
    document: dict[str, Any] = {"a": 1, "b": {"c": 2}, "d": [{"e": 1}]}
    for path in ("a.x", "b[0]", "b", "d.e", "d"):
        assert not paths.write(document, paths.parse(path), 9), path
    assert document == {"a": 1, "b": {"c": 2}, "d": [{"e": 1}]}


def test_writing_into_a_copied_object_leaves_the_source_alone() -> None:
    source, document = {"city": "Bonn"}, dict[str, Any]()
    paths.write(document, ("place",), source)
    paths.write(document, ("place", "zip"), "53111")
    assert source == {"city": "Bonn"}
    assert document == {"place": {"city": "Bonn", "zip": "53111"}}
