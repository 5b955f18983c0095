"""The simulator's clock: the wall clock, moved by an offset, or standing still."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

TEXT = "%Y-%m-%dT%H:%M:%S"


def to_text(at: datetime) -> str:
    """Say an aware time in storage form: UTC, milliseconds, trailing Z."""
    at = at.astimezone(UTC)
    return f"{at.strftime(TEXT)}.{at.microsecond // 1000:03d}Z"


def parse_time(text: str) -> datetime:
    """Read an ISO time; one without a zone is UTC.

    Raises: ValueError for anything else.
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@dataclass
class SimClock:
    """Tells every time the simulator shows; advancing it costs nothing.

    offset_s is simulated minus wall time, so a restart that keeps it goes on
    without a step back. A frozen clock moves only when it is advanced, which
    makes the times of a replayed activity repeatable to the millisecond.
    """

    offset_s: float = 0.0
    frozen_at: datetime | None = None
    wall: Callable[[], float] = time.time
    on_change: Callable[[], None] | None = field(default=None, repr=False)

    @classmethod
    def starting_at(cls, at: datetime, wall: Callable[[], float] = time.time) -> "SimClock":
        """Make a running clock that shows the aware time `at` now."""
        return cls(offset_s=at.timestamp() - wall(), wall=wall)

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> "SimClock":
        """Continue the clock that `to_json` saved."""
        frozen = saved.get("frozen_at")
        return cls(float(saved["offset_s"]), parse_time(frozen) if frozen else None)

    def to_json(self) -> dict[str, Any]:
        """Give what a restart needs to continue this clock."""
        frozen = to_text(self.frozen_at) if self.frozen_at else None
        return {"offset_s": self.offset_s, "frozen_at": frozen}

    def timestamp(self) -> float:
        """Give the simulated time in seconds since 1970."""
        return self.frozen_at.timestamp() if self.frozen_at else self.wall() + self.offset_s

    def now(self) -> datetime:
        """Give the simulated time, aware, UTC."""
        return self.frozen_at or datetime.fromtimestamp(self.timestamp(), UTC)

    def now_text(self) -> str:
        """Give the simulated time in storage form."""
        return to_text(self.now())

    def http_date(self) -> str:
        """Give the simulated time for the HTTP `Date` header."""
        return format_datetime(self.now().replace(microsecond=0), usegmt=True)

    def advance(self, seconds: float) -> None:
        """Move the clock; it never goes back.

        Raises: ValueError for a negative number.
        """
        if seconds < 0:
            raise ValueError("the clock only goes forward: advance_s must not be negative")
        if self.frozen_at:
            self.frozen_at += timedelta(seconds=seconds)
        else:
            self.offset_s += seconds
        self._changed()

    def set_to(self, at: datetime) -> None:
        """Move the clock forward to the aware time `at`.

        Raises: ValueError when `at` lies behind the clock.
        """
        self.advance((at - self.now()).total_seconds())

    def restart(self, at: datetime) -> None:
        """Show the aware time `at`, back or forth: for a tenant made anew."""
        if self.frozen_at:
            self.frozen_at = at
        else:
            self.offset_s = at.timestamp() - self.wall()
        self._changed()

    def freeze(self, *, frozen: bool) -> None:
        """Stop the clock where it is, or let it run on from there."""
        if frozen and self.frozen_at is None:
            self.frozen_at = self.now()
        elif not frozen and self.frozen_at is not None:
            self.offset_s = self.frozen_at.timestamp() - self.wall()
            self.frozen_at = None
        self._changed()

    def _changed(self) -> None:
        if self.on_change:
            self.on_change()
