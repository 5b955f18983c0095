"""The board: links by state with what each waits for, and dead letters, as people look for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from isthmus.base.errors import Permanent
from isthmus.state.dispatch import (
    LINKED,
    STATES,
    DeadLetter,
    DispatchState,
    LetterFilter,
    Link,
    LinkFilter,
    Place,
    Sort,
)

__all__ = [
    "NEXT",
    "Board",
    "LetterFilter",
    "Letters",
    "LinkFilter",
    "PageWrong",
    "Sort",
    "board",
    "dead_letters",
    "waits_for",
]

NEXT: Final = {
    "Draft": "the work order to be published",
    "Published": "a technician",
    "Routed": "a technician to accept",
    "Assigned": "the technician's work",
    "Work Done": "the work to be approved",
    "Approved": "the payment",
}
"""What a work order in a status waits for."""
_APART: Final = "~"


class PageWrong(Permanent):
    """What names a page is not what an earlier page gave."""


@dataclass(frozen=True, slots=True)
class Board:
    """
    A page of links.

    `counts` are by state, of all that the filter means whatever states it names. `following` names
    the next page, "" for none.
    """

    links: tuple[Link, ...]
    counts: dict[str, int]
    following: str


@dataclass(frozen=True, slots=True)
class Letters:
    """A page of dead letters, the newest first; `counts` by kind; `following` as of a board."""

    letters: tuple[DeadLetter, ...]
    counts: dict[str, int]
    following: str


def board(
    state: DispatchState,
    wanted: LinkFilter = LinkFilter(),  # noqa: B008 - frozen
    sort: Sort = "changed",
    limit: int = 50,
    page: str = "",
) -> Board:
    """
    Return a page of links.

    Args: sort: changed: the latest change first; newest, oldest: by how long each is in its state.
    page: what the page before named. Raises: PageWrong.
    """
    found, counts = state.lookout.links(wanted, sort, limit + 1, _place(page))
    shown = found[:limit]
    following = ""
    if len(found) > limit:
        last = shown[-1]
        following = _named(last.updated_at if sort == "changed" else last.since, last.id)
    return Board(shown, {one: counts.get(one, 0) for one in STATES}, following)


def dead_letters(
    state: DispatchState,
    wanted: LetterFilter = LetterFilter(),  # noqa: B008 - frozen
    limit: int = 50,
    page: str = "",
) -> Letters:
    """Return a page of dead letters. Args: page: what the page before named. Raises: PageWrong."""
    found = state.lookout.letters(wanted, limit + 1, _place(page))
    shown = found[:limit]
    following = _named(shown[-1].at, shown[-1].id) if len(found) > limit else ""
    return Letters(shown, state.lookout.letter_counts(wanted), following)


def waits_for(link: Link) -> str:
    """Return what a link waits for, in words; of one in step, what its work order waits for."""
    if link.waits_for or link.state != LINKED:
        return link.waits_for
    return NEXT.get(link.order_status, f"news of the work order ({link.order_status or 'new'})")


def _named(at: datetime | None, last: str) -> str:
    return f"{'' if at is None else at.isoformat()}{_APART}{last}"


def _place(page: str) -> Place | None:
    if not page:
        return None
    at, _, last = page.partition(_APART)
    try:
        found = datetime.fromisoformat(at)
        moment = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise PageWrong(f"There is no page {page[:80]!r}", remedy="Begin with the first page.")
    return Place(moment, last)
