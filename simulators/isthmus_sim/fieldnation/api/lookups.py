"""Lists of the company: templates, types of work, managers, fields, locations, people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import STATES, ZONE_IDS
from isthmus_sim.fieldnation.api.lists import matching, show_list
from isthmus_sim.fieldnation.api.paging import block, cut, listing
from isthmus_sim.fieldnation.base.errors import bad_parameter, invalid, missing
from isthmus_sim.fieldnation.base.times import offset_hours, utc_text
from isthmus_sim.fieldnation.orders.place import LOCATION_TYPES
from isthmus_sim.fieldnation.orders.tasks import TYPE_ID
from isthmus_sim.fieldnation.view.shapes import metadata

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]


def row_of(a: Asked, kind: str, name: str, what: str) -> Doc:
    """Give the document a path names. Raises: Refusal: not found."""
    number = a.number(name)
    found = a.world.store.look(kind, number)
    if found is None:
        raise missing(what, number)
    return found


def own_company(a: Asked) -> None:
    """Refuse another company's number. Raises: Refusal: not found."""
    if a.number("company_id") != a.world.account.company_id:
        raise missing("Company", a.number("company_id"))


def named(doc: Doc | None) -> Doc:
    """Give {id, name}."""
    return {"id": doc["id"], "name": doc["name"]} if doc else {}


def company(a: Asked) -> Doc:
    """Give {id, name} of the buyer's company."""
    return {"id": a.world.account.company_id, "name": a.world.account.company_name}


def templates(a: Asked) -> Doc:
    """List the templates."""
    return listing(a, [_template(a, doc) for doc in a.world.store.each("template")])


def template(a: Asked) -> Doc:
    """Give one template with the defaults it carries."""
    doc = row_of(a, "template", "template_id", "Template")
    shown = _template(a, doc)
    kinds = [{"id": k["id"], "isPrimary": k["isPrimary"]} for k in doc["types_of_work"]]
    services = (a.world.store.look("service_type", n) for n in doc["service_types"])
    body = {
        "id": doc["id"],
        "name": doc["name"],
        "title": doc["title"],
        "project": shown["project"],
        "description": {"html": doc["description"]},
        "confidential": {"html": doc["confidential"]},
        "types_of_work": kinds,
        "service_types_legacy": [
            {"id": s["id"], "name": s["name"], "value": s["id"], "label": s["name"]}
            for s in services
            if s
        ],
        "tasks": {
            "results": [
                {
                    "type": {"id": TYPE_ID[task["type"]]},
                    "group": {"id": task["group"]},
                    "label": task["label"],
                    "description": "",
                    "alerts": [],
                }
                for task in doc["tasks"]
            ]
        },
        "contacts": {"results": doc["contacts"]},
        "custom_fields": _template_fields(a, doc),
        "default": doc["default"],
        "actions": [],
    }
    return {**shown, "work_orders": 0, "v3_pay_type": doc["pay"]["type"], "data": body}


def _template(a: Asked, doc: Doc) -> Doc:
    return {
        "id": doc["id"],
        "name": doc["name"],
        "default": doc["default"],
        "company": company(a),
        "created": {"utc": doc["created"]},
        "updated": {"utc": doc["created"]},
        "project": named(a.world.store.look("project", doc["project_id"])),
        "actions": [],
    }


def _template_fields(a: Asked, doc: Doc) -> Doc:
    found = [
        {"id": f["id"], "name": f["name"], "type": f["type"], "role": f["role"],
         "value": doc["custom_fields"][str(f["id"])]}
        for f in a.world.store.each("custom_field")
        if str(f["id"]) in doc["custom_fields"]
    ]  # fmt: skip
    return {"results": [{"name": "Template", "role": "buyer", "results": found}]}


def types_of_work(a: Asked) -> Doc:
    """List the types of work."""
    rows = a.world.store.each("type_of_work")
    return {"actions": [], "params": [], "metadata": block(a, len(rows)), "results": cut(a, rows)}


def service_types(a: Asked) -> list[Doc]:
    """List the service types of a type of work; ids are texts here (documented)."""
    kind = row_of(a, "type_of_work", "type_of_work_id", "Type of work")
    each = a.world.store.each("service_type")
    return [
        {"id": str(s["id"]), "text": s["name"]} for s in each if s["type_of_work_id"] == kind["id"]
    ]


def company_tags(a: Asked) -> Doc:
    """List the company's tags."""
    rows = [_tag(doc) for doc in a.world.store.each("tag")]
    return {"actions": [], "metadata": block(a, len(rows)), "params": [], "results": cut(a, rows)}


