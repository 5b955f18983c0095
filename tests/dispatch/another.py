"""Another worker of a home, in a process of its own: forked from one that has imported Isthmus."""

import asyncio
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from isthmus.dispatch.desk import DispatchSettings
from isthmus.dispatch.process import LinkWork
from isthmus.dispatch.sweep import Sweep
from isthmus.engine import Kind, Settings
from isthmus.engine.worker import Worker
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.environment.config import load_config

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.dispatch.another", "isthmus.engine.backend", "psycopg"])


@contextmanager
def another_worker(
    environment: Mapping[str, str], settings: DispatchSettings, engine: Settings
) -> "Iterator[BaseProcess]":
    """Have it work while the block lasts; it may be killed meanwhile."""
    process = _forks.Process(target=_be, args=(dict(environment), settings, engine), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join(20)
        if process.is_alive():
            process.kill()
            process.join()


def _be(environment: dict[str, str], settings: DispatchSettings, engine: Settings) -> None:
    asyncio.run(_work(environment, settings, engine))


async def _work(environment: dict[str, str], settings: DispatchSettings, engine: Settings) -> None:
    with House(load_config(environment)) as house, Stores.open(house) as stores:
        async with open_desk(house, stores, settings) as desk:
            kinds = {"link": Kind(LinkWork(desk)), "sweep": Kind(Sweep(desk), 1)}
            worker = Worker(stores.agenda, kinds, engine)
            await worker.run_until_stopped(timedelta(seconds=2))
