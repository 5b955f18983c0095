"""
At most three calls in flight for one (integration code, entity), over the whole process.

The vendor counts by tracking identifier and object endpoint, metadata calls included, so the
slots are shared by all clients, threads and event loops of the process. Where other processes
call too, a `SharedBudget` stands in the place of this.
Source: vendor help on thread limiting: 3 per tracking identifier and object endpoint.
"""

import asyncio
import bisect
import hashlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from isthmus.autotask.spending import Priority, spent_for
from isthmus.base import clock

SLOTS: Final = 3


@dataclass(frozen=True, slots=True)
class _Waiter:
    priority: Priority
    loop: asyncio.AbstractEventLoop
    turn: asyncio.Future[float]


@dataclass(slots=True)
class SlotPool:
    """
    The slots of one bucket: each is free from a moment on, given out by priority, then in turn.

    `free` holds, for each slot that is not taken, the monotonic second from which it may be used.
    """

    free: list[float] = field(default_factory=lambda: [0.0] * SLOTS)
    waiting: list[_Waiter] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def take(self) -> None:
        """Wait for a slot and for its rest to be over."""
        ready = await self._take_any()
        try:
            rest = ready - clock.monotonic()
            if rest > 0:
                await clock.sleep(rest)
        except BaseException:
            self.give_back(ready)
            raise

    async def _take_any(self) -> float:
        loop = asyncio.get_running_loop()
        with self.lock:
            if self.free and not self.waiting:
                self.free.sort()
                return self.free.pop(0)
            turn: asyncio.Future[float] = loop.create_future()
            waiter = _Waiter(spent_for(), loop, turn)
            bisect.insort(self.waiting, waiter, key=lambda each: each.priority)
        try:
            return await turn
        except BaseException:
            self._forget(turn)
            raise

    def _forget(self, turn: asyncio.Future[float]) -> None:
        """Take a waiter out; a slot it was given a moment before goes to the next one."""
        with self.lock:
            self.waiting = [waiter for waiter in self.waiting if waiter.turn is not turn]
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            self.give_back(turn.result())

    def give_back(self, ready: float) -> None:
        """Free a slot from `ready` (monotonic seconds) on; never waits."""
        while True:
            with self.lock:
                if not self.waiting:
                    self.free.append(ready)
                    return
                first = self.waiting.pop(0)
            try:
                first.loop.call_soon_threadsafe(self._hand_over, first.turn, ready)
            except RuntimeError:  # that loop is closed: its waiter is gone
                continue
            return

    def _hand_over(self, turn: asyncio.Future[float], ready: float) -> None:
        if turn.done():
            self.give_back(ready)
        else:
            turn.set_result(ready)


_pools: Final[dict[tuple[str, str], SlotPool]] = {}
_pools_lock: Final = threading.Lock()


def pool_for(integration_code: str, entity: str) -> SlotPool:
    """Return the process's one pool for an integration code and an entity, case ignored."""
    digest = hashlib.sha256(integration_code.encode()).hexdigest()
    with _pools_lock:
        return _pools.setdefault((digest, entity.casefold()), SlotPool())


@asynccontextmanager
async def slot(integration_code: str, entity: str, *, rest: float) -> AsyncIterator[None]:
    """Hold one slot; afterwards it rests so many seconds before it is given out again."""
    pool = pool_for(integration_code, entity)
    await pool.take()
    try:
        yield
    finally:
        pool.give_back(clock.monotonic() + rest)
