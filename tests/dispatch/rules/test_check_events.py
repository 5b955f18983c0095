"""Rows of an outbound mapping and the events they are for."""

import re
from importlib import resources

import pytest

from isthmus.dispatch import costs, talk
from isthmus.dispatch.rules import events
from isthmus.dispatch.rules.check import check_mapping
from isthmus.dispatch.rules.check_params import HELPERS
from isthmus.dispatch.rules.known import ROOTS, UPDATED, Known
from isthmus.dispatch.rules.shapes import Mapping, Problem, Row

ASSIGNED, OUT = "workorder.status.assigned", "workorder.status.checked_out"


def row(target: str, *happened: str, source: str = "") -> Row:
    if source:
        return Row(target, "sync", source, events=happened)
    return Row(target, "static", params={"value": "x"}, events=happened)


def told(*rows: Row, root: str = "ticket", known: Known | None = None) -> tuple[Problem, ...]:
    mapping = Mapping("m", "outbound", root, rows)
    return check_mapping(mapping, known or Known())


def test_the_flow_and_the_checks_mean_the_same_events() -> None:
    assert (costs.HOURS, costs.EXPENSE, costs.PAY) == (events.HOURS, events.EXPENSE, events.PAY)
    assert talk.POSTED == events.POSTED


def test_every_record_that_can_be_made_is_known() -> None:
    made = frozenset().union(*events.BESIDE.values())
    assert made <= set(ROOTS) - UPDATED
    assert frozenset().union(*map(events.made_at, events.KNOWN_EVENTS)) <= made


def test_what_is_carried_over_at_an_event_is_sound() -> None:
    assert (
        told(
            row("note.title", ASSIGNED, OUT),
            row("note.description", events.POSTED, source="message.text"),
            row("timeEntry.summaryNotes", events.HOURS, source="timeLog.id"),
            row("charge.name", events.EXPENSE, source="expense.description"),
            row("charge.unitCost", events.PAY, source="pay.labor_sum"),
            row("ticket.title", ASSIGNED, source="title"),
            row("ticket.resolution"),
        )
        == ()
    )


def test_a_change_of_the_record_at_an_event_that_only_makes_something_is_told() -> None:
    (problem,) = told(row("ticket.title", events.POSTED))
    assert not problem.is_fatal
    assert "is not written then" in problem.what


def test_rows_of_notes_without_events_are_sound_while_there_are_no_hours() -> None:
    assert told(row("note.title"), row("note.description", ASSIGNED)) == ()
    hours = row("timeEntry.summaryNotes", events.HOURS)
    (problem,) = told(row("note.title"), row("note.description", ASSIGNED), hours)
    assert (problem.row, problem.is_fatal) == (1, True)


@pytest.mark.parametrize("happened", [(), (ASSIGNED,), (events.HOURS, ASSIGNED)])
def test_a_thing_is_read_only_at_the_event_that_is_about_it(happened: tuple[str, ...]) -> None:
    problems = told(row("ticket.title", *happened, source="timeLog.hours"))
    assert "There is a timeLog only at timelog.saved" in {one.what for one in problems}


def test_a_record_whose_fields_may_not_be_seen_is_told_and_not_checked() -> None:
    known = Known(unread=frozenset({"TimeEntries"}))
    (problem,) = told(row("timeEntry.nonsense", events.HOURS), known=known)
    assert (problem.field, problem.is_fatal) == ("timeEntry", False)


def test_the_helpers_that_are_known_are_those_there_are() -> None:
    prelude = resources.files("isthmus.dispatch.scripts").joinpath("prelude.jsonnet")
    made = re.findall(r"^  (\w+)\([^)]*\)::", prelude.read_text("utf-8"), re.MULTILINE)
    assert sorted(made) == sorted(HELPERS)
