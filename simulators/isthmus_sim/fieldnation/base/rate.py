"""The rate limit of a company: a bucket that refills."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from isthmus_sim.fieldnation.base.errors import TOO_MANY, Refusal

if TYPE_CHECKING:
    from isthmus_sim.base.clock import SimClock
    from isthmus_sim.base.switches import Switches


class RateLimit:
    """
    Counts calls against switches rate_limit_per_minute and rate_limit_burst.

    Source: 60 a minute and a burst of 100 (one edition of the guides; others name no number);
    that a bucket refills steadily is assumed.
    """

    def __init__(self, switches: Switches, clock: SimClock) -> None:
        self._switches = switches
        self._clock = clock
        self._left: float = 0.0
        self._full_at_start = True
        self._last = clock.timestamp()

    def take(self) -> dict[str, str]:
        """Count a call and give the headers of its answer. Raises: Refusal: 429."""
        rate = int(self._switches["rate_limit_per_minute"])
        if rate == 0:
            return {}
        burst = max(1, int(self._switches["rate_limit_burst"]))
        self._refill(rate, burst)
        enough = self._left >= 1
        if enough:
            self._left -= 1
        headers = self._headers(rate, burst)
        if not enough:
            wait = math.ceil((1 - self._left) * 60 / rate)
            raise Refusal(
                TOO_MANY, "Too many requests.", headers={**headers, "Retry-After": str(wait)}
            )
        return headers

    def _refill(self, rate: int, burst: int) -> None:
        now = self._clock.timestamp()
        if self._full_at_start:
            self._left, self._full_at_start = burst, False
        gone = max(0.0, now - self._last)
        self._left = min(burst, self._left + gone * rate / 60)
        self._last = now

    def _headers(self, rate: int, burst: int) -> dict[str, str]:
        spelt = str(self._switches["rate_limit_headers"])
        full_in = (burst - self._left) * 60 / rate
        return {
            f"{spelt}-Limit": str(rate),
            f"{spelt}-Remaining": str(int(self._left)),
            f"{spelt}-Reset": str(math.ceil(self._clock.timestamp() + full_in)),
        }
