"""Saved locations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import STATES, ZONE_IDS
from isthmus_sim.fieldnation.api.lists import matching, show_list
from isthmus_sim.fieldnation.api.lookups import company, row_of
from isthmus_sim.fieldnation.api.paging import block, cut
from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.base.times import offset_hours, utc_text
from isthmus_sim.fieldnation.orders.place import LOCATION_TYPES

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]


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
    "v2_locations_get": locations,
    "v2_locationsByLocationId_get": location,
    "v2_locations_post": add_location,
}
