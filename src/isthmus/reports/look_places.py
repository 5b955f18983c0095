"""Where a page of rows ends, as text in an address, and how the next one is found from it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from isthmus.reports.errors import ExploringWrong
from isthmus.warehouse.ports import Column, ColumnType


class PlaceWrong(ExploringWrong):
    """The address of a page was changed or belongs to another order."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row by its sort value and id."""

    value: object
    id: int


def text_of(place: Place) -> str:
    """Write a place so that it can stand in an address."""
    value = place.value
    plain = value if value is None or isinstance(value, bool | int) else str(value)
    if isinstance(value, datetime):
        plain = value.isoformat()
    return urlsafe_b64encode(json.dumps([plain, place.id]).encode()).decode().rstrip("=")


def place_of(text: str, column: Column) -> Place | None:
    """Read a place of a page sorted by this column; None for "". Raises: PlaceWrong."""
    if not text:
        return None
    try:
        value, row_id = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Place(_typed(value, column), int(row_id))
    except (ValueError, TypeError, NotBase64, InvalidOperation) as error:
        raise PlaceWrong(
            "This place in the table cannot be found.",
            remedy="Begin again with the first page.",
        ) from error


def place_sql(
    key: str, row_id: str, start: Place | None, *, descending: bool, last: bool
) -> tuple[str, dict[str, object]]:
    """Return the condition for the rows that follow; `last`: rows without a value come last."""
    if start is None:
        return "", {}
    sign = "<" if descending else ">"
    if key == row_id:
        return f"{row_id} {sign} :after_id", {"after_id": start.id}
    if start.value is None:
        inside = f"({key} IS NULL AND {row_id} {sign} :after_id)"
        return (inside if last else f"({inside} OR {key} IS NOT NULL)"), {"after_id": start.id}
    beyond = f" OR {key} IS NULL" if last else ""
    same = f"{key} = :after_value AND {row_id} {sign} :after_id"
    values = {"after_value": start.value, "after_id": start.id}
    return f"({key} {sign} :after_value OR ({same}){beyond})", values


def _typed(value: Any, column: Column) -> object:
    if value is None:
        return None
    match column.type:
        case ColumnType.INTEGER:
            return int(value)
        case ColumnType.DECIMAL | ColumnType.WIDE_DECIMAL:
            return Decimal(str(value))
        case ColumnType.TIMESTAMP:
            return datetime.fromisoformat(str(value))
        case ColumnType.BOOLEAN:
            return bool(value)
        case _:
            return str(value)
