"""
The company's rate: calls in the right distance, a burst allowed.

One bucket for each account and rate, shared by all clients of the process, threads included.
"""

import threading
from typing import Final
from weakref import WeakValueDictionary

from isthmus.base import clock
from isthmus.fieldnation.errors import RateLimited, Told
from isthmus.fieldnation.settings import RateSettings


class Bucket:
    """Hands out turns; a turn taken is spent even if its call fails."""

    def __init__(self, settings: RateSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._turns = float(settings.burst)
        self._filled_at = clock.monotonic()
        self._closed_until = float("-inf")

    async def admit(self, where: str) -> None:
        """
        Wait for a turn.

        Raises: RateLimited: it would take longer than `longest_wait`; no turn is spent then.
        """
        begun = clock.monotonic()
        while True:
            with self._lock:
                wait = self._take()
            if wait <= 0:
                return
            if clock.monotonic() - begun + wait > self._settings.longest_wait:
                raise _too_long(wait, where)
            await clock.sleep(wait)

    def close(self, seconds: float) -> None:
        """Let no call through for so long: the vendor refused one, or says none remain."""
        with self._lock:
            self._closed_until = max(self._closed_until, clock.monotonic() + seconds)

    def learn(self, remaining: int) -> None:
        """
        Take over what the vendor says remains; others of the company spend from it too.

        None remaining does not close it: whether the vendor fills up steadily or at the reset is
        not documented, and a 429, which says how long to wait, does no harm.
        """
        with self._lock:
            self._fill()
            self._turns = min(self._turns, float(remaining))

    def _take(self) -> float:
        """Take a turn and return 0.0, or return the seconds to wait for one; needs the lock."""
        closed_for = self._closed_until - clock.monotonic()
        if closed_for > 0:
            return closed_for
        self._fill()
        if self._turns >= 1:
            self._turns -= 1
            return 0.0
        return (1 - self._turns) * 60 / self._settings.per_minute

    def _fill(self) -> None:
        now = clock.monotonic()
        gained = (now - self._filled_at) * self._settings.per_minute / 60
        self._turns = min(self._turns + gained, float(self._settings.burst))
        self._filled_at = now


_buckets: Final[WeakValueDictionary[tuple[str, str, RateSettings], Bucket]] = WeakValueDictionary()
_buckets_lock: Final = threading.Lock()


def bucket_for(base_url: str, client_id: str, settings: RateSettings) -> Bucket:
    """Return the bucket of an account, the same for all clients with these settings."""
    with _buckets_lock:
        key = (base_url, client_id, settings)
        found = _buckets.get(key)
        if found is None:
            found = Bucket(settings)
            _buckets[key] = found
        return found


def _too_long(wait: float, where: str) -> RateLimited:
    return RateLimited(
        f"The next call to Field Nation may be made in {wait:.0f} s, which is longer than allowed",
        where=where,
        remedy="Wait, or allow longer waits, or a higher rate if your contract does.",
        told=Told(wait_seconds=wait),
    )
