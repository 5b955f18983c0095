"""Turn the vendor's JSON into `models`; pure. What is missing becomes empty, never a guess."""

from collections.abc import Iterator
from datetime import datetime

from isthmus.fieldnation.models import (
    Choice,
    CompanyField,
    CustomValue,
    Expense,
    ExternalRecord,
    File,
    Folder,
    Message,
    Provider,
    Raw,
    Status,
    TimeLog,
    WorkOrder,
)
from isthmus.fieldnation.readout import id_of, number_of, object_of, rows_of, text_of
from isthmus.fieldnation.times import read_time
from isthmus.fieldnation.vocabulary import STATUS_NAMES


def parse_work_order(raw: Raw) -> WorkOrder | None:
    """Return a work order; None when the object has no id, so that it is none."""
    number = id_of(raw.get("id")) or id_of(raw.get("work_order_id"))
    if number is None:
        return None
    status = object_of(raw.get("status"))
    return WorkOrder(
        id=number,
        title=text_of(raw.get("title")),
        status=parse_status(status) if status else None,
        assignee=_provider(raw),
        custom_values=tuple(_custom_values(raw.get("custom_fields"))),
        milestones=parse_milestones(object_of(raw.get("milestones"))),
        actions=_actions(raw.get("actions")),
        external=tuple(_external(raw)),
        correlation_id=text_of(raw.get("correlation_id") or status.get("correlation_id")),
        is_stub=not status and not text_of(raw.get("title")),
        raw=raw,
    )


def parse_status(raw: Raw) -> Status:
    """Return a status; where the name is missing it is taken from the table of ids."""
    number = id_of(raw.get("id"))
    display = text_of(raw.get("display"))
    known = "" if number is None else STATUS_NAMES.get(number, "")
    return Status(
        id=number,
        name=text_of(raw.get("name")) or display.partition(":")[0].strip() or known,
        sub_status=text_of(raw.get("sub_status")),
        display=display,
        code=text_of(raw.get("code")),
        is_routed=raw.get("is_routed") is True,
        confirmed=raw.get("confirmed") is True,
        no_show=raw.get("ncns") is True,
        delay=number_of(raw.get("delay")),
    )


def parse_milestones(raw: Raw) -> dict[str, datetime]:
    """Return the times reached, by the vendor's names."""
    found = ((name, read_time(value)) for name, value in raw.items())
    return {name: at for name, at in found if at is not None}


def parse_messages(raw: object) -> tuple[Message, ...]:
    """Return messages and their replies, flat, each reply after what it answers."""
    return tuple(_messages(raw, ""))


def parse_custom_values(raw: object) -> tuple[CustomValue, ...]:
    """Return custom fields with their values, of the grouped or the flat form."""
    return tuple(_custom_values(raw))


def parse_folders(raw: object) -> tuple[Folder, ...]:
    """Return the folders with their files."""
    return tuple(
        Folder(
            id=number,
            name=text_of(row.get("name")),
            type=text_of(row.get("type")),
            files=tuple(_files(row, number)),
            raw=row,
        )
        for row in rows_of(raw)
        if (number := id_of(row.get("id"))) is not None
    )


def parse_time_logs(raw: object) -> tuple[TimeLog, ...]:
    """Return the stays on site."""
    return tuple(
        TimeLog(
            id=number,
            start=read_time(object_of(row.get("in")).get("created")),
            end=read_time(object_of(row.get("out")).get("created")),
            hours=number_of(row.get("hours")),
            devices=_whole(row.get("devices")),
            status=text_of(row.get("status")),
            edited=row.get("edited") is True,
            verified=row.get("verified") is True,
            raw=row,
        )
        for row in rows_of(raw)
        if (number := id_of(row.get("id"))) is not None
    )


def parse_expenses(raw: object) -> tuple[Expense, ...]:
    """Return the expenses."""
    return tuple(
        Expense(
            id=number,
            status=text_of(row.get("status")),
            description=text_of(row.get("description")),
            amount=number_of(row.get("amount")),
            quantity=number_of(row.get("quantity")),
            category=text_of(object_of(row.get("category")).get("label")),
            raw=row,
        )
        for row in rows_of(raw)
        if (number := id_of(row.get("id"))) is not None
    )


def parse_choice(row: Raw) -> Choice | None:
    """Return an entry of a company's list; None when it has no id."""
    number = id_of(row.get("id")) or id_of(row.get("location_id"))
    if number is None:
        return None
    person = f"{text_of(row.get('first_name'))} {text_of(row.get('last_name'))}".strip()
    label = next((text_of(row.get(key)) for key in ("name", "label", "title") if row.get(key)), "")
    return Choice(number, label or person, row)


