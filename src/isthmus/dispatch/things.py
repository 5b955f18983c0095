"""Notes, hours and charges: each is made once at the record, and kept up where it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from isthmus.autotask import RichTextEcho, q
from isthmus.autotask.port import Writable
from isthmus.dispatch import deliver
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.rules.changes import Changes
from isthmus.dispatch.rules.occurrences import digest

PARENTS: Final[Mapping[str, str]] = {
    "TicketNotes": "ticketID",
    "TaskNotes": "taskID",
    "TicketCharges": "ticketID",
    "ServiceCalls": "serviceCallID",
}
"""The field that ties a thing to its record. Time entries are tied by either of two."""
_TEXTS: Final[Mapping[str, str]] = {
    "TicketNotes": "description",
    "TaskNotes": "description",
    "TimeEntries": "summaryNotes",
    "TicketCharges": "notes",
}
"""The text in which a thing carries its marker."""


@dataclass(frozen=True, slots=True)
class Thing:
    """
    Something to be made beside a record. `kind` and `source` say what it stands for.

    `marker`: what its text carries, so that it is found again; "" for one made from them.
    `is_kept_up`: a later change of what it stands for changes it. `is_apart`: it alone is given up
    when it is refused. `at`: the entity and id of the record it is made at, where that is not the
    link's own.
    """

    kind: str
    source: str
    changes: Changes
    marker: str = ""
    is_first: bool = False
    is_kept_up: bool = False
    is_apart: bool = True
    text_field: str = ""
    extra: Mapping[str, Writable] = field(default_factory=dict)
    at: tuple[str, int] | None = None


async def carry(desk: Desk, job: Job, thing: Thing) -> str:
    """Make a thing once at its record, or bring it to its present content; return its id."""
    link = job.linked
    entity = thing.changes.entity
    root, record_id = thing.at or (link.entity, link.record_id)
    marker = thing.marker or f"[{digest([link.id, thing.kind, thing.source])}]"
    text_field = thing.text_field or _TEXTS.get(entity, "description")
    parent = _parent(entity, root)
    own: dict[str, Writable] = {**thing.changes.values, **thing.extra}
    own[text_field] = marked(own.get(text_field), marker, is_first=thing.is_first)
    values: dict[str, Writable] = {**own, parent: record_id}

    async def create() -> str:
        made = await desk.records.create(entity, values, udfs=thing.changes.udfs, read_back=False)
        return str(made.id)

    async def look() -> str | None:
        where = q.and_(q.eq(parent, record_id), q.contains(text_field, marker))
        found = await desk.records.find(entity, where, limit=5)
        return next((str(one.id) for one in found), None)

    async def update(target: str) -> None:
        udfs = thing.changes.udfs
        await change(desk, entity, int(target), own, udfs, parent_id=record_id)

    content = digest({name: str(value) for name, value in sorted(own.items())})
    wanted = deliver.Wanted(
        thing.kind, thing.source, marker, content, create, look,
        update if thing.is_kept_up else None, is_apart=thing.is_apart, name=_named(thing),
    )  # fmt: skip
    return await deliver.once(desk, job, wanted)


async def change(
    desk: Desk,
    entity: str,
    number: int,
    values: Mapping[str, Writable],
    udfs: Mapping[str, Writable],
    *,
    parent_id: int | None = None,
) -> None:
    """Change a record; formatted texts that say the same already are left as they are."""
    if not values and not udfs:
        return
    try:
        await desk.records.update(
            entity, number, values, udfs=udfs, parent_id=parent_id, read_back=False
        )
    except RichTextEcho as echo:
        left = {name: value for name, value in values.items() if name not in echo.fields}
        if len(left) == len(values):
            raise
        await change(desk, entity, number, left, udfs, parent_id=parent_id)


def marked(text: Any, marker: str, *, is_first: bool) -> str:
    """Return a text with the marker before or after it."""
    told = "" if text is None else str(text)
    if marker in told:
        return told
    return f"{marker} {told}".strip() if is_first else f"{told}\n{marker}".strip()


def _named(thing: Thing) -> str:
    told = thing.changes.values.get("title") or thing.changes.values.get("name")
    noun = "time entry" if thing.kind == "time" else thing.kind
    return f"the {noun} {str(told)[:80]!r}" if told else f"the {noun} of {thing.source}"


def _parent(entity: str, root_entity: str) -> str:
    if entity == "TimeEntries":
        return "taskID" if root_entity == "Tasks" else "ticketID"
    return PARENTS.get(entity, "ticketID")
