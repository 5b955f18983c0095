"""Both records of a link side by side: as the vendors have them now, or as they were last seen."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from isthmus.autotask.port import Record
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.dispatch.desk import body_of
from isthmus.dispatch.editing import Settable, ToBeSent, to_be_sent
from isthmus.dispatch.preview import Comparison, FieldPair, NoSuchRecord, compare, find_record
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.values import plain
from isthmus.fieldnation import WorkOrder
from isthmus.state.dispatch import DeadLetter, Link
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.vendors import waiting

__all__ = [
    "Settable",
    "Shown",
    "Side",
    "Sides",
    "ToBeSent",
    "compared",
    "key_named",
    "side_by_side",
    "sides_as_kept",
    "what_would_be_sent",
]

_MOST_VALUE: Final = 500
_DEEPEST: Final = 4
_MOST_OF_LIST: Final = 20
_LOOKED_BACK: Final = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One field of one side: its name at the vendor, a label for people, and its value.

    Coded fields are shown by their label. `mapping` (name@version) writes it, from `source` on the
    other side; "" where none does. A long text is cut, which its end says.
    """

    name: str
    label: str
    value: Any
    mapping: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One record. `at` is as of when; None where nothing is known of it. `why` says why not."""

    fields: tuple[Shown, ...]
    at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """
    A link's two records.

    `comparison` holds the fields that mappings tie against each other, and what the record has not
    heard of yet; None where they are not known live, and `why` says why not.
    """

    link: Link
    is_live: bool
    record: Side
    order: Side
    comparison: Comparison | None = None
    why: str = ""


async def side_by_side(house: House, stores: Stores, link: Link) -> Sides:
    """
    Read both records of a link and hold them against each other; writes nothing.

    What one vendor refuses is said in its side's `why`; the other side is shown all the same.
    Raises: NotConnected.
    """
    async with open_desk(house, stores) as desk:
        record, order = await asyncio.gather(
            _read(desk.reader.record(link.entity, link.record_id)),
            _read(desk.reader.order(link.work_order_id or 0)) if link.work_order_id else _nothing(),
        )
        found, why = None, ""
        if isinstance(record, Record) and isinstance(order, WorkOrder):
            try:
                found = await compare(desk, link)
            except (NoSuchRecord, NeedsPerson) as error:
                why = f"{error.what}. {error.remedy}"
    pairs = () if found is None else (*found.fields, *found.record)
    by = {one.path: one for one in pairs}
    now = utc_now()
    return Sides(link, True, _record_side(record, by, now), _order_side(order, by, now), found, why)


async def _nothing() -> None:
    return None


async def _read(asked: Any) -> Any:
    try:
        return await asked
    except IsthmusError as error:
        return error


def sides_as_kept(house: House, stores: Stores, link: Link) -> Sides:
    """
    Return both records as they were last seen, without a call: blocks for some milliseconds.

    The ticket is the tables' row, the work order what Field Nation's latest message held of it.
    """
    return Sides(link, False, _kept_record(house, link), _kept_order(stores, link))


async def what_would_be_sent(house: House, stores: Stores, letter: DeadLetter) -> ToBeSent:
    """Show what would be sent for a dead letter; see `editing.to_be_sent`."""
    async with open_desk(house, stores) as desk:
        return await to_be_sent(desk, letter)


def compared(house: House, stores: Stores, link: Link) -> Comparison:
    """Compare both sides of a link, field by field. Raises: NotConnected, what the clients do."""

    async def ask() -> Comparison:
        async with open_desk(house, stores) as desk:
            return await compare(desk, link)

    return waiting.run(ask())


def key_named(house: House, stores: Stores, entity: str, text: str) -> tuple[str, str]:
    """
    Return the key of a record that a person names by number or id, and what people call it.

    Raises: NoSuchRecord, NotConnected, what the clients do.
    """

    async def ask() -> tuple[str, str]:
        async with open_desk(house, stores) as desk:
            record = await find_record(desk, entity, text)
        numbers = (record.values.get(name) for name in ("ticketNumber", "taskNumber"))
        name = next((str(one) for one in numbers if one), str(record.id))
        return f"{entity}/{record.id}", name

    return waiting.run(ask())


# Live


def _record_side(record: Any, by: Mapping[str, FieldPair], now: datetime) -> Side:
    if isinstance(record, IsthmusError):
        return Side((), None, f"{record.what}. {record.remedy}".strip())
    if record is None:
        return Side((), now, "It is gone, or none that the API user may see.")
    fields = [
        _shown(name, record.labels.get(name, value), by, name) for name, value in
        sorted(record.values.items()) if value is not None
    ]  # fmt: skip
    udfs = [
        _shown(f'udf["{name}"]', record.udf_labels.get(name, value), by, name)
        for name, value in sorted(record.udfs.items())
        if value
    ]
    return Side((*fields, *udfs), now)


def _order_side(order: Any, by: Mapping[str, FieldPair], now: datetime) -> Side:
    if isinstance(order, IsthmusError):
        return Side((), None, f"{order.what}. {order.remedy}".strip())
    if order is None:
        return Side((), now, "There is none.")
    return Side(tuple(_shown(path, value, by, path) for path, value in _flat(order.raw)), now)


def _shown(name: str, value: Any, by: Mapping[str, FieldPair], field: str) -> Shown:
    pair = by.get(name) or next(
        (one for path, one in by.items() if path.endswith((f".{field}", f'["{field}"]'))), None
    )
    mapping, source = ("", "") if pair is None else (pair.by, pair.source)
    return Shown(name, _label(name), _cut(plain(value)), mapping, source)


def _flat(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield what an order holds, leaf by leaf, without what is empty and without links."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, one in value.items():
            if name not in {"href", "actions", "correlation_id"}:
                yield from _flat(one, f"{path}.{name}" if path else str(name), depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for index, one in enumerate(value[:_MOST_OF_LIST]):
            yield from _flat(one, f"{path}[{index}]", depth + 1)
        if len(value) > _MOST_OF_LIST:
            yield f"{path}[...]", f"{len(value) - _MOST_OF_LIST} more"
    elif value not in (None, "", [], {}):
        yield path, value


def _label(name: str) -> str:
    """Return a field's name as words: dueDateTime is Due date time."""
    inner = re.fullmatch(r'udf\["(.*)"\]', name)
    if inner:
        return inner[1]
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [word if word.isupper() else word.lower() for word in re.split(r"[\s_.]+", spaced)]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _cut(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    if isinstance(text, str) and len(text) > _MOST_VALUE:
        return f"{text[:_MOST_VALUE]} … (cut; {len(text):,} characters)"
    return text


# As kept


def _kept_record(house: House, link: Link) -> Side:
    """Return the row of the tables, where there is one."""
    if link.entity not in ROOTS.values():
        return Side((), None, f"{link.entity} is no dataset that is copied.")
    sql = f"SELECT * FROM autotask.{link.entity} WHERE id = :id"
    try:
        with house.readers.reader() as reader:
            answer = reader.query(sql, {"id": link.record_id})
        kept = house.copying.kept().get(link.entity)
    except IsthmusError as error:
        return Side((), None, f"{error.what} {error.remedy}".strip())
    if not answer.rows:
        return Side((), None, "The tables hold no such row: it is newer than the last refresh.")
    shown = tuple(
        _shown(name, value, {}, name)
        for name, value in zip(answer.columns, answer.rows[0], strict=True)
        if value is not None and not name.endswith("_code") and not name.startswith("_")
    )
    return Side(shown, None if kept is None else kept.fresh_as_of)


def _kept_order(stores: Stores, link: Link) -> Side:
    """Return what the latest message of Field Nation's held of the order."""
    for message in stores.inbox.search(link.key, limit=_LOOKED_BACK):
        order = body_of(message).get("workorder") if message.source == "fieldnation" else None
        if isinstance(order, dict):
            shown = tuple(_shown(path, value, {}, path) for path, value in _flat(order))
            return Side(shown, message.received_at)
    return Side((), None, "No message of Field Nation's that is kept holds it.")
