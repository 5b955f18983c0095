"""The vendor's two limits: requests in a rolling hour, and concurrent calls per entity."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from isthmus_sim.autotask.base import errors
from isthmus_sim.base.clock import SimClock
from isthmus_sim.base.reply import Reply
from isthmus_sim.base.switches import Switches

HOUR_S = 3600
BUCKET_S = 10
SAVE_EVERY_S = 2.0


class Notes(Protocol):
    """What must outlive the process; the state keeps it."""

    def meta_get(self, key: str, default: Any = None) -> Any:
        """Give a saved JSON value."""

    def meta_set(self, key: str, value: Any) -> None:
        """Save a JSON value."""


@dataclass(frozen=True)
class HourVerdict:
    """What the hour says to one call: seconds to wait first, or the refusal."""

    latency_s: float
    refused: Reply | None


class ThreadRefused(Exception):
    """All slots of an integration code and entity are taken; `reply` says so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("all slots taken")
        self.reply = reply


class Limits:
    """Counts calls; knows nothing of what they do.

    The hour is counted in steps of ten seconds (assumed; the vendor's step is not
    known) on the simulator's clock, for the whole tenant, and survives a restart.
    A refused call does not count (assumed). Source: vendor thresholds page for the
    limit; the tiers were told by four independent clients.
    """

    def __init__(self, state: Notes, clock: SimClock, switches: Switches) -> None:
        self._state = state
        self._clock = clock
        self._switches = switches
        self._taken: dict[tuple[str, str], int] = defaultdict(int)
        self._buckets: deque[list[int]] = deque()
        self._total = 0
        self._saved_at = clock.wall()
        self._load()

    def hour(self) -> HourVerdict:
        """Count one call; tell how long it waits, or that it is refused."""
        limit = int(self._switches["hourly_limit"])
        used = self.used()
        if used >= limit:
            return HourVerdict(0.0, self._refusal())
        self.spend(1)
        share = (used + 1) / limit
        latency = 1.0 if share >= 0.75 else 0.5 if share >= 0.5 else 0.0
        return HourVerdict(latency * float(self._switches["added_latency_scale"]), None)

    def used(self) -> int:
        """Give the calls counted in the hour that ends now."""
        edge = int(self._clock.timestamp()) - HOUR_S
        while self._buckets and self._buckets[0][0] + BUCKET_S <= edge:
            self._total -= self._buckets.popleft()[1]
        return self._total

    def spend(self, calls: int) -> None:
        """Count calls, of ours or of another integration."""
        start = int(self._clock.timestamp()) // BUCKET_S * BUCKET_S
        if self._buckets and self._buckets[-1][0] >= start:
            self._buckets[-1][1] += calls
        else:
            self._buckets.append([start, calls])
        self._total += calls
        if self._clock.wall() - self._saved_at > SAVE_EVERY_S:
            self.save()

    def threshold(self) -> dict[str, int]:
        """Give the body of ThresholdInformation."""
        return {
            "externalRequestThreshold": int(self._switches["hourly_limit"]),
            "requestThresholdTimeframe": HOUR_S // 60,
            "currentTimeframeRequestCount": self.used(),
        }

    @contextmanager
    def slot(self, code: str, entity: str) -> Iterator[None]:
        """Hold one of the slots of an integration code (any case) and entity.

        Raises: ThreadRefused when all are taken.
        Source: vendor page on thread limiting; metadata calls count too (observed).
        """
        key = (code.casefold(), entity.casefold())
        if self._taken[key] >= int(self._switches["slots"]):
            refusal = errors.thread_threshold()
            refusal.status = int(self._switches["slot_limit_status"])
            raise ThreadRefused(refusal.reply())
        self._taken[key] += 1
        try:
            yield
        finally:
            self._release_later(key, int(self._switches["slot_release_delay_ms"]) / 1000)

    def forget(self) -> None:
        """Start a new hour with nothing used."""
        self._buckets.clear()
        self._total = 0
        self.save()

    def save(self) -> None:
        """Write the count where a restart finds it."""
        self._saved_at = self._clock.wall()
        self._state.meta_set("hour", list(self._buckets))

    def _load(self) -> None:
        saved: list[Any] = self._state.meta_get("hour", [])
        self._buckets = deque([int(start), int(calls)] for start, calls in saved)
        self._total = sum(calls for _, calls in self._buckets)

    def _release_later(self, key: tuple[str, str], delay_s: float) -> None:
        if delay_s > 0:
            asyncio.get_running_loop().call_later(delay_s, self._release, key)
        else:
            self._release(key)

    def _release(self, key: tuple[str, str]) -> None:
        self._taken[key] -= 1
        if self._taken[key] <= 0:
            del self._taken[key]

    def _refusal(self) -> Reply:
        text = str(self._switches["hour_refusal_text"])
        return errors.json_error(int(self._switches["hour_refusal_status"]), [text])
