"""
The tenant's calls of the hour: read sparingly, counted between, slowed, and partly left to others.

The vendor allows so many calls in a rolling hour for a tenant, all integrations together, and
adds half a second a call from 50 %, a whole one from 75 %. One ledger serves all clients of a
tenant in the process. Source: vendor help on thresholds and limits; tiers observed.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from isthmus.autotask.errors import HourlyLimitHit
from isthmus.autotask.models import Threshold
from isthmus.autotask.settings import BudgetSettings
from isthmus.base import clock, log

SLOW_FROM: Final = 0.5
"""Part of the hour's limit from which calls are spaced, for a share of 0.8 or more."""
_HURRY: Final = 5  # above SLOW_FROM the limit is read so many times as often
_logger = log.get_logger("autotask.budget")


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


@dataclass(slots=True)
class Ledger:
    """What is known of a tenant's use. Guarded by `lock`; shared by threads and event loops."""

    limit: int | None = None
    window_seconds: float = 3600.0
    used: int = 0
    since: int = 0
    unlooked: int = 0
    looked_at: float | None = None
    reading: bool = False
    refused: bool = False
    next_call_at: float = 0.0
    own: deque[float] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> None:
        """Note one call of ours, made now."""
        now = clock.monotonic()
        with self.lock:
            self.since += 1
            self.unlooked += 1
            self.own.append(now)
            while self.own and self.own[0] < now - self.window_seconds:
                self.own.popleft()

    def learn(self, threshold: Threshold) -> None:
        """Take over a reading; it counts the call that asked for it."""
        with self.lock:
            self.limit = threshold.limit
            self.window_seconds = threshold.window_minutes * 60.0
            self.used = threshold.used
            self.since = 0
            self.refused = False

    def looked(self) -> None:
        """Note that the limit was asked for now, whatever came of it."""
        with self.lock:
            self.reading = False
            self.unlooked = 0
            self.looked_at = clock.monotonic()

    def estimate(self) -> int:
        """Return the use as last read plus our calls since."""
        return self.used + self.since

    def start_reading(self, settings: BudgetSettings, *, now: float) -> bool:
        """Tell whether the limit is due to be read, and claim the reading for the caller."""
        with self.lock:
            if self.reading or not self._due(settings, now):
                return False
            self.reading = True
            return True

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

    def claim_turn(self, share: float, now: float) -> float:
        """Return the seconds to wait for this call's turn, and move the turn of the next call."""
        with self.lock:
            if self.limit is None:
                return 0.0
            pace = plan_pace(self.estimate(), self.limit, self.window_seconds, share)
            turn = max(now, self.next_call_at)
            self.next_call_at = turn + pace
            return turn - now

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
        limit = self.limit
        with self.lock:
            if limit is None or self.refused:
                return self.window_seconds
            excess = int(self.estimate() - limit * share) + 1
            if excess > len(self.own):
                return self.window_seconds
            return max(0.0, self.own[excess - 1] + self.window_seconds - now)


_ledgers: Final[dict[tuple[str, str], Ledger]] = {}
_ledgers_lock: Final = threading.Lock()


def ledger_for(zone_url: str, username: str) -> Ledger:
    """Return the process's one ledger for a tenant, told apart by zone and API user."""
    with _ledgers_lock:
        return _ledgers.setdefault((zone_url.casefold(), username.casefold()), Ledger())


