"""A budget that all processes of an installation spend from."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar
from weakref import WeakValueDictionary, finalize

from isthmus.base import clock
from isthmus.state.budget.keeper import Keeper, Lease
from isthmus.state.budget.statements import Wish

T = TypeVar("T")
LEASE: Final = 15.0
RENEW: Final = 5.0


class SharedBudget:
    """
    Notes and slots that all processes share which name the same place.

    For all threads and event loops of a process. What it holds is given back when the process
    ends or is killed, and within `lease` seconds when it hangs. Raises: StateBusy, StateBroken.
    """

    def __init__(self, where: Path | str, *, lease: float = LEASE, renew: float = RENEW) -> None:
        """Args: where: a SQLite file, made when first needed, or the URL of a database."""
        self._keeper = Keeper(where, lease=lease, renew=renew)
        self.close: Final = finalize(self, self._keeper.stop)

    async def change(self, key: str, act: Callable[[str, float], tuple[str, T]]) -> T:
        """
        Put in the place of a note what `act` makes of it, and return its result.

        `act` is given the note, "" at first, and the time in seconds, which is one for all
        processes; it runs in a thread of its own and must neither wait nor keep what it is given.
        """
        return await asyncio.wrap_future(self._keeper.change(key, act))

    def look(self, prefix: str) -> tuple[tuple[tuple[str, float], ...], float]:
        """
        Return the notes whose keys begin so, each with its time, the newest first; and the time.

        Blocks.
        """
        return self._keeper.look(prefix).result()

    @asynccontextmanager
    async def hold(
        self,
        keys: Sequence[str],
        *,
        of: int,
        rank: int,
        rest: float,
        noting: tuple[str, Callable[[str, float], tuple[str, object]]] | None = None,
    ) -> AsyncIterator[None]:
        """
        Hold one of the `of` slots of each key; afterwards they rest so many seconds.

        Who has the lowest rank comes first, in whichever process, then who waits longest.
        Args: noting: a note to change at the moment the slots are given.
        """
        wish = Wish(tuple(dict.fromkeys(keys)), of, rank)
        lease = await self._given(self._keeper.ask(wish, noting))
        try:
            if lease.ready_in > 0:
                await clock.sleep(lease.ready_in)
            yield
        finally:
            self._keeper.give_back(lease, rest)

    async def _given(self, asked: Future[Lease]) -> Lease:
        try:
            return await asyncio.wrap_future(asked)
        except BaseException:
            asked.add_done_callback(self._unwanted)
            raise

    def _unwanted(self, asked: Future[Lease]) -> None:
        """Give back what came when nobody waited for it any more."""
        if not asked.cancelled() and asked.exception() is None:
            self._keeper.give_back(asked.result(), 0.0)


_open: Final[WeakValueDictionary[str, SharedBudget]] = WeakValueDictionary()
_open_lock: Final = threading.Lock()


def open_budget(where: Path | str) -> SharedBudget:
    """Return the budget that lies there, one for this process as long as somebody has it."""
    with _open_lock:
        found = _open.get(str(where))
        if found is None:
            found = SharedBudget(where)
            _open[str(where)] = found
        return found
