"""Read-only answers about dispatch, for the doors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isthmus.dispatch.news import DISPATCH
from isthmus.dispatch.story import TOO_EARLY, UNWANTED, Moment, tell
from isthmus.engine import Agenda
from isthmus.state.dispatch import (
    DeadLetter,
    DispatchState,
    Entry,
    Inbox,
    Intent,
    Link,
    Message,
    TrailFilter,
)

_SAID: Final = ("person", "decision", "write", "error")
_MOST_SAID: Final = 50
_MOST_WAITING: Final = 50
"""Messages; a link that was parked for long has thousands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How dispatch stands. Counts; `swept` is when each side was last swept."""

    links: dict[str, int]
    waiting: int
    dead_letters: int
    unrelayed: int
    workers: int
    swept: dict[str, datetime | None]


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    All that is kept about one link: the pair, what it made, what is wrong, what happened.

    `letters` are open. `messages` came and no run has taken them into account; of many the latest,
    and `more_messages` came before them. `is_whole` False: there are earlier lines of the trail,
    those before the number `earlier`.
    """

    link: Link
    intents: tuple[Intent, ...]
    letters: tuple[DeadLetter, ...]
    entries: tuple[Entry, ...]
    messages: tuple[Message, ...]
    is_whole: bool = True
    earlier: int | None = None
    more_messages: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """
    What was said of a key since a person last asked something of it; his own line is the first.

    `is_asked`: he wants it dispatched. `is_unwanted`: no rule wants it. `is_too_early`: its
    order was found to be over only after he had asked, so no other was made. `letters` are open.
    """

    entries: tuple[Entry, ...]
    letters: tuple[DeadLetter, ...]
    is_asked: bool
    is_unwanted: bool
    is_too_early: bool


def standing(state: DispatchState, inbox: Inbox, agenda: Agenda) -> Standing:
    """Return how dispatch stands."""
    swept = {side: state.mark(f"swept/{side}") for side in ("autotask", "fieldnation")}
    return Standing(
        links=state.link_counts(),
        waiting=agenda.count(),
        dead_letters=state.count_dead_letters(),
        unrelayed=inbox.count_unrelayed(),
        workers=len(agenda.alive()),
        swept={side: datetime.fromisoformat(at) if at else None for side, at in swept.items()},
    )


def timeline(
    state: DispatchState, inbox: Inbox, link: Link, limit: int = 500, before: int | None = None
) -> Timeline:
    """
    Return what is kept about a link, at most so many lines of the trail, the latest.

    Args: before: only lines with a lower number, to turn pages; what waits is on the first one.
    """
    key = link.key.partition("#")[0]  # one that was set aside has its id behind its key
    found = state.lookout.trail_of((key,), (link.id,), limit + 1, before)
    mine = [one for one in found if one.link_id in {"", link.id} or key == link.key]
    is_whole = len(found) <= limit
    entries = tuple(reversed(mine[:limit]))
    waiting, more = inbox.latest_undone(link.key, _MOST_WAITING) if before is None else ((), 0)
    return Timeline(
        link=link,
        intents=state.intents(link.id),
        letters=state.dead_letters(keys=(link.key,)),
        entries=entries,
        messages=waiting,
        more_messages=more,
        is_whole=is_whole,
        earlier=None if is_whole else found[limit - 1].number,
    )


def said_since_asked(state: DispatchState, key: str) -> Said:
    """Return what was said of a key since a person last asked something of it."""
    found = state.lookout.trail(TrailFilter(keys=(key,), kinds=_SAID), _MOST_SAID, None)
    last = next((place for place, one in enumerate(found) if one.kind == "person"), None)
    entries = tuple(reversed(found if last is None else found[: last + 1]))
    event = "" if last is None else str(found[last].detail.get("event", ""))
    return Said(
        entries=entries,
        letters=state.dead_letters(keys=(key,)),
        is_asked=event.split(" ")[0] == DISPATCH,
        is_unwanted=any(one.what == UNWANTED for one in entries),
        is_too_early=any(one.what == TOO_EARLY for one in entries),
    )


def call_told(state: DispatchState, number: int) -> tuple[Entry, Moment] | None:
    """Return one call of the trail by its line's number; None: there is none, or it is gone."""
    wanted = TrailFilter(kinds=("call",), above=number - 1)
    for entry in state.lookout.trail(wanted, 1, number + 1):
        return entry, tell([entry], "")[0]
    return None
