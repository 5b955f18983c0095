"""Keeps arrivals for those who wait, all that wait at one moment in one transaction."""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from isthmus.base.errors import Permanent, Retryable
from isthmus.base.log import get_logger
from isthmus.state.dispatch.inbox import Inbox, Then
from isthmus.state.dispatch.shapes import Arrival, Receipt

_log = get_logger("state.clerk")


class ClerkBusy(Retryable):
    """Too much waits to be kept already, or the clerk is closed: nothing was kept."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An arrival, and where its receipt goes."""

    arrival: Arrival
    turn: Future[Receipt] = field(repr=False)


class Clerk:
    """
    Keeps arrivals in a thread of its own; asked from any event loop.

    One commit to the disk serves all who wait for one, so a burst costs few. Close it when done.

    Args: then: what else belongs to the transaction (see `Inbox.keep`). Where it fails, arrivals
    are kept without it. most_waiting: how many may wait. most_at_once: in one transaction.
    """

    def __init__(
        self,
        inbox: Inbox,
        *,
        then: Then | None = None,
        most_waiting: int = 2_000,
        most_at_once: int = 500,
    ) -> None:
        self._inbox = inbox
        self._then = then
        self._most_waiting = most_waiting
        self._most_at_once = most_at_once
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="isthmus-clerk", daemon=True)
        self._thread.start()

    async def keep(self, arrival: Arrival) -> Receipt:
        """
        Return when the arrival is on disk.

        Raises: ClerkBusy, StateBusy, StateBroken: it is not kept. When cancelled, it may be.
        """
        turn: Future[Receipt] = Future()
        with self._changed:
            if not self._is_open:
                raise ClerkBusy("Nothing is kept any more: this process ends.")
            if len(self._waiting) >= self._most_waiting:
                raise ClerkBusy(
                    f"{len(self._waiting)} arrivals wait to be kept; that is the most.",
                    remedy="Check the disk of the state: it does not keep up.",
                )
            self._waiting.append(_Waiting(arrival, turn))
            self._changed.notify()
        return await asyncio.wrap_future(turn)

    @property
    def is_well(self) -> bool:
        """Tell whether an arrival would be kept now, as far as can be told without one."""
        return self._is_open and self._thread.is_alive() and len(self._waiting) < self._most_waiting

    def close(self) -> None:
        """Keep what waits, then end; nothing more is taken. Blocks; twice does no harm."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or not self._is_open)
                if not self._waiting:
                    return
                size = min(len(self._waiting), self._most_at_once)
                taken = [self._waiting.popleft() for _ in range(size)]
            batch = [one for one in taken if one.turn.set_running_or_notify_cancel()]
            if batch:
                self._answer(batch)

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        """Keep a batch and tell those who wait; one that cannot be kept costs only itself."""
        try:
            receipts = self._keep([one.arrival for one in batch])
        except Permanent as error:
            if len(batch) == 1:
                self._refuse(batch, error)
                return
            for one in batch:
                self._answer([one])
        except Exception as error:  # noqa: BLE001 - the thread must outlive it, and they be told
            self._refuse(batch, error)
        else:
            for one, receipt in zip(batch, receipts, strict=True):
                one.turn.set_result(receipt)

    def _keep(self, arrivals: Sequence[Arrival]) -> tuple[Receipt, ...]:
        """Keep them; once more, and nothing but that, where it failed: to keep comes first."""
        try:
            return self._inbox.keep(arrivals, self._then)
        except Exception as error:
            if self._then is None and not isinstance(error, Retryable):
                raise
            _log.warning("keeping_again", error=str(error))
            return self._inbox.keep(arrivals)

    def _refuse(self, batch: Sequence[_Waiting], error: Exception) -> None:
        _log.error("not_kept", count=len(batch), error=str(error))
        for one in batch:
            one.turn.set_exception(error)
