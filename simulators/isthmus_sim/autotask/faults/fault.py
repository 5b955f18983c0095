"""One fault in force."""

import math
import random
import re
from dataclasses import dataclass, field
from typing import Any

from isthmus_sim.autotask.base.call import Call
from isthmus_sim.autotask.faults.kinds import KINDS


@dataclass
class Fault:
    """One fault as posted: whom it strikes, what it does, how often it did.

    until: simulated seconds since 1970 from which it strikes no more.
    """

    id: int
    kind: str
    entity: str | None
    method: str | None
    path: str | None
    count: int | None
    probability: float
    settings: dict[str, Any]
    seed: int
    matched: int = 0
    fired: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    until: float = math.inf

    @property
    def moment(self) -> str:
        """Tell when it strikes: `before` or `after` the effect; empty when it does neither."""
        return "after" if self.settings.get("after_effect") else KINDS[self.kind].moment

    @property
    def spent(self) -> bool:
        """Tell whether it has fired as often as it may."""
        return self.count is not None and self.fired >= self.count

    @property
    def is_of_all(self) -> bool:
        """Tell whether it strikes every call there is."""
        whom = (self.entity, self.method, self.path, self.count)
        return whom == (None,) * 4 and self.probability == 1

    def strikes(self, call: Call) -> bool:
        """Tell whether it fires for this call, and count it."""
        return self.fits(call.entity, call.method, "/".join(call.path)) and self.roll()

    def fits(self, entity: str | None, method: str | None = None, path: str | None = None) -> bool:
        """Tell whether it is about such a call and has firings left."""
        if self.spent or (self.entity and self.entity != entity):
            return False
        if self.method and method and self.method != method.upper():
            return False
        return not (self.path and path) or re.search(self.path, path, re.IGNORECASE) is not None

    def roll(self) -> bool:
        """Decide by seed, id and number of the match, then count."""
        self.matched += 1
        if self.probability < 1:
            rng = random.Random(f"{self.seed}:{self.id}:{self.matched}")  # noqa: S311
            if rng.random() >= self.probability:
                return False
        self.fired += 1
        return True

    def describe(self) -> dict[str, Any]:
        """Give the fault as JSON, as GET faults lists it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "entity": self.entity,
            "method": self.method,
            "path": self.path,
            "count": self.count,
            "probability": self.probability,
            **self.settings,
            "matched": self.matched,
            "fired": self.fired,
        }
