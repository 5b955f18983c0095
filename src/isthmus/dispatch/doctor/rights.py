"""What the API user may do at Autotask, held against what the enabled rules do there."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from isthmus.autotask import PermissionDenied, q
from isthmus.autotask.errors import LEVEL_PATH
from isthmus.autotask.models import EntityInfo
from isthmus.autotask.port import Record, Records
from isthmus.dispatch.doctor.findings import AUTOTASK, Finding, ok, warning, wrong
from isthmus.dispatch.identity import own_resource
from isthmus.dispatch.rules.rights import CREATE, QUERY, UPDATE, Right
from isthmus.dispatch.rules.rule import Rule

_WORDS: Final = {QUERY: "read", CREATE: "add", UPDATE: "edit"}
_SWITCHES: Final = {QUERY: "View to All", CREATE: "Add to Yes", UPDATE: "Edit to All"}
_PLACES: Final[Mapping[str, str]] = {
    "TicketNotes": "Service Desk > Ticket Notes",
    "TicketCharges": "Service Desk > Ticket Charges",
    "TicketAttachments": "Service Desk > Tickets, Attachments",
    "TaskNotes": "Projects > Task Notes",
    "TaskAttachments": "Projects > Tasks, Attachments",
    "CompanyLocations": "CRM > Companies",
    "Roles": "Admin > Resources/Users (HR)",
    "ResourceRoles": "Admin > Resources/Users (HR)",
}
"""
Where a security level has what is no dataset of its own.

Source: documented for tickets and notes, assumed for the small ones.
"""


async def look_at_rights(
    records: Records, rights: Sequence[Right], grants: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """
    Yield one finding an entity: what may be done with it, or what is missing and where it is given.

    Costs one call an entity. Args: grants: by collection, its place in a security level.
    """
    for entity in dict.fromkeys(right.entity for right in rights):
        wanted = [right for right in rights if right.entity == entity]
        try:
            info = await records.entity_info(entity)
        except PermissionDenied:
            yield _missing(entity, wanted, grants)
            continue
        missing = [right for right in wanted if not _may(info, right.verb)]
        if missing:
            yield _missing(entity, missing, grants)
        elif _is_restricted(info, wanted):
            place = _place(entity, grants)
            yield warning(
                AUTOTASK, entity, "access is restricted: what others own is not seen",
                f"To see all: {LEVEL_PATH}, set {place} to All for this user's level.",
            )  # fmt: skip
        else:
            allowed = ", ".join(_WORDS[right.verb] for right in wanted)
            yield ok(AUTOTASK, entity, f"may {allowed}")


def _may(info: EntityInfo, verb: str) -> bool:
    has, level = {
        QUERY: (info.can_query, info.query_access),
        CREATE: (info.can_create, info.create_access),
        UPDATE: (info.can_update, info.update_access),
    }[verb]
    return has and level.casefold() != "none"


def _is_restricted(info: EntityInfo, wanted: Sequence[Right]) -> bool:
    return info.query_access.casefold() == "restricted" and any(
        right.verb == QUERY for right in wanted
    )


def _missing(entity: str, missing: Sequence[Right], grants: Mapping[str, str]) -> Finding:
    verbs = " and ".join(_WORDS[right.verb] for right in missing)
    switches = " and ".join(_SWITCHES[right.verb] for right in missing)
    return wrong(
        AUTOTASK,
        entity,
        f"the API user's security level does not let it {verbs} them: {missing[0].why}",
        f"{LEVEL_PATH}: open the level of this API user, under {_place(entity, grants)} set"
        f" {switches}, save, and run isthmus doctor again.",
    )


def _place(entity: str, grants: Mapping[str, str]) -> str:
    return grants.get(entity) or _PLACES.get(entity) or entity


# Whom time entries are written for, and whom we act as


async def look_at_hours(records: Records, rules: Sequence[Rule]) -> AsyncIterator[Finding]:
    """Yield whether resource and role of time entries are there, active and a pair."""
    pairs = {(one.time_resource_id, one.time_role_id): one.name for one in rules if one.times}
    for (resource, role), name in pairs.items():
        subject = f"hours of rule {name}"
        remedy = f"Change time_resource_id and time_role_id of the rule {name}: isthmus rule show."
        found = [
            await _inactive(records, "Resources", resource, "resource"),
            await _inactive(records, "Roles", role, "role"),
        ]
        troubles = [trouble for trouble in found if trouble]
        if troubles:
            yield wrong(AUTOTASK, subject, "; ".join(troubles), remedy)
        elif not await _is_pair(records, resource, role):
            yield warning(
                AUTOTASK, subject, f"resource {resource} does not work in role {role}",
                "Autotask may refuse its time entries. Give the resource the role: Admin >"
                " Organization Settings & Users > Resources/Users (HR) > Resources/Users > the"
                " resource > Associations > Roles.",
            )  # fmt: skip
        else:
            yield ok(AUTOTASK, subject, f"written for resource {resource} in role {role}")


async def _inactive(records: Records, entity: str, number: int | None, word: str) -> str:
    """Return what is wrong with a resource or role; "" for nothing."""
    if number is None:
        return f"no {word} is named"
    found = await records.find(entity, q.eq("id", number), limit=1)
    if not found:
        return f"there is no {word} {number}, or none that the API user may see"
    return "" if _is_active(found[0]) else f"{word} {number} is inactive"


def _is_active(record: Record) -> bool:
    return record.values.get("isActive") in {True, None}


async def _is_pair(records: Records, resource: int | None, role: int | None) -> bool:
    """Tell whether a resource works in a role; yes where that cannot be looked up."""
    if resource is None or role is None:
        return True
    where = q.and_(q.eq("resourceID", resource), q.eq("roleID", role))
    for entity in ("ResourceRoles", "ResourceServiceDeskRoles"):
        try:
            found = await records.find(entity, where, limit=10)
        except PermissionDenied:
            return True
        if any(_is_active(one) for one in found):
            return True
    return False


async def look_at_ourselves(records: Records, username: str) -> AsyncIterator[Finding]:
    """Yield whether it is known whom our calls act as."""
    number = await own_resource(records, username)
    if number is None:
        yield warning(
            AUTOTASK, "our own changes", "which resource the API user is cannot be found out",
            "Our changes are told by their content then, at the price of a read each. To have them"
            " left out at once, give the API user the right to read Resources: "
            f"{LEVEL_PATH}, Other > Resources: View All.",
        )  # fmt: skip
    else:
        yield ok(AUTOTASK, "our own changes", f"are made as resource {number}")
