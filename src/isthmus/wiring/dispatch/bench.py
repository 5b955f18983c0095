"""A desk kept open for those who write mappings and rules: what was read serves the next key."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from isthmus.base.clock import monotonic
from isthmus.base.errors import Retryable
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.trials import RuleTrial, Suggestion, Trial, told_inside
from isthmus.dispatch.trying import Trier
from isthmus.wiring.build import House, NotConnected
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.vendors.waiting import PAGE_SECONDS, Patience, VendorsSlow, patience_now

__all__ = [
    "Bench", "BenchBusy", "Known", "NotConnected", "RuleTrial", "Suggestion", "Trial", "Trier",
    "told_inside",
]  # fmt: skip

T = TypeVar("T")
IDLE_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 5.0


class BenchBusy(VendorsSlow):
    """The vendors took longer to answer than a page waits."""


class Superseded(Retryable):
    """The same open page asked for a newer dry run, which ends this one."""


class Bench:
    """
    Does what `Trier` does, for any thread; both clients stay open while somebody writes.

    The desk lives in a thread of its own, is opened when first needed, opened anew when a
    connection changes, and closed when nobody used it for five minutes.
    """

    def __init__(self, house: House, stores: Stores, *, idle: float = IDLE_SECONDS) -> None:
        self._house = house
        self._stores = stores
        self._idle = idle
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._sitting: _Sitting | None = None
        self._last: dict[str, tuple[int, Future[Any]]] = {}

    def do(self, work: Callable[[Trier], Awaitable[T]], page: str = "", number: int = 0) -> T:
        """
        Do something at the desk, and return what came of it. Blocks.

        Args: page: the open page that asks; what it asked for before is ended. "": none. number:
        rises with what a page asks for, which may come here in another order.
        Raises: NotConnected: one of the two vendors is not known; BenchBusy; Superseded; and what
        it raises.
        """
        patience = patience_now() or Patience.of(PAGE_SECONDS)
        waiting = asyncio.run_coroutine_threadsafe(self._do(work), self._running())
        with self._as_last(page, number, waiting):
            try:
                return waiting.result(patience.left)
            except CancelledError:
                raise Superseded(
                    "A newer dry run of this page took the place of this one.",
                    where="the dry run",
                    remedy="Look at that one.",
                ) from None
            except TimeoutError:
                if waiting.done():
                    raise  # its own
                waiting.cancel()
                raise BenchBusy(patience.seconds, "the dry run") from None

    @contextmanager
    def _as_last(self, page: str, number: int, waiting: Future[T]) -> Iterator[None]:
        """Note what an open page waits for, and end what it asked for before."""
        if not page:
            yield
            return
        mine = (number, waiting)
        with self._lock:
            other = self._last.get(page)
            is_last = other is None or other[0] <= number
            if is_last:
                self._last[page] = mine
        if not is_last:
            waiting.cancel()
        elif other is not None:
            other[1].cancel()
        try:
            yield
        finally:
            with self._lock:
                if self._last.get(page) is mine:
                    del self._last[page]

    def close(self) -> None:
        """Close the desk and end the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="isthmus-bench", daemon=True
                )
                self._thread.start()
            return self._loop

    async def _do(self, work: Callable[[Trier], Awaitable[T]]) -> T:
        sitting = await self._seated()
        sitting.users += 1
        try:
            return await work(sitting.trier)
        finally:
            sitting.users -= 1
            sitting.used_at = monotonic()

    async def _seated(self) -> "_Sitting":
        """Return the open desk, or open one."""
        wanted = await asyncio.to_thread(self._wanted)
        here = self._sitting
        if here is not None and (here.is_over.is_set() or here.wanted != wanted):
            await self._leave()
        if self._sitting is None:
            sitting = _Sitting(self._house, self._stores, wanted)
            self._sitting = sitting
            sitting.task = asyncio.create_task(sitting.sit(self._idle))
        here = self._sitting
        await asyncio.shield(here.ready)  # who is ended while it opens leaves it to the next
        return here

    def _wanted(self) -> object:
        return (self._house.connection(), self._house.fieldnation_connection())

    async def _leave(self) -> None:
        sitting, self._sitting = self._sitting, None
        if sitting is not None:
            sitting.is_over.set()
            ended = asyncio.gather(sitting.task, return_exceptions=True)  # who waited was told
            await asyncio.shield(ended)

    async def _end(self) -> None:
        if self._sitting is not None and not self._sitting.ready.done():
            self._sitting.task.cancel()  # nobody comes any more for whom it would open
        await self._leave()


class _Sitting:
    """One time that the desk is open: opened and closed by one task, as clients want it."""

    def __init__(self, house: House, stores: Stores, wanted: object) -> None:
        self._house = house
        self._stores = stores
        self.wanted = wanted
        self.users = 0
        self.used_at = monotonic()
        self.is_over = asyncio.Event()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None]
        self._trier: Trier | None = None

    @property
    def trier(self) -> Trier:
        if self._trier is None:
            msg = "the desk is not open"
            raise RuntimeError(msg)
        return self._trier

    async def sit(self, idle: float) -> None:
        """Hold the desk open until it is over, or nobody used it for a while."""
        try:
            async with open_desk(self._house, self._stores) as desk:
                self._trier = Trier(desk)
                self.ready.set_result(None)
                while not self.is_over.is_set():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.is_over.wait(), _LOOK_SECONDS)
                    if not self.users and monotonic() - self.used_at >= idle:
                        self.is_over.set()
        except Exception as error:
            if self.ready.done():
                raise
            self.ready.set_exception(error)
        finally:
            self.is_over.set()
            self.ready.cancel()  # where it was broken off
