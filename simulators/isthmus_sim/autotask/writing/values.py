"""Values of a written record: from JSON into storage form, or refused as the vendor does.

The vendor's server reads JSON with a .NET library: a boolean in an integer field is an
unexpected character (observed), numbers in strings are read as numbers (assumed from it).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.store.catalog import Field
from isthmus_sim.autotask.store.state import UDF, State, Value
from isthmus_sim.autotask.tenant.shapes import PicklistEntry, UdfDefinition
from isthmus_sim.base.clock import to_text

SCALE = 10_000
TOP = {"integer": 2**31, "long": 2**63}
TRUTHS = {"true": 1, "false": 0}
ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def stored(field: Field, value: Any) -> Value:
    """Turn a JSON value into storage form.

    Raises: VendorError (500) where the vendor's JSON reader or its length check would.
    """
    if value is None:
        return None
    if isinstance(value, dict | list):
        raise errors.unparsable("{" if isinstance(value, dict) else "[", field.name)
    match field.type:
        case "integer" | "long":
            return _integer(field, value)
        case "boolean":
            return _boolean(field, value)
        case "decimal":
            return _decimal(field.name, value)
        case "datetime":
            return _moment(field.name, value)
    return _text(field, value)


def _integer(field: Field, value: Any) -> int:
    if isinstance(value, bool):
        raise errors.unparsable("t" if value else "f", field.name)
    if isinstance(value, float):
        raise _unreadable("integer", value, field.name)
    try:
        number = int(value)
    except ValueError:
        raise _unreadable("integer", value, field.name) from None
    top = TOP[field.type]
    if not -top <= number < top:
        size = "Int32" if field.type == "integer" else "Int64"
        raise errors.VendorError(
            f"JSON integer {number} is too large or small for an {size}. Path '{field.name}'."
        )
    return number


def _boolean(field: Field, value: Any) -> int:
    if isinstance(value, str) and value.lower() in TRUTHS:
        return TRUTHS[value.lower()]
    if isinstance(value, str):
        raise _unreadable("boolean", value, field.name)
    return int(bool(value))


def _decimal(name: str, value: Any) -> Value:
    if isinstance(value, bool):
        raise errors.unparsable("t" if value else "f", name)
    try:
        number = Decimal(str(value)) * SCALE
    except InvalidOperation:
        raise _unreadable("decimal", value, name) from None
    if not number.is_finite() or abs(number) >= 2**62:
        raise _unreadable("decimal", value, name)
    return int(number.to_integral_value())


def _moment(name: str, value: Any) -> str:
    if isinstance(value, str) and ISO.fullmatch(value.strip()):
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            raise _unreadable("DateTime", value, name) from None
        return to_text(at if at.tzinfo else at.replace(tzinfo=UTC))
    raise _unreadable("DateTime", value, name)


def _text(field: Field, value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.length and len(text) > field.length:
        raise errors.on_record(
            f"Value of {field.name} exceeds the maximum length of {field.length}."
        )
    return text


def _unreadable(kind: str, value: Any, name: str) -> errors.VendorError:
    return errors.VendorError(f"Could not convert string to {kind}: {value}. Path '{name}'.")


# Picklists and references -----------------------------------------------------------


def check_picklist(state: State, collection: str, field: Field, row: dict[str, Value]) -> None:
    """Refuse a code that is not there, is inactive, or belongs to another parent value.

    Source: text observed; inactive values are refused (observed by two integrators); the
    same text for a wrong parent value is assumed.
    """
    entries = state.picklist(collection, field.name)
    value = row[field.name]
    if not entries or value is None:
        return
    entry = next((e for e in entries if e.value == str(value)), None)
    if entry is None or not entry.is_active or not _fits_parent(entry, field, row):
        raise errors.picklist_value_unknown(value, field.name)


def _fits_parent(entry: PicklistEntry, field: Field, row: dict[str, Value]) -> bool:
    if not field.picklist_parent or not entry.parent:
        return True
    return str(row.get(field.picklist_parent)) == entry.parent


def check_reference(state: State, field: Field, value: Value) -> None:
    """Refuse an id that is not there, or an inactive contact or resource.

    Source: text observed; a new reference to an inactive person is refused (observed).
    """
    if not field.reference or value is None or field.reference not in state.catalog.entities:
        return
    target = state.catalog[field.reference]
    active = ', "isActive"' if field.reference in ("Contacts", "Resources") else ", 1"
    found = state.sql(
        f"SELECT id{active} FROM {state.table(field.reference)} WHERE id = ?", (value,)
    )
    if not found or found[0][1] == 0:
        raise errors.reference_invalid(field.name, target.legacy_name)


# User-defined fields ----------------------------------------------------------------


def udf_values(state: State, collection: str, given: Any) -> Iterator[tuple[str, Value]]:
    """Read `userDefinedFields`, a list of name and value; the exact name, else any case.

    Raises: VendorError for a shape, name or value that does not fit (wording assumed).
    """
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise errors.unparsable("u", "userDefinedFields")
    exact = {d.name: d for d in state.udf_definitions(collection)}
    known = {name.casefold(): d for name, d in exact.items()}
    for item in given:
        entry = {str(key).casefold(): value for key, value in item.items()}
        name = str(entry.get("name"))
        definition = exact.get(name) or known.get(name.casefold())
        if definition is None:
            raise errors.on_record(f"User-defined field {name} does not exist.")
        if not definition.is_read_only:
            yield UDF + definition.name, _udf(definition, entry.get("value"))


def _udf(definition: UdfDefinition, value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not _udf_fits(definition, text):
        raise errors.on_record(
            f"Value {text} is not valid for user-defined field {definition.name}."
        )
    return text


def _udf_fits(definition: UdfDefinition, text: str) -> bool:
    match definition.type:
        case "Integer":
            return re.fullmatch(r"-?\d+", text) is not None
        case "Decimal":
            return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
        case "Date":
            return ISO.fullmatch(text) is not None
        case "Boolean":
            return text in ("true", "false", "0", "1")
        case "List":
            return text in _active(definition)
        case "MultiSelect":
            return {part.strip() for part in text.split(",")} <= _active(definition)
    return not definition.length or len(text) <= definition.length


def _active(definition: UdfDefinition) -> set[str]:
    return {e.value for e in definition.entries or () if e.is_active}
