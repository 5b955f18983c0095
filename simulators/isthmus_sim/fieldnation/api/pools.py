"""Preferred provider groups, and talent pools as far as they are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.lookups import row_of
from isthmus_sim.fieldnation.api.paging import cursor_page, listing
from isthmus_sim.fieldnation.base.errors import bad_parameter, invalid, missing
from isthmus_sim.fieldnation.orders.flow import must_be_provider

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]
POOL = "preferred_provider_group_id"


def groups(a: Asked) -> Doc:
    """List the preferred provider groups."""
    return listing(a, [_group(a, doc) for doc in a.world.store.each("pool")])


def _group(a: Asked, doc: Doc) -> Doc:
    number = doc["id"]
    token = a.world.token_text("pool", number, length=32)
    shown = {"id": number, "actions": [], "correlation_id": token, "name": doc["name"]}
    return {**shown, "providers": len(doc["users"])}


def group(a: Asked) -> Doc:
    """Give one group."""
    return _group(a, row_of(a, "pool", POOL, "Preferred provider group"))


def add_user(a: Asked) -> Doc:
    """Add a provider to a group."""
    doc = dict(row_of(a, "pool", POOL, "Preferred provider group"))
    number = a.number("user_id")
    must_be_provider(a.world, number)
    doc["users"] = sorted({*doc["users"], number})
    a.world.store.put("pool", doc["id"], doc)
    return _group(a, doc)


def users(a: Asked) -> Doc:
    """List the providers of a group."""
    doc = row_of(a, "pool", POOL, "Preferred provider group")
    shown = listing(a, [_member(a, number) for number in doc["users"]])
    shown["actions"] = "add_managed"  # a text in the description
    return shown


def _member(a: Asked, number: int) -> Doc:
    phone = (a.world.store.look("user", number) or {}).get("phone", "")
    flags = {"w2": False, "worked_with": False, "managed": False, "actions": []}
    return {**a.world.name_of(number), "phone": phone, "phone_ext": "", "cell": phone, **flags}


def remove_users(a: Asked) -> Doc:
    """Remove providers from a group."""
    doc = dict(row_of(a, "pool", POOL, "Preferred provider group"))
    gone = set(a.numbers("id"))
    doc["users"] = [number for number in doc["users"] if number not in gone]
    a.world.store.put("pool", doc["id"], doc)
    return _group(a, doc)


def select_all(a: Asked) -> list[int]:
    """Give the ids of all providers in the groups named. Source: the parameter is mandatory."""
    named = a.query("f_preferred_groups")
    if not named:
        raise bad_parameter("f_preferred_groups", "f_preferred_groups is required.")
    found: set[int] = set()
    for part in named.split(","):
        doc = a.world.store.look("pool", int(part)) if part.strip().isdecimal() else None
        found |= set(doc["users"]) if doc else set()
    return sorted(found)


def pool_groups(a: Asked) -> Doc:
    """List the talent pool groups, by cursor."""
    each = a.world.store.each("pool_group")
    ids, name = a.query("f_ids"), a.query("f_name").lower()
    project = a.query("f_project_id")
    rows = [
        _pool_group(doc)
        for doc in each
        if (not ids or doc["id"] in ids.split(","))
        and name in doc["name"].lower()
        and (not project or str(doc["project_id"]) == project)
    ]
    return cursor_page(a, rows, "talent_pool_group_id")


def _pool_group(doc: Doc) -> Doc:
    return {
        "talent_pool_group_id": doc["id"],
        "name": doc["name"],
        "project_id": doc["project_id"],
        "display_name": doc["display_name"],
        "tiers": doc["tiers"],
        "attributes": doc["attributes"],
    }


def add_pool_group(a: Asked) -> Doc:
    """Make a talent pool group."""
    key = a.world.token_text("pool group", a.world.store.next_id("job"), length=32)
    doc = {"id": key, "tiers": [], **_given(a)}
    a.world.store.put("pool_group", key, doc)
    return _pool_group(doc)


def _given(a: Asked) -> Doc:
    project = a.body_number("project_id")
    if a.world.store.look("project", project) is None:
        raise invalid(f"There is no project {project}.", "/project_id")
    rows = a.body().get("attributes")
    given = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    attributes = [
        {
            "id": a.world.token_text("attribute", number, row.get("name"), length=32),
            "name": str(row.get("name", "")),
            "value": str(row.get("value", "")),
        }
        for number, row in enumerate(given)
    ]
    name, shown = a.text("name", required=True), a.text("display_name")
    return {"name": name, "project_id": project, "display_name": shown, "attributes": attributes}


def _own(a: Asked) -> Doc:
    doc = a.world.store.get("pool_group", a.ids["group_uuid"])
    if doc is None:
        raise missing("Talent pool group", a.ids["group_uuid"])
    return doc


def pool_group(a: Asked) -> Doc:
    """Give one talent pool group."""
    return _pool_group(_own(a))


def change_pool_group(a: Asked) -> Doc:
    """Change a talent pool group."""
    doc = {**_own(a), **_given(a)}
    a.world.store.put("pool_group", doc["id"], doc)
    return _pool_group(doc)


def remove_pool_group(a: Asked) -> Doc:
    """Remove a talent pool group."""
    a.world.store.delete("pool_group", _own(a)["id"])
    return {"success": True, "message": "Removed."}


def pool_group_providers(a: Asked) -> Doc:
    """List who was put on a talent pool group by way of its project, with the tier."""
    group = _own(a)
    return cursor_page(a, _members(a, group), "provider_id")


def _members(a: Asked, group: Doc) -> list[Doc]:
    project = a.world.store.look("project", group["project_id"]) or {}
    found = []
    for key, groups in project.get("providers", {}).items():
        tiers = [g.get("tier_id") for g in groups if g.get("talent_pool_group_id") == group["id"]]
        if not tiers:
            continue
        user = a.world.name_of(int(key))
        tier = tiers[0] if isinstance(tiers[0], int) else 0
        member = {
            "provider_id": int(key),
            "name": f"{user['first_name']} {user['last_name']}".strip(),
            "photo": "",
            "exists_in_multiple_talent_pool_groups": len(groups) > 1,
        }
        shown = {"id": tier, "name": f"Tier {tier}", "providers": [member]}
        found.append({**member, "tier": shown})
    return found


def remove_pool_group_provider(a: Asked) -> Doc:
    """Take a provider off a talent pool group; `tierId` names one tier of it."""
    group, key = _own(a), str(a.number("provider_id"))
    project = a.world.store.get("project", group["project_id"]) or {}
    groups = project.get("providers", {}).get(key, [])
    tier = a.query("tierId")
    left = [
        one
        for one in groups
        if one.get("talent_pool_group_id") != group["id"]
        or (tier and str(one.get("tier_id")) != tier)
    ]
    removed = len(groups) - len(left)
    if not removed:
        raise missing("Provider", key)
    project["providers"][key] = left
    if not left or a.query("removeFromProject").lower() == "true":
        del project["providers"][key]
    a.world.store.put("project", project["id"], project)
    return {"success": True, "message": "Removed.", "removed_count": removed}


SERVED: dict[str, Handler] = {
    "v2_talentPoolGroupProviders_get": pool_group_providers,
    "v2_talentPoolGroupProviderByProviderId_delete": remove_pool_group_provider,
    "v2_preferredProviderGroups_get": groups,
    "v2_preferredProviderGroupsByPreferredProviderGroupId_get": group,
    "v2_preferredProviderGroupsByPreferredProviderGroupIdByUserId_post": add_user,
    "v2_preferredProviderGroupsByPreferredProviderGroupIdUsers_get": users,
    "v2_preferredProviderGroupsByPreferredProviderGroupIdUsers_delete": remove_users,
    "v2_providersSelectAllByPreferredProviderGroupId_get": select_all,
    "v2_talentPoolGroups_get": pool_groups,
    "v2_talentPoolGroups_post": add_pool_group,
    "v2_talentPoolGroupByGroupUuid_get": pool_group,
    "v2_talentPoolGroupByGroupUuid_put": change_pool_group,
    "v2_talentPoolGroupByGroupUuid_delete": remove_pool_group,
}
