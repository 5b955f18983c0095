"""The storm of faults: messages lost, doubled and overtaken, calls refused, both vendors gone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chaos.dispatching.oracle import Verdict
from chaos.dispatching.people import Deeds, Story, write_story
from chaos.dispatching.stage import Stage, staged

_WINDOW: Final = 30
_DELIVERIES: Final = {"copies": 5, "drop": 0.1, "reorder": 0.2, "late_s": 5}
_CALLS: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "status", "status": 429, "retry_after_s": 1, "probability": 0.07},
    {"kind": "status", "status": 500, "probability": 0.07},
    {"kind": "status", "status": 503, "probability": 0.06},
    {"kind": "drop_after", "probability": 0.05},
)
_SIGNING_IN: Final = "oauth/token"
OUTAGE_S: Final = 600
_SWEEP_THERE_S: Final = 300
"""How often an installation sweeps. A storm does it more often, and is out as much shorter."""
_TRY_S: Final = 30
_TRIES: Final = 6
_STRIKES: Final = 26


@dataclass(frozen=True, slots=True)
class Stormed:
    """
    What came of it.

    `equal_after`: seconds from the end of the storm until both sides were equal. `sweep`: seconds
    between two sweeps. `disabled`: webhooks that Autotask had given up on.
    """

    verdict: Verdict
    equal_after: float
    sweep: int
    disabled: int
    letters: tuple[str, ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether both sides were equal in time, and nothing waits for a person."""
        in_time = self.equal_after <= self.sweep
        return self.verdict.is_clean and in_time and not self.letters and self.disabled > 0

    def line(self) -> str:
        """Return it in one line."""
        return (
            f"{self.verdict.line()}; {self.verdict.untold} notes whose webhook was lost;"
            f" {self.disabled} webhook disabled by the vendor; equal {self.equal_after:.0f} s after"
            f" the storm (a sweep every {self.sweep} s), {len(self.letters)} dead letters"
            f" ({self.seconds:.0f} s)"
        )


def storm(
    folder: Path, tickets: int, *, seed: int, sweep: int, state: str = "", workers: int = 1
) -> Stormed:
    """Have people work through a storm, and through an outage of both vendors in its middle."""
    begun = time.monotonic()
    with staged(
        folder, tickets=tickets, seed=seed, state=state, workers=workers, sweep=sweep
    ) as stage:  # fmt: skip
        deeds = stage.cast(tickets)
        stories = [write_story(stage.people, one, stage.rng, 0.6) for one in deeds]
        half = len(stories) // 2
        with _raging(stage):
            _play_into_an_outage(stage, stories[:half], OUTAGE_S * sweep / _SWEEP_THERE_S)
            disabled = _have_it_disabled(stage, deeds[half:])
            stage.play([_without_beginning(one) for one in stories[half:]], _WINDOW)
        verdict, equal_after = stage.settle(patience=600)
        letters = tuple(stage.letters())
    seconds = time.monotonic() - begun
    return Stormed(verdict, equal_after, sweep, disabled, letters, seconds)


@contextmanager
def _raging(stage: Stage) -> Iterator[None]:
    """Break deliveries and calls while the block lasts; people's own pages are not struck."""
    sims = (stage.vendors.autotask, stage.vendors.fieldnation)
    for sim in sims:
        sim.admin("POST", "deliveries/storm", _DELIVERIES)
        for fault in _CALLS:
            sim.admin("POST", "faults", fault)
    yield
    for sim in sims:
        sim.admin("DELETE", "faults")
    stage.vendors.autotask.admin("DELETE", "deliveries/controls")
    stage.vendors.fieldnation.admin("DELETE", "deliveries")


def _play_into_an_outage(stage: Stage, stories: list[Story], lasting: float) -> None:
    """
    Let both vendors be gone for ten minutes while people work.

    Isthmus sees so many seconds of it, `lasting`: two of its sweeps, as it would. The vendors'
    clocks are then moved on.
    """
    third = len(stories) // 3
    stage.play(stories[:third], _WINDOW)
    sims = (stage.vendors.autotask, stage.vendors.fieldnation)
    for sim in sims:
        sim.admin("POST", "faults", {"kind": "outage", "seconds": OUTAGE_S})
    for story in stories[third:]:
        story.go_on(time.monotonic(), stage.people)
    time.sleep(lasting)
    for sim in sims:
        sim.admin("POST", "clock", {"advance_s": OUTAGE_S})
    stage.play(stories[third:], _WINDOW)


def _have_it_disabled(stage: Stage, deeds: list[Deeds]) -> int:
    """
    Let tickets be sent out while our doors are shut, until Autotask gives the webhook up.

    Returns: how many webhooks are not active any more.
    """
    stage.gatehouse.is_shut = True
    for one in deeds:
        stage.people.send_out(one)
    waits = max(0, _STRIKES - len(deeds))
    for number in range(waits):
        stage.people.retitle(deeds[number % len(deeds)])
    for _ in range(_TRIES * _STRIKES):
        stage.vendors.autotask.admin("POST", "clock", {"advance_s": _TRY_S})
        stage.vendors.autotask.admin("POST", "settle", {"most_s": 5})
        rows = stage.vendors.autotask.rows("TicketWebhooks")
        if not all(row["isActive"] for row in rows):
            break
    stage.gatehouse.is_shut = False
    rows = stage.vendors.autotask.rows("TicketWebhooks")
    return sum(not row["isActive"] for row in rows)


def _without_beginning(story: Story) -> Story:
    """Return a story whose ticket was sent out already."""
    return Story(story.deeds, story.todo[1:])
