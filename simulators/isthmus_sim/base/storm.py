"""A storm over deliveries: all of them repeated, some lost, some overtaken, by chance and seed."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import AdminRefused, keys_of, seconds, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_COPIES = 100
KEYS = ("copies", "drop", "reorder", "late_s", "seed")


@dataclass(frozen=True)
class Storm:
    """
    What happens to every delivery, until it is lifted.

    copies: how often each is made. drop: the share that is lost without a word, with all its
    copies. reorder: the share of the rest that comes later, up to late_s simulated seconds, each
    copy for itself, so that later ones overtake it.
    """

    copies: int
    drop: float
    reorder: float
    late_s: float
    seed: int

    def plan(self, number: int) -> tuple[float, ...]:
        """Tell by how many seconds each copy of the n-th delivery is late; () when it is lost."""
        chance = random.Random(f"{self.seed}:{number}")  # noqa: S311 - repeatable
        if chance.random() < self.drop:
            return ()
        return tuple(sorted(self._lateness(chance) for _ in range(self.copies)))

    def describe(self) -> dict[str, Any]:
        """Give the storm as JSON."""
        return asdict(self)

    def _lateness(self, chance: random.Random) -> float:
        strikes, late = chance.random() < self.reorder, chance.random() * self.late_s
        return late if strikes else 0.0


def read_storm(body: Mapping[str, Any], seed: int) -> Storm:
    """Read a storm as it is posted. seed: used when none is given. Raises: AdminRefused."""
    given = dict(body)
    keys_of(given, KEYS)
    copies = whole(given, "copies", 1)
    if not 1 <= copies <= MOST_COPIES:
        raise AdminRefused(f"copies takes a number from 1 to {MOST_COPIES}; got {copies}")
    return Storm(
        copies,
        _share(given, "drop"),
        _share(given, "reorder"),
        seconds(given, "late_s", 30.0),
        whole(given, "seed", seed),
    )


def _share(body: dict[str, Any], key: str) -> float:
    value = body.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise AdminRefused(f"{key} takes a share from 0 to 1; got {value!r}")
    return float(value)
