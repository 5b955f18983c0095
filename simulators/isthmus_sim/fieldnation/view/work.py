"""What is done for an order: tasks, time logs, files, signatures, shipments, problems, fields."""

from __future__ import annotations

from typing import Any

from isthmus_sim.fieldnation.base.times import NO_TIME
from isthmus_sim.fieldnation.orders.problems import PROBLEM_TYPES
from isthmus_sim.fieldnation.orders.tasks import GROUPS, TASK_TYPES, TYPE_ID
from isthmus_sim.fieldnation.view.shapes import (
    ADDRESS,
    Doc,
    Sight,
    fuller,
    hours_of,
    metadata,
    person,
    rows,
)


def tasks(s: Sight) -> Doc:
    """Give the tasks as they show inside an order."""
    found = [task(s, one, inside=True) for one in s.order["tasks"]]
    done: dict[str, int] = {}
    for one in s.order["tasks"]:
        if one["status"] == "complete":
            done[one["type"]] = done.get(one["type"], 0) + 1
    meta = {**metadata(len(found)), "completed": done}
    return {**rows(found, correlation_id=s.correlation("tasks")), "metadata": meta}


def task_list(s: Sight) -> Doc:
    """Give the tasks as their own path does."""
    found = [task(s, one) for one in s.order["tasks"]]
    return fuller(found, params=[])


def task(s: Sight, one: Doc, *, inside: bool = False) -> Doc:
    """Give one task. inside: as part of an order, where the published shape differs a little."""
    type_id = TYPE_ID[one["type"]]
    shown: Doc = {
        "id": one["id"],
        "label": one["label"],
        "description": one["description"],
        "descriptions": {"task": one["description"], "first": one["label"]},
        "alerts": [a["email"] for a in one["alerts"]] if inside else one["alerts"],
        "group": {"id": one["group"], "label": GROUPS[one["group"]]},
        "type": {"id": type_id, "key": one["type"], "name": TASK_TYPES[type_id][1]},
        "created": s.time(one["at"]),
        "author": person(s.world, one["by"]),
        "status": one["status"],
        "actions": [] if one["system"] else ["edit", "delete"],
        "email": one["email"],
    }
    if not inside:
        shown["work_order_id"] = s.order["id"]
        shown.pop("email")
    if one["completed"]:
        user = person(s.world, one["completed_by"])
        name = f"{user['first_name']} {user['last_name']}".strip()
        assigned = user["id"] == s.order["assignee_id"]
        by = {"id": user["id"], "name": name, "assigned": assigned}
        shown["completed"] = {**s.time(one["completed"]), "by": by}
    if one["custom_field_id"] is not None:
        field = s.world.store.look("custom_field", one["custom_field_id"])
        if field is not None:
            shown["custom_field"] = custom_field(s, field)
    return shown


def progress(s: Sight) -> Doc:
    """Give how many tasks are done."""
    every, done = len(s.order["tasks"]), _done(s)
    label = f"{done} of {every} tasks complete"
    return {"sum": {"all": every, "complete": done, "incomplete": every - done}, "label": label}


def _done(s: Sight) -> int:
    return sum(one["status"] == "complete" for one in s.order["tasks"])


def time_logs(s: Sight) -> Doc:
    """Give the time logs and the hours in all."""
    logs = s.order["time_logs"]
    found = [time_log(s, log, first=number == 0) for number, log in enumerate(logs)]
    hours = round(sum(log["hours"] for log in found), 2)
    return fuller(found, correlation_id=s.correlation("time_logs"), hours=hours)


def time_log(s: Sight, log: Doc, *, first: bool) -> Doc:
    """Give one time log; an open one has empty texts for its end, the description requires it."""
    author = {**person(s.world, log["by"]), "created": s.time(log["made"])}
    return {
        "id": log["id"],
        "devices": log["devices"],
        "in": _side(s, log, "in"),
        "out": {**_side(s, log, "out"), "distance_from_in": 0},
        "time_zone": s.time_zone(),
        "verified": log["verified"],
        "edited": log["edited"],
        "was_late": log["was_late"],
        "status": "checked_out" if log["out"] else "checked_in",
        "hours": hours_of(log),
        "logged_by": author,
        "actions": ["edit", "delete"],
        "first_check_in": first,
        "timeliness": {"on_time": not log["was_late"], "was_early": False},
    }


def _side(s: Sight, log: Doc, side: str) -> Doc:
    return {
        "created": s.time(log[side]),
        "coords": log[f"{side}_coords"] or {"latitude": 0, "longitude": 0},
        "verified": log["verified"],
        "distance": 0,
        "actions": [],
        "requires_verification": False,
    }


