"""The two tables of a mapping: values met exactly, and bands of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from isthmus.dispatch.rules.values import MISSING, Missing, Unfit, number_of, plain, text_of

COMPARES: Final = ("compare", "cmp")
VALUES: Final = ("value", "val")
Pair = tuple[Any, Any]


def pairs_of(table: object) -> tuple[Pair, ...]:
    """
    Return (compare, value) of each entry, in either spelling of the keys.

    Raises: Unfit: an entry lacks one of them.
    Source: compare and value in tables, cmp and val in scripts (documented).
    """
    if not isinstance(table, Sequence) or isinstance(table, str):
        raise Unfit("The table is no list", "Write a list of { compare = ..., value = ... }.")
    return tuple(_pair(entry, number) for number, entry in enumerate(table, 1))


def array_map(pairs: Sequence[Pair], value: object, *, forgiving: bool = False) -> Any:
    """
    Return the value of the first entry that matches; MISSING when none does.

    Exact: letter case, spaces and type count, "5" is not 5. Forgiving: as texts, outer spaces and
    letter case ignored.
    """
    matches = (kept for compare, kept in pairs if _matches(compare, value, forgiving=forgiving))
    return next(matches, MISSING)


def range_map(pairs: Sequence[Pair], value: object) -> Any:
    """
    Return the value of the first band that holds a number; MISSING beyond the last.

    A band holds what is at most its compare. Raises: Unfit: no number.
    """
    number = number_of(value)
    return next((kept for compare, kept in pairs if number <= number_of(compare)), MISSING)


def _pair(entry: object, number: int) -> Pair:
    found: list[Any] = []
    for names in (COMPARES, VALUES):
        value: Any = MISSING
        if isinstance(entry, Mapping):
            value = next((entry[name] for name in names if name in entry), MISSING)
        if isinstance(value, Missing):
            raise Unfit(
                f"Entry {number} of the table has no {names[0]}",
                "Each entry needs compare and value (or cmp and val).",
            )
        found.append(value)
    return found[0], found[1]


def _matches(compare: object, value: object, *, forgiving: bool) -> bool:
    if forgiving:
        try:
            return text_of(compare).strip().casefold() == text_of(value).strip().casefold()
        except Unfit:
            return False
    return same(compare, value)


def same(one: object, other: object) -> bool:
    """Tell whether two values are equal and of one type; whole and broken numbers are one type."""
    first, second = plain(one), plain(other)
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return bool(first == second)
