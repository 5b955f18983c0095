"""How a condition reads a record: four ways that always have an answer."""

import math
from typing import Any

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.values import (
    MISSING,
    Document,
    Unfit,
    is_empty,
    number_of,
    plain,
    text_of,
)

_LARGEST = 2**53


class Reader:
    """Reads one record by paths."""

    def __init__(self, source: Document) -> None:
        self.source = source

    def value(self, path: str) -> Any:
        """Return a plain value; None for nothing, and for a list or an object its text or None."""
        found = self._at(path)
        if isinstance(found, dict):
            return None
        if isinstance(found, list | tuple):
            return self.text(path)
        value = plain(found)
        too_large = isinstance(value, int) and abs(value) > _LARGEST
        return float(value) if too_large and abs(value) < 10**300 else value

    def text(self, path: str) -> str:
        """Return a value as text; "" for nothing and for an object."""
        try:
            return text_of(self._at(path))
        except Unfit:
            return ""

    def number(self, path: str) -> float:
        """Return a value as a number; nan for what is none."""
        try:
            return float(number_of(self._at(path)))
        except (Unfit, OverflowError):
            return math.nan

    def numeric(self, path: str) -> bool:
        """Tell whether a value is a number, or a text that is one."""
        return math.isfinite(self.number(path))

    def empty(self, path: str) -> bool:
        """Tell whether there is nothing; an object is something."""
        return is_empty(self._at(path))

    def _at(self, path: Any) -> Any:
        if not isinstance(path, str):  # a text in CEL may hand over anything
            return MISSING
        try:
            return paths.read(self.source, paths.parse(path))
        except paths.PathWrong:
            return MISSING
