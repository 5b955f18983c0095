"""
Requests that wait for others: few at once, so that nobody who hangs holds up every page.

All pages are answered by some forty threads of the process. One that asks a vendor may hold its
thread for as long as that vendor is silent, so it takes a turn at a counter first, and waits for it
without a thread. For what goes on behind an answer, as downloads do, there are `Turns`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from isthmus.console.asking import Ask
from isthmus.console.turns import PATIENCE_S, Crowded
from isthmus.wiring.vendors.waiting import PAGE_SECONDS, patience

TURNS: Final = 8
"""Requests that may wait for the vendors at once; much fewer than there are threads."""
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Counter:
    """Lets some requests wait at once, for a vendor or whoever else is slow; in one event loop."""

    whom: str = "a vendor"
    more: str = "; Connections shows who is slow"
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TURNS))

    async def run(self, work: Callable[_P, _T], *args: _P.args, **more: _P.kwargs) -> _T:
        """
        Do in a thread what asks; nothing in it waits longer than a page does.

        Raises: Crowded: no turn came within some seconds; and what the work does.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.turns.acquire()
        except TimeoutError:
            raise Crowded(
                f"{TURNS} requests wait for {self.whom} that does not answer, so this one was not"
                " begun.",
                where="the console",
                remedy=f"Try again in a minute. Pages that ask nobody work as ever{self.more}.",
            ) from None
        try:
            with patience(PAGE_SECONDS):
                return await run_in_threadpool(work, *args, **more)
        finally:
            self.turns.release()


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters of one application: of both vendors, and of all others that a page asks."""

    vendors: Counter = field(default_factory=Counter)
    others: Counter = field(default_factory=lambda: Counter("a server", ""))


@dataclass(frozen=True, slots=True)
class Asks:
    """
    That a page or deed asks somebody who may hang.

    `when` tells of which requests that is so, in a thread: it may read what is kept here.
    `otherwise` answers where no turn came: it asks nobody, and finds in `Ask.error` why; without
    it that is all that is answered.
    """

    is_vendor: bool = True
    when: Callable[[Ask], bool] = lambda _: True
    otherwise: Callable[[Ask], Response] | None = None

    def counter(self, counters: Counters) -> Counter:
        """Return where to take a turn."""
        return counters.vendors if self.is_vendor else counters.others


VENDORS: Final = Asks()