def parse_company_field(row: Raw) -> CompanyField | None:
    """
    Return a custom field of the company; None when it has no id.

    Source: `required`, `unique`, `internal`, `for_tech` are 0 or 1 in the published description,
    beside `flags` of the same meaning; either counts.
    """
    number = id_of(row.get("id"))
    if number is None:
        return None
    flags = {text_of(flag) for flag in _listed(row.get("flags"))}
    return CompanyField(
        id=number,
        name=text_of(row.get("name")),
        type=text_of(row.get("type")),
        required=bool(row.get("required")) or "required" in flags,
        unique=bool(row.get("unique")) or "unique" in flags,
        internal=bool(row.get("internal")) or "internal_id" in flags,
        for_provider=bool(row.get("for_tech")) or "seen_by_provider" in flags,
        options=tuple(
            text_of(one) or text_of(object_of(one).get("value"))
            for one in _listed(row.get("options"))
        ),
        raw=row,
    )


def _provider(raw: Raw) -> Provider | None:
    user = object_of(object_of(raw.get("assignee")).get("user"))
    number = id_of(user.get("id"))
    if number is None:
        return None
    return Provider(
        id=number,
        first_name=text_of(user.get("first_name")),
        last_name=text_of(user.get("last_name")),
        phone=text_of(user.get("phone")),
        cell=text_of(user.get("cell")),
    )


def _custom_values(raw: object) -> Iterator[CustomValue]:
    """Yield fields of the grouped form and of the flat one a page of 2026 shows."""
    for row in rows_of(raw):
        if isinstance(row.get("results"), list):
            group = text_of(row.get("name"))
            yield from (one for inner in rows_of(row) if (one := _custom_value(inner, group)))
        elif (one := _custom_value(row, "")) is not None:
            yield one


def _custom_value(row: Raw, group: str) -> CustomValue | None:
    number = id_of(row.get("id"))
    if number is None:
        return None
    role = text_of(row.get("role")) or text_of(row.get("filled_by"))
    value, kind = text_of(row.get("value")), text_of(row.get("type"))
    return CustomValue(number, text_of(row.get("name")), value, role, kind, group)


def _external(raw: Raw) -> Iterator[ExternalRecord]:
    seen = set()
    for row in (object_of(raw.get("integration")), *rows_of(raw.get("integrations"))):
        number = text_of(row.get("id"))
        if number and (number, text_of(row.get("name"))) not in seen:
            seen.add((number, text_of(row.get("name"))))
            yield ExternalRecord(number, text_of(row.get("name")), text_of(row.get("href")))


def _actions(raw: object) -> frozenset[str]:
    found = (text_of(one) or text_of(object_of(one).get("id")) for one in _listed(raw))
    return frozenset(one for one in found if one)


def _messages(raw: object, parent: str) -> Iterator[Message]:
    rows = {"results": raw} if isinstance(raw, list) else raw
    for row in rows_of(rows):
        number = text_of(row.get("msg_id")) or text_of(row.get("id"))
        author = object_of(row.get("from"))
        if number:
            yield Message(
                id=number,
                parent_id=_parent(row) or parent,
                author_id=id_of(author.get("id")),
                author=text_of(author.get("name")),
                role=text_of(row.get("role")),
                at=read_time(row.get("created")),
                text=text_of(row.get("message")),
                raw=row,
            )
        yield from _messages(row.get("replies"), number or parent)


def _parent(row: Raw) -> str:
    found = text_of(row.get("parent_id"))
    return "" if found == "0" else found


def _files(folder: Raw, folder_id: int) -> Iterator[File]:
    for row in rows_of(folder):
        number = id_of(row.get("id"))
        if number is None:
            continue
        file = object_of(row.get("file"))
        yield File(
            id=number,
            folder_id=id_of(row.get("folder_id")) or folder_id,
            name=text_of(file.get("name")),
            mime=text_of(file.get("mime")),
            size=_whole(file.get("size_bytes")),
            status=text_of(row.get("status")).lower(),
            notes=text_of(row.get("notes")),
            author_id=id_of(object_of(row.get("author")).get("id")),
            at=read_time(row.get("created")),
            link=text_of(file.get("link")),
            raw=row,
        )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int | None:
    number = number_of(value)
    return None if number is None else int(number)
