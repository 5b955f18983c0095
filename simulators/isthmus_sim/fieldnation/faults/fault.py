"""One fault in force."""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.faults.kinds import KINDS

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.base.call import Call


@dataclass
class Fault:
    """One fault as posted: whom it strikes, what it does, how often it did.

    until: simulated seconds since 1970 from which it strikes no more.
    """

    id: int
    kind: str
    method: str | None
    path: str | None
    count: int | None
    probability: float
    seed: int
    settings: dict[str, Any]
    matched: int = 0
    fired: int = 0
    until: float = math.inf

    @property
    def moment(self) -> str:
        """Tell when it strikes: `before` or `after` the effect."""
        return "after" if self.settings.get("after_effect") else KINDS[self.kind].moment

    @property
    def is_of_all(self) -> bool:
        """Tell whether it strikes every call there is."""
        whom = (self.method, self.path, self.count)
        return whom == (None,) * 3 and self.probability == 1

    def strikes(self, call: Call) -> bool:
        """Tell whether it fires for this call, and count it."""
        if self.count is not None and self.fired >= self.count:
            return False
        if self.method and self.method != call.method.upper():
            return False
        if self.path and re.search(self.path, call.path, re.IGNORECASE) is None:
            return False
        return self._roll()

    def describe(self) -> dict[str, Any]:
        """Give the fault as JSON, as GET faults lists it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "count": self.count,
            "probability": self.probability,
            **self.settings,
            "matched": self.matched,
            "fired": self.fired,
        }

    def _roll(self) -> bool:
        """Decide by seed, id and number of the match, then count."""
        self.matched += 1
        rng = random.Random(f"{self.seed}:{self.id}:{self.matched}")  # noqa: S311 - repeatable
        if self.probability < 1 and rng.random() >= self.probability:
            return False
        self.fired += 1
        return True
