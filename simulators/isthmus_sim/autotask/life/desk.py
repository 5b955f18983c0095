"""What happens at the service desk."""

from __future__ import annotations

from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.life.step import Happening, Life
from isthmus_sim.autotask.tenant import udfs
from isthmus_sim.autotask.tenant.shapes import PicklistEntry
from isthmus_sim.autotask.tenant.words_desk import (
    APPS,
    KINDS,
    NOTE_BODIES,
    NOTE_TITLES,
    RESOLUTIONS,
    SITES,
    THINGS,
    WORK_NOTES,
)
from isthmus_sim.autotask.tenant.words_people import FIRST_NAMES, LAST_NAMES

OPEN = '"status" IS NOT NULL AND "status" <> 5'
BULK = 40
COMPLETE = 5
TO_FIELD = "Dispatch to Field"


def _title(life: Life, text: str) -> str:
    rng = life.rng
    filled = {
        "{person}": f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
        "{host}": f"WS{rng.randrange(100)}", "{server}": f"SRV{rng.randrange(9)}",
        "{domain}": "customer.example", "{printer}": f"PRN{rng.randrange(30)}",
        "{site}": rng.choice(SITES), "{app}": rng.choice(APPS), "{thing}": rng.choice(THINGS),
    }  # fmt: skip
    for mark, content in filled.items():
        text = text.replace(mark, content)
    return text


def new_ticket(life: Life) -> Happening | None:
    """Somebody calls or writes."""
    kind = life.rng.choice(KINDS)
    company = life.pick("Companies", '"companyType" = 1') or 0
    contact = life.row("Contacts", life.pick("Contacts", '"companyID" = ?', (company,)))
    values = life.udf_value("Tickets") if life.rng.random() < 0.5 else {}
    return life.add(
        "Tickets", companyID=company, contactID=contact["id"] if contact else None,
        companyLocationID=contact["companyLocationID"] if contact else None,
        contractID=life.pick("Contracts", '"companyID" = ? AND "status" = 1', (company,)),
        title=_title(life, kind.title), description=kind.body, status=1, priority=kind.priority,
        queueID=life.active_code("Tickets", "queueID"), issueType=kind.issue,
        subIssueType=kind.sub, ticketType=kind.type, source=kind.sources[0],
        dueDateTime=life.hours_from_now(24), serviceLevelAgreementID=2, **values,
    )  # fmt: skip


def edit_ticket(life: Life) -> Happening | None:
    """Somebody moves a ticket on: status, queue, assignment, title or a user-defined field."""
    ticket = life.row("Tickets", life.recent("Tickets", OPEN))
    if ticket is None:
        return None
    choice = life.rng.randrange(6)
    changes: dict[str, object] = {"status": life.rng.choice((7, 8, 9, 10, 11, 12, 13, 15, 19, 21))}
    if choice == 1:
        changes = {"queueID": life.active_code("Tickets", "queueID")}
    elif choice == 2:
        changes = {"assignedResourceID": life.actor, "assignedResourceRoleID": life.pick("Roles")}
    elif choice == 3:
        changes = {"title": f"{ticket['title']} (again)"[:255]}
    elif choice == 4:
        changes = dict(life.udf_value("Tickets"))
    elif choice == 5:
        changes = {"priority": life.active_code("Tickets", "priority"), "contactID": None}
    return life.change("Tickets", int(ticket["id"] or 0), **changes)


def note(life: Life) -> Happening | None:
    """Somebody writes a note on a ticket."""
    ticket = life.recent("Tickets", most=400)
    if ticket is None:
        return None
    return life.add(
        "TicketNotes", ticketID=ticket, title=life.rng.choice(NOTE_TITLES), noteType=1,
        description=life.rng.choice(NOTE_BODIES), publish=life.rng.choice((1, 2)),
    )  # fmt: skip


def time_entry(life: Life) -> Happening | None:
    """A technician books time on a ticket, or on a task."""
    on_task = life.rng.random() < 0.15
    work = life.recent("Tasks" if on_task else "Tickets", OPEN)
    if work is None:
        return None
    resource = life.actor
    contract = None
    if not on_task:
        ticket = life.row("Tickets", work)
        contract = ticket["contractID"] if ticket else None
    length = life.rng.choice((0.25, 0.5, 0.75, 1, 20 / 60, 1.5))
    return life.add(
        "TimeEntries", resourceID=resource, roleID=life.pick("Roles"), contractID=contract,
        ticketID=None if on_task else work, taskID=work if on_task else None, offsetHours=0,
        timeEntryType=6 if on_task else 2, startDateTime=life.hours_from_now(-length),
        endDateTime=life.hours_from_now(0), dateWorked=life.day_from_now(0), isNonBillable=0,
        showOnInvoice=1, billingCodeID=life.pick("BillingCodes", '"useType" = 1'),
        summaryNotes=life.rng.choice(WORK_NOTES),
    )  # fmt: skip


def edit_time_entry(life: Life) -> Happening | None:
    """The service manager approves a time entry for billing."""
    entry = life.recent("TimeEntries", '"billingApprovalDateTime" IS NULL')
    return life.change("TimeEntries", entry, billingApprovalDateTime=life.state.now_text(),
                       billingApprovalResourceID=life.actor,
                       billingApprovalLevelMostRecent=1)  # fmt: skip


