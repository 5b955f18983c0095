from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from isthmus.autotask import (
    CallRefused,
    ClientSettings,
    Label,
    NothingThere,
    PermissionDenied,
    Records,
    RestRecords,
    RichTextEcho,
    UnknownEntity,
    UnknownField,
    ValidationFailed,
    q,
)
from isthmus.autotask.port import Writable
from tests.autotask.rest_records import DUE, NOTE, TICKET, records_of, row_of, sent_to


@pytest.fixture
async def records(autotask_sim: Any, quick: ClientSettings) -> AsyncIterator[RestRecords]:
    async with records_of(autotask_sim, quick) as opened:
        yield opened


def open_ticket(sim: Any, **wanted: Any) -> int:
    """The id of a ticket that has a description, and what else is wanted."""
    return next(
        int(row["id"])
        for row in sim.rows("Tickets")
        if row["description"] and all(row[name] == value for name, value in wanted.items())
    )


async def test_a_ticket_is_created_by_labels_and_read_back_equal(
    autotask_sim: Any, records: RestRecords
) -> None:
    port: Records = records
    hours = Decimal("1.250")
    given: dict[str, Writable] = {**TICKET, "estimatedHours": hours, "externalID": None}
    written = await port.create("Tickets", given, udfs={"Site-Code": 17})
    assert written.differences == ()
    row = row_of(autotask_sim, "Tickets", written.id)
    assert (row["status"], row["priority"], row["queueID"]) == (1, 1, 29682833)
    assert row["estimatedHours"] == 1.25
    assert row["dueDateTime"] == "2026-07-01T12:00:00.000Z"
    record = await port.fetch("Tickets", written.id)
    assert record is not None
    assert record.values["dueDateTime"] == DUE
    assert record.values["estimatedHours"] == hours
    assert record.labels["queueID"] == "Level I Support"
    assert record.udfs["Site-Code"] == "17"


async def test_an_update_sends_what_was_asked_and_nothing_else(
    autotask_sim: Any, records: RestRecords
) -> None:
    ticket = open_ticket(autotask_sim)
    before = row_of(autotask_sim, "Tickets", ticket)
    written = await records.update(
        "Tickets", ticket, {"title": "Changed", "externalID": None}, udfs={"Site-Code": None}
    )
    assert written.differences == ()
    after = row_of(autotask_sim, "Tickets", ticket)
    moved = {name for name in after if after[name] != before[name]}
    assert "title" in moved
    assert moved <= {
        "title", "externalID", "userDefinedFields", "lastActivityDate", "lastActivityResourceID",
        "lastTrackedModificationDateTime", "lastActivityPersonType",
    }  # fmt: skip
    assert len(sent_to(autotask_sim, "PATCH")) == 1


async def test_nothing_to_change_costs_no_call(autotask_sim: Any, records: RestRecords) -> None:
    assert (await records.update("Tickets", 7606, {})).differences == ()
    assert autotask_sim.admin("GET", "requests") == []


Child = tuple[str, str, str, dict[str, Writable], dict[str, Writable]]
CHILDREN: list[Child] = [
    ("TicketNotes", "Tickets", "ticketID", NOTE, {"title": "Seen twice"}),
    (
        "Contacts",
        "Companies",
        "companyID",
        {"firstName": "Ada", "lastName": "Byron", "isActive": 1},
        {"title": "Countess"},
    ),
    (
        "Tasks",
        "Projects",
        "projectID",
        {"title": "Dig", "status": Label("New"), "taskType": 1},
        {"estimatedHours": Decimal("2.5")},
    ),
    ("Phases", "Projects", "projectID", {"title": "First"}, {"description": "Ground"}),
    (
        "ContractServices",
        "Contracts",
        "contractID",
        {"serviceID": 301, "unitCost": Decimal("3.10")},
        {"invoiceDescription": "By the month"},
    ),
    (
        "TicketCharges",
        "Tickets",
        "ticketID",
        {"name": "Cable", "chargeType": Label("Operational"), "unitQuantity": 2,
         "datePurchased": DUE, "isBillableToCompany": True},
        {"unitPrice": Decimal("4.5")},
    ),
]  # fmt: skip


