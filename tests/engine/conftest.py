"""The engine's database of both kinds, and workers that are stopped when the test ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.engine import Agenda, Kind, Settings
from isthmus.engine.worker import Worker
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

QUICK = Settings(
    silence=timedelta(seconds=1),
    poll=timedelta(milliseconds=50),
    first_pause=timedelta(milliseconds=30),
    spread=timedelta(0),
)

Start = Callable[..., Awaitable[Worker]]
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty engine's database."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'engine.sqlite'}"


@pytest.fixture
def agenda(where: str) -> Iterator[Agenda]:
    """Give an agenda over it."""
    opened = Agenda.open(where)
    yield opened
    opened.close()


@pytest.fixture
async def start(agenda: Agenda) -> AsyncIterator[Start]:
    """Give what starts a worker with handlers by kind."""
    started: list[Worker] = []

    async def begin(kinds: Mapping[str, Kind], settings: Settings = QUICK) -> Worker:
        worker = Worker(agenda, kinds, settings)
        started.append(worker)
        await worker.start()
        return worker

    yield begin
    for worker in started:
        await worker.stop(timedelta(0))


@pytest.fixture
def until() -> Until:
    """Give what waits until something is true; a test that never gets there times out."""

    async def wait(true: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not true():  # noqa: ASYNC110 - it is another process's doing as well
                await asyncio.sleep(0.01)

    return wait
