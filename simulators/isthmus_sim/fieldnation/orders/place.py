"""The location of a work order: read from a body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import STATES

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

MODES = ("custom", "remote", "location")
LOCATION_TYPES = {
    1: "Commercial",
    2: "Governmental",
    3: "Residential",
    4: "Educational",
    5: "Other",
}
"""Source: names from a vendor's SDK, numbers from a public client."""
_TEXTS = ("address1", "address2", "city", "state", "zip", "country", "display_name")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_location(world: Ground, value: Any) -> dict[str, Any] | None:
    """
    Read a written location; None when it is to be dropped.

    Source: without `mode` the address vanishes silently, a nested `address` is ignored and a
    country that is not two letters breaks geocoding (observed).
    """
    if not isinstance(value, dict) or value.get("mode") not in MODES:
        return None
    mode = value["mode"]
    if mode == "remote":
        return {"mode": mode, **dict.fromkeys(_TEXTS, ""), "zone": world.account.zone}
    saved = _saved(world, value.get("saved_location"))
    if mode == "location":
        return None if saved is None else {"mode": mode, **saved}
    place: dict[str, Any] = {key: _text(value.get(key)) for key in _TEXTS}
    kind = value.get("type")
    type_id = kind.get("id") if isinstance(kind, dict) else None
    place["type_id"] = type_id if type_id in LOCATION_TYPES else None
    return {"mode": mode, **place, **_geocoded(world, place)}


def _geocoded(world: Ground, place: dict[str, Any]) -> dict[str, Any]:
    known = STATES.get(place["state"].upper())
    if known is None or not _COUNTRY.fullmatch(place["country"]):
        return {"zone": world.account.zone, "latitude": None, "longitude": None}
    zone, latitude, longitude = known
    return {"zone": zone, "latitude": latitude, "longitude": longitude}


def _saved(world: Ground, value: Any) -> dict[str, Any] | None:
    number = value.get("id") if isinstance(value, dict) else None
    place = world.store.get("location", number) if isinstance(number, int) else None
    if place is None:
        return None
    kept = (*_TEXTS, "type_id", "zone", "latitude", "longitude")
    return {"saved_id": place["id"], **{key: place.get(key) for key in kept}}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int) else ""


def zone_of(world: Ground, order: dict[str, Any]) -> str:
    """Give the zone an order's local times are in: the schedule's own, the place's, ours."""
    own = (order.get("schedule") or {}).get("zone")
    place = (order.get("location") or {}).get("zone")
    zone: str = own or place or world.account.zone
    return zone
