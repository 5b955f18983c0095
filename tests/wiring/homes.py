"""A home beside one simulated Autotask, with a worker that refreshes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from isthmus.engine import Kind, Settings
from isthmus.engine.worker import Worker
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import Config, load_config
from isthmus.wiring.sync.refreshing import KIND, Refresh
from isthmus.wiring.sync.syncing import Syncing
from isthmus_sim.in_thread import AutotaskSim

QUICK = Settings(
    poll=timedelta(milliseconds=30),
    first_pause=timedelta(milliseconds=50),
    longest_pause=timedelta(milliseconds=500),
)


@dataclass
class Home:
    """A home whose Autotask is a simulator's."""

    sim: AutotaskSim
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return its settings."""
        return {
            "ISTHMUS_HOME": str(self.folder),
            "ISTHMUS_AUTOTASK_URL": self.sim.url,
            "ISTHMUS_AUTOTASK_USERNAME": self.sim.username,
            "ISTHMUS_AUTOTASK_SECRET": self.sim.secret,
            "ISTHMUS_AUTOTASK_INTEGRATION_CODE": self.sim.integration_code,
            **self.more,
        }

    @property
    def config(self) -> Config:
        """Return its settings, read."""
        return load_config(self.environment)

    def house(self) -> House:
        """Open it."""
        return House(self.config)

    @contextmanager
    def syncing(self) -> Iterator[tuple[Stores, Syncing]]:
        """Open what a page has."""
        with self.house() as house, Stores.open(house) as stores:
            yield stores, Syncing.of(stores)

    @asynccontextmanager
    async def worked(self, stores: Stores) -> AsyncIterator[None]:
        """Have a worker refresh while the block lasts."""
        refresh = Refresh(self.house, stores, None)
        worker = Worker(stores.agenda, {KIND: Kind(refresh, 1)}, QUICK)
        await worker.start()
        try:
            yield
        finally:
            await worker.stop()


async def until(is_so: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so; fail when it does not become so."""
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(is_so):
        assert time.monotonic() < end, "it did not become so"
        await asyncio.sleep(0.02)
