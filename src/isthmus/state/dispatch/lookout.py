"""What people look for in dispatch: pages of links, of dead letters, of the trail; and markers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from isthmus.state.dispatch import board, dead_letters, marking, searching
from isthmus.state.dispatch.board import Sort
from isthmus.state.dispatch.searching import TrailFilter
from isthmus.state.dispatch.session import reading
from isthmus.state.dispatch.shapes import DeadLetter, Entry, LetterFilter, Link, LinkFilter, Place


class Lookout:
    """
    Reads only, over the engine of `DispatchState`. Every method blocks.

    Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def links(
        self, wanted: LinkFilter, sort: Sort = "changed", limit: int = 50,
        after: Place | None = None,
    ) -> tuple[tuple[Link, ...], dict[str, int]]:  # fmt: skip
        """
        Return a page of links, and how many there are of each state.

        Args: after: where the page before ended.
        """
        with reading(self._engine) as session:
            return board.page(session, wanted, sort, limit, after)

    def letters(
        self, wanted: LetterFilter, limit: int = 50, after: Place | None = None
    ) -> tuple[DeadLetter, ...]:
        """Return a page of dead letters, the newest first."""
        with reading(self._engine) as session:
            return dead_letters.page(session, wanted, limit, after)

    def letter_counts(self, wanted: LetterFilter) -> dict[str, int]:
        """Return how many dead letters there are of each kind, whatever kinds are wanted."""
        with reading(self._engine) as session:
            return dead_letters.counts(session, wanted)

    def trail(self, wanted: TrailFilter, limit: int, before: int | None) -> tuple[Entry, ...]:
        """Return lines of the trail, the newest first, those with a number below `before`."""
        with reading(self._engine) as session:
            return searching.page(session, wanted, limit, before)

    def trail_of(
        self, keys: Sequence[str], link_ids: Sequence[str], limit: int, before: int | None = None
    ) -> tuple[Entry, ...]:
        """Return the latest lines of some links, the newest first."""
        wanted = TrailFilter(keys=tuple(keys), link_ids=tuple(link_ids))
        return self.trail(wanted, limit, before)

    def trail_before(self, at: datetime) -> int:
        """Return about the number of the last line that was written before a time; 0 for none."""
        with reading(self._engine) as session:
            return searching.number_before(session, at)

    def markers(self) -> dict[str, str]:
        """Return what moves when something of the links, the dead letters or the trail changes."""
        with reading(self._engine) as session:
            return marking.markers(session)
