"""Whether a value fits its field's type, before it is sent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from isthmus.autotask.models import FieldInfo
from isthmus.autotask.port import Value
from isthmus.autotask.records.typed import FRACTIONS, WHOLE

_BOUNDS: Final = {"short": 2**15, "integer": 2**31, "long": 2**63}
_Trouble = tuple[str, str] | None


def trouble_of(field: FieldInfo, value: Value) -> _Trouble:
    """Return what is wrong with a value and what to give instead; None when it fits."""
    fit = _FITS.get(field.data_type)
    return None if fit is None else fit(field, value)


def _fit_whole(field: FieldInfo, value: Value) -> _Trouble:
    if field.picklist is not None and isinstance(value, str) and value.strip().isdecimal():
        return None
    if isinstance(value, bool):
        return "holds whole numbers, not True or False", "Give 1 or 0."
    if not isinstance(value, int):
        return _wrong(field, value, "Give an int, or a Label for a picklist.")
    bound = _BOUNDS[field.data_type]
    if not -bound <= value < bound:
        return f"cannot hold {value}", f"A {field.data_type} ends at {bound - 1}."
    return None


def _fit_fraction(field: FieldInfo, value: Value) -> _Trouble:
    number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    if not number or (isinstance(value, Decimal) and not value.is_finite()):
        return _wrong(field, value, "Give a finite Decimal or an int; a float would be inexact.")
    return None


def _fit_truth(field: FieldInfo, value: Value) -> _Trouble:
    return None if isinstance(value, bool) else _wrong(field, value, "Give True or False.")


def _fit_moment(field: FieldInfo, value: Value) -> _Trouble:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return _wrong(field, value, "Give an aware datetime.")
    return None


def _fit_text(field: FieldInfo, value: Value) -> _Trouble:
    if not isinstance(value, str):
        return _wrong(field, value, "Give a string.")
    return text_trouble(value, field.length)


def text_trouble(text: str, most: int) -> _Trouble:
    """Return what is wrong with a text of at most so many UTF-16 units; 0: as long as you like."""
    try:
        units = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        return "holds half a character (a lone surrogate)", "Take it out."
    if most and units > most:
        return f"takes {most} characters, not {units}", "Shorten it."
    return None


def _wrong(field: FieldInfo, value: Value, remedy: str) -> tuple[str, str]:
    kind = type(value).__name__
    naive = " without a time zone" if isinstance(value, datetime) and value.tzinfo is None else ""
    return f"holds {field.data_type} values, not {kind}{naive}", remedy


_FITS: Final[Mapping[str, Callable[[FieldInfo, Value], _Trouble]]] = {
    **dict.fromkeys(WHOLE, _fit_whole),
    **dict.fromkeys(FRACTIONS, _fit_fraction),
    "boolean": _fit_truth,
    "datetime": _fit_moment,
    "string": _fit_text,
}