def add_company_tag(a: Asked) -> Doc:
    """Make a tag."""
    body, number = a.body(), a.world.store.next_id("tag")
    types, statuses = body.get("types"), body.get("valid_statuses")
    tag = {
        "id": number,
        "label": a.text("label", required=True),
        "hex_color": a.text("hex_color") or "#607d8b",
        "types": _known(types, TAG_TYPES),
        "valid_statuses": _known(statuses, TAG_STATUSES),
    }
    a.world.store.put("tag", number, tag)
    return _tag(tag)


def _known(value: Any, allowed: tuple[str, ...]) -> list[str]:
    return [one for one in allowed if isinstance(value, list) and one in value]


def _tag(doc: Doc) -> Doc:
    statuses = doc.get("valid_statuses") or list(TAG_STATUSES)
    return {**doc, "valid_statuses": statuses, "actions": []}


TAG_STATUSES = (
    "created", "published", "routed", "assigned", "workdone", "approved", "paid", "canceled",
)  # fmt: skip

TAG_TYPES = (
    "custom_company", "hide_from_provider", "provider_can_edit", "for_providers_only",
    "show_in_dashboard",
)  # fmt: skip


def company_expenses(a: Asked) -> Doc:
    """List the expense categories."""
    rows = [
        {
            "uid": doc["id"],
            "id": doc["id"],
            "company_expense_id": doc["id"],
            "label": doc["label"],
            "description": "",
            "amount": 0,
            "type": doc["type"],
            "actions": [],
            "is_travel": doc["is_travel"],
            "hide_pre_assign": False,
        }
        for doc in a.world.store.each("expense")
    ]
    return {"metadata": metadata(len(rows)), "results": rows, "actions": []}


def networks(a: Asked) -> list[Doc]:
    """List the company's networks; ids are texts here (documented)."""
    own_company(a)
    return [
        {"network_id": str(doc["id"]), "type": doc["type"], "network_name": doc["name"]}
        for doc in a.world.store.each("network")
    ]


def managers(a: Asked) -> list[Doc]:
    """List the managers, the API user among them."""
    each = a.world.store.each("user")
    return [a.world.name_of(u["id"]) for u in each if u["role"] in ("api", "manager")]


def site_revisit_reasons(a: Asked) -> Doc:
    """List the reasons for a revisit. Source: action_type is mandatory (documented)."""
    own_company(a)
    action = a.query("action_type")
    if action not in ("all", "job_status", "revisit"):
        raise bad_parameter("action_type", "action_type takes all, job_status or revisit.")
    each = a.world.store.each("revisit_reason")
    rows = [
        {
            "reason_id": doc["id"],
            "parent_reason_id": 0,
            "name": doc["name"],
            "is_custom_reason": False,
            "is_archived": False,
            "cloned_from_reason_id": 0,
            "sub_reasons": [],
        }
        for doc in each
        if action in ("all", doc["action_type"])
    ]
    return {"results": rows}


def incomplete_reasons(a: Asked) -> list[Doc]:
    """List the reasons to send work back."""
    return [
        {"id": doc["id"], "label": doc["label"]} for doc in a.world.store.each("incomplete_reason")
    ]


def custom_fields(a: Asked) -> Doc:
    """List the company's custom fields, flat."""
    rows = [
        {
            "id": doc["id"],
            "name": doc["name"],
            "tip": "",
            "type": doc["type"],
            "required": int("required" in doc["flags"]),
            "internal": int("internal_id" in doc["flags"]),
            "unique": int("unique" in doc["flags"]),
            "for_tech": int(doc["role"] == "assigned_provider"),
            "admin_edit_only": 0,
            "template": 0,
            "flags": doc["flags"],
            "options": doc["options"],
            "actions": ["edit"],
        }
        for doc in a.world.store.each("custom_field")
    ]
    return listing(a, rows)


def _money(kind: str) -> Handler:
    def handler(a: Asked) -> Doc:
        rows = [
            {
                "id": doc["id"],
                "name": doc["name"],
                "type": doc["type"],
                "modifier": str(doc["modifier"]),
                "description": "",
            }
            for doc in a.world.store.each(kind)
        ]
        listed = listing(a, rows)
        listed["metadata"] |= {"company_columns": {"actions": []}, "available_columns": []}
        return listed

    return handler


def user(a: Asked) -> Doc:
    """Give a user."""
    doc = row_of(a, "user", "user_id", "User")
    return {
        **a.world.name_of(doc["id"]),
        "email": doc["email"],
        "w2": False,
        "thumbnail": "",
        "zip": doc["zip"],
        "custom_fields": {"metadata": metadata(0), "results": []},
    }


def locations(a: Asked) -> Doc:
    """List the saved locations; `location_search` looks in names and addresses."""
    wanted = a.query("location_search").lower()
    each = a.world.store.each("location")
    rows = [_location_row(a, doc) for doc in each if wanted in _said(doc)]
    meta = block(a, len(rows))
    shown = {"actions": [], "metadata": meta, "params": [], "results": cut(a, rows)}
    return {**shown, "correlation_id": a.world.token_text("locations", length=32)}


