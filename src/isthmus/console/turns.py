"""How much of what takes long goes on at once: so many have a turn, and others wait a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from isthmus.base.errors import Retryable

MOST: Final = 4
PATIENCE_S: Final = 5.0
"""How long somebody waits for a turn, at a `Counter` too."""
_IN_LINE: Final = 3
"""
For each turn, how many have or wait for one: who waits holds a thread, of which pages share 40.
Source: AnyIO's default.
"""


class Crowded(Retryable):
    """As many as may go on at once are at it; HTTP 503."""


class Turns:
    """
    Gives turns to the threads of a process.

    Args: what: goes on, in the plural. patience: seconds that one waits for a turn.
    """

    def __init__(self, what: str, most: int = MOST, patience: float = PATIENCE_S) -> None:
        self._what = what
        self._most = most
        self._free = BoundedSemaphore(most)
        self._line = BoundedSemaphore(_IN_LINE * most)
        self.patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """
        Have a turn while the block lasts.

        Raises: Crowded: none became free, or as many wait as may.
        """
        with self._held(self._line, 0.0), self._held(self._free, self.patience):
            yield

    @contextmanager
    def _held(self, places: BoundedSemaphore, patience: float) -> Iterator[None]:
        if not places.acquire(timeout=patience):
            raise Crowded(
                f"Isthmus is busy with {self._most} other {self._what}.",
                remedy="Try again in a moment.",
            )
        try:
            yield
        finally:
            places.release()
