"""Lets whoever is responsible for some writes stop each at the last moment, wherever it is sent."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

Fence = Callable[[], Awaitable[None]]
_fence: Final[ContextVar[Fence | None]] = ContextVar("isthmus_fence", default=None)


@contextmanager
def fenced(by: Fence | None) -> Iterator[None]:
    """Have a fence asked before each write made within; it raises where nothing may be sent."""
    before = _fence.set(by)
    try:
        yield
    finally:
        _fence.reset(before)


async def pass_fence() -> None:
    """Return if a write may be sent now: after all waiting, as the last thing before it goes."""
    fence = _fence.get()
    if fence is not None:
        await fence()
