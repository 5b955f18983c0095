"""What reports may be narrowed to, by name: a name that several have tells which one is meant."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from isthmus.reports.errors import ExploringWrong
from isthmus.reports.shapes import CHOICES
from isthmus.warehouse.answering import TableReader

_MOST_NAMED: Final = 5


class SeveralMeant(ExploringWrong):
    """Several have the name that was chosen; `remedy` tells them apart."""


def choices_of(reader: TableReader, name: str) -> tuple[tuple[str, str], ...]:
    """
    Return what a filter may be set to: (value, name), by name.

    Where several have one name, in any case, the value stands behind it: `Acme (17)`.
    """
    answer = reader.query(CHOICES[name].choices)
    found = [(str(value), str(label).strip()) for value, label in answer.rows]
    times = Counter(label.lower() for _, label in found)
    return tuple(
        (value, f"{label} ({value})" if times[label.lower()] > 1 else label)
        for value, label in found
    )


def value_of(choices: Iterable[tuple[str, str]], name: str, text: str) -> str:
    """
    Return the value that a choice's name stands for; what is no name is left as it is.

    Args: choices: of the filter `name`, from `choices_of`. Raises: SeveralMeant.
    """
    told = text.strip().lower()
    alike = []
    for value, label in choices:
        if label.lower() == told:
            return value
        if label.lower() == f"{told} ({value})":
            alike.append(label)
    if alike:
        raise SeveralMeant(
            f"{len(alike)} have the name {text}.",
            where=CHOICES[name].title,
            remedy=f"Choose {' or '.join(alike[:_MOST_NAMED])}.",
        )
    return text
