"""All that a storm of dispatch stands on: both vendors, people, a gate that kills, and a home."""

import math
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chaos.dispatching.gatehouse import Gatehouse
from chaos.dispatching.home import Home, staffed
from chaos.dispatching.oracle import Before, Oracle, Verdict, look_before
from chaos.dispatching.people import NOTE_WORD, WITHDRAWN, Deeds, People, Story, fit
from chaos.dispatching.ports import free_port
from chaos.dispatching.strikes import Strikes
from chaos.dispatching.vendors import Vendors, start
from isthmus.dispatch.rules.conditions import parse_condition

_A_MOMENT_S: Final = 10.0
TICK_S: Final = 0.01
SLOTS: Final = 8
_SPARE: Final = 60
_WRONG_TOLD: Final = 3


@dataclass(slots=True)
class Stage:
    """Where one storm plays. `before`: what the vendors had when it began."""

    vendors: Vendors
    people: People
    strikes: Strikes
    gatehouse: Gatehouse
    home: Home
    rng: random.Random
    before: Before
    sweep: int

    # The people

    def cast(self, count: int) -> list[Deeds]:
        """Give the people so many tickets that were not theirs yet."""
        known = {one.ticket for one in self.people.deeds}
        rows = fit(self.vendors, count + len(known))
        return self.people.take([row for row in rows if row["id"] not in known][:count])

    def play(
        self,
        stories: Sequence[Story],
        window: int,
        tick: Callable[[bool], None] = lambda _: None,
        until: float = math.inf,
    ) -> tuple[Story, ...]:
        """
        Let the stories happen, so many at a time, until all are over; returns those that happened.

        Args: tick: called again and again; told whether all are over. until: the moment from which
        on none is begun any more.
        """
        waiting, busy, begun = deque(stories), list[Story](), list[Story]()
        while busy or waiting:
            now = time.monotonic()
            if now > until:
                waiting.clear()
            while waiting and len(busy) < window:
                begun.append(waiting.popleft())
                busy.append(begun[-1])
            for story in busy:
                if story.go_on(now, self.people):
                    story.wait_until = now + self.rng.uniform(0, 0.4)
            busy = [one for one in busy if not one.is_over]
            tick(False)
            time.sleep(TICK_S)
        return tuple(begun)

    # What came of it

    def judge(self, deeds: Sequence[Deeds] | None = None) -> Verdict:
        """Ask the oracle."""
        oracle = Oracle(self.vendors, self.before, self.gatehouse.heard)
        return oracle.judge(self.people.deeds if deeds is None else deeds, self.people.deeds)

    def settle(
        self,
        deeds: Sequence[Deeds] | None = None,
        patience: float = 180,
        stays: float | None = None,
    ) -> tuple[Verdict, float]:
        """
        Wait until both sides are equal, then see whether they stay so through a sweep.

        Returns: the verdict, and after how many seconds they were equal.
        """
        begun = time.monotonic()
        verdict, took = self._judged(deeds)
        while not verdict.is_clean and time.monotonic() - begun < patience:
            self.home.mend()
            _say_why_not(verdict, time.monotonic() - begun, took)
            time.sleep(max(1.0, 2 * took))  # who judges keeps the vendors from their work
            verdict, took = self._judged(deeds)
        equal_after = time.monotonic() - begun
        time.sleep(self.sweep + 2 if stays is None else stays)
        verdict = self.judge(deeds)
        if not verdict.is_clean:  # a webhook that came this very moment is told a moment later
            time.sleep(_A_MOMENT_S)
            verdict = self.judge(deeds)
        return verdict, equal_after

    def _judged(self, deeds: Sequence[Deeds] | None) -> tuple[Verdict, float]:
        """Return the verdict, and how many seconds it took."""
        begun = time.monotonic()
        verdict = self.judge(deeds)
        return verdict, time.monotonic() - begun

    def wait_until_idle(self, seconds: float = 300) -> None:
        """Wait until nothing is on its way: no delivery, no work. Raises: TimeoutError."""
        end = time.monotonic() + seconds
        calm = 0
        with self.home.stores() as stores:
            while calm < 3:
                if time.monotonic() > end:
                    raise TimeoutError("it never came to rest")
                self.home.mend()
                self.vendors.autotask.admin("POST", "settle", {"most_s": 1})
                self.vendors.fieldnation.admin("POST", "settle", {"most_s": 1})
                waits = stores.agenda.count() or stores.inbox.count_unrelayed()
                calm = 0 if waits else calm + 1
                time.sleep(0.05)

    def letters(self) -> list[str]:
        """Return the dead letters that wait for a person."""
        with self.home.stores() as stores:
            found = stores.state.dead_letters(limit=1_000)
        return [f"{one.key}: {one.kind}: {one.what} {one.remedy}" for one in found]


@contextmanager
def staged(
    folder: Path,
    *,
    tickets: int,
    seed: int = 1,
    state: str = "",
    workers: int = 1,
    sweep: int = 5,
    slots: int = SLOTS,
    forked: bool = True,
    rule: dict[str, Any] | None = None,
    mapping: Callable[[str], str] | None = None,
    ready: Callable[[Home], None] = lambda _: None,
) -> Iterator[Stage]:
    """
    Give a stage with Isthmus at work; all ends with the block.

    Args: slots: links that a process works on at once. rule: settings of the rule otherwise than
    usual. mapping: makes another text of the file of the inbound mapping. ready: called when all is
    made and nothing runs yet.
    """
    rng = random.Random(seed)
    vendors = start(seed=seed, companies=40, tickets=tickets + _SPARE)
    try:
        vendors.settle_switches()
        people = People(vendors, rng)
        home: Home | None = None
        strikes = Strikes(lambda: tuple(home.processes) if home else (), rng)
        strikes.watchers.append(people.see)
        doors = f"127.0.0.1:{free_port()}"
        gatehouse = Gatehouse(doors, strikes).start()
        home = Home(
            folder, vendors.autotask, vendors.fieldnation, gatehouse.url, doors, state,
            {"ISTHMUS_SWEEP_S": str(sweep), "ISTHMUS_SLOTS": str(slots)}, forked,
        )  # fmt: skip
        try:
            withdrawn = parse_condition({"field": "ticket.status.label", "is": WITHDRAWN})
            usual = {**staffed(vendors.autotask), "costs": "charge", "notes": "both",
                     "note_marker": NOTE_WORD, "files": "both", "cancel_when": withdrawn,
                     **(rule or {})}  # fmt: skip
            home.prepare(mapping, **usual)
            ready(home)
            stage = Stage(
                vendors, people, strikes, gatehouse, home, rng, look_before(vendors), sweep
            )
            home.start(workers=workers)
            home.wait_until_open()
            vendors.guard(strikes)
            yield stage
        finally:
            home.stop()
            gatehouse.stop()
    finally:
        vendors.stop()


def _say_why_not(verdict: Verdict, after: float, took: float) -> None:
    """Tell who waits why both sides are not equal yet."""
    told = "; ".join(verdict.wrong[:_WRONG_TOLD])
    print(
        f"    not equal after {after:.0f} s (judged in {took:.0f} s):"
        f" {len(verdict.wrong)} things wrong, such as {told}",
        file=sys.stderr,
        flush=True,
    )
