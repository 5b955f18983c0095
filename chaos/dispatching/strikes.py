"""
Kills at the boundaries of steps: when a call arrives, when it has taken effect, a moment later.

What strikes sits where the simulated vendors answer, so it kills the process that made the call at
just that point, and the product needs no hook for it.
"""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from chaos.dispatching.process import Isthmus, owner_of
from chaos.dispatching.watch import (
    CANCEL,
    CHANGE_ORDER,
    CHANGE_TICKET,
    CROSS_LINK,
    GIVE_FILE,
    HEAR_AUTOTASK,
    HEAR_FIELDNATION,
    LOOK_CHARGE,
    LOOK_NOTE,
    LOOK_ORDER,
    LOOK_TIME,
    MAKE_CHARGE,
    MAKE_NOTE,
    MAKE_ORDER,
    MAKE_TIME,
    POST_MESSAGE,
    PUBLISH,
    READ_FILES,
    READ_MESSAGES,
    READ_NOTES,
    READ_ORDER,
    READ_TICKET,
    SWEEP_ORDERS,
    SWEEP_TICKETS,
    TAKE_FILE,
    Call,
)

BEFORE: Final = "before it"
LATE: Final = "sent, then"
AFTER: Final = "done, answer lost"
SAVING: Final = "while it is saved"
MOMENTS: Final = (BEFORE, LATE, AFTER, SAVING)
"""
When a step is struck. `BEFORE`: it never takes effect. `LATE`: it takes effect although whoever
asked for it is dead by then. `AFTER`: it took effect, and the answer reached nobody. `SAVING`: the
answer came, and what follows from it is being written down: up to `SAVING_S` later.
"""
SAVING_S: Final = 0.03
_CALLS: Final = (
    READ_TICKET, MAKE_ORDER, LOOK_ORDER, PUBLISH, CROSS_LINK, CHANGE_ORDER, READ_NOTES,
    POST_MESSAGE, SWEEP_TICKETS, READ_ORDER, CHANGE_TICKET, MAKE_NOTE, LOOK_NOTE, READ_MESSAGES,
    MAKE_TIME, LOOK_TIME, MAKE_CHARGE, LOOK_CHARGE, SWEEP_ORDERS, READ_FILES, GIVE_FILE,
    TAKE_FILE, CANCEL,
)  # fmt: skip
READS: Final = frozenset(
    {READ_TICKET, LOOK_ORDER, READ_NOTES, SWEEP_TICKETS, READ_ORDER, LOOK_NOTE, READ_MESSAGES}
    | {LOOK_TIME, LOOK_CHARGE, SWEEP_ORDERS, READ_FILES}
)
_DOORS: Final = (HEAR_AUTOTASK, HEAR_FIELDNATION)
STEPS: Final = frozenset({*_CALLS, *_DOORS})
AT_ANY_TIME: Final = "at any time"
CHANCE: Final = 0.3
"""Of a place that is wanted: else only the first of what a new process does would be struck."""
_MUCH_LONGER: Final = 4

Place = tuple[str, str]
"""A step and the moment at it."""

PLACES: Final[tuple[Place, ...]] = (
    *((step, moment) for step in _CALLS for moment in MOMENTS
      if not (step in READS and moment == LATE)),
    *((step, moment) for step in _DOORS for moment in (BEFORE, AFTER, SAVING)),
)  # fmt: skip


