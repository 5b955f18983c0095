"""Whose calls come first, and what several processes know together of a tenant's calls."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Final, Protocol, TypeVar

T = TypeVar("T")


class Priority(IntEnum):
    """What calls are for; the lowest comes first."""

    DISPATCH = 0
    WRITE_BACK = 1
    SWEEP = 2
    BULK = 3


PARTS: Final = {
    Priority.DISPATCH: 1.0,
    Priority.WRITE_BACK: 0.97,
    Priority.SWEEP: 0.92,
    Priority.BULK: 0.85,
}
"""How much of our share of the hour each may use up, where something is left to the others."""

_priority: ContextVar[Priority] = ContextVar("priority", default=Priority.BULK)


@contextmanager
def spending(priority: Priority) -> Iterator[None]:
    """Have calls made within, and in tasks begun within, come before those that matter less."""
    before = _priority.set(priority)
    try:
        yield
    finally:
        _priority.reset(before)


def spent_for() -> Priority:
    """Return what a call made here is for: BULK, unless `spending` says otherwise."""
    return _priority.get()


class SharedBudget(Protocol):
    """
    What all processes that call for one tenant share: notes of its use, and slots.

    Keys tell no name and no secret. `isthmus.state.budget` keeps it in a database; without it each
    process keeps its own.
    """

    async def change(self, key: str, act: Callable[[str, float], tuple[str, T]]) -> T:
        """
        Put in the place of a note what `act` makes of it, and return its result.

        `act` is given the note, "" at first, and the time in seconds on a clock that is one for
        all processes. Nobody else changes the note meanwhile. It must not wait.
        """

    def hold(
        self,
        keys: Sequence[str],
        *,
        of: int,
        rank: int,
        rest: float,
        noting: tuple[str, Callable[[str, float], tuple[str, object]]] | None = None,
    ) -> AbstractAsyncContextManager[None]:
        """
        Hold one of the `of` slots of each key; afterwards they rest so many seconds.

        The lowest rank comes first, in whichever process. A process that dies holds nothing a
        short while later. `noting`: a note to change at the moment the slots are given.
        """
