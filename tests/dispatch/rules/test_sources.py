"""Records as documents."""

from datetime import UTC, datetime
from decimal import Decimal

from isthmus.autotask.models import FieldInfo
from isthmus.autotask.port import Record
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.sources import of_order, of_record, reference_of, relations_of
from isthmus.dispatch.rules.values import plain


def field(name: str, reference: str | None = None) -> FieldInfo:
    return FieldInfo(name, "integer", 0, False, False, True, reference, None, None)


FIELDS = (field("id"), field("companyID", "Companies"), field("problemTicketId", "Tickets"),
          field("queueID"), field("countryID"), field("title"))  # fmt: skip
CONTACT = Record(
    "Contacts",
    7,
    {"id": 7, "firstName": "Ada", "lastName": None, "emailAddress": "a@b.example"},
    {}, {"Badge": "1"}, {"Badge": "Gold"},
)  # fmt: skip
TICKET = Record(
    "Tickets",
    1,
    {"id": 1, "status": 5, "dueDateTime": datetime(2026, 7, 1, 12, tzinfo=UTC),
     "hours": Decimal("0.10"), "ticketNumber": "T1"},
    {"status": "Complete"}, {}, {},
)  # fmt: skip


def test_a_record_is_read_by_field_alias_label_udf_and_relation() -> None:
    document = {"ticket": of_record(TICKET, {"contact": of_record(CONTACT)})}
    told = {
        "ticket.status": 5,
        "ticket.status.label": "Complete",
        "ticket.number": "T1",
        "ticket.dueDateTime": "2026-07-01T12:00:00.000Z",
        "ticket.hours": Decimal("0.10"),
        "ticket.contact.email": "a@b.example",
        "ticket.contact.name": "Ada",
        "ticket.contact.udf.Badge.label": "Gold",
    }
    assert {path: paths.read(document, paths.parse(path)) for path in told} == told


def test_a_relation_is_the_field_without_its_id() -> None:
    assert reference_of("company", FIELDS) == ("companyID", "Companies")
    assert reference_of("problemTicket", FIELDS) == ("problemTicketId", "Tickets")
    assert reference_of("country", FIELDS) == ("countryID", "Countries")
    assert reference_of("queue", FIELDS) is None
    assert reference_of("", FIELDS) is None
    assert relations_of(FIELDS) == ("company", "problemTicket", "country")


def test_a_work_order_is_read_with_and_without_its_own_name() -> None:
    document = of_order({"id": 4, "status": {"name": "Draft"}}, {"name": "workorder.created"})
    for path in ("status.name", "workorder.status.name"):
        assert paths.read(document, paths.parse(path)) == "Draft"
    assert paths.read(document, paths.parse("event.name")) == "workorder.created"


def test_plain_values_are_what_json_can_hold() -> None:
    assert plain({"a": [Decimal("1.0"), Decimal("0.5"), float("nan"), None]}) == {
        "a": [1, 0.5, None, None]
    }
