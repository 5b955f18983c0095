"""What people say and attach, carried over once in either direction."""

from collections.abc import Collection
from typing import Any, Final

from isthmus.autotask import q
from isthmus.autotask.port import Record
from isthmus.dispatch import deliver
from isthmus.dispatch.costs import made_by
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.things import Thing, carry
from isthmus.fieldnation import File, Folder, Message, WorkOrder
from isthmus.fieldnation.parsing import parse_folders
from isthmus.fieldnation.readout import number_of, object_of

POSTED: Final = "workorder.message_posted"
_NOTES: Final = {"Tickets": ("TicketNotes", "ticketID"), "Tasks": ("TaskNotes", "taskID")}
_ALL_USERS: Final = 1


async def carry_messages(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> None:
    """Make a note at the record of each message that is not one of ours."""
    mapping = desk.library.mapping(rule.outbound) if rule.outbound else None
    count = _count(order.raw.get("messages"))
    link = job.linked
    if mapping is None or rule.notes not in {"in", "both"} or link.entity not in _NOTES:
        return
    if not count or link.written.get("messages") == str(count):
        return
    posted = await desk.kept(desk.state.intents, link.id, ("message",))
    ours, markers = {one.target for one in posted}, {one.marker for one in posted}
    for message in reversed(await desk.orders.work_orders.messages(link.work_order_id or 0)):
        if message.id in ours or _is_marked(message, markers):
            continue
        told = {**message.raw, "text": message.text, "author": message.author}
        for changes in await made_by(desk, mapping, order, POSTED, {"message": told}):
            await carry(desk, job, Thing("note", f"message {message.id}", changes))
    job.changed(written={**job.linked.written, "messages": str(count)})


async def carry_notes(desk: Desk, job: Job, rule: Rule) -> None:
    """Post each note of the record that is for the technician, and none that we made."""
    link = job.linked
    if rule.notes not in {"out", "both"} or link.entity not in _NOTES:
        return
    entity, parent = _NOTES[link.entity]
    last = int(link.written.get("notes", "-1"))
    where = q.and_(q.eq(parent, link.record_id), q.gt("id", last))
    notes = await desk.records.find(entity, where)
    ours = {one.target for one in await desk.kept(desk.state.intents, link.id, ("note",))}
    for note in notes:
        if str(note.id) not in ours and _is_for_technician(note, rule):
            await _post(desk, job, note)
    if notes:
        written = {**job.linked.written, "notes": str(notes[-1].id)}
        job.changed(written=written)


async def _post(desk: Desk, job: Job, note: Record) -> None:
    link = job.linked
    number = link.work_order_id or 0
    marker = f"[{digest([link.id, note.id])}]"
    title = str(note.values.get("title") or "").strip()
    said = str(note.values.get("description") or "").strip()
    text = f"{title}\n{said}\n{marker}".strip()
    order = await desk.orders.work_orders.get(number, columns=("id", "assignee"))
    kind = "ASSIGNEDTECH" if order.assignee is not None else "STAFF_NOTE"

    async def create() -> str:
        made = await desk.orders.work_orders.send_message(number, text, kind=kind)
        return "" if made is None else made.id

    async def look() -> str | None:
        found = await desk.orders.work_orders.messages(number)
        return next((one.id for one in found if marker in one.text), None)

    wanted = deliver.Wanted("message", str(note.id), marker, digest(text), create, look)
    await deliver.once(desk, job, wanted)


def _is_for_technician(note: Record, rule: Rule) -> bool:
    """Tell whether a note goes out: it is public, and begins with the rule's word if it has one."""
    if note.values.get("publish") != _ALL_USERS:
        return False
    title = str(note.values.get("title") or "").casefold()
    return title.startswith(rule.note_marker.casefold())


def _is_marked(message: Message, markers: Collection[str]) -> bool:
    """Tell whether a message ends with a mark of ours: its answer may have been lost."""
    return message.text.rstrip().rpartition("\n")[2] in markers


async def carry_files(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> None:
    """Carry files over both ways, as the rule wants."""
    folders = parse_folders(order.raw.get("attachments"))
    if rule.files in {"in", "both"}:
        for file in (one for folder in folders for one in folder.files):
            await _take(desk, job, file)
    if rule.files in {"out", "both"}:
        await _give(desk, job, folders)


async def _take(desk: Desk, job: Job, file: File) -> None:
    """Put a file of the order at the record."""
    link = job.linked
    ours = {one.target for one in await desk.kept(desk.state.intents, link.id, ("file_out",))}
    if str(file.id) in ours:
        return
    title = f"Field Nation {file.id}: {file.name}"

    async def create() -> str:
        data = await desk.orders.work_orders.download(file)
        made = await desk.records.attach(
            link.entity, link.record_id, file.name, data, title=title, content_type=file.mime
        )
        return str(made)

    async def look() -> str | None:
        found = await desk.records.attachments(link.entity, link.record_id)
        return next((str(one.id) for one in found if one.title == title), None)

    content = digest([file.id, file.name, file.size])
    await deliver.once(
        desk, job, deliver.Wanted("file_in", str(file.id), title, content, create, look)
    )


async def _give(desk: Desk, job: Job, folders: tuple[Folder, ...]) -> None:
    """Put the record's files into the order's folder for documents."""
    link = job.linked
    folder = next((one for one in folders if one.name == "Documents"), None) or next(
        iter(folders), None
    )
    if folder is None:
        return
    ours = {one.target for one in await desk.kept(desk.state.intents, link.id, ("file_in",))}
    for file in await desk.records.attachments(link.entity, link.record_id):
        if str(file.id) not in ours and file.publish == _ALL_USERS:
            await _upload(desk, job, folder.id, file.id)


async def _upload(desk: Desk, job: Job, folder: int, number: int) -> None:
    link = job.linked
    order = link.work_order_id or 0
    notes = f"Autotask attachment {number}"

    async def create() -> str:
        whole = await desk.records.fetch_attachment(link.entity, link.record_id, number)
        if whole is None or whole.data is None:
            return ""
        made = await desk.orders.work_orders.attach(
            order, folder, whole.file_name, whole.data, content_type=whole.content_type, notes=notes
        )
        return "" if made is None else str(made.id)

    async def look() -> str | None:
        found = await desk.orders.work_orders.attachments(order)
        files = (one for each in found for one in each.files)
        return next((str(one.id) for one in files if one.notes == notes), None)

    wanted = deliver.Wanted("file_out", str(number), notes, str(number), create, look)
    await deliver.once(desk, job, wanted)


def _count(value: Any) -> int:
    """Return how many messages an order has; the vendor gives a number, or an object with one."""
    told = object_of(value)
    within = object_of(told.get("metadata")).get("total", told.get("count"))
    number = number_of(within if told else value)
    return 0 if number is None else int(number)
