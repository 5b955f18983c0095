"""
The company's rate: calls in the right distance, a burst allowed.

One bucket for each account and rate, shared by all clients of the process, threads included; and
by all processes where a `SharedTurns` is given.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from weakref import WeakValueDictionary

import msgspec

from isthmus.base import clock
from isthmus.fieldnation.errors import RateLimited, Told
from isthmus.fieldnation.settings import RateSettings, SharedTurns

T = TypeVar("T")
_ENCODER: Final = msgspec.json.Encoder()
TURN_NOTES: Final = "fieldnation turns "
"""How the keys of the notes begin that hold turns in a shared budget."""


@dataclass(slots=True)
class Turns:
    """
    How many calls may be made now. Pure; times are seconds on whichever clock its keeper has.

    `left` is None until the first call: a full burst.
    """

    left: float | None = None
    filled_at: float = 0.0
    closed_until: float = 0.0

    def take(self, settings: RateSettings, now: float) -> float:
        """Take a turn and return 0.0, or return the seconds to wait for one."""
        closed_for = self.closed_until - now
        if closed_for > 0:
            return closed_for
        left = self._fill(settings, now)
        if left >= 1:
            self.left = left - 1
            return 0.0
        return (1 - left) * 60 / settings.per_minute

    def close(self, seconds: float, now: float) -> None:
        """Give no turn for so long."""
        self.closed_until = max(self.closed_until, now + seconds)

    def learn(self, remaining: int, settings: RateSettings, now: float) -> None:
        """Take over how many remain."""
        self.left = min(self._fill(settings, now), float(remaining))

    def _fill(self, settings: RateSettings, now: float) -> float:
        full = float(settings.burst)
        gained = max(0.0, now - self.filled_at) * settings.per_minute / 60
        self.left = full if self.left is None else min(self.left + gained, full)
        self.filled_at = now
        return self.left


_DECODER: Final = msgspec.json.Decoder(Turns)


@dataclass(slots=True)
class _Own:
    """Turns of this process alone. Guarded by `lock`."""

    turns: Turns = field(default_factory=Turns)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Bucket:
    """Hands out turns; a turn taken is spent even if its call fails."""

    def __init__(
        self, settings: RateSettings, shared: SharedTurns | None = None, key: str = ""
    ) -> None:
        """Args: key: the account, in the `shared` turns of several processes."""
        self._settings = settings
        self._shared = shared
        self._key = key
        self._own = _Own()

    async def admit(self, where: str) -> None:
        """
        Wait for a turn.

        Raises: RateLimited: it would take longer than `longest_wait`; no turn is spent then.
        """
        begun = clock.monotonic()
        while True:
            wait = await self._change(lambda turns, now: turns.take(self._settings, now))
            if wait <= 0:
                return
            if clock.monotonic() - begun + wait > self._settings.longest_wait:
                raise _too_long(wait, where)
            await clock.sleep(wait)

    async def close(self, seconds: float) -> None:
        """Let no call through for so long: the vendor refused one, or says none remain."""
        await self._change(lambda turns, now: turns.close(seconds, now))

    async def learn(self, remaining: int) -> None:
        """
        Take over what the vendor says remains; others of the company spend from it too.

        None remaining does not close it: whether the vendor fills up steadily or at the reset is
        not documented, and a 429, which says how long to wait, does no harm.
        """
        await self._change(lambda turns, now: turns.learn(remaining, self._settings, now))

    async def _change(self, act: Callable[[Turns, float], T]) -> T:
        if self._shared is not None:
            return await self._shared.change(self._key, _on_note(act))
        with self._own.lock:
            return act(self._own.turns, clock.monotonic())


def _on_note(act: Callable[[Turns, float], T]) -> Callable[[str, float], tuple[str, T]]:
    """Make of what is done with turns what is done with the note that holds them."""

    def on_note(note: str, now: float) -> tuple[str, T]:
        try:
            turns = _DECODER.decode(note) if note else Turns()
        except msgspec.MsgspecError:  # another Isthmus wrote it in another shape
            turns = Turns()
        result = act(turns, now)
        return _ENCODER.encode(turns).decode(), result

    return on_note


def turns_left(note: str, now: float, settings: RateSettings) -> int | None:
    """Return how many calls may be made at once, by a note that is kept; None: another's shape."""
    try:
        turns = _DECODER.decode(note)
    except msgspec.MsgspecError:
        return None
    return 0 if turns.closed_until > now else int(turns._fill(settings, now))


_buckets: Final[WeakValueDictionary[tuple[str, str, RateSettings], Bucket]] = WeakValueDictionary()
_buckets_lock: Final = threading.Lock()


def bucket_for(
    base_url: str, client_id: str, settings: RateSettings, shared: SharedTurns | None = None
) -> Bucket:
    """Return the bucket of an account, the same for all clients with these settings."""
    if shared is not None:
        account = hashlib.sha256(f"{base_url}\n{client_id}".encode()).hexdigest()[:32]
        return Bucket(settings, shared, f"{TURN_NOTES}{account}")
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
