"""Look-ups that come at the same moment, made as one call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import copy_context
from typing import Final, Generic, TypeVar

from isthmus.base.clock import sleep
from isthmus.base.observing import Observer, Seen, observed, observer

V = TypeVar("V")
_GATHER_SECONDS: Final = 0.004


class Batch(Generic[V]):
    """
    Joins look-ups by id into one call for all of them; None for an id without an answer.

    A look-up is answered by a call that begins after it was asked for, never by an earlier one.
    An error of the call is everybody's. Every asker's observer is told of the shared call.
    """

    def __init__(
        self, load: Callable[[Sequence[int]], Awaitable[Mapping[int, V]]], most: int
    ) -> None:
        self._load = load
        self._most = most
        self._asked: dict[int, list[tuple[asyncio.Future[V | None], Observer | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, number: int) -> V | None:
        """Look one up."""
        turn: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        if not self._asked:
            task = asyncio.create_task(self._soon(), context=copy_context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._asked.setdefault(number, []).append((turn, observer()))
        return await turn

    async def _soon(self) -> None:
        await sleep(_GATHER_SECONDS)
        asked, self._asked = self._asked, {}
        numbers = list(asked)
        for start in range(0, len(numbers), self._most):
            part = numbers[start : start + self._most]
            await self._answer({number: asked[number] for number in part})

    async def _answer(
        self, asked: Mapping[int, list[tuple[asyncio.Future[V | None], Observer | None]]]
    ) -> None:
        seen: list[Seen] = []
        found: Mapping[int, V] = {}
        trouble: BaseException | None = None
        try:
            with observed(seen.append):
                found = await self._load(list(asked))
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits must be told
            trouble = error
        for number, turns in asked.items():
            for turn, told in turns:
                for call in seen if told is not None else ():
                    told(call)  # type: ignore[misc]
                if turn.done():
                    continue
                if trouble is not None:
                    turn.set_exception(_own(trouble))
                else:
                    turn.set_result(found.get(number))


def _own(trouble: BaseException) -> BaseException:
    """Return what a waiting run is told: a cancellation of the shared call is not the run's own."""
    if isinstance(trouble, asyncio.CancelledError):
        return ConnectionAbortedError("the look-up was given up")
    return trouble
