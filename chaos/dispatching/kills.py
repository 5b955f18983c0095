"""The storm of kills: people work, processes die at every boundary, and nothing may show it."""

import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chaos.dispatching.gatehouse import Gatehouse
from chaos.dispatching.home import Home, staffed
from chaos.dispatching.oracle import Oracle, Verdict, look_before
from chaos.dispatching.people import NOTE_WORD, People, Story, fit, write_story
from chaos.dispatching.ports import free_port
from chaos.dispatching.strikes import AT_ANY_TIME, Place, Strikes
from chaos.dispatching.vendors import Vendors

_TICK_S: Final = 0.01
_PATIENCE_S: Final = 180


@dataclass(frozen=True, slots=True)
class Plan:
    """
    How long and how hard it storms.

    `window`: tickets that people are busy with at one moment. `jobs`: the share of tickets with a
    whole job. `at_any_time`: the share of kills that come at random times. `sweep`: seconds
    between two sweeps.
    """

    tickets: int
    kills: int
    workers: int = 1
    window: int = 40
    jobs: float = 0.5
    at_any_time: float = 0.1
    sweep: int = 5


@dataclass(slots=True)
class Outcome:
    """What a storm saw."""

    kills: Counter[Place] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)
    letters: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    settled_after: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was lost, doubled, wrong, or left to a person."""
        return self.verdict.is_clean and not self.letters


class KillStorm:
    """People at work over one home, whose processes are killed and started again."""

    def __init__(self, folder: Path, vendors: Vendors, seed: int, plan: Plan, state: str) -> None:
        self._rng = random.Random(seed)
        self._plan = plan
        self._vendors = vendors
        self.people = People(vendors, self._rng)
        self.strikes = Strikes(lambda: tuple(self.home.processes), self._rng)
        self.strikes.watchers.append(self.people.see)
        doors = f"127.0.0.1:{free_port()}"
        self._gatehouse = Gatehouse(doors, self.strikes).start()
        self.home = Home(
            folder, vendors.autotask, vendors.fieldnation, self._gatehouse.url, doors, state,
            {"ISTHMUS_SWEEP_S": str(plan.sweep)},
        )  # fmt: skip
        self._next_at_any_time = 0.0

    def run(self) -> Outcome:
        """Let it storm; then wait until both sides are equal, or for long enough."""
        begun = time.monotonic()
        outcome = Outcome()
        try:
            self.home.prepare(
                **staffed(self._vendors.autotask), costs="charge", notes="both",
                note_marker=NOTE_WORD,
            )  # fmt: skip
            before = look_before(self._vendors)
            self.home.start(workers=self._plan.workers)
            self.home.wait_until_open()
            self._vendors.guard(self.strikes)
            self._live()
            outcome.kills = self.strikes.kills
            self.strikes.is_on = False
            stormed = time.monotonic()
            outcome.verdict = self._settle(lambda: Oracle(self._vendors, before, self._gatehouse.heard))
            outcome.settled_after = time.monotonic() - stormed
            outcome.letters = self._letters()
        finally:
            self.home.stop()
            self._gatehouse.stop()
        outcome.cpu_seconds = self.home.cpu_seconds()
        outcome.seconds = time.monotonic() - begun
        return outcome

    # Life

    def _live(self) -> None:
        rows = fit(self._vendors, self._plan.tickets)
        stories = deque(
            write_story(self.people, one, self._rng, self._plan.jobs)
            for one in self.people.take(rows)
        )
        busy: list[Story] = []
        while busy or stories or self._left() > 0:
            now = time.monotonic()
            while stories and len(busy) < self._plan.window:
                busy.append(stories.popleft())
            for story in busy:
                if story.go_on(now, self.people):
                    story.wait_until = now + self._rng.uniform(0, 0.4)
            busy = [one for one in busy if not one.is_over]
            self._storm(now, idle=not busy and not stories)
            time.sleep(_TICK_S)

    def _left(self) -> int:
        return self._plan.kills - self.strikes.kills.total()

    def _storm(self, now: float, *, idle: bool) -> None:
        """Start what is dead anew, and have some killed at any time, whatever they do."""
        self.home.mend()
        self.strikes.is_on = self._left() > 0
        done, at_any_time = self.strikes.kills.total(), self.strikes.kills[AT_ANY_TIME, ""]
        wanted = idle or at_any_time <= done * self._plan.at_any_time
        if self.strikes.is_on and wanted and now >= self._next_at_any_time:
            self._next_at_any_time = now + self._rng.uniform(0.5, 3.0)
            self.strikes.strike(self._rng.choice(self.home.processes), (AT_ANY_TIME, ""))

    # The end

    def _settle(self, oracle: "object") -> Verdict:
        """Wait until nothing is wrong, then see whether it stays so through a sweep."""
        assert callable(oracle)
        end = time.monotonic() + _PATIENCE_S
        while True:
            self.home.mend()
            verdict: Verdict = oracle().judge(self.people.deeds)
            if verdict.is_clean or time.monotonic() > end:
                break
            time.sleep(1.0)
        time.sleep(self._plan.sweep + 2)
        return oracle().judge(self.people.deeds)  # type: ignore[no-any-return]

    def _letters(self) -> list[str]:
        with self.home.stores() as stores:
            letters = stores.state.dead_letters()
        return [f"{one.key}: {one.kind}: {one.what} {one.remedy}" for one in letters]
