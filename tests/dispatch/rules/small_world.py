"""Both sides in small, and rows of mappings that fit or do not fit them."""

from typing import Any

from isthmus.autotask.models import PicklistValue, UdfInfo
from isthmus.dispatch.rules.known import CompanyLists, EntityShape, Known
from isthmus.dispatch.rules.shapes import Mapping, Row
from isthmus.fieldnation.models import Choice, CompanyField
from tests.autotask.fields import field


def picks(*labels: str, inactive: str = "Retired") -> tuple[PicklistValue, ...]:
    active = [PicklistValue(str(n), one, True, False, n, None) for n, one in enumerate(labels, 1)]
    return (*active, PicklistValue("99", inactive, False, False, 99, None))


ID = field("id", "long", is_required=True, is_read_only=True)
TICKETS = EntityShape(
    (
        ID,
        field("title", length=20, is_required=True),
        field("status", "integer", picklist=picks("New", "Complete"), is_required=True),
        field("companyID", "integer", reference="Companies", is_required=True),
        field("contactID", "integer", reference="Contacts"),
        field("dueDateTime", "datetime"),
        field("estimatedHours", "decimal"),
        field("isVisible", "boolean"),
        field("lastActivityDate", "datetime", is_read_only=True),
    ),
    (
        UdfInfo("Send to FN", "", "string", picks("Yes", "No")),
        UdfInfo("Site", "", "string", None, length=5),
        UdfInfo("Count", "", "integer", None),
        UdfInfo("On", "", "datetime", None),
    ),
)
COMPANIES = EntityShape((ID, field("companyName"), field("parentCompanyID", reference="Companies")))
NOTES = EntityShape(
    (
        ID,
        field("ticketID", "integer", reference="Tickets", is_required=True),
        field("description", length=50, is_required=True),
        field("noteType", "integer", picklist=picks("Task Notes"), is_required=True),
    )
)


def custom(number: int, name: str, kind: str = "text", options: tuple[str, ...] = ()) -> Any:
    return CompanyField(number, name, kind, False, False, False, False, options, {})


KNOWN = Known(
    {"Tickets": TICKETS, "Companies": COMPANIES, "TicketNotes": NOTES},
    CompanyLists(
        projects=(
            Choice(310, "Store Refresh", {}),
            Choice(311, "Twin", {}),
            Choice(312, "Twin", {}),
        ),
        types_of_work=(Choice(41, "General Networking", {}),),
        custom_fields=(
            custom(8101, "Autotask Ticket ID"),
            custom(8103, "Priority", "predefined", ("High", "Low")),
            custom(8105, "Devices", "numeric"),
            custom(8106, "Bill By", "date"),
        ),
    ),
)
TITLE = Row("title", "static", params={"value": "A visit"})


def static(target: str, value: Any) -> Row:
    return Row(target, "static", params={"value": value})


def sync(source: str, target: str = "description.html", **params: Any) -> Row:
    return Row(target, "sync", source, params)


def inbound(*rows: Row) -> Mapping:
    return Mapping("m", "inbound", "ticket", (TITLE, *rows))


def outbound(*rows: Row) -> Mapping:
    return Mapping("m", "outbound", "ticket", rows)


GOOD_OUT = outbound(
    static("ticket.status.label", "Complete"),
    static("ticket.dueDateTime", "2026-07-01T12:00:00Z"),
    static("ticket.estimatedHours", "1.50"),
    static("ticket.udf.Count", "0042"),
    static('ticket.udf["Send to FN"].label', "No"),
    static("note.description", "Done"),
    static("note.noteType.label", "Task Notes"),
)
