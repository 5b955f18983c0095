"""The only place that reads this machine's clock or sleeps."""

import asyncio
import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return this machine's time, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


async def sleep(seconds: float) -> None:
    """Let other tasks run for so many seconds."""
    await asyncio.sleep(seconds)
