"""
What is known of a tenant's calls of the hour, and what follows from it. Pure: given the time.

The vendor allows so many calls in a rolling hour for a tenant, all integrations together, and
adds half a second a call from 50 %, a whole one from 75 %. Source: vendor help on thresholds and
limits; tiers observed.
"""

from dataclasses import dataclass, field
from typing import Final

from isthmus.autotask.models import Threshold
from isthmus.autotask.settings import BudgetSettings
from isthmus.autotask.spending import Priority

SLOW_FROM: Final = 0.5
"""Part of the hour's limit from which calls are spaced, for a share of 0.8 or more."""

READING_TAKES: Final = 60.0
"""Seconds after which a reading that was begun is given up: its process may be dead."""

_HURRY: Final = 5  # above SLOW_FROM the limit is read so many times as often
_STEP: Final = 60.0  # our own calls are remembered by the minute


def plan_pace(used: int, limit: int, window_seconds: float, share: float) -> float:
    """
    Return the seconds to leave between two calls.

    None below half of the limit (less for a share under 0.8); from there rising in a line to the
    pace that our share of the limit allows for ever.
    """
    allowed = limit * share
    start = limit * min(SLOW_FROM, share * SLOW_FROM / 0.8)
    if used <= start or allowed <= start:
        return 0.0
    return min(1.0, (used - start) / (allowed - start)) * window_seconds / allowed


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What the ledger says to a call.

    `read`: its caller is to read the limit first and ask again. `over`: it may not be made, and
    `falls_in` seconds later it surely may; `being_read` tells that somebody looks already. `wait`:
    seconds until its turn. `at`, `used`, `limit`, `refused`: what that comes from, and when.
    """

    at: float
    used: int
    limit: int | None
    refused: bool
    read: bool = False
    over: bool = False
    being_read: bool = False
    falls_in: float = 0.0
    wait: float = 0.0


@dataclass(slots=True)
class Ledger:
    """
    What is known of a tenant's use. Times are seconds on whichever clock its keeper has.

    `own` holds our own calls of the hour: for each minute the time of the last and how many.
    `turns` holds for each priority when its next call may be made.
    """

    limit: int | None = None
    window_seconds: float = 3600.0
    used: int = 0
    since: int = 0
    unlooked: int = 0
    looked_at: float | None = None
    reading_until: float = 0.0
    refused: bool = False
    turns: list[float] = field(default_factory=lambda: [0.0] * len(Priority))
    own: list[tuple[float, int]] = field(default_factory=list)

    def count(self, now: float) -> None:
        """Note one call of ours, made now."""
        self.since += 1
        self.unlooked += 1
        if self.own and self.own[-1][0] // _STEP == now // _STEP:
            self.own[-1] = (now, self.own[-1][1] + 1)
        else:
            self.own.append((now, 1))
            self.own = [one for one in self.own if one[0] >= now - self.window_seconds]

    def learn(self, threshold: Threshold) -> None:
        """Take over a reading; it counts the call that asked for it."""
        self.limit = threshold.limit
        self.window_seconds = threshold.window_minutes * 60.0
        self.used = threshold.used
        self.since = 0
        self.refused = False

    def looked(self, now: float) -> None:
        """Note that the limit was asked for now, whatever came of it."""
        self.reading_until = 0.0
        self.unlooked = 0
        self.looked_at = now

    def estimate(self) -> int:
        """Return the use as last read plus our calls since."""
        return self.used + self.since

    def ask(
        self, settings: BudgetSettings, priority: Priority, now: float, *, may_read: bool
    ) -> Verdict:
        """Judge a call, and note what follows: who reads the limit, whose turn is when."""
        known = (now, self.estimate(), self.limit, self.refused)
        if may_read and self.start_reading(settings, now):
            return Verdict(*known, read=True)
        ceiling = settings.ceiling(priority)
        if self.over(ceiling):
            return Verdict(
                *known,
                over=True,
                being_read=self._is_read(now),
                falls_in=self.falls_in(ceiling, now),
            )
        return Verdict(*known, wait=self.claim_turn(ceiling, now, priority))

    def lets_pass(self, settings: BudgetSettings, priority: Priority, now: float) -> bool:
        """Tell whether `ask` would say go on at once and note nothing."""
        ceiling = settings.ceiling(priority)
        return not (self._due(settings, now) or self.over(ceiling) or self._pace(ceiling))

    def start_reading(self, settings: BudgetSettings, now: float) -> bool:
        """Tell whether the limit is due to be read, and claim the reading for the caller."""
        return self._due(settings, now) and self._claim_reading(now)

    def start_probe(self, since: float, now: float) -> bool:
        """Claim a reading for one who waits, unless somebody has looked since then."""
        looked = self.looked_at is not None and since < self.looked_at
        return not looked and self._claim_reading(now)

    def _claim_reading(self, now: float) -> bool:
        if self._is_read(now):
            return False
        self.reading_until = now + READING_TAKES
        return True

    def _is_read(self, now: float) -> bool:
        return now < self.reading_until <= now + READING_TAKES

    def _due(self, settings: BudgetSettings, now: float) -> bool:
        if self.looked_at is None:
            return True
        age = now - self.looked_at
        if self.refused:
            return age >= settings.probe_seconds
        hurry = 1
        if self.limit is not None and self.estimate() > self.limit * SLOW_FROM:
            hurry = _HURRY
        return (
            self.unlooked * hurry >= settings.refresh_calls
            or age * hurry >= settings.refresh_seconds
        )

    def claim_turn(self, share: float, now: float, priority: Priority = Priority.BULK) -> float:
        """
        Return the seconds to wait for this call's turn, and move the turn of the next call.

        Those who come first do not wait behind the turns that others have claimed.
        """
        turn = max(now, *self.turns[: priority + 1])
        self.turns[priority] = turn + self._pace(share)
        return turn - now

    def _pace(self, share: float) -> float:
        if self.limit is None:
            return 0.0
        return plan_pace(self.estimate(), self.limit, self.window_seconds, share)

    def over(self, share: float) -> bool:
        """Tell whether calls must stop: refused, or our share of the limit is reached."""
        if self.refused:
            return True
        return self.limit is not None and self.estimate() >= self.limit * share

    def falls_in(self, share: float, now: float) -> float:
        """
        Return the seconds after which enough of our own calls have left the window.

        Others' use is taken as constant; at most a whole window, which is when all has left.
        """
        if self.limit is None or self.refused:
            return self.window_seconds
        excess = int(self.estimate() - self.limit * share) + 1
        for last, calls in self.own:
            excess -= calls
            if excess <= 0:
                return min(self.window_seconds, max(0.0, last + self.window_seconds - now))
        return self.window_seconds
