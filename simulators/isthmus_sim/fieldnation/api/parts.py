"""The parts of a work order: messages, time logs, tasks, fields, tags and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.asked import part
from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.orders.step import part_of
from isthmus_sim.fieldnation.view import order, people, work

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]


def add_time_log(a: Asked) -> Doc:
    """Add a time log."""
    return a.whole(moves.add_time_log(a.world, a.order_id, a.by, a.body()))


def change_time_logs(a: Asked) -> Doc:
    """Change several time logs, all or none."""
    rows = a.body().get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid("data takes a list.", "/data")
    with a.world.store.transaction():
        for row in rows:
            moves.change_time_log(a.world, a.order_id, a.by, row.get("id", 0), row)
    return a.whole()


def change_time_log(a: Asked) -> Doc:
    """Change one time log."""
    number = a.number("workorder_hours_id")
    return a.whole(moves.change_time_log(a.world, a.order_id, a.by, number, a.body()))


def remove_time_log(a: Asked) -> Doc:
    """Remove one time log."""
    number = a.number("workorder_hours_id")
    return a.whole(moves.remove_time_log(a.world, a.order_id, a.by, number))


def add_message(a: Asked) -> Doc:
    """Post a message; answers all messages."""
    body = a.body()
    to = body.get("to")
    notify = body.get("notify")
    moves.add_message(
        a.world,
        a.order_id,
        a.by,
        a.text("message", required=True),
        kind=a.text("type"),
        to=to.get("id") if isinstance(to, dict) else None,
        notify=notify if isinstance(notify, list) else (),
    )
    return people.messages(a.sight())


def reply(a: Asked) -> Doc:
    """Reply to a message; answers all messages."""
    text, parent = a.text("message", required=True), a.number("message_id")
    moves.add_message(a.world, a.order_id, a.by, text, parent_id=parent)
    return people.messages(a.sight())


def add_contact(a: Asked) -> Doc:
    """Add a contact."""
    return a.whole(moves.add_contact(a.world, a.order_id, a.by, a.body()))


def change_contact(a: Asked) -> Doc:
    """Change a contact."""
    number = a.number("contact_id")
    return a.whole(moves.change_contact(a.world, a.order_id, a.by, number, a.body()))


def _remove(where: str, what: str) -> Handler:
    def handler(a: Asked) -> Doc:
        number = a.number(f"{what.lower()}_id")
        done = moves.remove_part(a.world, a.order_id, a.by, where=where, number=number, what=what)
        return a.whole(done)

    return handler


def read_field(a: Asked) -> Doc:
    """Give one custom field."""
    number = a.number("custom_field_id")
    field = a.world.store.look("custom_field", number)
    if field is None:
        raise missing("Custom field", number)
    return work.custom_field(a.sight(), field)


def set_field(a: Asked) -> Doc:
    """Give a custom field a value."""
    number, value = a.number("custom_field_id"), a.body().get("value")
    return a.whole(moves.set_custom_field(a.world, a.order_id, a.by, number, value))


def add_task(a: Asked) -> Doc:
    """Add a task."""
    return a.whole(moves.add_task(a.world, a.order_id, a.by, a.body()))


def change_tasks(a: Asked) -> Doc:
    """Change several tasks, all or none."""
    rows = a.body().get("tasks")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid("tasks takes a list.", "/tasks")
    with a.world.store.transaction():
        for row in rows:
            moves.change_task(a.world, a.order_id, a.by, row.get("id", 0), row)
    return a.whole()


def read_task(a: Asked) -> Doc:
    """Give one task."""
    sight = a.sight()
    return work.task(sight, part_of(sight.order["tasks"], a.number("task_id"), "Task"))


def change_task(a: Asked) -> Doc:
    """Change one task."""
    return a.whole(moves.change_task(a.world, a.order_id, a.by, a.number("task_id"), a.body()))


def remove_task(a: Asked) -> Doc:
    """Remove one task."""
    return a.whole(moves.remove_task(a.world, a.order_id, a.by, a.number("task_id")))


def remove_alerts(a: Asked) -> None:
    """Remove every alert of a task; answers null, as the description has it."""
    moves.remove_alerts(a.world, a.order_id, a.by, a.number("task_id"))


def remove_alert(a: Asked) -> None:
    """Remove one alert of a task; answers null."""
    task, number = a.number("task_id"), a.number("alert_id")
    moves.remove_alerts(a.world, a.order_id, a.by, task, number)


def add_shipment(a: Asked) -> Doc:
    """Add a shipment."""
    return a.whole(moves.add_shipment(a.world, a.order_id, a.by, a.body()))


def change_shipment(a: Asked) -> Doc:
    """Change a shipment."""
    number = a.number("shipment_id")
    return a.whole(moves.change_shipment(a.world, a.order_id, a.by, number, a.body()))


def add_tag(a: Asked) -> Doc:
    """Put a tag on the order."""
    return a.whole(moves.add_tag(a.world, a.order_id, a.by, a.body_number("id")))


def remove_tag(a: Asked) -> Doc:
    """Take a tag off the order."""
    return a.whole(moves.remove_tag(a.world, a.order_id, a.by, a.number("tag_id")))


def add_problem(a: Asked) -> Doc:
    """Report a problem."""
    kind, said = a.body_number("type", "id"), a.text("comments")
    return a.whole(moves.report_problem(a.world, a.order_id, a.by, kind, said))


def change_problem(a: Asked) -> Doc:
    """Resolve a problem, or open it again."""
    number, body = a.number("problem_id"), a.body()
    resolution = body.get("resolution")
    if isinstance(resolution, dict) and resolution.get("status") == "resolved":
        return a.whole(moves.resolve_problem(a.world, a.order_id, a.by, number))
    if body.get("problem_reopened") is True:
        return a.whole(moves.reopen_problem(a.world, a.order_id, a.by, number))
    part_of(a.order()["problems"], number, "Problem")
    return a.whole()


def remove_problem(a: Asked) -> Doc:
    """Take a problem off the order."""
    number = a.number("problem_id")
    return a.whole(moves.remove_problem(a.world, a.order_id, a.by, number))


def set_qualifications(a: Asked) -> Doc:
    """Set the selection rule; answers the order."""
    rule = a.body().get("selection_rule")
    given = rule if isinstance(rule, dict) else {}
    return a.whole(moves.set_qualifications(a.world, a.order_id, a.by, given))


def change_qualifications(a: Asked) -> Doc:
    """Set the selection rule; answers the rule."""
    set_qualifications(a)
    return order.qualifications(a.sight())


def remove_qualification(a: Asked) -> Doc:
    """Take one criterion off the selection rule."""
    number = a.number("qualification_id")
    return a.whole(moves.remove_qualification(a.world, a.order_id, a.by, number))


SERVED: dict[str, Handler] = {
    "v2_woSignatures_delete": _remove("signatures", "Signature"),
    "v2_woTimeLogs_get": part(work.time_logs),
    "v2_woTimeLogs_post": add_time_log,
    "v2_woTimeLogs_put": change_time_logs,
    "v2_woTimeLogsByWorkorderHoursId_put": change_time_log,
    "v2_woTimeLogsByWorkorderHoursId_delete": remove_time_log,
    "v2_woMessages_get": part(people.messages),
    "v2_woMessages_post": add_message,
    "v2_woMessagesByMessageId_post": reply,
    "v2_woContacts_get": part(people.contacts),
    "v2_woContacts_post": add_contact,
    "v2_woContacts_put": change_contact,
    "v2_woContacts_delete": _remove("contacts", "Contact"),
    "v2_woCustomFields_get": part(work.custom_fields),
    "v2_woCustomFieldsByCustomFieldId_get": read_field,
    "v2_woCustomFieldsByCustomFieldId_put": set_field,
    "v2_woTasks_get": part(work.task_list),
    "v2_woTasks_post": add_task,
    "v2_woTasks_put": change_tasks,
    "v2_woTasksByTaskId_get": read_task,
    "v2_woTasksByTaskId_put": change_task,
    "v2_woTasksByTaskId_delete": remove_task,
    "v2_woTasksByTaskIdAlerts_delete": remove_alerts,
    "v2_woTasksByTaskIdAlertsByAlertId_delete": remove_alert,
    "v2_woShipments_get": part(work.shipments),
    "v2_woShipments_post": add_shipment,
    "v2_woShipments_put": change_shipment,
    "v2_woShipments_delete": _remove("shipments", "Shipment"),
    "v2_woTags_get": part(work.tags),
    "v2_woTags_post": add_tag,
    "v2_woTagsByTagId_delete": remove_tag,
    "v2_woProblems_get": part(work.problems),
    "v2_woProblems_post": add_problem,
    "v2_woProblemsByProblemId_put": change_problem,
    "v2_woProblems_delete": remove_problem,
    "v2_woQualifications_get": part(order.qualifications),
    "v2_woQualifications_post": set_qualifications,
    "v2_woQualifications_put": change_qualifications,
    "v2_woQualificationsByQualificationId_delete": remove_qualification,
}