@pytest.mark.parametrize("child", CHILDREN, ids=lambda child: child[0])
async def test_a_child_is_created_and_changed_below_its_parent(
    autotask_sim: Any, records: RestRecords, child: Child
) -> None:
    entity, parents, field, values, changes = child
    parent = autotask_sim.rows(parents)[3]["id"]
    written = await records.create(entity, {**values, field: parent})
    assert written.differences == ()
    assert row_of(autotask_sim, entity, written.id)[field] == parent
    changed = await records.update(entity, written.id, changes)
    assert changed.differences == ()
    given = await records.update(entity, written.id, changes, parent_id=parent)
    assert given.differences == ()
    paths = [one["path"] for one in sent_to(autotask_sim, "PATCH")]
    assert len(set(paths)) == 1
    assert f"/{parents}/{parent}/" in paths[0]


async def test_a_child_of_a_child_is_created_and_deleted_with_the_parent_looked_up(
    autotask_sim: Any, records: RestRecords
) -> None:
    call = autotask_sim.rows("ServiceCalls")[0]
    ticket = open_ticket(autotask_sim)
    link = await records.create(
        "ServiceCallTickets", {"serviceCallID": call["id"], "ticketID": ticket}
    )
    resource = next(row["id"] for row in autotask_sim.rows("Resources") if row["isActive"])
    person = await records.create(
        "ServiceCallTicketResources", {"serviceCallTicketID": link.id, "resourceID": resource}
    )
    with pytest.raises(CallRefused, match="no update"):
        await records.update("ServiceCallTicketResources", person.id, {"resourceID": 4})
    await records.delete("ServiceCallTicketResources", person.id)
    await records.delete("ServiceCallTickets", link.id, parent_id=call["id"])
    assert autotask_sim.rows("ServiceCallTickets", link.id) == []
    with pytest.raises(NothingThere):
        await records.delete("ServiceCallTickets", link.id)
    with pytest.raises(NothingThere):
        await records.delete("ServiceCallTickets", link.id, parent_id=call["id"])


async def test_a_child_without_its_parent_is_refused_before_sending(
    autotask_sim: Any, records: RestRecords
) -> None:
    with pytest.raises(ValidationFailed, match="ticketID"):
        await records.create("TicketNotes", NOTE)
    assert sent_to(autotask_sim, "POST") == []


async def test_top_level_records_are_deleted_and_tickets_are_not(
    autotask_sim: Any, records: RestRecords
) -> None:
    call = await records.create(
        "ServiceCalls",
        {"companyID": 0, "startDateTime": DUE, "endDateTime": DUE + timedelta(hours=1)},
    )
    await records.delete("ServiceCalls", call.id)
    assert autotask_sim.rows("ServiceCalls", call.id) == []
    with pytest.raises(NothingThere):
        await records.delete("ServiceCalls", call.id)
    with pytest.raises(CallRefused):
        await records.delete("Tickets", open_ticket(autotask_sim))


async def test_a_record_that_is_not_there_is_told(records: RestRecords) -> None:
    with pytest.raises(NothingThere):
        await records.update("Tickets", 999_999_999, {"title": "x"})
    with pytest.raises(NothingThere):
        await records.update("TicketNotes", 999_999_999, {"title": "x"})
    with pytest.raises(UnknownEntity):
        await records.create("Tikets", {"title": "x"})
    assert await records.fetch("Tickets", 999_999_999) is None


async def test_what_the_vendor_alone_knows_is_told_as_validation(
    autotask_sim: Any, records: RestRecords
) -> None:
    lonely = {name: value for name, value in TICKET.items() if name != "queueID"}
    with pytest.raises(ValidationFailed, match="queueID is required"):
        await records.create("Tickets", lonely)
    with pytest.raises(ValidationFailed, match="contactID"):
        await records.create("Tickets", {**TICKET, "contactID": 1})
    assert len(sent_to(autotask_sim, "POST")) == 2


async def test_what_metadata_knows_costs_no_write(autotask_sim: Any, records: RestRecords) -> None:
    with pytest.raises(ValidationFailed, match="High"):
        await records.create("Tickets", {**TICKET, "priority": Label("Hihg")})
    with pytest.raises(ValidationFailed, match="inactive"):
        await records.create("Tickets", {**TICKET, "priority": Label("Project (old)")})
    with pytest.raises(UnknownField) as caught:
        await records.update("Tickets", 7606, {"tittle": "x"})
    assert "title" in caught.value.near
    assert sent_to(autotask_sim, "POST") == []
    assert sent_to(autotask_sim, "PATCH") == []


async def test_a_dependent_label_is_resolved_by_the_record_as_it_is(
    autotask_sim: Any, records: RestRecords
) -> None:
    ticket = open_ticket(autotask_sim)
    await records.update("Tickets", ticket, {"issueType": Label("Email"), "subIssueType": None})
    written = await records.update("Tickets", ticket, {"subIssueType": Label("Outlook")})
    assert written.differences == ()
    assert row_of(autotask_sim, "Tickets", ticket)["subIssueType"] == 111
    with pytest.raises(ValidationFailed, match="no label 'Password'"):
        await records.update("Tickets", ticket, {"subIssueType": Label("Password")})


