"""Stops a query that takes too long, or that makes this process or a file grow too much."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final, Self

from isthmus.base.clock import monotonic
from isthmus.warehouse.answering import Limits, TooMuch, took_too_long, took_too_much
from isthmus.warehouse.filling import Filling

_EVERY_S: Final = 0.02
_AGAIN_S: Final = 0.25
_PAGE: Final = 4096
_BEYOND: Final = 512
"""Megabytes the process may grow beyond what the query may take; a sync may run beside it."""

_STATUS: Final = Path("/proc/self/statm")


class Guard:
    """
    Watches one query from a thread of its own, while the block lasts.

    Args: interrupt: stops the query; it may be called from another thread, and more than once.
    filling: the file it writes. `trouble` is what befell that.
    """

    def __init__(
        self, interrupt: Callable[[], None], limits: Limits, filling: Filling | None = None
    ) -> None:
        self.grew = False
        self.trouble: TooMuch | None = None
        self._filling = filling
        self._interrupt = interrupt
        self._limits = limits
        self._seconds = limits.seconds
        self._memory = (limits.memory_mb + _BEYOND) * 1024 * 1024
        self._over = Event()
        self._thread = Thread(target=self._watch, name="isthmus-guard", daemon=True)

    def __enter__(self) -> Self:
        if self._seconds is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._seconds is not None:
            self._thread.join()

    def told(self) -> TooMuch:
        """Say why the query was stopped."""
        if self.trouble is not None:
            return self.trouble
        return took_too_much(self._limits.memory_mb) if self.grew else took_too_long(self._seconds)

    def _watch(self) -> None:
        end = monotonic() + (self._seconds or 0.0)
        began = _resident()
        filling = self._filling
        while not self._over.wait(_EVERY_S):
            if _resident() - began > self._memory:
                self.grew = True
            if filling is not None and self.trouble is None:
                self.trouble = filling.trouble()
            if self.grew or self.trouble is not None or monotonic() > end:
                self._interrupt()
                self._over.wait(_AGAIN_S)


def _resident() -> int:
    """Return this process's memory in bytes; 0 where the system does not say it like Linux."""
    try:
        return int(_STATUS.read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0
