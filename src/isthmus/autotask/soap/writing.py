"""
Writes over SOAP: whole records, up to 200 in a call, all of them or none.

An update replaces: what is left out is emptied (documented). So a record is read, changed, and
sent back with everything writable, in the vendor's own texts for what stays: no time is converted
to and fro, nothing half-known is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from isthmus.autotask import errors as err
from isthmus.autotask.calls.answers import Asked
from isthmus.autotask.metadata.known import Known
from isthmus.autotask.port import Record, Value, Writable
from isthmus.autotask.records import Outgoing, prepare
from isthmus.autotask.soap.errors import HalfKnown
from isthmus.autotask.soap.names import Spelling, Spelt
from isthmus.autotask.soap.rows import Row
from isthmus.autotask.soap.service import Cell
from isthmus.autotask.soap.session import Session
from isthmus.autotask.soap.times import Times
from isthmus.autotask.soap.wire import judged
from isthmus.autotask.soap.xml import broken
from isthmus.autotask.writes.routes import route_of
from isthmus.transport import Answer

MOST: Final = 200
"""Records of one call. Source: vendor help; with more, nothing is written."""
_INT: Final = 2**31
_KINDS: Final = {
    "integer": "int",
    "long": "long",
    "short": "short",
    "datetime": "dateTime",
    "boolean": "boolean",
    "double": "double",
    "float": "double",
    "decimal": "decimal",
}
_MASKED: Final = frozenset({("Resource", "Password")})


@dataclass(frozen=True, slots=True)
class New:
    """A record to create."""

    values: Mapping[str, Writable]
    udfs: Mapping[str, Writable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The fields to change of one record."""

    record_id: int
    values: Mapping[str, Writable]
    udfs: Mapping[str, Writable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Whole:
    """A record as it is sent: its id, 0 for a new one, and every value with its type."""

    id: int
    cells: Mapping[str, Cell]
    udfs: Mapping[str, str | None]


async def prepared(
    session: Session,
    entity: str,
    given: New | Change,
    *,
    current: Record | None = None,
) -> Outgoing:
    """
    Check what is to be written; what old metadata refuses is held to fresh metadata first.

    Raises: UnknownField, ValidationFailed.
    """
    route = route_of(entity)
    age = session.writes.metadata_age
    while True:
        known = await session.known(entity, age)
        try:
            return prepare(
                entity,
                given.values,
                known.fields,
                udfs=given.udfs,
                udf_fields=known.udfs,
                creating=isinstance(given, New),
                settable=() if route is None else (route.field,),
                current=None if current is None else current.values,
            )
        except (err.UnknownField, err.ValidationFailed):
            if known.age < session.writes.reread_age:
                raise
            age = session.writes.reread_age


def new_whole(sent: Outgoing, spelling: Spelling, times: Times) -> Whole:
    """Return a record to create."""
    cells = {
        spelt.name: _cell(spelt, value, times)
        for name, value in sent.values.items()
        if (spelt := spelling.spelt(name)) is not None and value is not None
    }
    return Whole(0, cells, sent.udfs)


def changed_whole(row: Row, sent: Outgoing, spelling: Spelling, times: Times) -> Whole:
    """
    Return a record to update: as it is, but for what changes; None empties a field.

    Read-only fields stay out. What metadata does not know is sent back as it came, because it may
    be writable. Raises: HalfKnown: a field that is not told in clear.
    """
    masked = {name for entity, name in _MASKED if entity == spelling.entity}
    cells = {}
    for name, cell in row.cells.items():
        spelt = spelling.spelt(spelling.rest_of(name))
        if spelt is None or not spelt.is_read_only:
            cells[name] = cell
    for name, value in sent.values.items():
        spelt = spelling.spelt(name)
        if spelt is None:
            continue
        cells.pop(spelt.name, None)
        masked.discard(spelt.name)
        if value is not None:
            cells[spelt.name] = _cell(spelt, value, times)
    if masked & cells.keys():
        raise _half_known(spelling.entity, row.id, masked & cells.keys())
    return Whole(row.id, cells, {**row.udfs, **sent.udfs})


async def send(
    session: Session,
    operation: str,
    entity: str,
    wholes: Sequence[Whole],
    *,
    impersonate: int | None = None,
) -> tuple[int, ...]:
    """
    Write up to 200 records, all or none; return their ids in order.

    Raises: BatchRefused telling each record; HalfKnown; WriteUncertain; PermissionDenied; ...
    """
    if not 1 <= len(wholes) <= MOST:
        raise err.ValidationFailed(
            f"{len(wholes)} records cannot be written in one call",
            where=f"SOAP {operation} {entity}",
            remedy=f"Give 1 to {MOST}; that all or none are written holds for one call.",
        )
    spelling, known = await session.spelling(entity), await session.known(entity)
    entities = await _entities(session, spelling, wholes)
    names = _names(spelling, known)

    def judge(answer: Answer, asked: Asked) -> tuple[int, ...]:
        ids = tuple(row.id for row in judged(answer, asked, names).rows)
        if operation != "delete" and len(ids) != len(wholes):
            raise broken(f"{len(ids)} records where {len(wholes)} were written", asked.where)
        return ids

    only = wholes[0].id if len(wholes) == 1 and wholes[0].id else None
    arguments: dict[str, object] = {"Entities": {"Entity": entities}}
    return await session.write(
        operation, arguments, entity, judge, record_id=only, impersonate=impersonate
    )


async def _entities(session: Session, spelling: Spelling, wholes: Sequence[Whole]) -> list[object]:
    """Build the entities, by a newer WSDL where this one lacks a field that has a value."""
    service = await session.service()
    held = frozenset(name for whole in wholes for name in whole.cells)
    missing = held - service.knows(spelling.entity)
    if missing and await session.renew():
        service = await session.service()
        missing = held - service.knows(spelling.entity)
    if missing:
        raise _half_known(spelling.entity, wholes[0].id, missing)
    return [service.entity(spelling.entity, whole.id, whole.cells, whole.udfs) for whole in wholes]


def _half_known(entity: str, record_id: int, names: Iterable[str]) -> HalfKnown:
    return HalfKnown(
        f"{entity} holds what cannot be sent back as it is: {', '.join(sorted(names))}",
        where=f"SOAP {entity}/{record_id}",
        remedy="Nothing was written, because a SOAP update empties what it leaves out. Write it"
        " over REST, which changes the given fields alone.",
    )


def _names(spelling: Spelling, known: Known) -> dict[str, str]:
    """Return the REST name behind every name that a refusal may use for a field."""
    rest = {field.name: field.name for field in known.fields}
    soap = {spelt.name: spelling.rest_of(spelt.name) for spelt in spelling.soap.values()}
    names = {**{udf.name: udf.name for udf in known.udfs}, **rest, **soap}
    names.pop("id", None)
    return names


def _cell(spelt: Spelt, value: Value, times: Times) -> Cell:
    """Return a value as SOAP spells it, typed by the field's own SOAP type."""
    kind = _KINDS.get(spelt.data_type, "string")
    if isinstance(value, datetime):
        return Cell((times.write(value, is_day=spelt.is_day), "dateTime"))
    if isinstance(value, bool):
        text = str(value).lower() if kind == "boolean" else str(int(value))
        return Cell((text, kind))
    if isinstance(value, int) and kind == "int" and not -_INT <= value < _INT:
        kind = "long"
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return Cell((text, kind))
