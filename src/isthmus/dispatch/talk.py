"""What people say and attach, carried over once in either direction."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from isthmus.autotask import q
from isthmus.autotask.port import Record
from isthmus.base.clock import utc_now
from isthmus.dispatch import deliver
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import NotShown
from isthmus.dispatch.making import Maker
from isthmus.dispatch.refused import sources_again
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.sweeping import CHANGED
from isthmus.dispatch.things import Thing, carry
from isthmus.fieldnation import File, Folder, WorkOrder
from isthmus.fieldnation.parsing import parse_folders
from isthmus.fieldnation.readout import number_of, object_of
from isthmus.state.dispatch import DONE

POSTED: Final = "workorder.message_posted"
_NOTES: Final = {"Tickets": ("TicketNotes", "ticketID"), "Tasks": ("TaskNotes", "taskID")}
_ALL_USERS: Final = 1
_EXACTNESS: Final = timedelta(seconds=1)
_SINCE: Final = "notes:since"
_LAST: Final = "notes"
_MOVED: Final = "notes:moved"


async def carry_messages(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> None:
    """Make a note at the record of each message that is not one of ours."""
    mapping = desk.library.mapping(rule.outbound) if rule.outbound else None
    count = _count(order.raw.get("messages"))
    link = job.linked
    if mapping is None or rule.notes not in {"in", "both"} or link.entity not in _NOTES:
        return
    again = await sources_again(desk, job, "note")
    if not count or (link.written.get("messages") == str(count) and not again):
        return
    intents = await desk.kept(desk.state.intents, link.id, ("message", "note"))
    posted = [one for one in intents if one.kind == "message"]
    ours, markers = {one.target for one in posted}, {one.marker for one in posted}
    noted = {one.source for one in intents if one.kind == "note" and one.state == DONE} - again
    maker = Maker(desk, job, mapping, order)
    for message in reversed(await desk.orders.work_orders.messages(link.work_order_id or 0)):
        source = f"message {message.id}"
        if message.id in ours or source in noted or _ends_with(message.text, markers):
            continue
        told = {**message.raw, "text": message.text, "author": message.author}
        for changes in await maker.things("note", source, POSTED, {"message": told}):
            await carry(desk, job, Thing("note", source, changes))
    job.changed(written={**job.linked.written, "messages": str(count)})


def gives_notes(rule: Rule) -> bool:
    """Tell whether notes of the record go out."""
    return rule.notes in {"out", "both"}


def begin_notes(job: Job, rule: Rule, record: Record, *, anew: bool) -> None:
    """
    Note from when on notes go out: what was said before there was an order stays where it is.

    That is when the record last moved, by the vendor's clock; a later note moves it again. It is
    noted before the order is made: whoever sees the order may write a note before we know of it.

    Args: anew: no order can have been made yet, whatever was noted before.
    """
    link = job.linked
    if gives_notes(rule) and (anew or _SINCE not in link.written):
        moved = record.values.get(CHANGED.get(record.entity, ""))
        at = moved if isinstance(moved, datetime) else utc_now()
        job.changed(written={**link.written, _SINCE: at.isoformat()})


async def carry_notes(desk: Desk, job: Job, rule: Rule) -> None:
    """
    Post each note of the record that is for the technician, and none that we made.

    A note that changed since is looked at again: it may have been made public. Source: that a
    change moves its `lastActivityDate` is assumed.
    """
    link = job.linked
    if not gives_notes(rule) or link.entity not in _NOTES:
        return
    entity, parent = _NOTES[link.entity]
    since = await _since(desk, job, rule)
    last, at = int(link.written.get(_LAST, "-1")), link.written.get(_MOVED)
    news = q.gt("id", last) if at is None else q.or_(
        q.gt("id", last), q.gte("lastActivityDate", datetime.fromisoformat(at))
    )  # fmt: skip
    if again := await sources_again(desk, job, "message"):
        news = q.or_(news, q.in_("id", sorted(int(one) for one in again)))
    where = q.and_(q.eq(parent, link.record_id), q.gt("createDateTime", since), news)
    notes = [note async for note in desk.records.read(entity, where)]
    for note in await _not_posted(desk, job, rule, notes):
        await _post(desk, job, note)
    moved = [one for note in notes if isinstance(one := note.values.get("lastActivityDate"),
                                                 datetime)]  # fmt: skip
    written = {**job.linked.written, _SINCE: since.isoformat()}
    if notes:
        written[_LAST] = str(max(last, *(one.id for one in notes)))
    if moved:
        written[_MOVED] = max(moved).isoformat()
    job.changed(written=written)


async def _since(desk: Desk, job: Job, rule: Rule) -> datetime:
    """Return from when on notes go out: since the dispatch, or since the rule wants it."""
    link = job.linked
    if _SINCE in link.written:
        return datetime.fromisoformat(link.written[_SINCE])
    if _LAST in link.written and link.created_at is not None:  # kept by an earlier Isthmus
        return link.created_at
    published = await desk.kept(desk.library.definitions.current, "rule", rule.name)
    ahead = (await desk.records.threshold()).server_time - utc_now()  # notes go by that clock
    times = [] if published is None else [published.published_at]
    at = max([*times, *([link.created_at] if link.created_at else [])], default=utc_now())
    return at + ahead - _EXACTNESS


async def _not_posted(
    desk: Desk, job: Job, rule: Rule, notes: Sequence[Record]
) -> tuple[Record, ...]:
    """Return the notes that are for the technician and were not posted yet."""
    wanted = [note for note in notes if _is_for_technician(note, rule)]
    if not wanted:
        return ()
    intents = await desk.kept(desk.state.intents, job.linked.id, ("note", "message"))
    made = [one for one in intents if one.kind == "note"]
    ours, marks = {one.target for one in made}, {one.marker for one in made}
    posted = {one.source for one in intents if one.kind == "message" and one.state == DONE}
    news = [one for one in wanted if str(one.id) not in ours | posted]
    return tuple(one for one in news if not _ends_with(one.values.get("description"), marks))


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
        if made is None or not made.id:
            raise NotShown("The message does not show yet", where=f"work order {number}")
        return made.id

    async def look() -> str | None:
        found = await desk.orders.work_orders.messages(number)
        return next((one.id for one in found if marker in one.text), None)

    wanted = deliver.Wanted(
        "message", str(note.id), marker, digest(text), create, look, is_apart=True,
        name=f"the note {title[:80]!r}",
    )  # fmt: skip
    await deliver.once(desk, job, wanted)


def _is_for_technician(note: Record, rule: Rule) -> bool:
    """Tell whether a note goes out: it is public, and begins with the rule's word if it has one."""
    if note.values.get("publish") != _ALL_USERS:
        return False
    title = str(note.values.get("title") or "").casefold()
    return title.startswith(rule.note_marker.casefold())


