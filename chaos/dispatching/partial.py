"""Each crash point of making an order, tying it to its ticket and showing it there: one by one."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chaos.dispatching.people import Deeds
from chaos.dispatching.stage import Stage, staged
from chaos.dispatching.strikes import MOMENTS, Place
from chaos.dispatching.watch import CROSS_LINK, MAKE_ORDER, PUBLISH, Call, order_of

_STEPS: Final = (MAKE_ORDER, PUBLISH, CROSS_LINK)
CRASHES: Final[tuple[Place, ...]] = tuple((step, at) for step in _STEPS for at in MOMENTS)
"""The saving of the order's id with the link is struck by the moments after `MAKE_ORDER`."""
_PATIENCE_S: Final = 90


@dataclass(slots=True)
class Crash:
    """What came of one crash. `calls`: how often each write was asked for, of this ticket."""

    place: Place
    calls: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Tell whether all is there once, by at most one call more than a quiet dispatch makes."""
        return not self.wrong and self.calls.total() <= len(_STEPS) + 1

    def line(self) -> str:
        """Return it in one line."""
        told = ", ".join(f"{step} {self.calls[step]}x" for step in _STEPS)
        end = "; ".join(self.wrong) or "one order, both cross-links"
        return f"{self.place[0]:32} {self.place[1]:20} {told}: {end} ({self.seconds:.0f} s)"


def crash_everywhere(
    folder: Path, state: str = "", workers: int = 1, places: tuple[Place, ...] = CRASHES
) -> Iterator[Crash]:
    """Dispatch one ticket after the other, each with a crash at another point; yields each."""
    with staged(folder, tickets=len(places), state=state, workers=workers) as stage:
        for deeds, place in zip(stage.cast(len(places)), places, strict=True):
            yield _crash(stage, deeds, place)


def _crash(stage: Stage, deeds: Deeds, place: Place) -> Crash:
    stage.wait_until_idle()
    crash, begun = Crash(place), time.monotonic()

    def count(step: str, call: Call) -> None:
        if _is_about(step, call, deeds):
            crash.calls[step] += 1

    stage.strikes.arrivals.append(count)
    before = stage.strikes.kills[place]
    stage.strikes.only = place
    stage.people.send_out(deeds)
    while stage.strikes.kills[place] == before and time.monotonic() - begun < _PATIENCE_S:
        time.sleep(0.005)
    verdict = stage.judge([deeds])
    while time.monotonic() - begun < _PATIENCE_S:
        stage.home.mend()
        verdict = stage.judge([deeds])
        if not verdict.wrong:
            break
        time.sleep(0.2)
    stage.wait_until_idle()
    stage.strikes.arrivals.remove(count)
    stage.strikes.only = None
    struck = stage.strikes.kills[place] > before
    crash.wrong = [*verdict.wrong, *([] if struck else ["it was not struck"])]
    crash.seconds = time.monotonic() - begun
    return crash


def _is_about(step: str, call: Call, deeds: Deeds) -> bool:
    if step == MAKE_ORDER:
        return deeds.number in call.body.decode("utf-8", "replace")
    if step == PUBLISH:
        return order_of(call) in deeds.orders
    return step == CROSS_LINK and call.document.get("id") == deeds.ticket
