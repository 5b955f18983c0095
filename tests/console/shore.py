"""A console whose home is worked: a worker in a thread, beside simulated vendors."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from isthmus.wiring.build import House
from isthmus.wiring.connecting import changed_at
from isthmus.worker import Duties, able_of, working
from isthmus_sim.in_thread import AutotaskSim
from tests.console.site import Served, served

NOTHING: Final[Mapping[str, str]] = {}
_TABLES: Final = Duties(dispatch=False)


def reached(sim: AutotaskSim) -> dict[str, str]:
    """Return the variables that connect a home to a simulated Autotask."""
    return {
        "ISTHMUS_AUTOTASK_URL": sim.url,
        "ISTHMUS_AUTOTASK_USERNAME": sim.username,
        "ISTHMUS_AUTOTASK_SECRET": sim.secret,
        "ISTHMUS_AUTOTASK_INTEGRATION_CODE": sim.integration_code,
    }


@contextmanager
def worked(console: Served, duties: Duties = _TABLES) -> Iterator[None]:
    """Have a worker do what pages ask for while the block lasts, as connections allow."""
    worker = _Worker(console, duties)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


class _Worker:
    def __init__(self, console: Served, duties: Duties) -> None:
        self._console, self._duties = console, duties
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), name="worker")
        self._over = threading.Event()
        self._failed: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    async def _work(self) -> None:
        try:
            await self._working()
        except BaseException as error:  # noqa: BLE001 - told to the test
            self._failed = error

    async def _working(self) -> None:
        house, stores = self._console.house, self._console.stores
        config = house.config
        while not self._over.is_set():
            seen = changed_at(house)
            able = able_of(house, self._duties)
            async with working(house, stores, able, lambda: House(config)):
                while not self._over.is_set() and changed_at(house) == seen:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)  # the thread that ends it has no loop


def in_thread(work: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine in a thread: the browser's driver has the loop of this one."""
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    thread.join()


def until(is_so: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so; fail when it does not become so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


@contextmanager
def shore(
    home: Path,
    sim: AutotaskSim,
    duties: Duties = _TABLES,
    *,
    more: Mapping[str, str] = NOTHING,
) -> Iterator[Served]:
    """Serve the console of a home that is connected and worked; `more` variables are set for it."""
    with served(home, {**reached(sim), **more}) as console, worked(console, duties):
        yield console
