"""How long somebody who waits for a vendor has patience; a page has less than a command."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

from isthmus.base.errors import Retryable

PAGE_SECONDS: Final = 45.0
"""As long as a page waits; its browser gives up after a minute."""
_T = TypeVar("_T")
_most: ContextVar[float | None] = ContextVar("most", default=None)


class VendorsSlow(Retryable):
    """The vendors took longer to answer than who asks waits. What was begun is broken off."""

    def __init__(self, seconds: float, where: str = "the vendors") -> None:
        super().__init__(
            f"The vendors did not answer within {seconds:.0f} s.",
            where=where,
            remedy="Try again; under Connections it shows which of them is slow.",
        )


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let nothing that is asked in this context wait longer."""
    before = _most.set(seconds)
    try:
        yield
    finally:
        _most.reset(before)


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """
    Run to its end what asks vendors, or as long as there is patience. Blocks; not in a loop.

    Raises: VendorsSlow, and what the work does.
    """
    return asyncio.run(_bounded(work))


async def _bounded(work: Coroutine[Any, Any, _T]) -> _T:
    most = _most.get()
    try:
        async with asyncio.timeout(most) as bound:
            return await work
    except TimeoutError:
        if most is None or not bound.expired():
            raise
        raise VendorsSlow(most) from None
