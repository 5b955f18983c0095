"""Identifiers we give."""

import secrets
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from isthmus.base.clock import utc_now

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_lock: Final = threading.Lock()
_last = 0


def new_run_id() -> str:
    """Return an id for one run: sorts by time, unique across processes."""
    return f"{utc_now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def new_ordered_id() -> str:
    """
    Return an id that sorts after every one this process has given, also within one tick.

    A clock that stands still or is set back does not disturb the order. Ids of other processes
    are unequal, and sort by time as far as the clocks agree.
    """
    global _last  # noqa: PLW0603 - the order is one for the process
    with _lock:
        _last = max(_last + 1, (utc_now() - _EPOCH) // _MICROSECOND)
        return f"{_last:014x}-{uuid.uuid4().hex[:8]}"


def least_ordered_id(at: datetime) -> str:
    """Return what sorts before every ordered id given at an aware time or later."""
    return f"{max(0, (at - _EPOCH) // _MICROSECOND):014x}"


def new_secret() -> str:
    """Return a text of 43 characters that nobody guesses, fit for a URL or a webhook's secret."""
    return secrets.token_urlsafe(32)


def new_uuid() -> str:
    """Return a random UUID as text, for those who take a secret in no other form."""
    return str(uuid.uuid4())