def shipments(s: Sight) -> Doc:
    """Give the shipments."""
    found = [_shipment(s, one) for one in s.order["shipments"]]
    return rows(found, correlation_id=s.correlation("shipments"))


def _shipment(s: Sight, one: Doc) -> Doc:
    carrier = {"name": one["carrier"], "tracking": one["tracking"]}
    if one["carrier_other"]:
        carrier["other"] = one["carrier_other"]
    shown = {
        "id": one["id"],
        "user": person(s.world, one["by"]),
        "name": one["name"],
        "actions": ["edit", "delete"],
        "direction": one["direction"],
        "carrier": carrier,
        "created": {"utc": one["at"]},
        "status": one["status"],
    }
    if one["location"]:
        shown["location"] = {key: str(one["location"].get(key) or "") for key in ADDRESS}
    return shown


def problems(s: Sight) -> Doc:
    """Give the problems; the open one that is newest is the active one."""
    found = [_problem(s, one) for one in s.order["problems"]]
    still = [row for row in found if row["resolution"]["status"] == "open"]
    shown = rows(
        found,
        sum={"active": len(still), "resolved": len(found) - len(still)},
        correlation_id=s.correlation("problems"),
        types=[_problem_type(number, name) for number, name in PROBLEM_TYPES.items()],
    )
    return {**shown, "active": still[-1]} if still else shown


def _problem_type(number: int, name: str) -> Doc:
    flags = dict.fromkeys(
        ("performance_event", "show_pqap_warning", "support_ticket", "send_to_support",
         "send_to_accounting", "has_other"), False,
    )  # fmt: skip
    texts = {"message": "", "children": list[Any]()}
    send = {"reportable": True, "send_to_buyer": True, "send_to_provider": True}
    return {"id": number, "name": name, **flags, **texts, **send}


def _problem(s: Sight, one: Doc) -> Doc:
    at = s.time(one["resolved_at"]) if one["resolved_at"] else NO_TIME
    return {
        "id": one["id"],
        "zendesk_ticket_id": 0,
        "type": {"id": one["type_id"], "name": PROBLEM_TYPES[one["type_id"]]},
        "comments": one["comments"],
        "use_provider": True,
        "only_company_can_mark_resolved": False,
        "resolution": {
            "status": "resolved" if one["resolved_at"] else "open",
            "at": {**at["local"], "utc": at["utc"]},
            "by": person(s.world, one["resolved_by"]),
            "allowed_resolvers": ["buyer", "provider"],
        },
        "author": person(s.world, one["by"]),
        "created": s.time(one["at"]),
        "message": {"id": one["message_id"]} if one["message_id"] else {},
        "escalate": False,
        "actions": [] if one["resolved_at"] else ["resolve"],
    }


def tags(s: Sight) -> Doc:
    """Give the tags."""
    found = []
    for one in s.order["tags"]:
        tag = s.world.store.look("tag", one["id"]) or {}
        found.append(
            {
                "id": one["id"],
                "label": tag.get("label", ""),
                "hex_color": tag.get("hex_color", ""),
                "types": tag.get("types", []),
                "created": s.time(one["at"]),
                "author": {"id": one["by"]},
                "actions": ["delete"],
            }
        )
    return rows(found, correlation_id=s.correlation("tags"))


def custom_fields(s: Sight) -> Doc:
    """Give the custom fields, grouped. Source: the grouping and roles are documented."""
    groups: list[Doc] = []
    fields = s.world.store.each("custom_field")
    for group in s.world.store.each("custom_field_group"):
        found = [custom_field(s, f) for f in fields if f["group_id"] == group["id"]]
        meta = metadata(len(found))
        groups.append({**group, "order": len(groups) + 1, "metadata": meta, "results": found})
    shown = rows(groups, correlation_id=s.correlation("custom_fields"))
    inner = next((f for f in fields if "internal_id" in f["flags"]), None)
    if inner is not None:
        value = s.order["custom_fields"].get(str(inner["id"]), "")
        names = {"id": inner["id"], "name": inner["name"], "role": inner["role"]}
        shown["internal"] = {**names, "value": value}
    return shown


def custom_field(s: Sight, field: Doc) -> Doc:
    """Give one custom field with its value in this order."""
    return {
        "id": field["id"],
        "name": field["name"],
        "tip": "",
        "type": field["type"],
        "role": field["role"],
        "used_in_finance": False,
        "options": field["options"],
        "flags": field["flags"],
        "value": s.order["custom_fields"].get(str(field["id"]), ""),
        "category": "",
        "order": field["order"],
        "actions": ["edit"],
    }
