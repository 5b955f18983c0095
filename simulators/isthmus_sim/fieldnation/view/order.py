"""A whole work order, as every read and every write answers it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.statuses import ASSIGNED, ROUTED
from isthmus_sim.fieldnation.orders.machine import SUB_STATUSES, actions_of
from isthmus_sim.fieldnation.orders.place import LOCATION_TYPES
from isthmus_sim.fieldnation.view import files, money, people, visits, work
from isthmus_sim.fieldnation.view.shapes import ADDRESS, Doc, Sight, metadata

if TYPE_CHECKING:
    from collections.abc import Collection

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.view.shapes import Part

_TAG = re.compile(r"<[^>]+>")


def show(world: Ground, order: Doc, columns: Collection[str] = ()) -> Doc:
    """
    Give a work order. columns: the keys wanted, beside id; all without.

    Source: the published description, December 2025; `columns` trims (documented).
    """
    sight = Sight.of(world, order)
    wanted = [name for name in PARTS if not columns or name in columns or name == "id"]
    shown = {name: PARTS[name](sight) for name in wanted}
    return {name: value for name, value in shown.items() if value is not None}


def status(s: Sight) -> Doc:
    """
    Give the status. `display` is "Name" or "Name: Sub-status".

    Source: documented; `delay` is given in seconds as older pages say, the description says
    minutes.
    """
    order, name = s.order, s.order["status"]
    sub = order["sub"] if name == ASSIGNED else ""
    return {
        "id": s.world.status_id(name),
        "name": name,
        "display": f"{name}: {sub}" if sub else name,
        "is_routed": name == ROUTED,
        "code": SUB_STATUSES.get(sub) or name.lower().replace(" ", "_"),
        "delay": order["delay"],
        "ncns": False,
        "sub_status": sub,
        "confirmed": bool(order["confirmed"]) and name == ASSIGNED,
        "correlation_id": s.correlation("status"),
    }


def schedule(s: Sight) -> Doc:
    """Give the schedule, utc and local both; one never set has empty texts."""
    given = s.order["schedule"] or {}
    return {
        "work_order_id": s.order["id"],
        "service_window": {
            "mode": given.get("mode", "exact"),
            "start": s.time(given.get("start")),
            "end": s.time(given.get("end")),
        },
        "schedule_note": given.get("note", ""),
        "schedule_option": given.get("option", 0),
        "time_zone": s.time_zone(),
        "status_id": s.world.status_id(s.order["status"]),
        "company_id": s.world.account.company_id,
        "today_tomorrow": "",
        "correlation_id": s.correlation("schedule"),
        "require_ontime": s.order["require_ontime"],
    }


def location(s: Sight) -> Doc:
    """Give the location; one never set, or dropped, has empty texts (observed)."""
    given = s.order["location"] or {}
    kind = given.get("type_id")
    latitude, longitude = given.get("latitude"), given.get("longitude")
    found = latitude is not None and longitude is not None
    address = ", ".join(given[key] for key in ADDRESS if given.get(key))
    coordinates = {"latitude": latitude or 0, "longitude": longitude or 0, "exact": found}
    return {
        "work_order_id": s.order["id"],
        "mode": given.get("mode", ""),
        **{key: given.get(key, "") for key in ADDRESS},
        "display_name": given.get("display_name", ""),
        "type": {"id": kind or 0, "name": LOCATION_TYPES.get(kind or 0, "")},
        "saved_location": _saved_location(s, given.get("saved_id")),
        "coordinates": coordinates,
        "notes": [],
        "status_id": s.world.status_id(s.order["status"]),
        "correlation_id": s.correlation("location"),
        "zoom": "",
        "map": {"url": "", "href": f"https://maps.example/?q={address}" if address else ""},
        "actions": ["edit"],
    }


def _saved_location(s: Sight, number: int | None) -> Doc:
    place = s.world.store.look("location", number or 0) or {}
    group = s.world.store.look("location_group", place.get("group_id") or 0) or {}
    return {
        "id": number or 0,
        "name": place.get("name", ""),
        "display_name": place.get("display_name", ""),
        "contact": {key: (place.get("contact") or {}).get(key, "") for key in ("name", "phone")},
        "group": {"id": group.get("id", 0), "name": group.get("name", "")},
    }


def eta(s: Sight) -> Doc:
    """Give when the provider expects to arrive."""
    given = s.order["eta"] or {}
    task = next((t["id"] for t in s.order["tasks"] if t["type"] == "checkin"), 0)
    return {
        "user": {"id": s.order["assignee_id"] or 0},
        "task": {"id": task},
        "start": s.time(given.get("start")),
        "end": s.time(given.get("start")),
        "hour_estimate": 0,
        "notes": given.get("notes", ""),
        "status": {"name": given.get("status", "unconfirmed"), "updated": s.time(given.get("at"))},
        "mode": (s.order["schedule"] or {}).get("mode", ""),
    }


def milestones(s: Sight) -> Doc:
    """Give the milestones that were reached, and how long the way took, in hours."""
    stamps = s.order["milestones"]
    return {name: s.time(utc) for name, utc in stamps.items()}


def _link(kind: str) -> Part:
    def part(s: Sight) -> Doc | None:
        number = s.order[f"{kind}_id"]
        if number is None:
            return None
        return {"id": number, "name": (s.world.store.look(kind, number) or {}).get("name", "")}

    return part


def _text(key: str) -> Part:
    def part(s: Sight) -> Doc:
        html = s.order[key]
        return {"html": html, "markdown": _TAG.sub("", html)}

    return part


def _own(key: str) -> Part:
    return lambda s: s.order[key]


def _always(value: Any) -> Part:
    return lambda _s: value


def _kind(s: Sight, number: int) -> Doc:
    return s.world.store.look("type_of_work", number) or {"id": number, "name": ""}


def types_of_work(s: Sight) -> list[Doc]:
    """Give the types of work."""
    return [
        {
            "id": one["id"],
            "name": _kind(s, one["id"])["name"],
            "level": 1,
            "isPrimary": one["isPrimary"],
            "wasSelected": True,
            "source": "buyer",
            "legacyTypeOfWorkId": one["id"],
        }
        for one in s.order["types_of_work"]
    ]


def type_of_work(s: Sight) -> Doc | None:
    """Give the primary type of work in the old single form."""
    first = next((one["id"] for one in s.order["types_of_work"] if one["isPrimary"]), None)
    return None if first is None else {"id": first, "name": _kind(s, first)["name"]}


def service_types(s: Sight) -> list[Doc]:
    """Give the service types."""
    known = (s.world.store.look("service_type", number) for number in s.order["service_types"])
    return [{"id": one["id"], "name": one["name"]} for one in known if one]


def qualifications(s: Sight) -> Doc:
    """Give the selection rule."""
    rule = s.order["qualifications"]
    names = ("id", "name", "service", "description", "operation", "order", "required", "status",
             "value", "weight", "extra")  # fmt: skip
    found = [{k: row[k] for k in names if k in row} for row in rule.get("results", [])]
    return {
        "ignored_missing_qualifications": False,
        "actions": ["edit"],
        "correlation_id": s.correlation("qualifications"),
        "selection_rule": {
            **({"id": rule["id"]} if isinstance(rule.get("id"), int) else {}),
            "name": str(rule.get("name") or ""),
            "sum": {
                "total": len(found),
                "match": 0,
                "no_match_optional": 0,
                "no_match_required": 0,
            },
            "metadata": metadata(len(found)),
            "results": found,
        },
    }


def bundle(s: Sight) -> Doc:
    """Give the bundle the order is in."""
    number = s.order["bundle_id"]
    company = s.world.account.company_id
    shown: Doc = {"company_id": company, "actions": [], "results": []}
    others = []
    if number is not None:
        each = s.world.store.each("work_order")
        others = [{"id": o["id"]} for o in each if o["bundle_id"] == number]
        shown["id"] = number
    return {**shown, "metadata": {"total": len(others), "per_page": 25}, "results": others}


_EMPTY_TEXT = {"html": "", "markdown": ""}
PARTS: dict[str, Part] = {
    "id": _own("id"),
    "work_order_id": _own("id"),
    "title": _own("title"),
    "href": lambda s: f"{s.world.origin}/workorders/{s.order['id']}",
    "status": status,
    "description": _text("description"),
    "confidential": _text("confidential"),
    "policy_and_procedures": _always(_EMPTY_TEXT),
    "standard_instructions": _always(_EMPTY_TEXT),
    "company": people.company,
    "manager": people.manager,
    "client": _link("client"),
    "project": _link("project"),
    "template": _link("template"),
    "type_of_work": type_of_work,
    "types_of_work": types_of_work,
    "service_types": service_types,
    "service_types_new": service_types,
    "location": location,
    "schedule": schedule,
    "eta": eta,
    "pay": money.pay,
    "assignee": people.assignee,
    "routes": people.routes,
    "publish_stats": people.publish_stats,
    "networks": people.networks,
    "contacts": people.contacts,
    "messages": people.message_count,
    "milestones": milestones,
    "tasks": work.tasks,
    "progress": work.progress,
    "tasks_enabled": _always(True),
    "time_logs": work.time_logs,
    "attachments": files.attachments,
    "shipments": work.shipments,
    "signatures": files.signatures,
    "problems": work.problems,
    "custom_fields": work.custom_fields,
    "tags": work.tags,
    "qualifications": qualifications,
    "bundle": bundle,
    "auto_dispatch_stats": _always({"auto_assigned": False}),
    "integrations": _always({"result": []}),
    "equipments": _own("equipments"),
    "site_device": _always([]),
    "closing_notes": _own("closing_notes"),
    "allow_counter_offers": _own("allow_counter_offers"),
    "printable": _own("printable"),
    "require_gps": _own("require_gps"),
    "w2": _always(False),
    "is_user_declined": _always(False),
    "require_registered_service_companies": _always(False),
    "advanced_qualifications": _always(False),
    "incident_id": _own("incident_id"),
    "site_revisit": visits.site_revisit,
    "actions": lambda s: actions_of(s.order),
}
"""Key of the answer -> what fills it."""
