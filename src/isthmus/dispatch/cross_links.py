"""Each side shows where the other is: the correlation id and a link a person can follow."""

from copy import deepcopy
from typing import Any, Final

from isthmus import fieldnation
from isthmus.autotask import NothingThere, PermissionDenied, UnknownField, ValidationFailed, q
from isthmus.autotask.models import FieldInfo
from isthmus.autotask.port import Record, Writable
from isthmus.autotask.records.labels import named
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.hydrate import TIES
from isthmus.dispatch.rules.changes import Changes
from isthmus.dispatch.rules.known import CompanyLists
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.things import Thing, carry
from isthmus.state.dispatch import Link

_NOTES: Final = {"Tickets": "TicketNotes", "Tasks": "TaskNotes"}
_OF_CALLS: Final = (
    (TIES, "Tickets", "ticketID"),
    ("ServiceCallTasks", "Tasks", "taskID"),
)
_INTERNAL: Final = 2
"""Who sees a note: our own people only. Source: the vendor's field `publish`; 1 is everybody."""
_REFUSED_HERE: Final = (NothingThere, PermissionDenied, UnknownField, ValidationFailed)
_REFUSED_THERE: Final = (
    fieldnation.Conflict,
    fieldnation.NotFound,
    fieldnation.PermissionDenied,
    fieldnation.ValidationFailed,
)
_PAGES: Final = {
    "Tickets": "OpenTicketDetail&TicketID",
    "Tasks": "OpenTaskDetail&TaskID",
    "ServiceCalls": "OpenServiceCall&ServiceCallID",
}
"""Commands of Autotask's pages. Source: the ticket's observed, the others assumed."""


async def record_url(desk: Desk, record: Record) -> str:
    """
    Return where a person finds a record in Autotask; "" where Autotask does not say.

    Raises: as reading does: an order without it would stay so.
    """
    page = _PAGES.get(record.entity)
    if page is None:
        return ""
    base = desk.settings.web_url or (await desk.records.zone()).web_url
    if not base:
        return ""
    return f"{base}Autotask/AutotaskExtend/ExecuteCommand.aspx?Code={page}={record.id}"


def add_links(
    body: dict[str, Any], link: Link, url: str, rule: Rule, company: CompanyLists
) -> dict[str, Any]:
    """
    Return the body of a new order with the correlation id and the link to the record.

    The id stands in the custom field that the rule names, where the company has it, and in the
    incident id unless a mapping fills that.
    """
    whole = deepcopy(body)
    whole.setdefault("incident_id", link.id)
    ids = {one.name: one.id for one in company.custom_fields}
    given = {rule.id_field: link.id, rule.link_field: url}
    values = [
        {"id": ids[name], "value": text} for name, text in given.items() if text and name in ids
    ]
    if values:
        groups = whole.setdefault("custom_fields", {"results": [{"results": []}]})["results"]
        groups[0]["results"].extend(values)
    return whole


async def show_order(desk: Desk, job: Job, rule: Rule, record: Record) -> None:
    """Show the order's number and address at the record, where it does not show them yet."""
    link = job.linked
    number = str(link.work_order_id)
    url = f"{desk.settings.order_url}{number}"
    fields = await desk.records.user_defined_fields(record.entity)
    wanted = {
        udf.name: text
        for name, text in ((rule.id_udf, number), (rule.link_udf, url))
        if name and (udf := named(fields, name)) is not None
    }
    changes = {name: text for name, text in wanted.items() if record.udfs.get(name) != text}
    if rule.cross_link != "note" and changes:
        try:
            await desk.records.update(record.entity, record.id, {}, udfs=changes, read_back=False)
        except _REFUSED_HERE as refused:
            job.tell("error", f"The order cannot be shown at the record: {refused.what}")
            wanted = {}
        else:
            job.wrote()
            job.tell("write", "Wrote the order's number to the record", fields=sorted(changes))
    if rule.cross_link in {"note", "both"} or not wanted:
        await _note_order(desk, job, f"Field Nation work order {number}: {url}")
    job.changed(written={**job.linked.written, "cross": number})


async def _note_order(desk: Desk, job: Job, told: str) -> None:
    """Note where the order is; at a service call it is a courtesy, which keeps up nothing."""
    try:
        await _note(desk, job, "cross link", "Dispatched to Field Nation", told)
    except _REFUSED_HERE as refused:
        if job.linked.entity in _NOTES:
            raise
        job.tell("error", f"The order cannot be noted at the call's ticket: {refused.what}")


async def show_record(desk: Desk, job: Job, rule: Rule, record: Record) -> None:
    """Show the correlation id and the record's address at an order that takes them."""
    company = (await desk.metadata.known()).company
    ids = {one.name: one.id for one in company.custom_fields}
    given = {rule.id_field: job.linked.id, rule.link_field: await record_url(desk, record)}
    number = job.linked.work_order_id or 0
    for name, text in given.items():
        if text and name in ids:
            try:
                await desk.orders.work_orders.set_custom_field(number, ids[name], text)
            except _REFUSED_THERE as refused:  # it may be deleted, or over
                job.tell("error", f"The record cannot be shown at the order: {refused.what}")
                return
            job.wrote()
            job.tell("write", "Wrote where the record is to the order", field=name)


async def note_gone(desk: Desk, job: Job) -> None:
    """Tell the record once that its order is deleted: no status of the order is left to say so."""
    number = job.linked.work_order_id
    told = f"Work order {number} is not at Field Nation any more: it was deleted there."
    await _note(desk, job, "order gone", f"Field Nation {number}: Deleted", told)


async def _note(desk: Desk, job: Job, source: str, title: str, text: str) -> None:
    """Make an internal note about the order at the record, or at the ticket it is for."""
    at = await _noted_at(desk, job.linked)
    if at is None:
        return
    entity = _NOTES[at[0]]
    kinds = {field.name: field for field in await desk.records.fields(entity)}
    values: dict[str, Writable] = {
        "title": title,
        "description": text,
        "publish": _INTERNAL,
    }
    kind = _first_active(kinds.get("noteType"))
    if kind is not None:
        values["noteType"] = kind
    changes = Changes("note", entity, True, values)
    await carry(desk, job, Thing("note", source, changes, is_apart=False, at=at))


async def _noted_at(desk: Desk, link: Link) -> tuple[str, int] | None:
    """Return at which record notes are made: a service call has none, its first ticket has."""
    if link.entity in _NOTES:
        return link.entity, link.record_id
    if link.entity != "ServiceCalls":
        return None
    for ties, entity, field in _OF_CALLS:
        found = await desk.records.find(ties, q.eq("serviceCallID", link.record_id), limit=1)
        number = found[0].values.get(field) if found else None
        if isinstance(number, int):
            return entity, number
    return None


def _first_active(field: FieldInfo | None) -> int | None:
    """Return a kind of note that a person may choose."""
    choices = () if field is None else field.picklist or ()
    codes = [one.code for one in choices if one.is_active and not one.is_system]
    return next((int(code) for code in codes if code.isdecimal()), None)


def is_shown(link: Link) -> bool:
    """Tell whether the order was already shown at the record."""
    return link.written.get("cross") == str(link.work_order_id)
