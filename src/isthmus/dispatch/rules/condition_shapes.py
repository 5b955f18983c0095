"""What a condition is: a tree of tests, or a text."""

from dataclasses import dataclass
from typing import Any, Final

from isthmus.base.errors import Permanent

LONGEST_TEXT: Final = 16_000


class ConditionWrong(Permanent):
    """A condition is not written as conditions are; `where` leads to the part."""


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One field tested: a path, an operator of `OPERATORS`, and a value where it takes one."""

    path: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; without parts it holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; without parts it does not."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Text:
    """A condition as text, in CEL; see `condition_text`."""

    text: str


Condition = FieldTest | AllOf | AnyOf | Not | Text
