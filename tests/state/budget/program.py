"""A process that spends from a shared budget: `python -m tests.state.budget.program WHERE ...`."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from isthmus.state.budget import SharedBudget

if TYPE_CHECKING:
    from isthmus.autotask import AutotaskClient

ROOT = Path(__file__).parents[3]


@dataclass(slots=True)
class Program:
    """One such process, seen from outside."""

    process: "subprocess.Popen[str]"

    @classmethod
    def start(cls, where: str, *options: object) -> Self:
        command = [sys.executable, "-m", "tests.state.budget.program", where, *map(str, options)]
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))

    def tell(self, text: str) -> None:
        """Give it all that it reads."""
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.close()

    def line(self) -> str:
        """Return what it says next; "" when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def told(self) -> Any:
        """Return the JSON it says at its end."""
        told = self.line()
        assert self.process.wait(60) == 0
        return json.loads(told)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def client_of(sim: dict[str, Any], shared: SharedBudget | None, **budget: Any) -> "AutotaskClient":
    """Return a client that is told of each refusal, and waits for no other reading."""
    from isthmus.autotask import (
        AutotaskClient,
        BudgetSettings,
        ClientSettings,
        Credentials,
        RetrySettings,
        TransportSettings,
    )

    settings = ClientSettings(
        retry=RetrySettings(thread_limit=0),
        budget=BudgetSettings(
            shared=shared, on_limit="raise", refresh_calls=10**6, refresh_seconds=10**6, **budget
        ),
        transport=TransportSettings(trust_env=False),
    )
    credentials = Credentials(sim["username"], sim["secret"], sim["integration_code"])
    return AutotaskClient.connect(credentials, base_url=sim["url"], settings=settings)


async def hold(budget: SharedBudget, options: argparse.Namespace) -> None:
    """Hold slots for ever, in a loop that is stuck."""
    async with AsyncExitStack() as held:
        for _ in range(options.times):
            await held.enter_async_context(budget.hold([options.key], of=3, rank=3, rest=0.0))
        print("held", flush=True)
        be_stuck()


def be_stuck() -> None:
    time.sleep(600)


async def once(budget: SharedBudget, options: argparse.Namespace) -> None:
    """Hold slots one after the other, and end."""
    for _ in range(options.times):
        async with budget.hold([options.key], of=3, rank=3, rest=0.0):
            pass


async def count(budget: SharedBudget, options: argparse.Namespace) -> None:
    """Add to a note, when it is told to."""
    print("ready", flush=True)
    sys.stdin.read()
    for _ in range(options.times):
        await budget.change(options.key, lambda note, _: (str(int(note or 0) + 1), None))


async def call(budget: SharedBudget, options: argparse.Namespace) -> None:
    """Call the simulator on stdin side by side; tell how often, and what stopped it."""
    from isthmus.autotask import HourlyLimitHit, Priority, ThreadLimitHit, spending

    done = {"calls": 0, "refused": 0, "out": 0}

    async def some(client: "AutotaskClient") -> None:
        for _ in range(options.times):
            try:
                await client.count("Tickets")
                done["calls"] += 1
            except ThreadLimitHit:
                done["refused"] += 1
            except HourlyLimitHit:
                done["out"] += 1
                return

    shared = None if options.alone else budget
    sim = json.loads(sys.stdin.read())
    with spending(Priority[options.priority]):
        async with client_of(sim, shared, share=options.share, reserve=True) as client:
            await asyncio.gather(*(some(client) for _ in range(options.readers)))
    print(json.dumps(done))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where")
    parser.add_argument("deed", choices=["hold", "once", "count", "call"])
    parser.add_argument("--key", default="Tickets")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--readers", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.8)
    parser.add_argument("--priority", default="BULK")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--lease", type=float, default=15.0)
    parser.add_argument("--renew", type=float, default=5.0)
    options = parser.parse_args()
    budget = SharedBudget(options.where, lease=options.lease, renew=options.renew)
    deeds = {"hold": hold, "once": once, "count": count, "call": call}
    await deeds[options.deed](budget, options)


if __name__ == "__main__":
    asyncio.run(main())
