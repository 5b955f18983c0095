"""Lists of the company: templates, types of work, managers, fields, locations, people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.paging import block, cut, listing
from isthmus_sim.fieldnation.base.errors import bad_parameter, missing
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
    each, roles = a.world.store.each("user"), ("api", "manager")
    return [a.world.name_of(u["id"]) for u in each if u["role"] in roles]


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
}
