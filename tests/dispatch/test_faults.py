"""What went wrong is sorted by who can mend it, not by the words it is told in."""

from isthmus.dispatch.faults import SCRIPT, VALIDATION, MappingProblems, kind_of
from isthmus.dispatch.rules.mapping import apply
from isthmus.dispatch.rules.shapes import INBOUND, Mapping, Outcome, Row


def kind(row: Row, *outcomes: Outcome) -> str:
    mapping = Mapping("test", INBOUND, "ticket", (row,))
    result = apply(mapping, {"ticket": {}}, dict(enumerate(outcomes, 1)))
    return kind_of(MappingProblems("here", result.problems))


def test_an_empty_description_is_no_fault_of_a_script() -> None:
    row = Row("description.html", "sync", "ticket.description", required=True)
    assert kind(row) == VALIDATION


def test_a_script_that_fails_is_whatever_it_says() -> None:
    row = Row("title", "custom", params={"script": "error 'no'"})
    assert kind(row, Outcome(trouble="It says no", remedy="Ask it.")) == SCRIPT


def test_a_script_that_comes_out_empty_may_lack_something_of_the_record() -> None:
    row = Row("title", "custom", params={"script": "''"}, required=True)
    assert kind(row, Outcome(value="")) == VALIDATION
