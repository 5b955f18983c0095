"""What a rule says and nothing comes of: told, and not in the way."""

from dataclasses import replace
from typing import Any

import pytest

from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.dispatch.mappings import NAMES, shipped, shipped_rule
from isthmus.dispatch.rules.check_rule import check_rule
from isthmus.dispatch.rules.known import CompanyLists, EntityShape, Known
from isthmus.dispatch.rules.shapes import Mapping, Problem
from isthmus.fieldnation.models import CompanyField

STATUS = FieldInfo(
    "status", "integer", 0, True, False, True, None,
    (PicklistValue("14", "Dispatch to Field", True, False, 1, None),), None,
)  # fmt: skip
SHAPE = EntityShape(
    (STATUS,), tuple(UdfInfo(f"Field Nation {n}", "", "string", None) for n in ("ID", "Link"))
)
KNOWN = Known(
    {"Tickets": SHAPE, "Tasks": SHAPE, "ServiceCalls": replace(SHAPE, udfs=())},
    CompanyLists(
        custom_fields=tuple(
            CompanyField(n, name, "text", False, False, False, False, (), {})
            for n, name in enumerate(("Isthmus ID", "Autotask Link"))
        )
    ),
)
MAPPINGS = {name: shipped(name) for name in NAMES}
BARE = replace(KNOWN, company=CompanyLists(), entities={"Tickets": replace(SHAPE, udfs=())})


def told(
    rule: str = "ticket_dispatch",
    known: Known = KNOWN,
    mappings: dict[str, Mapping] = MAPPINGS,
    **changes: Any,
) -> tuple[Problem, ...]:
    return check_rule(replace(shipped_rule(rule), **changes), mappings, known)


def test_a_rule_that_fits_has_no_problems() -> None:
    assert told() == told("task_dispatch") == told("service_call_dispatch") == ()


def test_fields_that_are_not_there_are_told_and_it_works_without_them() -> None:
    problems = told(known=BARE)
    assert {one.field for one in problems} == {"id_udf", "link_udf", "id_field", "link_field"}
    assert not any(one.is_fatal for one in problems)


def test_fields_that_are_not_wanted_are_not_missed() -> None:
    nothing: dict[str, Any] = {"id_udf": "", "link_udf": "", "id_field": "", "link_field": ""}
    assert told(known=BARE, **nothing) == ()
    by_note = told(known=BARE, cross_link="note", id_field="", link_field="")
    assert by_note == ()


@pytest.mark.parametrize(
    ("rule", "changes", "field"),
    [
        ("service_call_dispatch", {"notes": "in"}, "notes"),
        ("service_call_dispatch", {"times": True}, "times"),
        ("service_call_dispatch", {"costs": "charge"}, "costs"),
        ("task_dispatch", {"costs": "charge"}, "costs"),
    ],
)
def test_what_a_record_cannot_have_beside_it_is_told(
    rule: str, changes: dict[str, Any], field: str
) -> None:
    (problem,) = told(rule, **changes)
    assert (problem.field, problem.is_fatal) == (field, False)


def test_files_for_a_service_call_would_be_refused_and_so_are_they() -> None:
    (problem,) = told("service_call_dispatch", files="in")
    assert (problem.field, problem.is_fatal) == ("files", True)


def test_messages_without_rows_are_told_and_do_not_stand_in_the_way() -> None:
    mapping = MAPPINGS["ticket_outbound"]
    rows = tuple(row for row in mapping.rows if "workorder.message_posted" not in row.events)
    mappings = {**MAPPINGS, mapping.name: replace(mapping, rows=rows)}
    (problem,) = told(mappings=mappings)
    assert (problem.field, problem.is_fatal) == ("notes", False)
    assert told(mappings=mappings, notes="out") == ()


def test_a_title_without_the_records_number_is_told_of() -> None:
    mapping = MAPPINGS["ticket_inbound"]
    rows = tuple(
        replace(row, params={"template": "A visit"}) if row.target == "title" else row
        for row in mapping.rows
    )
    (problem,) = told(mappings={**MAPPINGS, mapping.name: replace(mapping, rows=rows)})
    assert problem.what == "The title of the order does not hold ticket.ticketNumber"
    assert not problem.is_fatal


def test_rows_that_name_no_event_are_never_done_and_that_is_told() -> None:
    mapping = MAPPINGS["ticket_outbound"]
    rows = tuple(replace(row, events=()) for row in mapping.rows[:1])
    mappings = {**MAPPINGS, mapping.name: replace(mapping, rows=rows)}
    (problem,) = told(mappings=mappings, notes="none", files="none", costs="none")
    assert problem.what == "Nothing is written back: no row of ticket_outbound names an event"


def test_a_rule_without_an_outbound_mapping_writes_nothing_back_by_intention() -> None:
    assert told(outbound="", notes="none", files="none", costs="none") == ()


def test_a_label_that_is_inactive_is_told_and_old_records_still_have_it() -> None:
    old = replace(STATUS, picklist=(replace(STATUS.picklist[0], is_active=False),))  # type: ignore[index]
    known = replace(KNOWN, entities={"Tickets": replace(SHAPE, fields=(old,))})
    (problem,) = told(known=known)
    assert "inactive" in problem.what
    assert not problem.is_fatal


def test_a_second_rule_that_makes_tickets_is_told_of() -> None:
    first = replace(shipped_rule("ticket_dispatch"), creates_tickets=True)
    second = replace(first, name="another")
    for rules, count in (((first,), 0), ((first, second), 1)):
        found = check_rule(first, MAPPINGS, KNOWN, rules)
        told_of = [one for one in found if "another makes tickets" in one.what]
        assert len(told_of) == count
        assert not any(one.is_fatal for one in told_of)
