"""The runs that this process has in hand."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from isthmus.engine import backend, rows
from isthmus.engine.errors import RunCancelled, RunTaken
from isthmus.engine.port import Item, Kind, Small


@dataclass(eq=False, slots=True)
class Running:
    """One run in this process: what its handler holds (`port.Run`)."""

    id: str
    item: Item
    worker: str
    stay_known: Callable[[], Awaitable[None]]
    is_held: Callable[[Item, str], Awaitable[bool]]
    task: "asyncio.Task[Any] | None"
    cancelled: bool = False
    handed_over: bool = False

    async def check(self) -> None:
        """Return if this run may act; see `port.Run`."""
        await self.stay_known()
        if self.handed_over:
            raise asyncio.CancelledError
        if self.cancelled:
            raise RunCancelled("The run was cancelled.", where=f"{self.item.kind} {self.item.key}")
        if not await self.is_held(self.item, self.id):
            raise RunTaken

    def confirm(self, within: Connection) -> None:
        """Return if what a transaction keeps may be kept; see `port.Run`."""
        if not rows.is_held(within, self.item, self.id, self.worker, lock=True):
            raise RunTaken

    async def step(self, name: str, effect: Callable[[], Awaitable[Small]]) -> Small:
        """Do something once; see `port.Run`."""
        await self.check()
        return await backend.step(name, effect)

    async def patched(self, name: str) -> bool:
        """Tell whether this run may take the new way; see `port.Run`."""
        return await backend.patched(name)


@dataclass(slots=True)
class InHand:
    """Runs that go on here, and those that are about to begin, by id."""

    running: dict[str, Running] = field(default_factory=dict)
    starting: dict[str, str] = field(default_factory=dict)

    def ids(self) -> frozenset[str]:
        """Return the ids of all of them."""
        return frozenset((*self.running, *self.starting))

    def tasks(self) -> "list[asyncio.Task[Any]]":
        """Return the tasks of what runs."""
        return [run.task for run in self.running.values() if run.task is not None]

    def room(self, kinds: Mapping[str, Kind], slots: int) -> tuple[dict[str, int], int]:
        """Return how many more of each kind, and how many in all."""
        busy = [run.item.kind for run in self.running.values()]
        busy += [kind for run_id, kind in self.starting.items() if run_id not in self.running]
        free = max(0, slots - len(busy))
        room = {
            name: free if kind.limit is None else min(free, kind.limit - busy.count(name))
            for name, kind in kinds.items()
        }
        return room, free

    def cancel(self, run_ids: frozenset[str]) -> None:
        """Have these stop at their next step."""
        for run_id in run_ids & self.running.keys():
            self.running[run_id].cancelled = True

    def hand_over(self) -> "list[asyncio.Task[Any]]":
        """Stop every run where it is, for others to take up; returns their tasks."""
        for run in self.running.values():
            run.handed_over = True
            if run.task is not None:
                run.task.cancel()
        return self.tasks()
