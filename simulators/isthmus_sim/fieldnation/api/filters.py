"""The `f_*` filters of the work order list: what each compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import ZONE_IDS
from isthmus_sim.fieldnation.base.statuses import ASSIGNED
from isthmus_sim.fieldnation.orders.money import labor_of
from isthmus_sim.fieldnation.orders.place import zone_of

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
Filter = Callable[["Ground", Doc, str], bool]
_TRUE = ("1", "true", "yes", "on")


def _ids(get: Callable[[Doc], Any]) -> Filter:
    """Compare a number, or several, with a comma list."""

    def fits(_world: Ground, order: Doc, asked: str) -> bool:
        wanted = {part.strip() for part in asked.split(",")}
        value = get(order)
        values = value if isinstance(value, list) else [value]
        return any(str(one) in wanted for one in values if one is not None)

    return fits


def _place(key: str) -> Filter:
    def fits(_world: Ground, order: Doc, asked: str) -> bool:
        value = str((order["location"] or {}).get(key) or "").lower()
        return value in {part.strip().lower() for part in asked.split(",")}

    return fits


def _day(get: Callable[[Doc], str | None]) -> Filter:
    """
    Compare a UTC time with a day or `from,to`, both included.

    Source: the form and UTC are documented (2026 guide).
    """

    def fits(_world: Ground, order: Doc, asked: str) -> bool:
        utc = get(order)
        first, _, last = asked.partition(",")
        if not utc:
            return False
        return (not first or utc[:10] >= first.strip()) and utc[:10] <= (last or first).strip()

    return fits


def _milestone(*names: str) -> Filter:
    def latest(order: Doc) -> str | None:
        return max((order["milestones"].get(name, "") for name in names), default="")

    return _day(latest)


def _yes(test: Callable[[Doc], bool]) -> Filter:
    return lambda _world, order, asked: test(order) == (asked.lower() in _TRUE)


def _pay_type(name: str) -> Filter:
    return _yes(lambda order: (order["pay"] or {}).get("type") == name)


def _search(world: Ground, order: Doc, asked: str) -> bool:
    """Look in number, title, description, place and custom field values; which is assumed."""
    place = order["location"] or {}
    said = [str(order["id"]), order["title"], order["description"], order["incident_id"]]
    said += [str(place.get(key) or "") for key in ("city", "state", "zip", "display_name")]
    said += order["custom_fields"].values()
    for key in ("client", "project"):
        linked = world.store.look(key, order[f"{key}_id"] or 0)
        said += [linked["name"]] if linked else []
    return asked.lower() in "\n".join(said).lower()


def _pay_range(_world: Ground, order: Doc, asked: str) -> bool:
    least, _, most = asked.partition(",")
    try:
        low, high = float(least or 0), float(most or "inf")
    except ValueError:
        return True
    return low <= labor_of({**order, "time_logs": []}, 0) <= high


def _zone(world: Ground, order: Doc, asked: str) -> bool:
    number = ZONE_IDS.get(zone_of(world, order), 0)
    return str(number) in {part.strip() for part in asked.split(",")}


_CONFIRMATION = {
    "confirmed": "Confirmed",
    "readytogo": "Confirmed",
    "onmyway": "On my way",
    "checked-in": "Checked in",
    "in-progress": "Checked in",
    "checked-out": "Checked out",
}


def _confirmation(_world: Ground, order: Doc, asked: str) -> bool:
    if order["status"] != ASSIGNED:
        return False
    if asked == "unconfirmed":
        return not order["confirmed"]
    return bool(order["sub"]) and order["sub"] == _CONFIRMATION.get(asked)


def _group(world: Ground, order: Doc, asked: str) -> bool:
    place = world.store.look("location", (order["location"] or {}).get("saved_id") or 0) or {}
    return str(place.get("group_id")) in {part.strip() for part in asked.split(",")}


_SCHEDULE = _day(lambda order: (order["schedule"] or {}).get("start"))
_CREATED = _milestone("created")
FILTERS: dict[str, Filter] = {
    "f_work_order_id": _ids(lambda order: order["id"]),
    "f_search": _search,
    "f_state": _place("state"),
    "f_city": _place("city"),
    "f_postal_code": _place("zip"),
    "f_zip": _place("zip"),
    "f_country": _place("country"),
    "f_client": _ids(lambda order: order["client_id"]),
    "f_project": _ids(lambda order: order["project_id"]),
    "f_manager": _ids(lambda order: order["manager_id"]),
    "f_company": _ids(lambda order: order["company_id"]),
    "f_type_of_work": _ids(lambda order: [kind["id"] for kind in order["types_of_work"]]),
    "f_template": _ids(lambda order: order["template_id"]),
    "f_templates": _ids(lambda order: order["template_id"]),
    "f_network": _ids(lambda order: order["networks"]),
    "f_flags": _ids(lambda order: [tag["id"] for tag in order["tags"]]),
    "f_saved_location": _ids(lambda order: (order["location"] or {}).get("saved_id")),
    "f_saved_location_group": _group,
    "f_created": _CREATED,
    "f_created_date": _CREATED,
    "f_schedule": _SCHEDULE,
    "f_service_schedule": _SCHEDULE,
    "f_published": _milestone("published"),
    "f_routed": _milestone("routed"),
    "f_published_routed": _milestone("published", "routed"),
    "f_assigned": _milestone("assigned"),
    "f_completed": _milestone("workdone"),
    "f_approved_cancelled_date": _milestone("approved", "canceled"),
    "f_pay": _pay_range,
    "f_fixed": _pay_type("fixed"),
    "f_hourly": _pay_type("hourly"),
    "f_device": _pay_type("device"),
    "f_time_zone": _zone,
    "f_requests": _yes(lambda order: any(r["active"] for r in order["requests"])),
    "f_counter_offers": _yes(lambda order: any(r["counter"] for r in order["requests"])),
    "f_remote_work": _yes(lambda order: (order["location"] or {}).get("mode") == "remote"),
    "f_confirmation": _confirmation,
}
"""
Filter -> test.

Source: the names are of two vocabularies (the published description and the 2026 guide);
that `f_flags` looks at tags is assumed. A filter that is not here is ignored without a word,
as the vendor does with one it does not know; the description has a few that are not here.
"""
