"""Rules of single collections, beyond what their metadata says.

Each rule sees the whole row as it would be stored, and the row as it was (None when new).
Texts in quotes by integrators are observed; the rest is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from isthmus_sim.autotask.base import errors
from isthmus_sim.base.clock import parse_time, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.base.switches import Switches

SCALE = 10_000
TICKET_TIME, TASK_TIME = 2, 6


@dataclass(frozen=True)
class Write:
    """What a rule may look at. `new` is changed in place; `actor` is the resource who writes."""

    state: State
    switches: Switches
    new: Row
    old: Row | None
    actor: int

    def changed(self, *fields: str) -> bool:
        """Tell whether any of these fields gets another value."""
        return self.old is None or any(self.new[f] != self.old[f] for f in fields)


def check(collection: str, write: Write) -> None:
    """Apply the collection's rules, if it has any.

    Raises: VendorError.
    """
    rule = RULES.get(collection)
    if rule is not None:
        rule(write)


def check_delete(state: State, collection: str, row: Row, actor: int) -> None:
    """Refuse what may not be deleted. Observed for time entries of other people."""
    if collection == "TimeEntries" and row["creatorUserID"] != actor:
        raise errors.VendorError(
            "You do not have permission to delete time entries that you did not create."
        )


def _ticket(write: Write) -> None:
    new = write.new
    resource, role = new["assignedResourceID"], new["assignedResourceRoleID"]
    if (resource is None) != (role is None):
        raise errors.VendorError(
            "When assigning a Resource, you must assign both a assignedResourceID "
            "and assignedResourceRoleID."
        )
    if write.switches["ticket_needs_queue"] and new["queueID"] is None and resource is None:
        raise errors.field_is_required("queueID")
    if write.old is None and write.switches["ticket_needs_due_date"]:
        _due(write)
    if resource is not None and write.changed("assignedResourceID", "assignedResourceRoleID"):
        _pair(write.state, resource, role)
        _not_secondary(write)


def _due(write: Write) -> None:
    """
    Refuse a new ticket without a due date.

    The metadata says optional, integrators say required unless the category has a default;
    the text is assumed.
    """
    if write.new["dueDateTime"] is None:
        raise errors.required_value_missing("dueDateTime")


def _pair(state: State, resource: object, role: object) -> None:
    """A resource works in a role only where the desk says so. Documented; text assumed."""
    table = state.table("ResourceServiceDeskRoles")
    if not state.sql(f"SELECT 1 FROM {table} LIMIT 1"):
        return
    text = f'SELECT 1 FROM {table} WHERE "resourceID" = ? AND "roleID" = ? AND "isActive" IS NOT 0'
    if not state.sql(text, (resource, role)):
        raise errors.VendorError(
            "The combination of assignedResourceID and assignedResourceRoleID is not valid."
        )


def _not_secondary(write: Write) -> None:
    """The primary resource cannot be a secondary one too. Documented; text assumed."""
    ticket = write.new.get("id")
    if ticket is None:
        return
    table = write.state.table("TicketSecondaryResources")
    text = f'SELECT 1 FROM {table} WHERE "ticketID" = ? AND "resourceID" = ?'
    if write.state.sql(text, (ticket, write.new["assignedResourceID"])):
        raise errors.VendorError("The primary resource cannot also be a secondary resource.")


def _secondary(write: Write) -> None:
    new = write.new
    ticket = write.state.get("Tickets", int(new["ticketID"] or 0))
    if ticket is not None and ticket["assignedResourceID"] == new["resourceID"]:
        raise errors.VendorError("The primary resource cannot also be a secondary resource.")
    _pair(write.state, new["resourceID"], new["roleID"])


def _time_entry(write: Write) -> None:
    new = write.new
    owners = [f for f in ("ticketID", "taskID", "internalBillingCodeID") if new[f] is not None]
    if len(owners) > 1:
        raise errors.VendorError(
            "Only one of ticketID,taskID and InternallAllocationCodeID can be used at once"
        )
    if not owners:
        raise errors.required_value_missing("ticketID")
    if new["ticketID"] is not None and new["roleID"] is None:
        raise errors.VendorError("TimeEntries for Tickets must have a roleID")
    _clocked(write)
    if write.old is None:
        new["creatorUserID"] = write.actor
        kind = {"ticketID": TICKET_TIME, "taskID": TASK_TIME}
        new["timeEntryType"] = kind.get(owners[0])


def _clocked(write: Write) -> None:
    """Start, stop and hours agree: with start and stop given, the hours follow (observed)."""
    new = write.new
    start, stop = new["startDateTime"], new["endDateTime"]
    if (start is None or stop is None) and new["ticketID"] is not None and _strict(write):
        raise errors.VendorError("TimeEntries for Service tickets require a start and stop time.")
    if new["hoursWorked"] is None and (start is None or stop is None):
        raise errors.VendorError(
            "Must have at least one of hoursWorked or startDateTime/endDateTime"
        )
    if start is None and new["dateWorked"] is None:
        raise errors.VendorError(
            "dateWorked is required when no value is supplied for startDateTime"
        )
    if start is not None and stop is not None:
        worked = parse_time(str(stop)) - parse_time(str(start))
        if worked < timedelta(0):
            raise errors.VendorError("endDateTime must be after startDateTime.")
        new["hoursWorked"] = round(worked.total_seconds() * SCALE / 3600)
    if start is not None and (new["dateWorked"] is None or write.changed("startDateTime")):
        new["dateWorked"] = str(start)[:10] + "T00:00:00.000Z"
    new["hoursToBill"] = _to_bill(new)


def _to_bill(new: Row) -> int:
    if new["isNonBillable"]:
        return 0
    return max(int(new["hoursWorked"] or 0) + int(new["offsetHours"] or 0), 0)


def _strict(write: Write) -> bool:
    """Tell whether the contract wants start and stop. Assumed from the field's name."""
    contract = write.new["contractID"]
    if contract is None:
        ticket = write.state.get("Tickets", int(write.new["ticketID"] or 0))
        contract = ticket["contractID"] if ticket else None
    row = write.state.get("Contracts", int(contract)) if contract is not None else None
    return row is not None and row["timeReportingRequiresStartAndStopTimes"] == 1


def _note(write: Write) -> None:
    """A note's contact cannot be set by the API although metadata says so. Observed."""
    write.new["createdByContactID"] = write.old["createdByContactID"] if write.old else None


def _service_call(write: Write) -> None:
    start, stop = write.new["startDateTime"], write.new["endDateTime"]
    if start is not None and stop is not None and str(stop) < str(start):
        raise errors.VendorError("endDateTime must be after startDateTime.")
    if start is not None and stop is not None:
        spent = parse_time(str(stop)) - parse_time(str(start))
        write.new["duration"] = round(spent.total_seconds() * SCALE / 3600)


def _midnight(write: Write) -> None:
    """Contract days are days: the time is set to midnight. Documented."""
    for name in ("startDate", "endDate"):
        if write.new[name] is not None:
            day = parse_time(str(write.new[name])).replace(hour=0, minute=0, second=0)
            write.new[name] = to_text(day.replace(microsecond=0))


RULES: dict[str, Callable[[Write], None]] = {
    "Tickets": _ticket,
    "TicketSecondaryResources": _secondary,
    "TimeEntries": _time_entry,
    "TicketNotes": _note,
    "TaskNotes": _note,
    "ServiceCalls": _service_call,
    "Contracts": _midnight,
}