def _said(doc: Doc) -> str:
    names = ("name", "display_name", "address1", "city", "state", "zip")
    return " ".join(str(doc.get(name, "")) for name in names).lower()


def _location_row(a: Asked, doc: Doc) -> Doc:
    group = a.world.store.look("location_group", doc.get("group_id") or 0)
    client = a.world.store.look("client", doc.get("client_id") or 0)
    keys = ("address1", "address2", "city", "state", "country", "name")
    return {
        **{key: doc[key] for key in keys},
        "zip": _zip(doc),
        "id": doc["id"],
        "location_id": doc["id"],
        "client_id": client["id"] if client else 0,
        "client_name": client["name"] if client else "",
        "group_id": group["id"] if group else 0,
        "group_name": group["name"] if group else "",
        "type": LOCATION_TYPES.get(doc["type_id"], ""),
        "type_id": doc["type_id"],
        "notes": [],
        "workorders": 0,
        "providers": 0,
        "status": 1,
    }


def _zip(doc: Doc) -> int:
    """Give the zip as the number the description has; 0 for one that is none."""
    text = str(doc.get("zip") or "")
    return int(text) if text.isdecimal() else 0


def location(a: Asked) -> Doc:
    """Give a saved location."""
    doc = row_of(a, "location", "location_id", "Location")
    row = _location_row(a, doc)
    keys = ("address1", "address2", "city", "state", "zip", "country", "id", "name")
    at = a.world.clock.now()
    contact = {"email": "", "phone_ext": "", **doc["contact"]}
    zone = doc["zone"]
    orders = matching(a, lambda o: (o["location"] or {}).get("saved_id") == doc["id"])
    return {
        **{key: row[key] for key in keys},
        "display_name": doc["display_name"],
        "company": company(a),
        "type": {"id": doc["type_id"], "name": row["type"]},
        "contact": contact,
        "group": {"id": row["group_id"], "name": row["group_name"]},
        "client": {"id": row["client_id"], "name": row["client_name"]},
        "active": True,
        "location_notes": "",
        "geo": {"latitude": doc["latitude"], "longitude": doc["longitude"]},
        "time_zone": {"id": ZONE_IDS.get(zone, 0), "name": zone, "offset": offset_hours(zone, at)},
        "notes": [],
        "actions": [],
        "workorders": show_list(a, orders, LOCATION_COLUMNS, "workorders_all"),
    }


LOCATION_COLUMNS = ("title", "work_order_id", "status", "schedule", "assignee", "project")


def add_location(a: Asked) -> Doc:
    """Save a location; answers its id."""
    body, number = a.body(), a.world.store.next_id("location")
    contact = body.get("contact")
    if contact is not None and not isinstance(contact, dict):
        raise invalid("contact takes an object.", "/contact")
    texts = ("address1", "address2", "city", "state", "country", "display_name")
    doc: Doc = {key: a.text(key) for key in texts}
    doc |= {"id": number, "name": a.text("name", required=True), "zip": str(body.get("zip", ""))}
    zone, latitude, longitude = STATES.get(doc["state"], (a.world.account.zone, 0.0, 0.0))
    doc |= {"zone": zone, "latitude": latitude, "longitude": longitude}
    kinds = {name.lower(): key for key, name in LOCATION_TYPES.items()}
    doc["type_id"] = kinds.get(str(body.get("type", "")).lower(), 5)
    doc["client_id"] = body["client"] if isinstance(body.get("client"), int) else None
    given = contact or {}
    doc["contact"] = {key: str(given.get(key, "")) for key in ("name", "phone")}
    doc["created"] = utc_text(a.call.at)
    a.world.store.put("location", number, doc)
    return {"id": number}


SERVED: dict[str, Handler] = {
    "v2_templates_get": templates,
    "v2_templateById_get": template,
    "v2_typesOfWork_get": types_of_work,
    "v2_typesOfWorkByTypeOfWorkIdServiceTypes_get": service_types,
    "v2_companyTags_get": company_tags,
    "v2_companyTags_post": add_company_tag,
    "v2_companyExpenses_get": company_expenses,
    "v2_companyNetworks_get": networks,
    "v2_companyManagers_get": managers,
    "v2_companySiteRevisitReasons_get": site_revisit_reasons,
    "v2_companyIncompleteReasons_get": incomplete_reasons,
    "v2_customFields_get": custom_fields,
    "v2_company_bonuses_get": _money("bonus"),
    "v2_penalties_get": _money("penalty"),
    "v2_usersByUserId_get": user,
    "v2_locations_get": locations,
    "v2_locationsByLocationId_get": location,
    "v2_locations_post": add_location,
}
