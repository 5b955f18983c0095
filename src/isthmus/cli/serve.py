"""`isthmus serve` and `isthmus worker`: everything in one process, or one more process."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Final

from isthmus.base.clock import sleep
from isthmus.base.errors import IsthmusError
from isthmus.cli import heap
from isthmus.cli.openings import Opened, Openings, open_doors
from isthmus.cli.screen import say
from isthmus.wiring.build import House, NotConnected
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.simulated import Simulation
from isthmus.wiring.vendors.clients import set_up_log
from isthmus.worker import Duties, keep_working, relaying

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_SETTLED_S: Final = 60.0
"""After how long the first pieces of work have loaded what they need."""


def serve(
    *,
    no_console: bool = False,
    no_doors: bool = False,
    no_dispatch: bool = False,
    no_refresh: bool = False,
) -> int:
    """
    Keep everything in step until stopped: console, doors, worker, sweeps, scheduled refreshes.

    Parameters
    ----------
    no_console
        Do not open the pages for people (ISTHMUS_CONSOLE_LISTEN, else ISTHMUS_LISTEN).
    no_doors
        Do not listen for webhooks and callouts (ISTHMUS_LISTEN).
    no_dispatch
        Do not work on links, nor ask the vendors for what changed (sweep).
    no_refresh
        Do not refresh the tables on their schedules.
    """
    duties = Duties(dispatch=not no_dispatch, refresh=not no_refresh)
    return asyncio.run(_serve(duties, Openings(doors=not no_doors, console=not no_console)))


def worker(*, no_refresh: bool = False) -> int:
    """
    Add a process that works; on PostgreSQL also on another machine.

    Parameters
    ----------
    no_refresh
        Do not refresh the tables on their schedules.
    """
    with House.from_environment() as house:
        if house.config.dispatch_place.is_file:
            raise SettingWrong(
                "A worker of its own needs ISTHMUS_STATE on PostgreSQL.",
                where="environment variable ISTHMUS_STATE",
                remedy="Set it for every process, or let isthmus serve do the work.",
            )
    nothing = Openings(doors=False, console=False)
    return asyncio.run(_serve(Duties(refresh=not no_refresh), nothing))


async def _serve(duties: Duties, openings: Openings) -> int:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, asked.set)
    with House.from_environment() as house, Stores.open(house) as stores:
        set_up_log(house.config)  # else only who logs in at a vendor does, and faults are lost
        if not openings.console:
            house.connection()  # nobody could make one while this runs
        with _alone(house, duties):
            await _open(asked, house, stores, duties, openings)
    return 0


@contextmanager
def _alone(house: House, duties: Duties) -> Iterator[None]:
    """Be the only one who works on files; on PostgreSQL there may be many. Raises: StateBusy."""
    if house.config.dispatch_place.is_file and (duties.dispatch or duties.refresh):
        with house.state.sole_worker():
            yield
    else:
        yield


async def _open(
    asked: asyncio.Event, house: House, stores: Stores, duties: Duties, openings: Openings
) -> None:
    async with relaying(stores) as relay, _simulating(house, openings) as simulation:
        with ExitStack() as closing:
            opened = closing.enter_context(open_doors(house, stores, relay, openings, simulation))
            await asyncio.to_thread(opened.start)
            try:
                for line in opened.told():
                    say(line)
                async with _settling(opened):
                    await _work_until(asked, house, stores, duties)
            finally:
                await asyncio.to_thread(opened.stop)


@asynccontextmanager
async def _settling(opened: Opened) -> AsyncIterator[None]:
    """Load in the background what is used later, while the block lasts."""
    task = asyncio.create_task(_settle(opened))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _settle(opened: Opened) -> None:
    await asyncio.to_thread(opened.load)
    await sleep(_SETTLED_S)
    await asyncio.to_thread(heap.set_aside)


@asynccontextmanager
async def _simulating(house: House, openings: Openings) -> AsyncIterator[Simulation]:
    """Run the simulated tenant of a home that is connected to it, while the block lasts."""
    simulation = Simulation(house.config)
    try:
        if openings.console or openings.doors:
            try:
                if await simulation.resume(house) is not None:
                    say("The simulated tenant runs; isthmus serve ends it.")
            except IsthmusError as error:  # the console shows it too, and the rest can be served
                say(f"The simulated tenant does not run: {error.what} {error.remedy}")
        yield simulation
    finally:
        await simulation.stop()


async def _work_until(asked: asyncio.Event, house: House, stores: Stores, duties: Duties) -> None:
    """Work until a signal comes; an error that ends the work ends the process with it."""
    work = asyncio.create_task(
        keep_working(house, stores, duties, House.from_environment, lambda able: _tell(house, able))
    )
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait((work, waiting), return_when=asyncio.FIRST_COMPLETED)
    if asked.is_set():
        say("Stopping; what runs is ended or handed over.")
    work.cancel()
    waiting.cancel()
    ended, _ = await asyncio.gather(work, waiting, return_exceptions=True)
    if isinstance(ended, BaseException) and not isinstance(ended, asyncio.CancelledError):
        raise ended


def _tell(house: House, able: Duties) -> None:
    """Say what is done from now on, and what keeps the rest from it."""
    for vendor, connection in (
        ("Autotask", house.connection),
        ("Field Nation", house.fieldnation_connection),
    ):
        try:
            connection()
        except NotConnected as missing:
            say(f"{vendor} is not connected: {missing.remedy}")
    say(f"Dispatch: {_on(able.dispatch)}. Scheduled refreshes: {_on(able.refresh)}.")
    say("Stop with Ctrl+C.")
    sys.stdout.flush()


def _on(is_on: object) -> str:
    return "on" if is_on else "off"
