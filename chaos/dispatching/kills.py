"""The storm of kills: people work, processes die at every boundary, and nothing may show it."""

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chaos.dispatching.oracle import Verdict
from chaos.dispatching.people import write_story
from chaos.dispatching.stage import SLOTS, TICK_S, Stage, staged
from chaos.dispatching.strikes import AT_ANY_TIME, Place

_AT_ANY_TIME: Final = 0.1
"""The share of kills that come at random times, whatever is done then."""
_PAUSE_S: Final = (0.5, 3.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    How long and how hard it storms.

    `window`: tickets that people are busy with at one moment. `jobs`: the share of tickets with a
    whole job. `sweep`: seconds between two sweeps. `forked`: start processes by a fork of one that
    has imported Isthmus, which saves a second a kill. `rest`: calls that each may make at least,
    from and to. `slots`: links that each works on at once, and that wait when it dies. `most_s`:
    seconds after which nothing is begun any more, nor killed. `patience_s`: how long both sides may
    take to be equal afterwards; it ends as soon as they are.
    """

    tickets: int
    kills: int
    workers: int = 1
    window: int = 40
    jobs: float = 0.5
    sweep: int = 5
    forked: bool = True
    rest: tuple[int, int] = (3, 40)
    slots: int = SLOTS
    most_s: float = math.inf
    patience_s: float = 3_600


@dataclass(slots=True)
class Outcome:
    """What a storm saw."""

    kills: Counter[Place] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)
    letters: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    equal_after: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was lost, doubled, wrong, or left to a person."""
        return self.verdict.is_clean and not self.letters


def storm(folder: Path, plan: Plan, seed: int, state: str = "") -> Outcome:
    """Let it storm; then wait until both sides are equal, or for long enough."""
    begun = time.monotonic()
    with staged(
        folder, tickets=plan.tickets, seed=seed, state=state, workers=plan.workers,
        sweep=plan.sweep, slots=plan.slots, forked=plan.forked,
    ) as stage:  # fmt: skip
        deeds = stage.cast(plan.tickets)
        stories = [write_story(stage.people, one, stage.rng, plan.jobs) for one in deeds]
        stage.strikes.rest = plan.rest
        end = time.monotonic() + plan.most_s
        killer = _Killer(stage, plan.kills, end)
        begun_ones = [one.deeds for one in stage.play(stories, plan.window, killer.tick, end)]
        while killer.left > 0:
            killer.tick(True)
            time.sleep(TICK_S)
        stage.strikes.is_on = False
        verdict, equal_after = stage.settle(begun_ones, plan.patience_s)
        letters, home = stage.letters(), stage.home
    return Outcome(
        stage.strikes.kills, verdict, letters, home.cpu_seconds(), time.monotonic() - begun,
        equal_after,
    )  # fmt: skip


@dataclass(slots=True)
class _Killer:
    """Has so many killed, and starts each that is dead anew."""

    stage: Stage
    kills: int
    end: float
    next_at: float = 0.0

    @property
    def left(self) -> int:
        """Return how many are still to be killed."""
        if time.monotonic() > self.end:
            return 0
        return self.kills - self.stage.strikes.kills.total()

    def tick(self, is_idle: bool) -> None:
        """Do what is to be done now; with nothing to strike at, anything is struck."""
        strikes, home, now = self.stage.strikes, self.stage.home, time.monotonic()
        home.mend()
        strikes.is_on = self.left > 0
        at_any_time = strikes.kills[AT_ANY_TIME, ""]
        wanted = is_idle or at_any_time <= strikes.kills.total() * _AT_ANY_TIME
        if strikes.is_on and wanted and now >= self.next_at:
            self.next_at = now + self.stage.rng.uniform(*_PAUSE_S)
            strikes.strike(self.stage.rng.choice(home.processes), (AT_ANY_TIME, ""))
