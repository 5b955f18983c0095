"""What a form sent, read by names with dots in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MOST: Final = 400
"""Rows, entries or parts that a form may have of one kind."""
_DIGITS: Final = 15


def whole(told: str) -> int | None:
    """Read a whole number of at most fifteen digits; None for what is none."""
    digits = told.removeprefix("-")
    return int(told) if digits.isdecimal() and len(digits) <= _DIGITS else None


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields of a form by name; of several of one name the last."""

    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a field without blanks around it; "" where it is not there."""
        return self.fields.get(name, "").strip()

    def raw(self, name: str) -> str:
        """Return a field as it was typed, its lines ended as files end them."""
        return self.fields.get(name, "").replace("\r\n", "\n")

    def has(self, name: str) -> bool:
        """Tell whether a field was sent at all: boxes that are not ticked are not."""
        return name in self.fields

    def lines(self, name: str) -> list[str]:
        """Return the lines of a field that hold something."""
        return [line.strip() for line in self.raw(name).splitlines() if line.strip()]

    def count(self, name: str) -> int:
        """Return how many of something the form says it has."""
        told = whole(self.text(name))
        return 0 if told is None else max(0, min(told, MOST))


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done to a draft beside keeping it: `add`, `remove:3`, `fill:0`."""

    name: str
    about: str = ""

    @classmethod
    def of(cls, told: str) -> "Deed":
        """Read one as a button says it."""
        name, _, about = told.partition(":")
        return cls(name, about)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers it is about: the row, and the entry in it."""
        found = [whole(one) for one in self.about.split(".")]
        numbers = tuple(one for one in found if one is not None and one >= 0)
        return numbers if len(numbers) == len(found) else ()
