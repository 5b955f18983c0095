"""Creating and updating a work order: known keys are read, the rest is dropped without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.base.statuses import DRAFT
from isthmus_sim.fieldnation.orders import money, parts, place, tasks, when
from isthmus_sim.fieldnation.orders.fields import put_field, read_fields
from isthmus_sim.fieldnation.orders.step import Doc, Step, step, tell_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.fieldnation.account.ground import Ground

_LISTS = (
    "requests", "routes", "declined", "contacts", "shipments", "messages", "time_logs", "tags",
    "problems", "signatures", "expenses", "discounts", "increases", "equipments", "networks",
    "revisits", "job_history", "types_of_work", "service_types",
)  # fmt: skip
_TEXTS = ("title", "incident_id", "closing_notes")
_FLAGS = ("printable", "require_gps", "allow_counter_offers", "require_ontime")
_LINKS = {"client": "client", "project": "project", "manager": "user"}


def create(world: Ground, by_user: int, body: Any) -> Doc:
    """
    Make a draft.

    Source: a title alone will do, a template gives defaults, manager defaults to the API user
    (documented); unknown and mis-shaped keys are dropped without a word (observed).
    Raises: Refusal: 400 without a title, with a schedule that has no mode, without such a
    template.
    """
    if not isinstance(body, dict) or not str(body.get("title") or "").strip():
        raise invalid("title is required.", "/title")
    with world.store.transaction():
        number = world.store.next_id("work_order")
        made = Step(world, _blank(world, number), by_user)
        order = made.order
        order["milestones"]["created"] = order["updated"] = made.utc
        order["manager_id"] = _default_manager(world, by_user)
        order["tasks"] = tasks.default_tasks(made)
        order["folders"] = parts.default_folders(made)
        made.tell("created")
        made.tell_status("draft", DRAFT)
        kept = made.told.copy()  # what a create sets is not told again as changes
        _apply_template(made, body)
        write(made, body)
        made.told = kept
        world.store.put("work_order", number, order)
        world.store.afterwards(lambda: tell_all(world, made.told))
    return order


def update(world: Ground, order_id: int, by_user: int, body: Any) -> Doc:
    """Change what a body names; the same keys as in `create`, all optional."""
    if not isinstance(body, dict):
        raise invalid("The body takes an object.")
    if "title" in body and not str(body["title"] or "").strip():
        raise invalid("title must not be empty.", "/title")
    with step(world, order_id, by_user) as s:
        write(s, body)
    return s.order


def set_schedule(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """Set the schedule. Raises: Refusal: 400 without a mode or a readable time."""
    with step(world, order_id, by_user) as s:
        schedule = when.read_schedule(world, s.order, value)
        if schedule is None:
            raise invalid("service_window.mode is required.", "/service_window/mode")
        if isinstance(value.get("require_ontime"), bool):
            s.order["require_ontime"] = value["require_ontime"]
        s.order["schedule"] = schedule
        s.tell("schedule_updated")
    return s.order


def set_location(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """Set the location; without a mode nothing changes and nobody is told (observed)."""
    with step(world, order_id, by_user) as s:
        _set_location(s, value)
    return s.order


def write(s: Step, body: Doc) -> None:
    """Set what a body names on the order in the making."""
    order = s.order
    order |= {key: body[key] for key in _TEXTS if isinstance(body.get(key), str)}
    order |= {key: body[key] for key in _FLAGS if isinstance(body.get(key), bool)}
    for key, kind in _LINKS.items():
        number = _id_of(body.get(key))
        if number is not None and s.ground.store.look(kind, number):
            order[f"{key}_id"] = number
    for key, put in _PUTS.items():
        if key in body:
            put(s, body[key])


def _set_location(s: Step, value: Any) -> None:
    location = place.read_location(s.ground, value)
    if location is None:
        return
    s.order["location"] = location
    if s.order["schedule"]:
        s.order["schedule"] = when.moved(s.ground, s.order, s.order["schedule"])


def _set_schedule(s: Step, value: Any) -> None:
    schedule = when.read_schedule(s.ground, s.order, value)
    if schedule is not None:
        s.order["schedule"] = schedule
        s.tell("schedule_updated")


def _set_pay(s: Step, value: Any) -> None:
    pay = money.read_pay(value)
    if pay is not None:
        s.order["pay"] = pay


def _set_fields(s: Step, value: Any) -> None:
    for field, text in read_fields(s.ground, value):
        put_field(s, field, text)


def _set_html(key: str) -> Callable[[Step, Any], None]:
    """Read {html}, or a plain string, which is accepted (observed)."""

    def put(s: Step, value: Any) -> None:
        html = value.get("html") if isinstance(value, dict) else value
        if isinstance(html, str):
            s.order[key] = html

    return put


def _set_tasks(s: Step, value: Any) -> None:
    for one in _results(value):
        given = tasks.read_task(one)
        if given is not None:
            tasks.put_task(s, given)


def _set_contacts(s: Step, value: Any) -> None:
    read = [contact for one in _results(value) if (contact := parts.read_contact(one))]
    if read:
        s.order["contacts"] = [{"id": s.number(), **contact} for contact in read]


def _set_shipments(s: Step, value: Any) -> None:
    for one in _results(value):
        shipment = parts.read_shipment(one)
        if shipment is not None:
            parts.put_shipment(s, shipment)


def _set_kinds(s: Step, value: Any) -> None:
    found = [
        {"id": one["id"], "isPrimary": bool(one.get("isPrimary"))}
        for one in (value if isinstance(value, list) else [])
        if _id_of(one) is not None and s.ground.store.look("type_of_work", one["id"])
    ]
    if found:
        if not any(one["isPrimary"] for one in found):
            found[0]["isPrimary"] = True
        s.order["types_of_work"] = found


def _set_old_kind(s: Step, value: Any) -> None:
    """Read the old single form, type_of_work{id}."""
    if _id_of(value) is not None and not s.order["types_of_work"]:
        _set_kinds(s, [value])


def _set_services(s: Step, value: Any) -> None:
    rows = value if isinstance(value, list) else []
    s.order["service_types"] = [
        one["id"]
        for one in rows
        if _id_of(one) is not None and s.ground.store.look("service_type", one["id"])
    ]


def _set_networks(s: Step, value: Any) -> None:
    numbers = [_id_of(one) for one in _results(value)]
    s.order["networks"] = [n for n in numbers if n and s.ground.store.look("network", n)]


def _set_equipments(s: Step, value: Any) -> None:
    rows = value if isinstance(value, list) else []
    names = [one.get("name") for one in rows if isinstance(one, dict)]
    s.order["equipments"] = [name for name in names if isinstance(name, str)]


_PUTS: dict[str, Callable[[Step, Any], None]] = {
    "location": _set_location,  # before the schedule, which is in its zone
    "schedule": _set_schedule,
    "pay": _set_pay,
    "description": _set_html("description"),
    "confidential": _set_html("confidential"),
    "custom_fields": _set_fields,
    "tasks": _set_tasks,
    "contacts": _set_contacts,
    "shipments": _set_shipments,
    "types_of_work": _set_kinds,
    "type_of_work": _set_old_kind,
    "service_types": _set_services,
    "networks": _set_networks,
    "equipments": _set_equipments,
}


def _apply_template(s: Step, body: Doc) -> None:
    if body.get("ignore_template") is True:
        return
    number = _id_of(body.get("template"))
    if number is None and isinstance(body.get("defaultTemplateId"), int):
        number = body["defaultTemplateId"]
    if number is None:
        return
    template = s.ground.store.get("template", number)
    if template is None:
        raise missing("Template", number)
    order = s.order
    for key in ("description", "confidential", "types_of_work", "service_types", "pay"):
        order[key] = template[key]
    if order["pay"]:
        order["pay"] = money.read_pay(order["pay"])
    order |= {"template_id": number, "project_id": template["project_id"]}
    order["custom_fields"] = dict(template["custom_fields"])
    order["contacts"] = [{"id": s.number(), **contact} for contact in template["contacts"]]
    for task in template["tasks"]:
        tasks.put_task(s, task)


def _blank(world: Ground, number: int) -> Doc:
    blank: Doc = {key: [] for key in _LISTS}
    blank |= dict.fromkeys(_TEXTS, "") | dict.fromkeys(_FLAGS, False)
    blank |= dict.fromkeys(("client_id", "project_id", "template_id", "assignee_id"))
    blank |= dict.fromkeys(("location", "schedule", "pay", "eta", "bundle_id"))
    blank |= {"description": "", "confidential": "", "status": DRAFT, "sub": "", "delay": 0}
    blank |= {"confirmed": False, "milestones": {}, "custom_fields": {}, "qualifications": {}}
    blank |= {"bonus_charges": {}, "penalty_charges": {}, "job_status": "pending"}
    return {"id": number, "company_id": world.account.company_id, **blank}


def _default_manager(world: Ground, by_user: int) -> int:
    user = world.store.look("user", by_user) or {}
    return by_user if user.get("role") in ("api", "manager") else world.account.user_id


def _id_of(value: Any) -> int | None:
    number = value.get("id") if isinstance(value, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _results(value: Any) -> list[Any]:
    rows = value.get("results") if isinstance(value, dict) else None
    return rows if isinstance(rows, list) else []
