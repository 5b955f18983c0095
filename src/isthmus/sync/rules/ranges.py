"""How several readers share one collection by id, and what is left after a crash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Covered:
    """
    Proof that every record with `after` < id <= `upto` is on disk.

    `upto` None means: to the end of the collection.
    """

    after: int
    upto: int | None


@dataclass(slots=True)
class IdRange:
    """
    The ids one reader goes through: `after` < id < `below`, to the end when `below` is None.

    `after` moves up as pages come; `below` may move down while a page is under way, when an idle
    reader takes over the upper part.
    """

    after: int
    below: int | None

    @property
    def is_done(self) -> bool:
        """Tell whether no id can be left."""
        return self.below is not None and self.below - self.after <= 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of neighbouring segments: all records with `after` < id <= `upto`, so many `rows`."""

    after: int
    upto: int
    rows: int


FIRST = -1
"""Below every id there is: the tenant's own company has id 0."""


def merge_stretches(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Join neighbours, so that each stretch can be checked by one count."""
    merged: list[Stretch] = []
    for piece in sorted(pieces, key=lambda piece: piece.after):
        last = merged[-1] if merged else None
        if last is not None and last.upto == piece.after:
            merged[-1] = Stretch(last.after, piece.upto, last.rows + piece.rows)
        else:
            merged.append(piece)
    return merged


def plan_ranges(covered: Iterable[Covered], highest: int | None, readers: int) -> list[IdRange]:
    """
    Split what is not covered yet among readers.

    Args: highest: an id that no record is expected above, None to use one open range. The last
    range stays open all the same, since records are being added. Returns: ranges in id order,
    as many as there are gaps or readers.
    """
    gaps = _gaps(covered)
    if highest is None:
        return gaps
    while gaps and len(gaps) < readers:
        widest = max(gaps, key=lambda gap: _width(gap, highest))
        upper = split(widest, highest)
        if upper is None:
            break
        gaps.insert(gaps.index(widest) + 1, upper)
    return gaps


def split(taken: IdRange, highest: int) -> IdRange | None:
    """Cut off and return the upper half of a range; None when it is too narrow to share."""
    if _width(taken, highest) < 2:
        return None
    middle = taken.after + 1 + _width(taken, highest) // 2
    upper = IdRange(middle - 1, taken.below)
    taken.below = middle
    return upper


def steal(busy: Sequence[IdRange], highest: int, least: int) -> IdRange | None:
    """Take the upper half of the widest range that is at least `least` ids wide, if any."""
    widest = max(busy, key=lambda taken: _width(taken, highest), default=None)
    if widest is None or _width(widest, highest) < least:
        return None
    return split(widest, highest)


def _width(taken: IdRange, highest: int) -> int:
    below = highest + 1 if taken.below is None else taken.below
    return max(0, below - taken.after - 1)


def _gaps(covered: Iterable[Covered]) -> list[IdRange]:
    gaps: list[IdRange] = []
    reached = FIRST
    for piece in sorted(covered, key=lambda piece: piece.after):
        if piece.after > reached:
            gaps.append(IdRange(reached, piece.after + 1))
        if piece.upto is None:
            return gaps
        reached = max(reached, piece.upto)
    return [*gaps, IdRange(reached, None)]
