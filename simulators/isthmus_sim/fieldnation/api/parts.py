"""The parts of a work order: pay, messages, files, tasks, fields and the rest."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.orders.money import MOST, is_number
from isthmus_sim.fieldnation.orders.step import part_of
from isthmus_sim.fieldnation.view import money, order, people, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]
_DECIMAL = re.compile(r"\d+(\.\d+)?")


def _part(show: Callable[[Any], Any]) -> Handler:
    return lambda a: show(a.sight())


def set_pay(a: Asked) -> Doc:
    """Set the pay; answers the pay."""
    moves.set_pay(a.world, a.order_id, a.by, a.body())
    return money.pay(a.sight())


def read_increase(a: Asked) -> Doc:
    """Give one increase."""
    sight = a.sight()
    one = part_of(sight.order["increases"], a.number("increase_id"), "Increase")
    return money.increase(sight, one)


def decide_increase(a: Asked) -> Doc:
    """Accept or deny an increase."""
    number, why = a.number("increase_id"), a.text("status_description")
    status = a.text("status", required=True)
    done = moves.decide_increase(a.world, a.order_id, a.by, number, status=status, why=why)
    return a.whole(done)


def _charge(kind: str) -> Handler:
    def handler(a: Asked) -> Doc:
        charged = a.body().get("charged", True) is not False
        number = a.number(f"{kind}_id")
        return a.whole(moves.charge(a.world, a.order_id, a.by, kind, number, charged=charged))

    return handler


def add_expense(a: Asked) -> Doc:
    """Add an expense; `amount` is a text in the description, a number will do."""
    body = a.body()
    quantity = body.get("quantity", 1)
    made = moves.add_expense(
        a.world,
        a.order_id,
        a.by,
        category_id=a.body_number("category", "id"),
        amount=_amount(body.get("amount")),
        description=a.text("description"),
        quantity=quantity if is_number(quantity) else 1,
    )
    return a.whole(made)


def change_expense(a: Asked) -> Doc:
    """Change or review an expense."""
    body = a.body()
    names = ("description", "status", "status_description")
    changes = {key: body[key] for key in names if isinstance(body.get(key), str)}
    if "amount" in body:
        changes["amount"] = _amount(body["amount"])
    if is_number(body.get("quantity")):
        changes["quantity"] = body["quantity"]
    number = a.number("expense_id")
    return a.whole(moves.change_expense(a.world, a.order_id, a.by, number, changes))


def _amount(value: Any) -> float:
    text = str(value)
    if isinstance(value, bool) or not _DECIMAL.fullmatch(text) or float(text) > MOST:
        raise invalid("amount takes a number.", "/amount")
    return float(text)


def add_signature(a: Asked) -> Doc:
    """Keep a signature."""
    name, data = a.text("name", required=True), a.text("data", required=True)
    shape = a.text("format", required=True)
    done = moves.add_signature(a.world, a.order_id, a.by, name=name, data=data, shape=shape)
    return a.whole(done)


def read_signature(a: Asked) -> Doc:
    """Give one signature."""
    sight = a.sight()
    number = a.number("signature_id")
    return work.signature(sight, part_of(sight.order["signatures"], number, "Signature"))


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


def add_folder(a: Asked) -> Doc:
    """Make a folder."""
    body = a.body()
    more = {k: body[k] for k in ("min_files", "max_files") if isinstance(body.get(k), int)}
    task = body.get("task")
    if isinstance(task, dict) and isinstance(task.get("id"), int):
        more["task_id"] = task["id"]
    name = a.text("name", required=True)
    return a.whole(moves.add_folder(a.world, a.order_id, a.by, name, **more))


def upload(a: Asked) -> Doc:
    """Keep an uploaded file: multipart/form-data with `file` and `notes` (documented)."""
    name, mime, data, notes = _multipart(a)
    folder = a.number("folder_id")
    done = moves.add_attachment(
        a.world, a.order_id, a.by, folder, name=name, data=data, mime=mime, notes=notes
    )
    return a.whole(done)


def _multipart(a: Asked) -> tuple[str, str, bytes, str]:
    kind = a.call.headers.get("Content-Type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise invalid("An upload takes multipart/form-data.", "/file")
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + a.call.body)
    parts = {
        str(p.get_param("name", header="content-disposition")): p for p in message.iter_parts()
    }
    file, notes = parts.get("file"), parts.get("notes")
    if file is None:
        raise invalid("file is required.", "/file")
    data = file.get_payload(decode=True)
    said = notes.get_payload(decode=True) if notes is not None else b""
    mime = file.get_content_type() if file["Content-Type"] else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else ""
    return file.get_filename() or "file", mime, data if isinstance(data, bytes) else b"", text


def change_attachment(a: Asked) -> Doc:
    """Review a file."""
    folder, number = a.number("folder_id"), a.number("attachment_id")
    done = moves.change_attachment(
        a.world, a.order_id, a.by, folder, file_id=number, value=a.body()
    )
    return a.whole(done)


def remove_attachment(a: Asked) -> Doc:
    """Delete a file."""
    folder, number = a.number("folder_id"), a.number("attachment_id")
    return a.whole(moves.remove_attachment(a.world, a.order_id, a.by, folder, number))


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
    "v2_woPay_get": _part(money.pay),
    "v2_woPay_put": set_pay,
    "v2_woPayDiscounts_get": _part(money.discounts),
    "v2_woPayIncreases_get": _part(money.increases),
    "v2_woPayIncreasesById_get": read_increase,
    "v2_woPayIncreasesById_put": decide_increase,
    "v2_woExpenses_get": _part(money.expenses),
    "v2_woExpenses_post": add_expense,
    "v2_woExpenses_put": change_expense,
    "v2_bonuses_get": _part(money.bonuses),
    "v2_woBonusesByBonusId_post": _charge("bonus"),
    "v2_woPenalties_get": _part(money.penalties),
    "v2_woPenaltiesByPenaltyId_post": _charge("penalty"),
    "v2_woSignatures_get": _part(work.signatures),
    "v2_woSignatures_post": add_signature,
    "v2_woSignaturesById_get": read_signature,
    "v2_woSignatures_delete": _remove("signatures", "Signature"),
    "v2_woTimeLogs_get": _part(work.time_logs),
    "v2_woTimeLogs_post": add_time_log,
    "v2_woTimeLogs_put": change_time_logs,
    "v2_woTimeLogsByWorkorderHoursId_put": change_time_log,
    "v2_woTimeLogsByWorkorderHoursId_delete": remove_time_log,
    "v2_woMessages_get": _part(people.messages),
    "v2_woMessages_post": add_message,
    "v2_woMessagesByMessageId_post": reply,
    "v2_woAttachments_get": _part(work.attachments),
    "v2_woAttachments_post": add_folder,
    "v2_woAttachmentsByFolderId_post": upload,
    "v2_woAttachmentsByFolderIdByAttachmentId_put": change_attachment,
    "v2_woAttachmentsByFolderIdByAttachmentId_delete": remove_attachment,
    "v2_woContacts_get": _part(people.contacts),
    "v2_woContacts_post": add_contact,
    "v2_woContacts_put": change_contact,
    "v2_woContacts_delete": _remove("contacts", "Contact"),
    "v2_woCustomFields_get": _part(work.custom_fields),
    "v2_woCustomFieldsByCustomFieldId_get": read_field,
    "v2_woCustomFieldsByCustomFieldId_put": set_field,
    "v2_woTasks_get": _part(work.task_list),
    "v2_woTasks_post": add_task,
    "v2_woTasks_put": change_tasks,
    "v2_woTasksByTaskId_get": read_task,
    "v2_woTasksByTaskId_put": change_task,
    "v2_woTasksByTaskId_delete": remove_task,
    "v2_woTasksByTaskIdAlerts_delete": remove_alerts,
    "v2_woTasksByTaskIdAlertsByAlertId_delete": remove_alert,
    "v2_woShipments_get": _part(work.shipments),
    "v2_woShipments_post": add_shipment,
    "v2_woShipments_put": change_shipment,
    "v2_woShipments_delete": _remove("shipments", "Shipment"),
    "v2_woTags_get": _part(work.tags),
    "v2_woTags_post": add_tag,
    "v2_woTagsByTagId_delete": remove_tag,
    "v2_woProblems_get": _part(work.problems),
    "v2_woProblems_post": add_problem,
    "v2_woProblemsByProblemId_put": change_problem,
    "v2_woProblems_delete": remove_problem,
    "v2_woQualifications_get": _part(order.qualifications),
    "v2_woQualifications_post": set_qualifications,
    "v2_woQualifications_put": change_qualifications,
    "v2_woQualificationsByQualificationId_delete": remove_qualification,
}