def complete_ticket(life: Life) -> Happening | None:
    """A ticket is done."""
    ticket = life.recent("Tickets", OPEN)
    return life.change("Tickets", ticket, status=COMPLETE, resolution=life.rng.choice(RESOLUTIONS))


def send_to_field(life: Life) -> Happening | None:
    """A dispatcher sends a ticket to the field: to a place with an address, with a day to come."""
    places = life.state.table("CompanyLocations")
    fit = (
        f'{OPEN} AND "status" NOT IN (10, 14) AND "companyLocationID" IN '
        f'(SELECT id FROM {places} WHERE "address1" IS NOT NULL AND "address1" <> \'\')'
    )
    codes = [e.value for e in life.state.picklist("Tickets", "status") if e.label == TO_FIELD]
    ticket = life.recent("Tickets", fit)
    if ticket is None or not codes:
        return None
    due = life.hours_from_now(life.rng.choice((24, 28, 48)))
    return life.change("Tickets", ticket, status=int(codes[0]), dueDateTime=due)


def bulk_edit(life: Life) -> Happening | None:
    """Somebody changes many tickets at one instant, to the very same millisecond."""
    start = life.pick("Tickets")
    if start is None:
        return None
    ids = life.state.sql(f"SELECT id FROM {life.state.table('Tickets')} WHERE id >= ? "
                         f"ORDER BY id LIMIT {BULK}", (start,))  # fmt: skip
    actor, order = life.actor, f"PO-{life.rng.randrange(100_000)}"
    for (ticket,) in ids:
        effects.update(life.state, "Tickets", ticket, {"purchaseOrderNumber": order}, actor)
    changed = tuple(int(row[0]) for row in ids)
    return Happening("Tickets", changed[0], changed)


def delete_ticket(life: Life) -> Happening | None:
    """An administrator deletes a ticket on which no time is booked."""
    entries = life.state.table("TimeEntries")
    free = f'NOT EXISTS (SELECT 1 FROM {entries} e WHERE e."ticketID" = "Tickets".id)'
    found = life.state.sql(
        f"SELECT id FROM (SELECT id FROM {life.state.table('Tickets')} ORDER BY id DESC LIMIT 60) "
        f'AS "Tickets" WHERE {free}'
    )
    return life.remove("Tickets", int(life.rng.choice(found)[0])) if found else None


def new_udf(life: Life) -> Happening | None:
    """An administrator adds a user-defined field, and somebody fills it in."""
    collection = life.rng.choice(("Tickets", "Companies", "Contacts", "Contracts"))
    known = life.state.udf_definitions(collection)
    if len(known) >= (300 if collection == "Tickets" else 50):
        return None
    kind = life.rng.choice(udfs.TYPES)
    definition = udfs.define(f"Added {kind} {len(known) + 1}", kind)
    life.state.add_udf(collection, definition)
    value = udfs.VALUES[kind](life.rng)
    return life.change(collection, life.pick(collection), **{f"udf:{definition.name}": value})


def new_picklist_value(life: Life) -> Happening | None:
    """An administrator adds a queue, status or source, which is used at once."""
    field = life.rng.choice(("queueID", "status", "source"))
    codes = [int(e.value) for e in life.state.picklist("Tickets", field)]
    code = max(codes) + life.rng.randrange(1, 5)
    entry = PicklistEntry(str(code), f"{life.rng.choice(NOTE_TITLES)} {code}")
    life.state.add_picklist_value("Tickets", field, entry)
    return life.change("Tickets", life.recent("Tickets", OPEN), **{field: code})


def rename_picklist_value(life: Life) -> Happening | None:
    """An administrator gives a queue another label, or retires it; the rows do not change."""
    entries = [e for e in life.state.picklist("Tickets", "queueID") if len(e.value) > 4]
    if not entries:
        return None
    entry = life.rng.choice(entries)
    label = entry.label.removesuffix(" (new)") + (
        "" if entry.label.endswith(" (new)") else " (new)"
    )
    changed = PicklistEntry(entry.value, label, entry.is_active, entry.is_default, entry.is_system,
                            entry.sort_order, entry.parent)  # fmt: skip
    life.state.add_picklist_value("Tickets", "queueID", changed)
    return Happening("Tickets", 0)


def delete_time_entry(life: Life) -> Happening | None:
    """Somebody deletes a time entry that is not approved."""
    return life.remove("TimeEntries", life.recent("TimeEntries", most=400))


def delete_note(life: Life) -> Happening | None:
    """Somebody deletes a ticket note."""
    return life.remove("TicketNotes", life.recent("TicketNotes", most=400))


DESK_ACTIONS = {
    "new_ticket": (16, new_ticket),
    "edit_ticket": (18, edit_ticket),
    "note": (10, note),
    "time_entry": (12, time_entry),
    "edit_time_entry": (4, edit_time_entry),
    "complete_ticket": (10, complete_ticket),
    "bulk_edit": (1, bulk_edit),
    "delete_ticket": (2, delete_ticket),
    "new_udf": (1, new_udf),
    "new_picklist_value": (1, new_picklist_value),
    "rename_picklist_value": (0, rename_picklist_value),
    "delete_time_entry": (0, delete_time_entry),
    "delete_note": (0, delete_note),
    "send_to_field": (0, send_to_field),
}
