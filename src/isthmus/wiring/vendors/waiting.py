"""How long somebody who waits for others has patience; a page has less than a command."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from isthmus.base.clock import monotonic
from isthmus.base.errors import IsthmusError, Retryable

PAGE_SECONDS: Final = 45.0
"""As long as a page waits; its browser gives up after a minute."""
_T = TypeVar("_T")


class VendorsSlow(Retryable):
    """The vendors took longer to answer than who asks waits."""

    def __init__(self, seconds: float, where: str = "the vendors") -> None:
        super().__init__(
            f"The vendors did not answer within {seconds:.0f} s.",
            where=where,
            remedy="Try again; under Connections it shows which of them is slow.",
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds somebody waits in all, and the monotonic time at which they are over."""

    seconds: float
    end: float

    @classmethod
    def of(cls, seconds: float) -> Self:
        """Begin to wait."""
        return cls(seconds, monotonic() + seconds)

    @property
    def left(self) -> float:
        """Return how many of the seconds are left."""
        return max(0.0, self.end - monotonic())


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let all that is asked in this context, one after the other, wait no longer."""
    before = _patience.set(Patience.of(seconds))
    try:
        yield
    finally:
        _patience.reset(before)


def patience_now() -> Patience | None:
    """Return how long may be waited in this context; None: to the end."""
    return _patience.get()


def run(work: Coroutine[Any, Any, _T], slow: Callable[[float], IsthmusError] = VendorsSlow) -> _T:
    """
    Run to its end what asks others, or as long as there is patience. Blocks; not in a loop.

    Args: slow: makes of the seconds that were waited what is raised of who was asked.
    Raises: what `slow` makes, and what the work does.
    """
    return asyncio.run(_bounded(work, slow))


async def _bounded(work: Coroutine[Any, Any, _T], slow: Callable[[float], IsthmusError]) -> _T:
    most = _patience.get()
    try:
        async with asyncio.timeout(None if most is None else most.left) as bound:
            return await work
    except TimeoutError:
        if most is None or not bound.expired():
            raise
        raise slow(most.seconds) from None
