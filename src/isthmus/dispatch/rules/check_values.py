"""Whether a value fits a field of Autotask, and as what it is written."""

from decimal import Decimal
from typing import Any, Final

from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.autotask.port import Label, Writable
from isthmus.autotask.records.fits import text_trouble, trouble_of
from isthmus.autotask.records.labels import code_text, find_label
from isthmus.autotask.records.typed import FRACTIONS, WHOLE, parse_moment
from isthmus.dispatch.rules.known import near
from isthmus.dispatch.rules.values import Unfit, convert, number_of, shown, text_of

_CHOOSE: Final = "Take an active value of the picklist."


def writable(field: FieldInfo | UdfInfo, value: Any, *, is_label: bool) -> Writable:
    """
    Return a value as it is written to a field; nothing is None.

    Raises: Unfit: unknown or inactive picklist value, wrong type, too long, read-only.
    """
    if field.is_read_only:
        raise Unfit(f"{field.name} cannot be written", "Autotask sets it by itself.")
    if value is None or value == "":
        return None
    if is_label:
        return _label(field, text_of(value))
    if field.picklist is not None:
        return _coded(field, value)
    if isinstance(field, UdfInfo):
        return _udf_text(field, value)
    return _typed(field, value)


def _label(field: FieldInfo | UdfInfo, label: str) -> Label:
    if field.picklist is None:
        raise Unfit(f"{field.name} has no labels: it is no picklist", "Leave .label away.")
    found = find_label(field.picklist, label, None)
    if not found:
        names = [one.label for one in field.picklist if one.is_active]
        raise Unfit(f"{field.name} has no value {label!r}", near(label, names))
    _active(field.name, found)
    return Label(label)


def _coded(field: FieldInfo | UdfInfo, value: Any) -> Writable:
    code = code_text(value if isinstance(value, bool) else text_of(value))
    found = tuple(one for one in field.picklist or () if one.code == code)
    if not found:
        labels = [one.label for one in field.picklist or ()]
        remedy = f"Write {field.name}.label. {near(code, labels)}"
        raise Unfit(f"{field.name} has no value with the code {code!r}", remedy)
    _active(field.name, found)
    whole = isinstance(field, FieldInfo) and field.data_type in WHOLE
    return int(code) if whole else code


def _active(name: str, found: tuple[PicklistValue, ...]) -> None:
    if not any(one.is_active for one in found):
        raise Unfit(f"{name}: the value {found[0].label!r} is inactive", _CHOOSE)


def _udf_text(field: UdfInfo, value: Any) -> str:
    text = text_of(value)
    if field.data_type in WHOLE | FRACTIONS:
        text = text_of(number_of(text))
    elif field.data_type == "datetime":
        convert(text, "datetime")
    elif field.data_type == "boolean":
        text = text_of(convert(text, "boolean"))
    trouble = text_trouble(text, field.length)
    if trouble is not None:
        raise Unfit(f"{field.name} {trouble[0]}", trouble[1])
    return text


def _typed(field: FieldInfo, value: Any) -> Writable:
    made: Writable
    if field.data_type in WHOLE:
        made = int(convert(value, "integer"))
    elif field.data_type in FRACTIONS:
        made = Decimal(convert(value, "number"))
    elif field.data_type == "boolean":
        made = bool(convert(value, "boolean"))
    elif field.data_type == "datetime":
        try:
            made = parse_moment(text_of(value))
        except ValueError:
            raise Unfit(
                f"{field.name} takes a date, not {shown(value)}", "Use a date conversion."
            ) from None
    else:
        made = text_of(value)
    trouble = trouble_of(field, made)
    if trouble is not None:
        raise Unfit(f"{field.name} {trouble[0]}", trouble[1])
    return made
