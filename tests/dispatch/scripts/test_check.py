"""Scripts that cannot be read are told before any record is seen."""

import pytest

from isthmus.dispatch.rules.shapes import Mapping, Row
from isthmus.dispatch.scripts.check import check_scripts
from isthmus.dispatch.scripts.worker import ScriptWorker


def mapping(*scripts: str) -> Mapping:
    rows = (Row("title", "static", params={"value": "x"}),)
    made = (Row(f"a{n}", "custom", params={"script": one}) for n, one in enumerate(scripts))
    return Mapping("m", "inbound", "ticket", (*rows, *made))


@pytest.mark.parametrize(
    ("script", "place"),
    [
        ("local a = 1", "line 2, column 1"),
        ("{ a: 1,\n  b: [1, 2 }", "line 2, column 12"),
        ("if $.input.a then", ""),
        ("'open", ""),
    ],
)
def test_a_script_that_cannot_be_read_is_told_with_its_row(
    script: str, place: str, worker: ScriptWorker
) -> None:
    (problem,) = check_scripts(mapping("1", script), worker)
    assert (problem.row, problem.field, problem.is_fatal) == (3, "a1", True)
    assert place in problem.what


def test_scripts_are_not_run(worker: ScriptWorker) -> None:
    endless = "local f(x) = f(x + 1); f(0)"
    assert check_scripts(mapping(endless, "error 'no'", "1 // a comment"), worker) == ()


def test_every_row_that_is_for_an_event_is_read_too(worker: ScriptWorker) -> None:
    row = Row("a", "custom", params={"script": "1 +"}, events=("workorder.created",))
    (problem,) = check_scripts(Mapping("m", "outbound", "ticket", (row,)), worker)
    assert problem.row == 1
