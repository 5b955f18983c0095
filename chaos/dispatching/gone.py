"""A worker that never comes back, killed or hung: what it had in hand goes on elsewhere."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos.dispatching.people import Story
from chaos.dispatching.process import Isthmus
from chaos.dispatching.stage import Stage, staged
from isthmus.wiring.dispatch.stores import Stores

AIM_S: Final = 30
_TICKETS: Final = 60
_PATIENCE_S: Final = 120


@dataclass(frozen=True, slots=True)
class Gone:
    """
    What came of it.

    `held`: links in the worker's hands; `moved_on`: the seconds until others had them; `done`:
    until all were done, and both sides equal.
    """

    how: str
    held: int
    moved_on: float
    done: float
    wrong: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether they moved on in time, and nothing was lost or doubled."""
        return not self.wrong and self.moved_on <= AIM_S

    def line(self) -> str:
        """Return it in one line."""
        return (
            f"{self.how}: {self.held} links in hand, with others after {self.moved_on:.1f} s"
            f" (aim {AIM_S} s), all done after {self.done:.1f} s, {len(self.wrong)} things wrong"
        )


def lose_workers(folder: Path, state: str, times: int) -> Iterator[Gone]:
    """Lose one of two workers so many times by a kill, and so many times by its standing still."""
    with staged(folder, tickets=_TICKETS * 2 * times, state=state, workers=2, sweep=300) as stage:
        for _ in range(times):
            yield _lose(stage, "killed", signal.SIGKILL)
            yield _lose(stage, "hung", signal.SIGSTOP)


def _lose(stage: Stage, how: str, number: signal.Signals) -> Gone:
    deeds = stage.cast(_TICKETS)
    victim = next(one for one in stage.home.processes if one.words[0] == "worker")
    stage.play([Story(one, [stage.people.send_out]) for one in deeds], _TICKETS)
    with stage.home.stores() as stores:
        keys = _hold_of(stores, victim)
        end = time.monotonic() + _PATIENCE_S
        while len(keys) < 4 and time.monotonic() < end:
            time.sleep(0.005)
            keys = _hold_of(stores, victim)
        os.kill(victim.pid, number)
        keys, begun = _hold_of(stores, victim), time.monotonic()
        while _hold_of(stores, victim) and time.monotonic() - begun < _PATIENCE_S:
            time.sleep(0.1)
        moved_on = time.monotonic() - begun
    while stage.judge(deeds).wrong and time.monotonic() - begun < _PATIENCE_S:
        time.sleep(0.2)
    done = time.monotonic() - begun
    if number == signal.SIGSTOP:
        os.kill(victim.pid, signal.SIGCONT)  # it wakes up, and may do no harm
    verdict, _ = stage.settle(stays=3)
    stage.home.mend()
    stage.wait_until_idle()
    return Gone(how, len(keys), moved_on, done, tuple(verdict.wrong))


def _hold_of(stores: Stores, victim: Isthmus) -> set[str]:
    """Return the runs that a process has in hand, by their ids."""
    mine = f"{victim.pid}-"
    return {run for worker, run, _ in stores.agenda.held() if worker.startswith(mine)}
