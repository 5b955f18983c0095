"""Read-only answers about dispatch, for the doors."""

from dataclasses import dataclass
from datetime import datetime

from isthmus.engine import Agenda
from isthmus.state.dispatch import DeadLetter, DispatchState, Entry, Inbox, Intent, Link, Message


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

    `letters` are open. `messages` came and no run has taken them into account. `is_whole` False:
    there are earlier lines of the trail.
    """

    link: Link
    intents: tuple[Intent, ...]
    letters: tuple[DeadLetter, ...]
    entries: tuple[Entry, ...]
    messages: tuple[Message, ...]
    is_whole: bool = True


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


def timeline(state: DispatchState, inbox: Inbox, link: Link, limit: int = 500) -> Timeline:
    """Return what is kept about a link, at most so many lines of the trail, the latest."""
    told: dict[int, Entry] = {}
    for text in (link.key, link.id):  # a link may have begun under another key
        told |= {entry.number: entry for entry in state.entries(text, limit + 1)}
    entries = tuple(told[number] for number in sorted(told))
    return Timeline(
        link=link,
        intents=state.intents(link.id),
        letters=state.dead_letters(keys=(link.key,)),
        entries=entries[-limit:],
        messages=inbox.undone(link.key),
        is_whole=len(entries) <= limit,
    )
