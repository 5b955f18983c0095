"""What a test does to deliveries: drop, double, delay or reorder the next ones; a storm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus_sim.base.storm import Storm
    from isthmus_sim.fieldnation.hooks.deliveries import Delivery

DEEDS = ("drop", "double", "delay", "reorder")


@dataclass
class Deed:
    """One deed still to be done. left: deliveries to come. seconds: of a delay, simulated."""

    kind: str
    left: int
    seconds: float = 0.0
    event: str | None = None

    def fits(self, delivery: Delivery) -> bool:
        """Tell whether it is about this delivery, and has not been done often enough."""
        return self.left > 0 and self.event in (None, delivery.event)


class Mischief:
    """
    The deeds in force, first come first done; and what is held back to be reordered.

    storm: strikes what no deed is about, until it is lifted.
    """

    def __init__(self) -> None:
        self.deeds: list[Deed] = []
        self.storm: Storm | None = None
        self._struck = 0
        self._held: list[Delivery] = []

    def add(self, deed: Deed) -> None:
        """Do this to the next deliveries that no earlier deed wants."""
        self.deeds.append(deed)

    def begin_storm(self, storm: Storm) -> None:
        """Let a storm begin, in place of the one there was."""
        self.storm, self._struck = storm, 0

    def clear(self) -> list[Delivery]:
        """Forget all deeds and the storm, and give what was held back."""
        self.deeds.clear()
        self.storm = None
        return self._let_go()

    @property
    def held(self) -> int:
        """Tell how many deliveries wait for the last of a reordering."""
        return len(self._held)

    def strike(self, delivery: Delivery) -> str | None:
        """Tell what is done to a new delivery, and count it; None for nothing."""
        for deed in self.deeds:
            if deed.fits(delivery):
                deed.left -= 1
                self.deeds = [d for d in self.deeds if d.left > 0]
                if deed.kind == "delay":
                    delivery.due += deed.seconds
                if deed.kind == "reorder":
                    self._held.append(delivery)
                return deed.kind
        return None

    def lateness(self) -> tuple[float, ...]:
        """Tell by how many seconds the storm makes each copy of the next delivery late.

        One in time without a storm, none for a delivery that is lost.
        """
        if self.storm is None:
            return (0.0,)
        self._struck += 1
        return self.storm.plan(self._struck)

    def ready(self) -> list[Delivery]:
        """Give what was held back, last first, once no reordering waits for more."""
        if any(deed.kind == "reorder" for deed in self.deeds):
            return []
        return self._let_go()

    def _let_go(self) -> list[Delivery]:
        held, self._held = self._held[::-1], []
        return held
