"""Ten thousand edits: what an order shows never goes back to an earlier one."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos.dispatching.people import Deeds, Story
from chaos.dispatching.stage import Stage, staged
from chaos.dispatching.watch import CHANGE_ORDER, MAKE_ORDER, Call, order_of

_WINDOW: Final = 40
_VERSION: Final = re.compile(r" · v(\d+)$")
_STORM: Final = {"copies": 2, "reorder": 0.2, "late_s": 3}


@dataclass(slots=True)
class Titles:
    """The versions that orders showed, one after the other, as a watcher sees them take effect."""

    seen: dict[int, int]
    writes: int = 0
    inversions: int = 0

    def see(self, step: str, call: Call, _answer: bytes) -> None:
        """Note the title of an order that is made or changed."""
        if step not in {CHANGE_ORDER, MAKE_ORDER} or "title" not in call.document:
            return
        found = _VERSION.search(str(call.document["title"]))
        version = int(found[1]) if found else 0
        order = order_of(call)
        self.writes += 1
        self.inversions += version < self.seen.get(order, 0)
        self.seen[order] = max(version, self.seen.get(order, 0))


@dataclass(frozen=True, slots=True)
class Ordered:
    """What came of the edits."""

    events: int
    tickets: int
    writes: int
    inversions: int
    wrong: tuple[str, ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing went back and all show the latest."""
        return not (self.inversions or self.wrong)

    def line(self) -> str:
        """Return it in one line."""
        return (
            f"{self.events} events on {self.tickets} tickets, each told twice, a fifth of them"
            f" late: {self.writes} writes, {self.inversions} inversions,"
            f" {len(self.wrong)} that do not show the latest ({self.seconds:.0f} s)"
        )


def edit_all(
    folder: Path, tickets: int, edits: int, *, rate: float, state: str = "", workers: int = 1
) -> Ordered:
    """Dispatch tickets, then edit each so often, in turn, so many edits a second."""
    rule = {"breaker_writes": 10**6}
    with staged(folder, tickets=tickets, state=state, workers=workers, rule=rule) as stage:
        deeds = stage.cast(tickets)
        stage.play([Story(one, [stage.people.send_out]) for one in deeds], _WINDOW)
        stage.settle(stays=0)
        titles = Titles({})
        stage.strikes.watchers.append(titles.see)
        begun = time.monotonic()
        _edit(stage, deeds, edits, rate)
        verdict, _ = stage.settle()
        seconds = time.monotonic() - begun
    return Ordered(
        tickets * edits, tickets, titles.writes, titles.inversions, tuple(verdict.wrong), seconds
    )


def _edit(stage: Stage, deeds: list[Deeds], edits: int, rate: float) -> None:
    for sim in (stage.vendors.autotask, stage.vendors.fieldnation):
        sim.admin("POST", "deliveries/storm", _STORM)
    begun = time.monotonic()
    for number in range(edits * len(deeds)):
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
        stage.people.retitle(deeds[number % len(deeds)])
    stage.vendors.autotask.admin("DELETE", "deliveries/controls")
    stage.vendors.fieldnation.admin("DELETE", "deliveries")