def _ends_with(text: Any, markers: Collection[str]) -> bool:
    """Tell whether a text ends with a mark of ours: its answer may have been lost."""
    last = str(text or "").rstrip().rpartition("\n")[2]
    return bool(last) and last in markers


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
    given = await desk.kept(desk.state.intents, link.id, ("file_out",))
    if any(str(file.id) == one.target or file.notes == one.marker for one in given):
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
    wanted = deliver.Wanted(
        "file_in", str(file.id), title, content, create, look, is_apart=True,
        name=f"the file {file.name!r} of work order {link.work_order_id}",
    )  # fmt: skip
    await deliver.once(desk, job, wanted)


async def _give(desk: Desk, job: Job, folders: tuple[Folder, ...]) -> None:
    """Put the record's files into the order's folder for documents."""
    link = job.linked
    folder = next((one for one in folders if one.name == "Documents"), None) or next(
        iter(folders), None
    )
    if folder is None:
        return
    taken = await desk.kept(desk.state.intents, link.id, ("file_in",))
    ours, titles = {one.target for one in taken}, {one.marker for one in taken}
    for file in await desk.records.attachments(link.entity, link.record_id):
        if str(file.id) in ours or file.title in titles:
            continue
        if file.publish == _ALL_USERS:
            await _upload(desk, job, folder.id, file.id, file.file_name)


async def _upload(desk: Desk, job: Job, folder: int, number: int, name: str) -> None:
    link = job.linked
    order = link.work_order_id or 0
    notes = f"Autotask attachment {number}"

    async def create() -> str | None:
        whole = await desk.records.fetch_attachment(link.entity, link.record_id, number)
        if whole is None or whole.data is None:
            return None
        made = await desk.orders.work_orders.attach(
            order, folder, whole.file_name, whole.data, content_type=whole.content_type, notes=notes
        )
        if made is None:
            raise NotShown("The file does not show yet", where=f"work order {order}")
        return str(made.id)

    async def look() -> str | None:
        found = await desk.orders.work_orders.attachments(order)
        files = (one for each in found for one in each.files)
        return next((str(one.id) for one in files if one.notes == notes), None)

    wanted = deliver.Wanted(
        "file_out", str(number), notes, str(number), create, look, is_apart=True,
        name=f"the file {name!r} of {link.record_number or link.key}",
    )  # fmt: skip
    await deliver.once(desk, job, wanted)


def _count(value: Any) -> int:
    """Return how many messages an order has; the vendor gives a number, or an object with one."""
    told = object_of(value)
    within = object_of(told.get("metadata")).get("total", told.get("count"))
    number = number_of(within if told else value)
    return 0 if number is None else int(number)
