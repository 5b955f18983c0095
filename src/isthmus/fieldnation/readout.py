"""Read values out of the vendor's JSON, whose types wander: ids as text, numbers as text."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Raw = Mapping[str, Any]


def id_of(value: object) -> int | None:
    """
    Return an id as a number; None when there is none.

    Source: `work_order_id` appears as text in one published sample and as a number in another.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value > 0 else None
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value > 0 and value == int(value) else None
    if not isinstance(value, str):
        return None
    digits = value.strip()
    plain = digits.isascii() and digits.isdecimal() and len(digits) < 19
    return (int(digits) or None) if plain else None


def text_of(value: object) -> str:
    """Return a text as it is, a number as its digits, anything else as ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return ""


def number_of(value: object) -> Decimal | None:
    """Return a number, also one written as text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def object_of(value: object) -> Raw:
    """Return an object as it is, anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows_of(value: object) -> Iterator[Raw]:
    """Yield the objects of a list, or of the `results` (or `result`) of an object."""
    if isinstance(value, Mapping):
        value = value.get("results", value.get("result"))
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, Mapping))
