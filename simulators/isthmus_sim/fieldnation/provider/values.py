"""What an action takes, and how it is read from JSON or from a form."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Given:
    """One thing an action takes. kind: text, long, number, whole, flag, time, file, or a choice."""

    name: str
    label: str
    kind: str = "text"
    default: Any = None
    required: bool = False


def read_values(action: str, takes: Sequence[Given], given: dict[str, Any]) -> dict[str, Any]:
    """Give the value of everything an action takes. Raises: Refusal: 400."""
    known = {one.name: one for one in takes}
    if unknown := sorted(set(given) - set(known)):
        names = ", ".join(known) or "nothing"
        raise invalid(f"{action} has no {', '.join(unknown)}; it takes: {names}.")
    values = {}
    for name, one in known.items():
        value = given.get(name)
        if value is None or value == "":
            if one.required:
                raise invalid(f"{name} is required.", f"/{name}")
            values[name] = one.default
        else:
            read: Callable[[str, Any], Any] = _READ.get(one.kind, _text)
            values[name] = read(name, value)
    return values


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(f"{name} takes a text.", f"/{name}")
    return value


def _number(name: str, value: Any) -> float:
    number = math.nan
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
    if not math.isfinite(number):
        raise invalid(f"{name} takes a number.", f"/{name}")
    return number


def _whole(name: str, value: Any) -> int:
    number = _number(name, value)
    if number != int(number) or number < 0:
        raise invalid(f"{name} takes a whole number, not negative.", f"/{name}")
    return int(number)


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "yes", "false", "no"):
        return value.lower() in ("true", "yes")
    if not isinstance(value, bool):
        raise invalid(f"{name} takes true or false.", f"/{name}")
    return value


def _file(name: str, value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(_text(name, value), validate=True)
    except binascii.Error:
        raise invalid(f"{name} takes base64.", f"/{name}") from None


def _time(name: str, value: Any) -> str:
    """Read a UTC time, also as a browser's field gives it."""
    text = _text(name, value).replace("T", " ").removesuffix("Z")
    return text + ":00" if len(text) == len("2026-01-01 10:00") else text


_READ: dict[str, Callable[[str, Any], Any]] = {
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "file": _file,
    "time": _time,
    "expense": _whole,
    "task": _whole,
    "field": _whole,
    "problem": _whole,
    "folder": _whole,
}
