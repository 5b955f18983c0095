"""What the admin API refuses, and how it reads its small bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Asked:
    """One admin call: path segments after the first, query, and the JSON body or {}."""

    rest: tuple[str, ...]
    query: Mapping[str, str]
    body: dict[str, Any]


class AdminRefused(Exception):
    """An admin call that cannot be answered; the text says what is allowed."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def keys_of(given: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Refuse keys that are not allowed."""
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        takes = ", ".join(allowed) or "no keys"
        raise AdminRefused(f"unknown: {', '.join(unknown)}; it takes: {takes}")


def whole(body: dict[str, Any], key: str, default: int) -> int:
    """Read a whole number that is not negative."""
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AdminRefused(f"{key} takes a whole number, not negative; got {value!r}")
    return value


def text(body: dict[str, Any], key: str, default: str | None = None) -> str:
    """Read a text; without a default it must be given."""
    value = body.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise AdminRefused(f"{key} takes a text; got {value!r}")
    return value