class Budget:
    """
    Admits calls of one client by the ledger of its tenant.

    `read` asks the vendor for the threshold, past the budget.
    """

    def __init__(
        self,
        settings: BudgetSettings,
        ledger: Ledger,
        read: Callable[[], Awaitable[Threshold | None]],
    ) -> None:
        self._settings = settings
        self._read = read
        self._out_since: float | None = None
        self._probing = asyncio.Lock()
        self.ledger = ledger

    async def admit(self, waiting_since: float | None = None, *, patient: bool = True) -> None:
        """
        Return when a call may be made.

        Args: waiting_since: monotonic second since which this call waits for the limit already.
        patient: False for a call that is better left out than waited for.
        Raises: HourlyLimitHit: our share is used up, and the settings say not to wait (longer).
        """
        await self._refresh_if_due()
        if self.ledger.over(self._settings.share):
            if not patient:
                raise self._limit_hit(self.ledger.falls_in(self._settings.share, clock.monotonic()))
            await self._wait_for_fall(waiting_since)
        self._out_since = None
        wait = self.ledger.claim_turn(self._settings.share, clock.monotonic())
        if wait > 0:
            _logger.debug("budget_slowed", seconds=round(wait, 3), used=self.ledger.estimate())
            await clock.sleep(wait)

    def refused(self) -> None:
        """Note that the vendor refused a call for the hour's limit."""
        with self.ledger.lock:
            self.ledger.refused = True

    def exhausted(self) -> HourlyLimitHit | None:
        """Return what a call that does not wait would be refused with, as far as known."""
        if not self.ledger.over(self._settings.share):
            return None
        return self._limit_hit(self.ledger.falls_in(self._settings.share, clock.monotonic()))

    async def _refresh_if_due(self) -> None:
        if self.ledger.start_reading(self._settings, now=clock.monotonic()):
            await self._refresh()

    async def _refresh(self) -> None:
        try:
            threshold = await self._read()
        except HourlyLimitHit:
            self.refused()
            return
        finally:
            self.ledger.looked()
        if threshold is not None:
            self.ledger.learn(threshold)
            _logger.debug("budget_read", used=threshold.used, limit=threshold.limit)

    async def _wait_for_fall(self, waiting_since: float | None) -> None:
        """
        Wait, looking again now and then.

        The wait is one for all calls of the client: those that come later do not start it anew,
        or a run of many datasets would wait many times as long as it was allowed to.
        """
        share = self._settings.share
        now = clock.monotonic()
        self._out_since = min(
            since for since in (self._out_since, waiting_since, now) if since is not None
        )
        begun = self._out_since
        while self.ledger.over(share):
            now = clock.monotonic()
            falls_in = self.ledger.falls_in(share, now)
            pause = min(self._settings.probe_seconds, max(falls_in, 0.01))
            left = self._patience_left(now - begun)
            if left <= 0:
                raise self._limit_hit(falls_in)
            self._tell(falls_in)
            await clock.sleep(min(pause, left))
            await self._probe(now)
        self._tell_end()

    def _patience_left(self, spent: float) -> float:
        if self._settings.on_limit == "raise":
            return 0.0
        longest = self._settings.longest_wait
        return float("inf") if longest is None else longest - spent

    async def _probe(self, since: float) -> None:
        """Read the limit, unless another waiting call did since then: each reading is a call."""
        async with self._probing:
            looked_at = self.ledger.looked_at
            if looked_at is None or looked_at <= since:
                await self._refresh()

    def _tell(self, falls_in: float) -> None:
        used, limit = self.ledger.estimate(), self.ledger.limit
        falls_at = _moment(falls_in).isoformat(timespec="seconds")
        _logger.warning("budget_waiting", used=used, limit=limit, falls_at=falls_at)
        if self._settings.on_waiting is not None:
            self._settings.on_waiting(max(1.0, falls_in), used, limit or 0)

    def _tell_end(self) -> None:
        if self._settings.on_waiting is not None:
            self._settings.on_waiting(0.0, self.ledger.estimate(), self.ledger.limit or 0)

    def _limit_hit(self, falls_in: float) -> HourlyLimitHit:
        falls_at = _moment(falls_in)
        ledger = self.ledger
        if ledger.refused:
            what = "Autotask refuses calls: those of the last hour are used up"
        else:
            what = (
                f"{ledger.estimate():,} of the tenant's {ledger.limit:,} calls of the hour are"
                f" used; ours stop at {self._settings.share:.0%}"
            )
        return HourlyLimitHit(
            what,
            falls_at=falls_at,
            where="hourly budget",
            remedy=f"Calls are free again by {falls_at:%Y-%m-%d %H:%M} UTC at the latest. Run again"
            " then: a sync goes on where this one stopped. Admin > Extensions & Integrations > API"
            " shows who uses them.",
        )


def _moment(seconds_from_now: float) -> datetime:
    return clock.utc_now() + timedelta(seconds=seconds_from_now)
