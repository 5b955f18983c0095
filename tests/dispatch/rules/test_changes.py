"""Typed writes to Autotask, made of what a mapping gave."""

from decimal import Decimal

from isthmus.autotask.port import Label
from isthmus.dispatch.rules.changes import to_changes
from isthmus.dispatch.rules.mapping import apply
from tests.dispatch.rules.small_world import GOOD_OUT, KNOWN


def test_a_document_becomes_typed_writes_changes_first() -> None:
    result = apply(GOOD_OUT, {})
    changes, problems = to_changes(result.document, KNOWN)
    assert problems == ()
    assert [(one.entity, one.is_new) for one in changes] == [
        ("Tickets", False),
        ("TicketNotes", True),
    ]
    values = changes[0].values
    assert values["status"] == Label("Complete")
    assert values["estimatedHours"] == Decimal("1.50")
    assert getattr(values["dueDateTime"], "tzinfo", None) is not None
    assert changes[0].udfs == {"Count": "42", "Send to FN": Label("No")}
    assert changes[1].values["noteType"] == Label("Task Notes")


def test_what_cannot_be_written_is_a_problem_and_the_rest_is_kept() -> None:
    document = {
        "ticket": {"title": "fine", "titel": 1, "estimatedHours": "x", "udf": {"Gone": 1}},
        "wat": {},
    }
    changes, problems = to_changes(document, KNOWN)
    assert changes[0].values == {"title": "fine"}
    assert {one.field for one in problems} == {
        "ticket.titel",
        "estimatedHours",
        "ticket.udf.Gone",
        "wat",
    }
