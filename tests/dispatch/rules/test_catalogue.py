"""Fields to choose from, searched by what people call them."""

from isthmus.autotask.models import PicklistValue, UdfInfo
from isthmus.dispatch.rules.catalogue import (
    Choice,
    order_targets,
    record_choices,
    record_targets,
    search,
    spoken,
)
from isthmus.dispatch.rules.known import CompanyLists, EntityShape, Known
from isthmus.fieldnation.models import Choice as Listed
from tests.autotask.fields import field


def value(label: str, *, is_active: bool = True) -> PicklistValue:
    return PicklistValue(label, label, is_active, False, 1, None)


STATUS = field("status", picklist=(value("New"), value("Old", is_active=False)))
KNOWN = Known(
    {
        "Tickets": EntityShape(
            (field("title"), STATUS, field("companyID", reference="Companies")),
            (UdfInfo("Send to FN", "Send it to the field", "string", None),),
        ),
        "Companies": EntityShape((field("companyName"), field("phone"))),
        "TicketNotes": EntityShape((field("title"), field("noteType", is_required=True))),
    }
)


def test_fields_labels_user_defined_fields_and_related_records_are_offered() -> None:
    found = {one.path: one for one in record_choices("ticket", KNOWN, ["company"])}
    assert found["ticket.status.label"].values == ("New",)
    assert "ticket.udf.Send to FN" in found or 'ticket.udf["Send to FN"]' in found
    assert found["ticket.company.companyName"].within == "company"


def test_the_words_typed_may_be_of_the_label_the_path_and_the_record_around() -> None:
    choices = list(record_choices("ticket", KNOWN, ["company"]))
    assert search(choices, "comp na")[0].path == "ticket.company.companyName"
    assert search(choices, "send field")[0].label == "Send it to the field"
    assert search(choices, "new")[0].path == "ticket.status.label"
    assert search(choices, "nowhere") == ()


def test_what_an_order_needs_comes_first_and_with_a_part_what_that_needs() -> None:
    company = CompanyLists(projects=(Listed(1, "Rollout", {}),))
    assert next(iter(order_targets(company))).path == "title"
    needed = {one.path for one in order_targets(company, ["title", "pay.type"]) if one.is_needed}
    assert "pay.base.amount" in needed
    found = {one.path: one for one in order_targets(company)}
    assert found["project.name"].values == ("Rollout",)


def test_what_a_new_note_requires_comes_first() -> None:
    assert next(iter(record_targets("ticket", KNOWN))) == Choice(
        "note.noteType", "Note type", "string", "Note", (), is_needed=True
    )


def test_names_are_told_as_words() -> None:
    assert spoken("dueDateTime") == "Due date time"
    assert spoken("companyID") == "Company id"
