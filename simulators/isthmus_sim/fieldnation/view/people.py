"""Who has to do with an order: company, manager, assignee, offers, contacts, networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.orders.messages import BUYER_ONLY
from isthmus_sim.fieldnation.view.shapes import Doc, Sight, metadata, person, rows

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground


def company(s: Sight) -> Doc:
    """Give the buyer's company."""
    return {"id": s.world.account.company_id, "name": s.world.account.company_name, "features": []}


def manager(s: Sight) -> Doc:
    """Give the manager of the order."""
    user = s.world.store.look("user", s.order["manager_id"]) or {}
    name = f"{user.get('first_name', '')} {user.get('last_name', '')}".strip()
    return {
        **person(s.world, s.order["manager_id"]),
        "name": name,
        "username": user.get("email", ""),
        "email": user.get("email", ""),
        "phone": user.get("phone", ""),
        "thumbnail": "",
    }


def assignee(s: Sight) -> Doc:
    """Give the assigned provider; e-mail is not shown here (documented)."""
    shown: Doc = {
        "status_id": s.world.status_id(s.order["status"]),
        "work_order_id": s.order["id"],
        "in_confirmation_window": False,
    }
    user = s.world.store.look("user", s.order["assignee_id"] or 0)
    if user is not None:
        shown["user"] = {
            **person(s.world, user["id"]),
            "country": user["country"],
            "cell": user["phone"],
            "phone": user["phone"],
            "phone_ext": "",
            "thumbnail": "",
        }
    return shown


def contacts(s: Sight) -> Doc:
    """Give the contacts."""
    found = [{**contact, "actions": ["edit", "delete"]} for contact in s.order["contacts"]]
    return rows(found, correlation_id=s.correlation("contacts"))


def networks(s: Sight) -> Doc:
    """Give the networks the order is offered to."""
    found = [
        {
            "id": number,
            "name": (s.world.store.look("network", number) or {}).get("name", ""),
            "type": (s.world.store.look("network", number) or {}).get("type", ""),
            "options": [],
            "company_options": [],
            "sourced_providers": [],
            "actions": [],
        }
        for number in s.order["networks"]
    ]
    return rows(found)


def routes(s: Sight) -> Doc:
    """Give the offers; the description types their rows as texts."""
    found = s.order["routes"]
    return {
        "metadata": metadata(len(found)),
        "sum": {"all": len(found)},
        "results": [str(route["user_id"]) for route in found],
        "actions": [],
    }


def publish_stats(s: Sight) -> Doc:
    """Give how many providers ask for the order."""
    return {"requests": sum(bool(request["active"]) for request in s.order["requests"])}


def providers(s: Sight) -> list[Doc]:
    """Give who asked for, was offered or has the order, each with the request if any."""
    order = s.order
    numbers = [request["user_id"] for request in order["requests"]]
    numbers += [route["user_id"] for route in order["routes"]]
    numbers += [order["assignee_id"]] if order["assignee_id"] else []
    asked = {request["user_id"]: request for request in order["requests"]}
    found = []
    for number in dict.fromkeys(numbers):
        shown = person(s.world, number)
        if number in asked:
            shown["request"] = _request(s, asked[number])
        found.append(shown)
    return found


def _request(s: Sight, request: Doc) -> Doc:
    return {
        "id": request["id"],
        "notes": request["notes"],
        "counter": request["counter"] is not None,
        "counter_notes": request["notes"] if request["counter"] else "",
        "active": request["active"],
        "expired": False,
        "created": s.time(request["at"]),
        "user": person(s.world, request["user_id"]),
    }


def message_count(s: Sight) -> Doc:
    """Give the messages as they show inside an order: only a count (documented)."""
    return {
        "actions": ["create"],
        "correlation_id": s.correlation("messages"),
        "metadata": metadata(len(s.order["messages"])),
        "results": [],
    }


def messages(s: Sight) -> Doc:
    """Give the messages, newest first, replies below theirs."""
    children: dict[int, list[Doc]] = {}
    for message in s.order["messages"]:
        if message["parent_id"] is not None:
            children.setdefault(message["parent_id"], []).append(_message(s, message))
    found = [
        {**_message(s, message), "replies": children.get(message["id"], [])}
        for message in reversed(s.order["messages"])
        if message["parent_id"] is None
    ]
    wide = {"columns": "", "view": "list", "sort": "created", "order": "desc"}
    return {
        "actions": ["create"],
        "correlation_id": s.correlation("messages"),
        "metadata": metadata(len(found)) | wide,
        "params": [],
        "f_work_order": [str(s.order["id"])],
        "fs_work_order": True,
        "results": found,
    }


def _message(s: Sight, message: Doc) -> Doc:
    shown = {
        "from": _party(s.world, message["from"]),
        "role": message["type"],
        "msg_id": str(message["id"]),
        "work_order_status": message["status"],
        "read": False,
        "created": {**s.time(message["utc"]), "timezone": s.zone},
        "message": message["text"],
        "actions": [] if message["type"] in BUYER_ONLY else ["reply"],
    }
    if message["parent_id"] is not None:
        shown["parent_id"] = str(message["parent_id"])
    if message["to"] is not None:
        shown["to"] = _party(s.world, message["to"])
    return shown


def _party(world: Ground, user_id: int) -> dict[str, Any]:
    user = world.store.look("user", user_id) or {}
    name = f"{user.get('first_name', '')} {user.get('last_name', '')}".strip()
    role = "provider" if user.get("role") == "provider" else "buyer"
    return {"id": user_id, "name": name, "thumbnail": "", "role": role}
