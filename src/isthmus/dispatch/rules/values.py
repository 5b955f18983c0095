"""Plain values as documents hold them, and how one becomes another."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeGuard

Document = Mapping[str, Any]


class Missing:
    """The type of `MISSING`, which stands where a document has nothing."""

    def __repr__(self) -> str:
        return "(nothing)"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()
_LONGEST_NUMBER: Final = 400
_TRUE: Final = frozenset({"true", "yes", "y", "1", "on"})
_FALSE: Final = frozenset({"false", "no", "n", "0", "off"})


class Unfit(ValueError):
    """A value cannot be turned into what is wanted; `remedy` says what would help."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def is_empty(value: object) -> bool:
    """Tell whether a value counts as empty, null or missing; 0 and False do not."""
    return value is None or isinstance(value, Missing) or value in ("", [], {}, ())


def is_number(value: object) -> TypeGuard[int | float | Decimal]:
    """Tell whether a value is a number; a boolean is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def text_of(value: object) -> str:
    """
    Return a value as a person writes it.

    No trailing zeros, true and false in lower case, moments in UTC, lists joined by ", ".
    Raises: Unfit: an object.
    """
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if is_number(value):
        return _digits(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list | tuple):
        return ", ".join(text_of(one) for one in value)
    raise Unfit("An object is no text", "Name one of the fields inside it.")


def number_of(value: object) -> Decimal:
    """Return a value as a number; texts are read as "1234.5". Raises: Unfit."""
    number = value
    if isinstance(value, str):
        try:
            number = Decimal(value.strip()) if len(value) <= _LONGEST_NUMBER else None
        except InvalidOperation:
            number = None
    if not is_number(number):
        raise Unfit(f"{shown(value)} is no number", "Map a field that holds a number.")
    found = Decimal(str(number)) if isinstance(number, float) else Decimal(number)
    if not found.is_finite() or abs(found.adjusted()) > _LONGEST_NUMBER:
        raise Unfit(f"{shown(value)} is no usable number", "Map a field that holds a number.")
    return found


def iso(moment: datetime) -> str:
    """Return a moment as `2026-07-01T12:00:00.000Z`: one width, so that texts sort as times."""
    known = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    utc = known.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z".rjust(24, "0")


def plain(value: object) -> Any:
    """Return a value as JSON can hold it: fractions as float, times as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return iso(value)
    return None if isinstance(value, Missing) else value


def shown(value: object) -> str:
    """Return a value for a message, cut to what a person can take in."""
    text = repr(plain(value))
    return text if len(text) <= 60 else text[:57] + "..."


def convert(value: object, wanted: str) -> Any:
    """
    Turn a value into text, integer, number, boolean, datetime or list.

    Raises: Unfit.
    """
    return CONVERSIONS[wanted](value)


def _digits(number: int | float | Decimal) -> str:
    if isinstance(number, int):
        return str(number)
    exact = Decimal(str(number)) if isinstance(number, float) else number
    if not exact.is_finite() or abs(exact.adjusted()) > _LONGEST_NUMBER:
        return str(number)
    text = f"{exact:f}"
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if trimmed == "-0" else trimmed


def _plain_number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and abs(value.adjusted()) < 18:
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


def _integer(value: object) -> int:
    if isinstance(value, bool):
        return int(value)
    number = number_of(value)
    if number != number.to_integral_value():
        raise Unfit(f"{shown(value)} is no whole number", "Round it in a script, or map another.")
    return int(number)


def _number(value: object) -> Decimal:
    return number_of(int(value) if isinstance(value, bool) else value)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = text_of(value).strip().casefold()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise Unfit(f"{shown(value)} is neither yes nor no", "Use an array map to say which is which.")


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return iso(value)
    try:
        return iso(datetime.fromisoformat(text_of(value).strip()))
    except (ValueError, OverflowError):
        raise Unfit(
            f"{shown(value)} is no ISO date", "Use a date conversion and give its format."
        ) from None


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


CONVERSIONS: Final[Mapping[str, Callable[[object], Any]]] = {
    "text": text_of,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "datetime": _moment,
    "list": _list,
}
