"""
What a write brings about besides itself: stamps, numbers, moved activity dates, deletion logs.

The one place for it, for writes by the API and for activity alike. All times are the store's
clock. Source: change fields per entity from the vendor's list; "last activity" moves on edits and
on notes and time of the row (documented); what moves the tracked-modification fields is assumed:
every edit of the row itself. Invoices, Products and ContractMilestones have no change date.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.life.stamps import (
    ACTIVITY_KINDS,
    CHANGED,
    CREATED,
    CREATORS,
    OWNED,
    PARENT_ACTIVITY,
    TOUCHERS,
)
from isthmus_sim.autotask.store.changes import CREATED as ROW_CREATED
from isthmus_sim.autotask.store.changes import DELETED, UPDATED, Change
from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, SCALE

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.state import State

Values = dict[str, Any]

COMPLETE = "5"
RESOURCE_PERSON = 1


def insert(state: State, collection: str, values: Values, actor: int) -> int:
    """Store a new row with all that follows from it; give its id."""
    row_id = state.insert(collection, on_insert(state, collection, values, actor))
    if state.changes.wanted(collection):
        new = state.get(collection, row_id)
        state.note(Change(collection, row_id, ROW_CREATED, None, new, actor))
    _touch_parents(state, collection, values, actor)
    return row_id


def update(state: State, collection: str, row_id: int, changes: Values, actor: int) -> None:
    """Change a row with all that follows; nothing happens where nothing differs."""
    old = state.get(collection, row_id)
    if old is None:
        return
    whole = on_update(state, collection, old, changes, actor)
    if whole:
        _store(state, collection, old, whole, actor)
        _touch_parents(state, collection, {**old, **whole}, actor)


def delete(state: State, collection: str, row_id: int, actor: int) -> None:
    """Remove a row, log it where the vendor keeps such a log, and remove what it owns."""
    row = state.get(collection, row_id)
    if row is None:
        return
    on_delete(state, collection, row, actor)
    _remove(state, collection, row, actor)
    _touch_parents(state, collection, row, actor)


def _store(state: State, collection: str, old: Values, changes: Values, actor: int) -> None:
    row_id = int(old["id"])
    state.update(collection, row_id, changes)
    if state.changes.wanted(collection):
        state.note(Change(collection, row_id, UPDATED, old, {**old, **changes}, actor))


def _remove(state: State, collection: str, row: Values, actor: int) -> None:
    row_id = int(row["id"])
    state.delete(collection, row_id)
    if state.changes.wanted(collection):
        state.note(Change(collection, row_id, DELETED, row, None, actor))


def on_insert(state: State, collection: str, values: Values, actor: int) -> Values:
    """Return the values with stamps, creator and numbers added; given ones are kept."""
    now = state.now_text()
    added: Values = dict.fromkeys(CREATED.get(collection, ()), now)
    makers = CREATORS.get(collection)
    if makers is None:
        known = state.catalog[collection].by_name
        makers = ("creatorResourceID",) if "creatorresourceid" in known else ()
    added.update(dict.fromkeys(makers, actor))
    if "isactive" in state.catalog[collection].by_name:
        added["isActive"] = 1  # assumed: what is made without saying so is in use
    if collection in {"Tickets", "Tasks"}:
        added.update(_new_work(state, collection, values, actor, now))
    elif collection == "TimeEntries":
        added.update(_worked(values))
    elif collection == "Projects":
        added["projectNumber"] = f"P{_day(now)}.{_next_number(state, 'Projects', now):04d}"
    return {**added, **{k: v for k, v in values.items() if v is not None}}


def on_update(state: State, collection: str, old: Values, changes: Values, actor: int) -> Values:
    """Return what differs from the old row, with the stamps a change brings; {} for nothing."""
    changed = {key: value for key, value in changes.items() if old.get(key) != value}
    if not changed:
        return {}
    now = state.now_text()
    added: Values = dict.fromkeys(CHANGED.get(collection, ()), now)
    if collection in TOUCHERS:
        added[TOUCHERS[collection]] = actor
    if collection in {"Tickets", "Tasks", "Projects"} and "status" in changed:
        added.update(_moved_status(collection, old, changed, actor, now))
    if collection == "TimeEntries":
        added.update(_worked({**old, **changed}))
    return {**added, **changed}


def on_delete(state: State, collection: str, row: Values, actor: int) -> None:
    """Write the deletion log of a row and remove what it owns. The row itself stays."""
    now = state.now_text()
    if collection == "Tickets":
        state.insert("DeletedTicketLogs", {
            "ticketID": row["id"], "ticketNumber": row["ticketNumber"] or "",
            "ticketTitle": row["title"] or "", "deletedByResourceID": actor,
            "deletedDateTime": now,
        })  # fmt: skip
    elif collection in ACTIVITY_KINDS:
        _log_activity(state, collection, row, actor, now)
    for owned, field in OWNED.get(collection, ()):
        table = state.table(owned)
        for (row_id,) in state.sql(f'SELECT id FROM {table} WHERE "{field}" = ?', (row["id"],)):
            child = state.get(owned, row_id)
            if child is not None:
                on_delete(state, owned, child, actor)
                _remove(state, owned, child, actor)


def _log_activity(state: State, collection: str, row: Values, actor: int, now: str) -> None:
    """Log a deleted note, time entry or attachment; the log has no id of it (documented)."""
    for field, owner, log, number in (
        ("ticketID", "Tickets", "DeletedTicketActivityLogs", "ticketNumber"),
        ("taskID", "Tasks", "DeletedTaskActivityLogs", "taskNumber"),
    ):
        parent = state.get(owner, row[field]) if row.get(field) is not None else None
        if parent is None:
            continue
        made = row.get("createDateTime") or row.get("attachDate") or now
        state.insert(log, {
            "typeID": ACTIVITY_KINDS[collection], field: parent["id"],
            number: parent[number] or "", "noteOrAttachmentTitle": row.get("title") or "",
            "createdByResourceID": row.get("creatorResourceID") or row.get("creatorUserID")
            or row.get("attachedByResourceID") or ADMINISTRATOR,
            "activityDateTime": made, "startDateTime": row.get("startDateTime") or made,
            "endDateTime": row.get("endDateTime") or made,
            "hoursWorked": row.get("hoursWorked") or 0, "deletedByResourceID": actor,
            "deletedDateTime": now,
        })  # fmt: skip


def _touch_parents(state: State, collection: str, row: Values, actor: int) -> None:
    now = state.now_text()
    for field, parent, stamp in PARENT_ACTIVITY.get(collection, ()):
        owner = row.get(field)
        if owner is None:
            continue
        changes: Values = {stamp: now, "lastActivityResourceID": actor}
        if parent == "Tickets" and collection == "TicketNotes" and row.get("publish") == 1:
            changes["lastCustomerVisibleActivityDateTime"] = now
        old = state.get(parent, int(owner)) if state.changes.wanted(parent) else None
        if old is None:
            state.update(parent, int(owner), changes)
        else:
            _store(state, parent, old, changes, actor)


def _new_work(state: State, collection: str, values: Values, actor: int, now: str) -> Values:
    """Number a new ticket or task and say who made it."""
    by_contact = values.get("createdByContactID") is not None
    number = f"T{_day(now)}.{_next_number(state, 'Tickets', now):04d}"
    found: Values = {
        "ticketNumber" if collection == "Tickets" else "taskNumber": number,
        "creatorType": 2 if by_contact else RESOURCE_PERSON,
        "lastActivityPersonType": RESOURCE_PERSON,
    }
    if not by_contact:
        found["creatorResourceID"] = actor
    if collection == "Tickets":
        found |= {"ticketCategory": 3, "isAssignedToComanaged": 0, "isVisibleToComanaged": 0}
        if values.get("assignedResourceID") is not None:
            found["firstResponseAssignedResourceID"] = values["assignedResourceID"]
    if str(values.get("status")) == COMPLETE:
        found |= _ended(collection, actor, now)
    return found


def _moved_status(collection: str, old: Values, changed: Values, actor: int, now: str) -> Values:
    """Say what a change of status brings: completion, its undoing, the first response."""
    if str(changed["status"]) == COMPLETE:
        return _ended(collection, actor, now)
    found: Values = {"statusDateTime": now} if collection == "Projects" else {}
    if str(old.get("status")) == COMPLETE:
        found |= dict.fromkeys(_ended(collection, actor, now))
        found.pop("statusDateTime", None)
    if collection == "Tickets" and old.get("firstResponseDateTime") is None:
        found |= {"firstResponseDateTime": now, "firstResponseInitiatingResourceID": actor}
    return found


def _ended(collection: str, actor: int, now: str) -> Values:
    if collection == "Tickets":
        return {"completedDate": now, "completedByResourceID": actor, "resolvedDateTime": now}
    if collection == "Tasks":
        return {"completedDateTime": now, "completedByResourceID": actor,
                "completedByType": RESOURCE_PERSON}  # fmt: skip
    return {"completedDateTime": now, "completedPercentage": 100, "statusDateTime": now}


def _worked(row: Values) -> Values:
    """Return the hours between start and stop, and those to bill, where both are known."""
    start, end = row.get("startDateTime"), row.get("endDateTime")
    minutes = _minutes(start, end) if start and end else None
    if minutes is None or minutes <= 0:
        hours = row.get("hoursWorked")
        return {} if hours is None else {"hoursToBill": hours}
    worked = (minutes * SCALE + 30) // 60
    bill = 0 if row.get("isNonBillable") else worked + int(row.get("offsetHours") or 0)
    return {"hoursWorked": worked, "hoursToBill": bill}


def _minutes(start: str, end: str) -> int | None:
    """Return the minutes between two times in storage form; None for times of other shapes."""
    try:
        gap = datetime.fromisoformat(end[:19]) - datetime.fromisoformat(start[:19])
    except ValueError:
        return None
    return int(gap.total_seconds()) // 60


def _day(now: str) -> str:
    return now[:10].replace("-", "")


def _next_number(state: State, collection: str, now: str) -> int:
    """Count on through a day; the counter lives in the store."""
    key = f"number:{collection}"
    day, number = state.meta_get(key) or ("", 0)
    if day != now[:10]:
        number = _highest_of_day(state, collection, now)
        day = now[:10]
    state.meta_set(key, [day, number + 1])
    return int(number) + 1


def _highest_of_day(state: State, collection: str, now: str) -> int:
    field, stamp, letter = (
        ("ticketNumber", "createDate", "T") if collection == "Tickets"
        else ("projectNumber", "createDateTime", "P")
    )  # fmt: skip
    found = state.sql(
        f'SELECT max("{field}") FROM {state.table(collection)} WHERE "{stamp}" >= ? AND '
        f'"{field}" LIKE ?',
        (now[:10], f"{letter}{_day(now)}.%"),
    )
    last = found[0][0]
    return int(str(last).rpartition(".")[2]) if last else 0
