"""A run that a person may stop, dataset by dataset, from any thread."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TypeVar

from isthmus.base.errors import Retryable

T = TypeVar("T")
ALL = ""


class Stopped(Retryable):
    """A person stopped it; what was read is kept, and the next run goes on from there."""


class Stops:
    """Which datasets of one run are to stop. Made in the run's event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: dict[str, asyncio.Event] = {}
        self._all = False

    def ask(self, names: Iterable[str]) -> None:
        """Have datasets stop, all of them where `ALL` is among them; from any thread."""
        wanted = frozenset(names)
        if wanted:
            self._loop.call_soon_threadsafe(self._set, wanted)

    def _set(self, names: frozenset[str]) -> None:
        self._all = self._all or ALL in names
        for name in names:
            self._event(name)
        for name, event in self._events.items():
            if self._all or name in names:
                event.set()

    def _event(self, name: str) -> asyncio.Event:
        event = self._events.setdefault(name, asyncio.Event())
        if self._all:
            event.set()
        return event

    async def unless_stopped(self, name: str, work: Coroutine[object, object, T]) -> T:
        """
        Do the work and return its result, or end it when its dataset is to stop.

        Raises: Stopped: the work was cancelled, and has ended.
        """
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self._event(name).wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Stopped("It was stopped.", where=name, remedy=f"isthmus sync {name} goes on.")
        finally:
            for one in (task, stop):
                one.cancel()
            await asyncio.gather(task, stop, return_exceptions=True)
