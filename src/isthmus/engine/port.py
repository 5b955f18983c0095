"""
What the flows ask of the engine, and nothing else.

Work is level-triggered: an item says only that (kind, key) may be out of step. Items of one key
never run side by side; a key that waits is one item however often it was asked for; one that is
asked for while it runs is run exactly once more.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias

from sqlalchemy import Connection

from isthmus.engine.errors import NotAReference

Small: TypeAlias = "bool | int | str | Sequence[Small] | Mapping[str, Small] | None"
"""What a step may leave behind: ids and hashes, never a secret and never a body."""

LONGEST_TEXT: Final = 200
LONGEST_RESULT: Final = 2_000
PRIORITY: Final = 5
"""Of work that names none; lower goes first."""

APPLICATION_VERSION: Final = "isthmus-1"
"""
Pinned, so that a new build ends what an old one began; a step that moves is told by `patched`.

Raise it only with a plan for the runs of the old one: nobody would take them up.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """
    One thing to do. `payload_ref` points at what a flow kept (an inbox row, a link).

    `failures` counts how often it has failed in a row.
    """

    kind: str
    key: str
    payload_ref: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """In step. Nothing more to do unless somebody asked meanwhile."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not yet. End this run and begin another after a delay, instead of sleeping inside it."""

    after: timedelta = timedelta(0)


Outcome: TypeAlias = Done | Again


class Run(Protocol):
    """What a handler holds while it works on one item."""

    @property
    def item(self) -> Item:
        """Return what is to be done."""

    @property
    def id(self) -> str:
        """Return the id of this run; it stays the same when another process takes over."""

    async def check(self) -> None:
        """
        Return if this run may act: right before every effect that others see.

        Raises: RunCancelled; RunTaken, CancelledError: it is another worker's by now.
        """

    def confirm(self, within: Connection) -> None:
        """
        Return if this run may keep something in a transaction on the engine's database. Blocks.

        To be called last in it: nobody takes the run over before it is committed.
        Raises: RunTaken.
        """

    async def step(self, name: str, effect: Callable[[], Awaitable[Small]]) -> Small:
        """
        Do something once: after a crash its result is read back instead of doing it again.

        A crash between the effect and the keeping of its result does it twice: guard what must
        not happen twice by an intent of your own. An error is not kept; the step is tried again
        with the next run. The result comes back as JSON does: sequences as lists.

        Raises: what `effect` raises; NotAReference: more than ids and hashes; RunCancelled;
        StepsChanged: the steps before a crash were others.
        """

    async def patched(self, name: str) -> bool:
        """
        Tell whether this run may take the new way, in code that changed under running work.

        False for a run that passed this place before the change. The answer is kept.
        """


Handler: TypeAlias = Callable[[Run], Awaitable[Outcome]]
"""An error that a handler raises runs the item again after a pause that grows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    How one kind of work is done.

    `limit`: how many at once in one process, None for as many as there are slots.
    """

    handler: Handler
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How a worker behaves.

    `slots`: items at once in this process. `silence`: after so long without a sign of life, others
    take over. `poll`: how often to look for what other processes enqueued. `keep`: how long the
    steps of ended runs stay. `first_pause` and `longest_pause`: between tries of what fails.
    `spread`: distance between schedules that are caught up together. `sockets`: database
    connections.
    """

    slots: int = 8
    silence: timedelta = timedelta(seconds=20)
    poll: timedelta = timedelta(milliseconds=250)
    keep: timedelta = timedelta(hours=1)
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(minutes=15)
    spread: timedelta = timedelta(seconds=2)

    def pause(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures in a row, the first being 1."""
        doubled: int = 2 ** min(failures - 1, 30)
        return min(self.longest_pause, self.first_pause * doubled)


@dataclass(frozen=True, slots=True)
class Every:
    """A schedule by interval; its beats keep their distance from the first one."""

    interval: timedelta


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule by crontab line (five fields) in an IANA time zone."""

    line: str
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    When to enqueue (kind, key) by itself.

    What was missed while nothing ran is caught up by one run. A run that outlasts its interval is
    followed by the next; it never overlaps itself.
    """

    name: str
    kind: str
    key: str
    when: Every | Cron
    payload_ref: str = ""
    priority: int = PRIORITY


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item as a person may look at it. `due_at` is None while it runs with nothing after it."""

    kind: str
    key: str
    due_at: datetime | None
    running: bool
    failures: int = field(default=0)


def small(value: Small) -> Small:
    """
    Return the value as it will be read back.

    Raises: NotAReference: a text over 200 characters, more than 2,000 in all, or another type.
    """
    kept = _small(value)
    if len(json.dumps(kept)) > LONGEST_RESULT:
        raise _refused("its parts are too many")
    return kept


def _small(value: Small) -> Small:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise _refused(f"a text of {len(value)} characters")
        return value
    if isinstance(value, Mapping):
        return {_key(key): _small(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_small(part) for part in value]
    raise _refused(f"a value of type {type(value).__name__}")


def _key(key: object) -> str:
    if isinstance(key, str) and len(key) <= LONGEST_TEXT:
        return key
    raise _refused("a key that is no short text")


def _refused(reason: str) -> NotAReference:
    return NotAReference(
        f"A step's result is more than ids and hashes: {reason}.",
        remedy="Keep it in a table of the flow and return its id.",
    )