@dataclass(slots=True)
class Strikes:
    """
    A gate that kills.

    `processes`: who may be killed, now. `rest`: how many calls each may make before, from and to,
    so that something gets done between two kills. `watchers` are told of each call that took
    effect, `arrivals` of each that came.

    What comes is struck where it was struck no more often than the others so far. When nothing
    such came for `patience` seconds, the next that comes is, unless it was twice as often; a few
    times as long, and any is. `only`: strike once, just there.
    """

    processes: Callable[[], Sequence[Isthmus]]
    rng: random.Random
    rest: tuple[int, int] = (3, 40)
    patience: float = 2.0
    is_on: bool = False
    only: Place | None = None
    kills: Counter[Place] = field(default_factory=Counter)
    watchers: "list[Callable[[str, Call, bytes], None]]" = field(default_factory=list)
    arrivals: "list[Callable[[str, Call], None]]" = field(default_factory=list)
    _last: float = 0.0
    _marked: "dict[int, Place | None]" = field(default_factory=dict)
    _rests: dict[int, int] = field(default_factory=dict)
    _pids: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # As the gate of the vendors

    def before(self, step: str, call: Call) -> bool:
        """Strike a call that arrives; tells whether it is to take effect."""
        for watch in self.arrivals:
            watch(step, call)
        if self.is_on:
            self._count(step, call)
        if self.is_due(step, BEFORE) and self._kill_caller(call, (step, BEFORE)):
            return False
        if step not in READS and self.is_due(step, LATE):
            self._kill_caller(call, (step, LATE))
        return True

    def after(self, step: str, call: Call, answer: bytes) -> bool:
        """Strike a call that took effect; tells whether it is to be answered."""
        for watch in self.watchers:
            watch(step, call, answer)
        if self.is_due(step, AFTER) and self._kill_caller(call, (step, AFTER)):
            return False
        if self.is_due(step, SAVING):
            self.strike_soon(asyncio.get_running_loop(), self._owner(call), (step, SAVING))
        return True

    # What is struck

    def is_due(self, step: str, moment: str) -> bool:
        """Tell whether a place that is come to is to be struck."""
        if self.only is not None:
            return self.only == (step, moment)
        if not self.is_on or step not in STEPS:
            return False
        average, struck = self.kills.total() / len(PLACES), self.kills[step, moment]
        calm = time.monotonic() - self._last
        if calm > self.patience:
            return struck <= 2 * average + 1 or calm > self.patience * _MUCH_LONGER
        return struck <= average and self.rng.random() < CHANCE

    def strike(self, victim: Isthmus | None, place: Place) -> bool:
        """Kill one process for a place; tells whether it was alive, rested and not marked yet."""
        with self._lock:
            if not self._may_die(victim, place):
                return False
            assert victim is not None
            victim.kill()
            self._marked[victim.pid] = place
            self._last = time.monotonic()
            self.kills[place] += 1
            self.only = None
            return True

    def strike_soon(
        self, loop: asyncio.AbstractEventLoop, victim: Isthmus | None, place: Place
    ) -> None:
        """Kill a process a moment from now."""
        with self._lock:
            if not self._may_die(victim, place):
                return
            assert victim is not None
            self._marked[victim.pid] = place
            self._last = time.monotonic()
            self.only = None
        later = self.rng.uniform(0, SAVING_S)
        loop.call_later(later, self._strike_marked, victim, place)

    def _strike_marked(self, victim: Isthmus, place: Place) -> None:
        with self._lock:
            if victim.is_alive:
                with suppress(ProcessLookupError):  # it died of something else this moment
                    victim.kill()
                    self.kills[place] += 1

    def _may_die(self, victim: Isthmus | None, place: Place) -> bool:
        if victim is None or not victim.is_alive:
            return False
        is_rested = self._rests.get(victim.pid, 1) <= 0
        if not is_rested and place[0] != AT_ANY_TIME and self.only != place:
            return False
        return self._marked.get(victim.pid, place) == place

    def _kill_caller(self, call: Call, place: Place) -> bool:
        return self.strike(self._owner(call), place)

    def _owner(self, call: Call) -> Isthmus | None:
        return owner_of(call.port, self.processes())

    def _count(self, step: str, call: Call) -> None:
        """Count a call of a process that is not rested yet; reading metadata is not work."""
        if step not in STEPS:
            return
        pid = self._pids.get(call.port)
        if pid is None or pid not in self._living():
            owner = self._owner(call)
            if owner is None:
                return
            pid = self._pids[call.port] = owner.pid
        self._rests[pid] = self._rests.get(pid, self.rng.randint(*self.rest)) - 1

    def _living(self) -> set[int]:
        return {one.pid for one in self.processes() if one.is_alive}


def doors_of(processes: Sequence[Isthmus]) -> Isthmus | None:
    """Return the process that has the doors."""
    return next((one for one in processes if one.words[:1] == ("serve",)), None)


def table(kills: Counter[Place]) -> list[str]:
    """Return the lines of a table: how many kills at each moment of each step."""
    steps = list(dict.fromkeys(step for step, _ in (*PLACES, *kills)))
    head = f"{'step':34}" + "".join(f"{moment:>19}" for moment in MOMENTS) + f"{'all':>6}"
    lines = [head]
    for step in steps:
        counts: list[Any] = [kills[step, moment] for moment in MOMENTS]
        whole = sum(counts) + sum(n for (name, at), n in kills.items()
                                  if name == step and at not in MOMENTS)  # fmt: skip
        if whole:
            shown = ["-" if (step, m) not in PLACES else str(n)
                     for m, n in zip(MOMENTS, counts, strict=True)]  # fmt: skip
            lines.append(f"{step:34}" + "".join(f"{one:>19}" for one in shown) + f"{whole:>6}")
    return lines
