"""Tasks of a work order, the two default ones included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import FORBIDDEN, Refusal, invalid
from isthmus_sim.fieldnation.orders.step import Doc, Step, part_of, step

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

TASK_TYPES = {
    1: ("closeoutnotes", "Enter close out notes"),
    2: ("download", "Download a file"),
    3: ("email", "Send an e-mail"),
    4: ("customfield", "Enter a value"),
    5: ("phone", "Call a number"),
    6: ("picture", "Upload a picture"),
    7: ("shipmenttracking", "Enter a shipment tracking number"),
    8: ("signature", "Get a signature"),
    9: ("other", "Do something else"),
    10: ("checkin", "Check in"),
    11: ("checkout", "Check out"),
    12: ("confirmassignment", "Confirm the assignment"),
}
"""Type id -> key, name. Source: the keys are in the published description, the ids assumed."""
TYPE_ID = {key: number for number, (key, _name) in TASK_TYPES.items()}
GROUPS = {"prep": "Prep", "onsite": "On site", "post": "Post"}
DEFAULTS = (("checkin", "onsite", "Check in"), ("checkout", "onsite", "Check out"))
TEXTS = ("label", "description", "phone", "email")


def default_tasks(s: Step) -> list[Doc]:
    """Make the tasks every order has."""
    return [
        _task(s, {"type": key, "group": group, "label": label, "system": True})
        for key, group, label in DEFAULTS
    ]


def _task(s: Step, given: dict[str, Any]) -> Doc:
    return {
        "id": s.number(),
        "type": given["type"],
        "group": given.get("group", "onsite"),
        "label": given.get("label") or TASK_TYPES[TYPE_ID[given["type"]]][1],
        "description": given.get("description", ""),
        "phone": given.get("phone", ""),
        "email": given.get("email", ""),
        "custom_field_id": given.get("custom_field_id"),
        "alerts": list(given.get("alerts", [])),
        "system": bool(given.get("system")),
        "status": "incomplete",
        "by": s.by,
        "at": s.utc,
        "completed": "",
        "completed_by": None,
    }


def read_task(value: Any) -> dict[str, Any] | None:
    """Read a written task; None when it has no type that is known."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), dict):
        return None
    known = TASK_TYPES.get(value["type"].get("id"))
    if known is None:
        return None
    given: dict[str, Any] = {"type": known[0]}
    given |= {key: value[key] for key in TEXTS if isinstance(value.get(key), str)}
    group = value.get("group")
    if isinstance(group, dict) and group.get("id") in GROUPS:
        given["group"] = group["id"]
    field = value.get("custom_field")
    if isinstance(field, dict) and isinstance(field.get("id"), int):
        given["custom_field_id"] = field["id"]
    given["alerts"] = read_alerts(value.get("alerts"))
    return given


def read_alerts(value: Any) -> list[str]:
    """Read written alerts, [{email}]."""
    if not isinstance(value, list):
        return []
    return [a["email"] for a in value if isinstance(a, dict) and isinstance(a.get("email"), str)]


def put_task(s: Step, given: dict[str, Any]) -> Doc:
    """Add a task to the order in the making."""
    task = _task(s, given)
    task["alerts"] = [{"id": s.number(), "email": email} for email in given.get("alerts", [])]
    s.order["tasks"].append(task)
    return task


def add_task(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """Add a task as the vendor's body describes it. Raises: Refusal without a known type."""
    given = read_task(value)
    if given is None:
        raise invalid("A task needs a type.id that is known.", "/type/id")
    with step(world, order_id, by_user) as s:
        put_task(s, given)
    return s.order


def change_task(world: Ground, order_id: int, by_user: int, task_id: int, value: Doc) -> Doc:
    """
    Change texts, alerts or the status of a task.

    Source: default tasks are the system's, changing them is 403 (documented); completing
    them is not.
    """
    with step(world, order_id, by_user) as s:
        task = part_of(s.order["tasks"], task_id, "Task")
        texts = {key: value[key] for key in TEXTS if isinstance(value.get(key), str)}
        _must_be_ours(task, wanted=bool(texts))
        task |= texts
        if "alerts" in value:
            emails = read_alerts(value["alerts"])
            task["alerts"] = [{"id": s.number(), "email": email} for email in emails]
        if value.get("status") in ("complete", "incomplete"):
            set_done(s, task, done=value["status"] == "complete")
    return s.order


def remove_task(world: Ground, order_id: int, by_user: int, task_id: int) -> Doc:
    """Remove a task that is not the system's."""
    with step(world, order_id, by_user) as s:
        task = part_of(s.order["tasks"], task_id, "Task")
        _must_be_ours(task, wanted=True)
        s.order["tasks"].remove(task)
    return s.order


def remove_alerts(
    world: Ground, order_id: int, by_user: int, task_id: int, alert_id: int | None = None
) -> Doc:
    """Remove one alert of a task, or all."""
    with step(world, order_id, by_user) as s:
        task = part_of(s.order["tasks"], task_id, "Task")
        if alert_id is None:
            task["alerts"] = []
        else:
            task["alerts"].remove(part_of(task["alerts"], alert_id, "Alert"))
    return s.order


def complete_task(
    world: Ground, order_id: int, by_user: int, task_id: int, *, done: bool = True
) -> Doc:
    """Complete a task, or set it back."""
    with step(world, order_id, by_user) as s:
        set_done(s, part_of(s.order["tasks"], task_id, "Task"), done=done)
    return s.order


def set_done(s: Step, task: Doc, *, done: bool) -> None:
    """Complete a task or set it back; nothing happens when it is so already."""
    if (task["status"] == "complete") == done:
        return
    task["status"] = "complete" if done else "incomplete"
    task["completed"], task["completed_by"] = (s.utc, s.by) if done else ("", None)
    s.tell("task_completed" if done else "task_incomplete", task_id=task["id"])


def finish_of_type(s: Step, key: str) -> None:
    """Complete the first open task of a type, when there is one."""
    for task in s.order["tasks"]:
        if task["type"] == key and task["status"] == "incomplete":
            set_done(s, task, done=True)
            return


def _must_be_ours(task: Doc, *, wanted: bool) -> None:
    if wanted and task["system"]:
        raise Refusal(FORBIDDEN, "A default task is managed by the system.")
