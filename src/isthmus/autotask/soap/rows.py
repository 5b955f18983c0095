"""
Entities of an answer, read as they stand.

Not by zeep: it stops at the first element that its WSDL does not know, dropping what follows, and
reads "" as nothing. An update sends a record back whole, so nothing may be lost here.
Source: shapes of recorded answers: every field but the id carries its type, null ones are left
out, user-defined fields are listed with or without a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from isthmus.autotask.soap.service import Cell
from isthmus.autotask.soap.xml import (
    Element,
    broken,
    child,
    children,
    is_nil,
    local,
    result_of,
    text_of,
    type_of,
)

_UDFS = "UserDefinedFields"
_FIELDS = "Fields"  # of the entity's own description; never filled


@dataclass(frozen=True, slots=True)
class Row:
    """One entity: `cells` by the SOAP names of its fields, in the order sent; nulls are absent."""

    id: int
    cells: Mapping[str, Cell]
    udfs: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What query, create, update, delete and the threshold are answered with.

    `errors` are the vendor's texts in order; `messages` those of the records' own notes.
    """

    code: int
    rows: tuple[Row, ...]
    errors: tuple[str, ...]
    messages: tuple[str, ...]


def reply_of(root: Element, where: str) -> Reply:
    """
    Read an answer.

    Raises: AnswerBroken: no such answer, or a record without an id.
    """
    result = result_of(root, where)
    code = text_of(child(result, "ReturnCode")).strip()
    if code.removeprefix("-") not in {"0", "1"}:
        raise broken("no return code", where)
    told = children(child(result, "Errors"), "ATWSError")
    notes = children(child(result, "EntityReturnInfoResults"), "EntityReturnInfo")
    return Reply(
        int(code),
        tuple(_row(one, where) for one in children(child(result, "EntityResults"), "Entity")),
        tuple(filter(None, (text_of(child(one, "Message")).strip() for one in told))),
        tuple(filter(None, (text_of(child(one, "Message")) for one in notes))),
    )


def check_order(rows: tuple[Row, ...], above: int, most: int, where: str) -> None:
    """Raise AnswerBroken unless ids ascend, lie above what was asked for, and are not too many."""
    ids = [above, *(row.id for row in rows)]
    if any(left >= right for left, right in pairwise(ids)):
        raise broken("ids that do not ascend, or are outside those asked for", where)
    if len(rows) > most:
        raise broken(f"{len(rows)} rows where {most} is the most", where)


def _row(entity: Element, where: str) -> Row:
    number: int | None = None
    cells: dict[str, Cell] = {}
    udfs: dict[str, str | None] = {}
    for found in entity:
        name = local(found)
        if name == "id":
            text = text_of(found).strip()
            number = int(text) if text.removeprefix("-").isdecimal() else None
        elif name == _UDFS:
            udfs = _udfs(found)
        elif name != _FIELDS and not is_nil(found):
            cells[name] = Cell((text_of(found), type_of(found) or "string"))
    if number is None:
        raise broken("a record without an id", where)
    return Row(number, cells, udfs)


def _udfs(listed: Element) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for one in children(listed, "UserDefinedField"):
        value = child(one, "Value")
        name = text_of(child(one, "Name"))
        found[name] = None if value is None or is_nil(value) else text_of(value)
    return found
