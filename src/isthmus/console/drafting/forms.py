"""What a form sent, read by names with dots in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isthmus.base.errors import NeedsPerson

MOST_FIELDS: Final = 4_800
"""Fields that a mapping or rule may take as a form; what takes more is shown as text alone."""
_DIGITS: Final = 15


def whole(told: str) -> int | None:
    """Read a whole number of at most fifteen digits; None for what is none."""
    digits = told.removeprefix("-")
    return int(told) if digits.isdecimal() and len(digits) <= _DIGITS else None


class FormCut(NeedsPerson):
    """A form says that it has more than came of it; nothing is kept of it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "The form did not come whole, so nothing was saved.",
            where=name,
            remedy="Load the page anew and try again. If it stays so, go on with As text.",
        )


class FormFull(NeedsPerson):
    """What a button would add is more than a form can hold; it added nothing."""


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
        """Return how many of something the form says it has. Raises: FormCut: more than came."""
        told = self.text(name)
        count = whole(told) if told else 0
        if count is None or not 0 <= count <= len(self.fields):
            raise FormCut(name)
        return count

    def insist(self, *names: str) -> None:
        """Refuse a form in which none of these fields came. Raises: FormCut."""
        if not any(map(self.has, names)):
            raise FormCut(names[0])


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