async def test_a_missing_right_is_told_by_its_entity(
    autotask_sim: Any, records: RestRecords
) -> None:
    autotask_sim.admin(
        "POST", "faults",
        {"kind": "permission_lost", "entity": "TicketNotes", "verbs": ["create", "update"]},
    )  # fmt: skip
    with pytest.raises(PermissionDenied) as caught:
        await records.create("TicketNotes", {**NOTE, "ticketID": open_ticket(autotask_sim)})
    assert caught.value.entity == "TicketNotes"
    assert "write" in caught.value.remedy


# Rich text


async def test_a_record_sent_back_whole_is_refused_before_it_costs_its_formatting(
    autotask_sim: Any, records: RestRecords
) -> None:
    ticket = open_ticket(autotask_sim)
    record = await records.fetch("Tickets", ticket)
    assert record is not None
    text = str(record.values["description"])
    for echo in (text, f" {text}\n", text.replace("\r\n", "\n")):
        with pytest.raises(RichTextEcho, match="description") as caught:
            await records.update("Tickets", ticket, {"title": "New", "description": echo})
        assert caught.value.fields == ("description",)
    assert sent_to(autotask_sim, "PATCH") == []
    written = await records.update("Tickets", ticket, {"description": "Another text"})
    assert written.differences == ()


async def test_an_empty_text_over_an_empty_one_is_no_echo(
    autotask_sim: Any, records: RestRecords
) -> None:
    made = await records.create("Tickets", TICKET)
    await records.update("Tickets", made.id, {"description": "", "resolution": None})
    assert not row_of(autotask_sim, "Tickets", made.id)["description"]


# Impersonation


async def test_a_note_is_written_in_another_name_and_tasks_say_that_they_were_not(
    autotask_sim: Any, records: RestRecords
) -> None:
    person = next(row["id"] for row in autotask_sim.rows("Resources") if row["isActive"])
    ticket = open_ticket(autotask_sim)
    note = await records.create("TicketNotes", {**NOTE, "ticketID": ticket}, impersonate=person)
    assert note.differences == ()
    row = row_of(autotask_sim, "TicketNotes", note.id)
    assert row["creatorResourceID"] == person
    assert row["impersonatorCreatorResourceID"] is not None
    await records.update("TicketNotes", note.id, {"title": "x"}, impersonate=person)
    assert row_of(autotask_sim, "TicketNotes", note.id)["impersonatorUpdaterResourceID"]
    task = await records.create(
        "Tasks",
        {"projectID": autotask_sim.rows("Projects")[0]["id"], "title": "x", "status": 1,
         "taskType": 1},
        impersonate=person,
    )  # fmt: skip
    assert [one.field for one in task.differences] == ["creatorResourceID"]
    assert "impersonation" in task.differences[0].why


# Reading


async def test_records_are_found_and_read_by_id_like_the_rows(
    autotask_sim: Any, records: RestRecords
) -> None:
    ids = sorted(row["id"] for row in autotask_sim.rows("Tickets"))
    found = await records.find("Tickets", q.gte("id", ids[2]), limit=5)
    assert [one.id for one in found] == ids[2:7]
    read = [one.id async for one in records.read("Tickets", after_id=ids[0])]
    assert read == ids[1:]
    assert found[0] == await records.fetch("Tickets", ids[2])


async def test_every_record_of_every_main_entity_is_typed(records: RestRecords) -> None:
    for entity in ("Companies", "Contacts", "Tickets", "TimeEntries", "Contracts", "Invoices"):
        fields = {field.name.casefold(): field for field in await records.fields(entity)}
        async for record in records.read(entity):
            for name, value in record.values.items():
                kind = fields[name.casefold()].data_type
                if value is not None and kind == "decimal":
                    assert isinstance(value, Decimal), (entity, name)
                if value is not None and kind == "datetime":
                    assert getattr(value, "tzinfo", None) is not None, (entity, name)


async def test_metadata_is_read_once_for_many_writes(
    autotask_sim: Any, records: RestRecords
) -> None:
    for _ in range(3):
        await records.create("Tickets", TICKET, read_back=False)
    paths = [one["path"].casefold() for one in autotask_sim.admin("GET", "requests")]
    assert sum("entityinformation" in path for path in paths) == 2
    assert len(sent_to(autotask_sim, "POST")) == 3
