"""The `f_*` filters of the work order list: what each compares."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import ZONE_IDS
from isthmus_sim.fieldnation.base.statuses import ASSIGNED
from isthmus_sim.fieldnation.base.times import offset_hours
from isthmus_sim.fieldnation.orders.money import labor_of
from isthmus_sim.fieldnation.orders.place import zone_of

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
Test = Callable[["Ground", Doc, str], bool]
Filter = Callable[["Ground", list[Doc], str], list[Doc]]
_OFFSETS = re.compile(r"-\d+(\.\d+)?(\s*,\s*-\d+(\.\d+)?)?")
_TRUE = ("1", "true", "yes", "on")


def _parts(asked: str) -> set[str]:
    return {part.strip().casefold() for part in asked.split(",")}


def _ids(get: Callable[[Doc], Any]) -> Test:
    """Compare a number with a comma list."""
    return lambda _world, order, asked: str(get(order)) in _parts(asked)


def _named(kind: str, get: Callable[[Doc], Any]) -> Test:
    """
    Compare the number and the name of a document, or of several, with a comma list of either.

    Source: ids or names in any case, published description, documented.
    """

    def fits(world: Ground, order: Doc, asked: str) -> bool:
        value = get(order)
        numbers = value if isinstance(value, list) else [value]
        return any(_parts(asked) & _calls(world, kind, number) for number in numbers)

    return fits


def _calls(world: Ground, kind: str, number: Any) -> set[str]:
    """Give all that a document goes by, in lower case; nothing for no number."""
    if not number:
        return set()
    found = world.store.look(kind, number) or {}
    person = f"{found.get('first_name', '')} {found.get('last_name', '')}".strip()
    names = {str(found.get(key, "")).casefold() for key in ("name", "label", "email")}
    return ({str(number), person.casefold()} | names) - {""}


def _place(key: str) -> Test:
    def fits(_world: Ground, order: Doc, asked: str) -> bool:
        return str((order["location"] or {}).get(key) or "").casefold() in _parts(asked)

    return fits


def _day(get: Callable[[Doc], str | None]) -> Test:
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


def _milestone(*names: str) -> Test:
    def latest(order: Doc) -> str | None:
        return max((order["milestones"].get(name, "") for name in names), default="")

    return _day(latest)


def _yes(test: Callable[[Doc], bool]) -> Test:
    return lambda _world, order, asked: test(order) == (asked.lower() in _TRUE)


def _rate(**parts: str) -> Test:
    """
    Compare what is paid for one unit; parts: the part of the pay that counts, by type of pay.

    Source: a least value, or two that are both included; blended counts as fixed and as hourly:
    published description, documented.
    """

    def fits(_world: Ground, order: Doc, asked: str) -> bool:
        pay = order["pay"] or {}
        part = parts.get(pay.get("type", ""))
        return part is not None and _between(float(pay[part]["amount"]), asked)

    return fits


def _between(value: float, asked: str) -> bool:
    least, _, most = asked.partition(",")
    try:
        return float(least or 0) <= value <= float(most or "inf")
    except ValueError:
        return True


def _search(world: Ground, orders: list[Doc], asked: str) -> list[Doc]:
    """
    Look for a text in each order and in what it is linked with.

    Source: title, description, location, type of work, buyer and provider are documented with
    "other criteria"; number, incident, client, project and custom fields are assumed.
    """
    return world.said.holding(orders, asked, lambda order: _said(world, order))


def _said(world: Ground, order: Doc) -> str:
    place = order["location"] or {}
    said = [str(order["id"]), order["title"], order["description"], order["incident_id"]]
    said += [str(place.get(key) or "") for key in ("address1", "city", "state", "zip")]
    said += [str(place.get("display_name") or ""), *order["custom_fields"].values()]
    linked = [("type_of_work", kind["id"]) for kind in order["types_of_work"]]
    linked += [(key, order[f"{key}_id"]) for key in ("client", "project", "company")]
    linked += [("user", order["assignee_id"])]
    for kind, number in linked:
        said += _calls(world, kind, number)
    return "\n".join(said)


def _each(test: Test) -> Filter:
    """Make a filter of a test of one order."""
    return lambda world, orders, asked: [one for one in orders if test(world, one, asked)]


def _pay_range(_world: Ground, order: Doc, asked: str) -> bool:
    return _between(labor_of({**order, "time_logs": []}, 0), asked)


def _zone(world: Ground, order: Doc, asked: str) -> bool:
    """
    Compare the zone's name or number, or what it is behind UTC now, such as -5 or -4,-6.

    Source: names and offsets are documented (published description), numbers assumed.
    """
    zone = zone_of(world, order)
    if _OFFSETS.fullmatch(asked.strip()):
        hours = sorted(float(part) for part in asked.split(","))
        return hours[0] <= offset_hours(zone, world.clock.now()) <= hours[-1]
    return bool({zone.casefold(), str(ZONE_IDS.get(zone, 0))} & _parts(asked))


def _assignment(_world: Ground, order: Doc, asked: str) -> bool:
    """Compare who has the order; every technician here works for nobody else."""
    who = order["assignee_id"]
    return bool(who) and bool({"any", "provider", str(who)} & _parts(asked))


def _company(world: Ground, order: Doc, asked: str) -> bool:
    """Compare the buyer by number, or by a piece of its name."""
    name = str((world.store.look("company", order["company_id"]) or {}).get("name", ""))
    return str(order["company_id"]) in _parts(asked) or asked.strip().casefold() in name.casefold()


_CONFIRMATION = {
    "confirmed": "Confirmed",
    "readytogo": "Confirmed",
    "onmyway": "On my way",
    "checked-in": "Checked in",
    "in-progress": "Checked in",
    "checked-out": "Checked out",
}


def _confirmation(_world: Ground, order: Doc, asked: str) -> bool:
    """Compare how sure it is that the technician comes; several are joined by OR."""
    if order["status"] != ASSIGNED:
        return False
    if "unconfirmed" in _parts(asked) and not order["confirmed"]:
        return True
    return order["sub"] in {_CONFIRMATION[one] for one in _parts(asked) if one in _CONFIRMATION}


def _group(world: Ground, order: Doc, asked: str) -> bool:
    place = world.store.look("location", (order["location"] or {}).get("saved_id") or 0) or {}
    return bool(_calls(world, "location_group", place.get("group_id")) & _parts(asked))


_SCHEDULE = _day(lambda order: (order["schedule"] or {}).get("start"))
_CREATED = _milestone("created")
_TEMPLATE = _named("template", lambda order: order["template_id"])
_TESTS: dict[str, Test] = {
    "f_work_order_id": _ids(lambda order: order["id"]),
    "f_state": _place("state"),
    "f_city": _place("city"),
    "f_postal_code": _place("zip"),
    "f_zip": _place("zip"),
    "f_country": _place("country"),
    "f_client": _named("client", lambda order: order["client_id"]),
    "f_project": _named("project", lambda order: order["project_id"]),
    "f_manager": _named("user", lambda order: order["manager_id"]),
    "f_company": _company,
    "f_type_of_work": _named("type_of_work", lambda o: [kind["id"] for kind in o["types_of_work"]]),
    "f_template": _TEMPLATE,
    "f_templates": _TEMPLATE,
    "f_network": _named("network", lambda order: order["networks"]),
    "f_flags": _named("tag", lambda order: [tag["id"] for tag in order["tags"]]),
    "f_saved_location": _named("location", lambda o: (o["location"] or {}).get("saved_id")),
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
    "f_fixed": _rate(fixed="base", blended="base"),
    "f_hourly": _rate(hourly="base", blended="additional"),
    "f_device": _rate(device="base"),
    "f_time_zone": _zone,
    "f_requests": _yes(lambda order: any(r["active"] for r in order["requests"])),
    "f_counter_offers": _yes(lambda order: any(r["counter"] for r in order["requests"])),
    "f_remote_work": _yes(lambda order: (order["location"] or {}).get("mode") == "remote"),
    "f_confirmation": _confirmation,
    "f_assignment": _assignment,
}
FILTERS: dict[str, Filter] = {
    "f_search": _search,
    **{name: _each(test) for name, test in _TESTS.items()},
}
"""
Name -> filter: gives those of the orders, as stored, that fit what is asked.

Source: the names are of two vocabularies (the published description and the 2026 guide);
that `f_flags` looks at tags is assumed. A filter that is not here is ignored without a word,
as the vendor does with one it does not know; the description has a few that are not here.
"""
