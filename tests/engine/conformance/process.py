"""A worker as a program: `python -m tests.engine.conformance.process WHERE FOLDER [options]`."""

import argparse
import asyncio
import random
from datetime import timedelta
from pathlib import Path

from isthmus.engine import Agenda, Done, Kind, Outcome, Run, Settings, Small
from isthmus.engine.port import APPLICATION_VERSION
from isthmus.engine.worker import Worker
from tests.engine.conformance.site import Site


class Flow:
    """What a flow of ours does: look, create once, write what differs."""

    def __init__(self, site: Site, build: str, *, guarded: bool) -> None:
        self.site = site
        self.build = build
        self.guarded = guarded

    async def __call__(self, run: Run) -> Outcome:
        key = run.item.key
        version = await run.step("look", lambda: self._look(key))
        await self._gate(key, "before")
        await run.step("create", lambda: self._create(key))
        await self._gate(key, "between")
        if self.build == "B" and await run.patched("greet"):
            await run.step("greet", self._greet)
        assert isinstance(version, int)
        await run.step("write", lambda: self._write(key, version))
        await self._gate(key, "after")
        return Done()

    async def _look(self, key: str) -> Small:
        with self.site.open() as rows:
            found = rows.execute("SELECT version FROM wanted WHERE key = ?", (key,)).fetchone()
        return int(found[0])

    async def _create(self, key: str) -> Small:
        """Write the intent, look whether the remote system has it, else have it made."""
        with self.site.open() as rows:
            first = rows.execute("INSERT OR IGNORE INTO intents VALUES (?)", (key,)).rowcount
        if self.guarded and (not first and self.site.made(key)):
            return "adopted"
        if self.guarded or first or not await self._linked(key):
            with self.site.open() as rows:
                rows.execute("INSERT INTO made VALUES (?)", (key,))
        await self._gate(key, "inside")
        return "made"

    async def _linked(self, key: str) -> bool:
        """Tell whether an earlier run came to its end: all that one without a guard can know."""
        with self.site.open() as rows:
            return bool(rows.execute("SELECT 1 FROM log WHERE key = ?", (key,)).fetchone())

    async def _greet(self) -> Small:
        return "hello"

    async def _write(self, key: str, version: int) -> Small:
        with self.site.open() as rows:
            rows.execute(
                "INSERT INTO log (key, version, build) VALUES (?, ?, ?)", (key, version, self.build)
            )
        return version

    async def _gate(self, key: str, point: str) -> None:
        held = self.site.folder / "hold" / f"{key}.{point}"
        if held.exists():
            (self.site.folder / "at" / f"{key}.{point}").touch()
            while held.exists():  # noqa: ASYNC110 - another process opens it
                await asyncio.sleep(0.02)
        elif self.site.folder.joinpath("slow").exists():
            await asyncio.sleep(random.uniform(0, 0.01))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--build", default="A")
    parser.add_argument("--version", default=APPLICATION_VERSION)
    parser.add_argument("--silence", type=float, default=1.0)
    parser.add_argument("--grace", type=float, default=10.0)
    options = parser.parse_args()
    site = Site(options.folder)
    agenda = Agenda.open(options.where)
    kinds = {
        "link": Kind(Flow(site, options.build, guarded=True)),
        "bare": Kind(Flow(site, options.build, guarded=False)),
    }
    settings = Settings(
        silence=timedelta(seconds=options.silence),
        poll=timedelta(milliseconds=50),
        first_pause=timedelta(milliseconds=100),
    )
    worker = Worker(agenda, kinds, settings, version=options.version)
    await worker.run_until_stopped(timedelta(seconds=options.grace))
    agenda.close()


if __name__ == "__main__":
    asyncio.run(main())
