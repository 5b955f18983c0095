"""Custom fields: read from bodies, written by id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import CONFLICT, Refusal, invalid, missing
from isthmus_sim.fieldnation.orders.step import Doc, Step, step

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def set_custom_field(world: Ground, order_id: int, by_user: int, field_id: int, value: Any) -> Doc:
    """
    Give a field of one order a value; "" empties it.

    Raises: Refusal: not found; 400 for what is no text, no option, no number; 409 for a
    taken value of a unique field, by the switch `unique_custom_field`.
    """
    with step(world, order_id, by_user) as s:
        field = world.store.look("custom_field", field_id)
        if field is None:
            raise missing("Custom field", field_id)
        wrong = _wrong(field, value)
        if wrong:
            raise invalid(wrong, "/value")
        put_field(s, field, value)
    return s.order


def put_field(s: Step, field: Doc, value: str) -> None:
    """Set a field of the order in the making; told when the value is another."""
    _must_be_free(s, field, value)
    key = str(field["id"])
    if s.order["custom_fields"].get(key, "") == value:
        return
    s.order["custom_fields"][key] = value
    s.tell("custom_field_value_updated", custom_field_id=field["id"])


def read_fields(world: Ground, value: Any) -> list[tuple[Doc, str]]:
    """
    Read the written form {results: [{results: [{id, value}]}]}.

    Source: the form is observed; whatever does not fit it is dropped without a word.
    """
    found: list[tuple[Doc, str]] = []
    for group in _results(value):
        for one in _results(group):
            field = world.store.look("custom_field", one.get("id")) if _has_id(one) else None
            if field is not None and not _wrong(field, one.get("value")):
                found.append((field, one["value"]))
    return found


def _has_id(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), int)


def _results(value: Any) -> list[Any]:
    rows = value.get("results") if isinstance(value, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _wrong(field: Doc, value: Any) -> str:
    """Say what is wrong with a value, or ""."""
    if not isinstance(value, str):
        return "value takes a text."
    if value and field["type"] == "predefined" and value not in field["options"]:
        return f"value takes one of {', '.join(field['options'])}."
    if value and field["type"] == "numeric" and not _NUMBER.fullmatch(value):
        return "value takes a number in a text."
    return ""


def _must_be_free(s: Step, field: Doc, value: str) -> None:
    refuses = s.ground.switches["unique_custom_field"] == "refuse"
    if not refuses or not value or "unique" not in field["flags"]:
        return
    key = str(field["id"])
    for other in s.ground.store.each("work_order"):
        if other["id"] != s.order["id"] and other["custom_fields"].get(key) == value:
            raise Refusal(CONFLICT, f"Another work order has this {field['name']}.")
