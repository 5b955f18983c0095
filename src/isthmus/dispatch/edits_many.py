"""One value for many dead letters at once, where the same field is at fault in each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from isthmus.dispatch.editing import Settable, ToBeSent
from isthmus.dispatch.rules.shapes import Problem
from isthmus.state.dispatch import DeadLetter

_LONGEST: Final = 160


@dataclass(frozen=True, slots=True)
class Lacking:
    """What one dead letter lacks: the `fields` at fault in it; `why` where none can be set."""

    letter: DeadLetter
    fields: tuple[Settable, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class ManyToBeSent:
    """
    What several dead letters lack.

    `fields` are at fault in each of them, with the choices that each has; none: each one's own
    `why` or fields tell why not.
    """

    each: tuple[Lacking, ...]
    fields: tuple[Settable, ...]


def lacking(found: ToBeSent) -> Lacking:
    """Return what one of them lacks."""
    fields = tuple(one for one in found.fields if one.problem)
    if fields:
        return Lacking(found.letter, fields)
    if found.problems:
        return Lacking(found.letter, why=_told(found.problems[0]))
    return Lacking(found.letter, why="Nothing is at fault any more: replay it.")


def lacking_alike(each: Sequence[Lacking]) -> ManyToBeSent:
    """Return them with the fields that are at fault in each; pure."""
    if not each:
        return ManyToBeSent((), ())
    first, *others = each
    alike = []
    for field in first.fields:
        same = [one for other in others for one in other.fields if one.path == field.path]
        if len(same) == len(others):
            choices = tuple(c for c in field.choices if all(c in one.choices for one in same))
            alike.append(replace(field, choices=choices))
    return ManyToBeSent(tuple(each), tuple(alike))


def _told(problem: Problem) -> str:
    text = f"{problem.what}. {problem.remedy}".strip()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
