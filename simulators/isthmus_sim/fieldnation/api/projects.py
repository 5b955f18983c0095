"""Projects and clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.lookups import named, row_of
from isthmus_sim.fieldnation.api.paging import listing
from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.base.statuses import (
    APPROVED,
    ASSIGNED,
    DRAFT,
    PAID,
    PUBLISHED,
    ROUTED,
    WORK_DONE,
)
from isthmus_sim.fieldnation.base.times import utc_text

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]
_CLIENT_TEXTS = (
    "address_1", "address_2", "city", "state", "zip", "country", "website", "policy_procedure",
    "standard_instruction", "about",
)  # fmt: skip
_COUNTS = {
    "draft": (DRAFT,),
    "published_routed": (PUBLISHED, ROUTED),
    "assigned": (ASSIGNED,),
    "approved_paid": (APPROVED, PAID),
    "work_done": (WORK_DONE,),
}


def projects(a: Asked) -> Doc:
    """List the projects."""
    return listing(a, [_project_row(a, doc) for doc in a.world.store.each("project")])


def _project_row(a: Asked, doc: Doc) -> Doc:
    client = named(a.world.store.look("client", doc.get("client_id") or 0))
    return {"id": doc["id"], "name": doc["name"], "status": doc["status"], "client": client}


def project(a: Asked) -> Doc:
    """Give one project."""
    return _project(a, row_of(a, "project", "project_id", "Project"))


def _project(a: Asked, doc: Doc) -> Doc:
    manager = a.world.store.look("user", doc.get("manager_id") or 0)
    shown = {
        "id": doc["id"],
        "company_id": str(a.world.account.company_id),
        "name": doc["name"],
        "status": doc["status"],
        "actions": ["edit"],
        "correlation_id": a.world.token_text("project", doc["id"], length=32),
    }
    if doc.get("client_id"):
        shown["client_id"] = doc["client_id"]
        shown["client"] = named(a.world.store.look("client", doc["client_id"]))
    if manager:
        contact = {"email": manager["email"], "phone": manager["phone"], "thumbnail": ""}
        shown["manager"] = {**a.world.name_of(manager["id"]), **contact}
    return shown


def add_project(a: Asked) -> Doc:
    """Make a project."""
    name, status = a.text("name", required=True), a.text("status") or "active"
    if status not in ("active", "completed", "cancelled"):
        raise invalid("status takes active, completed or cancelled.", "/status")
    links = {f"{key}_id": _link(a, key) for key in ("client", "manager")}
    number = a.world.store.next_id("project")
    doc: Doc = {"id": number, "name": name, "status": status, **links, "providers": {}}
    a.world.store.put("project", number, doc)
    return _project(a, doc)


def _link(a: Asked, key: str) -> int | None:
    value = a.body().get(key)
    number = value.get("id") if isinstance(value, dict) else None
    kind = "user" if key == "manager" else key
    known = isinstance(number, int) and a.world.store.look(kind, number) is not None
    return number if known else None


def add_project_providers(a: Asked) -> Doc:
    """Put providers on a project's talent pool groups."""
    doc = dict(row_of(a, "project", "project_id", "Project"))
    groups = _groups(a)
    doc["providers"] = {**doc.get("providers", {})}
    for number in a.numbers("provider_id"):
        doc["providers"][str(number)] = groups
    a.world.store.put("project", doc["id"], doc)
    return {"success": True}


def _groups(a: Asked) -> list[Doc]:
    value = a.body().get("talent_pool_groups")
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid("talent_pool_groups takes a list.", "/talent_pool_groups")
    return value


def project_provider(a: Asked) -> Doc:
    """Give the talent pool groups of a provider on a project."""
    doc = row_of(a, "project", "project_id", "Project")
    number = a.number("provider_id")
    groups = doc.get("providers", {}).get(str(number))
    if groups is None:
        raise missing("Project provider", number)
    return {
        "project_id": doc["id"],
        "provider_id": number,
        "talent_pool_groups": [_territory(a, group) for group in groups],
    }


def _territory(a: Asked, group: Doc) -> Doc:
    key = str(group.get("talent_pool_group_id", ""))
    known = a.world.store.look("pool_group", key) or {}
    tier = group.get("tier_id")
    number = tier if isinstance(tier, int) else 0
    tiers = {"tier_id": number, "tier_name": f"Tier {number}"}
    names = {"talent_pool_group_id": key, "talent_pool_group_name": known.get("name", "")}
    return {**names, **tiers}


def change_project_provider(a: Asked) -> Doc:
    """Set the talent pool groups of a provider on a project."""
    doc = dict(row_of(a, "project", "project_id", "Project"))
    number = a.number("provider_id")
    doc["providers"] = {**doc.get("providers", {}), str(number): _groups(a)}
    a.world.store.put("project", doc["id"], doc)
    return {"success": True}


def clients(a: Asked) -> Doc:
    """List the clients."""
    each = a.world.store.each("client")
    return listing(a, [{"id": doc["id"], "name": doc["name"]} for doc in each])


def client(a: Asked) -> Doc:
    """Give one client."""
    return _client(a, row_of(a, "client", "client_id", "Client"))


def _client(a: Asked, doc: Doc) -> Doc:
    each = a.world.store.each("work_order")
    statuses = [order["status"] for order in each if order["client_id"] == doc["id"]]
    counts = {key: sum(s in some for s in statuses) for key, some in _COUNTS.items()}
    kind = doc.get("location_type")
    return {
        "id": doc["id"],
        "client_id": doc["id"],
        "name": doc["name"],
        "actions": ["edit"],
        "correlation_id": a.world.token_text("client", doc["id"], length=32),
        "active": True,
        "print_logo": bool(doc.get("print_logo")),
        **{key: doc.get(key, "") for key in _CLIENT_TEXTS},
        "location_type": kind if isinstance(kind, int) else 1,
        "created": {"utc": doc["created"]},
        "logo": "",
        "work_order_counts": {"all": len(statuses), "today": 0, **counts},
    }


def add_client(a: Asked) -> Doc:
    """Make a client."""
    number = a.world.store.next_id("client")
    doc: Doc = {key: a.text(key) for key in _CLIENT_TEXTS}
    doc |= {"id": number, "name": a.text("name", required=True), "created": utc_text(a.call.at)}
    doc["location_type"] = a.body().get("location_type")
    doc["print_logo"] = a.body().get("print_logo") is True
    a.world.store.put("client", number, doc)
    return _client(a, doc)


SERVED: dict[str, Handler] = {
    "v2_projects_get": projects,
    "v2_projects_post": add_project,
    "v2_projectsByProjectId_get": project,
    "v2_projectProviders_post": add_project_providers,
    "v2_projectProviderById_get": project_provider,
    "v2_projectProviderById_put": change_project_provider,
    "v2_clients_get": clients,
    "v2_clients_post": add_client,
    "v2_clientById_get": client,
}
