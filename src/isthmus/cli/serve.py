"""`isthmus serve` and `isthmus worker`: everything in one process, or one more process."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

from isthmus.cli.screen import say
from isthmus.webhooks.server import DoorServer
from isthmus.wiring.build import House, NotConnected
from isthmus.wiring.dispatch import Stores
from isthmus.wiring.doors import open_reception
from isthmus.wiring.settings import SettingWrong
from isthmus.worker import Duties, working

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(*, no_doors: bool = False, no_dispatch: bool = False, no_refresh: bool = False) -> int:
    """
    Keep everything in step until stopped: doors, worker, sweeps, scheduled refreshes.

    Parameters
    ----------
    no_doors
        Do not listen for webhooks and callouts (ISTHMUS_LISTEN).
    no_dispatch
        Do not work on links and sweep the vendors.
    no_refresh
        Do not refresh the tables on their schedules.
    """
    duties = Duties(dispatch=not no_dispatch, refresh=not no_refresh)
    return asyncio.run(_serve(duties, doors=not no_doors))


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
    return asyncio.run(_serve(Duties(refresh=not no_refresh), doors=False))


async def _serve(duties: Duties, *, doors: bool) -> int:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, asked.set)
    with House.from_environment() as house, Stores.open(house) as stores:
        able = _able(house, duties)
        async with AsyncExitStack() as closing:
            relay = await closing.enter_async_context(
                working(house, stores, able, House.from_environment)
            )
            if doors:
                reception = closing.enter_context(open_reception(house, stores, relay))
                server = DoorServer(reception, house.config.listen)
                await asyncio.to_thread(server.start)
                closing.push_async_callback(asyncio.to_thread, server.stop)
                say(f"Doors for webhooks and callouts: http://{server.address}")
            say(_on("Dispatch", able.dispatch))
            say(_on("Scheduled refreshes", able.refresh))
            say("Stop with Ctrl+C.")
            sys.stdout.flush()
            await asked.wait()
            say("Stopping; what runs is ended or handed over.")
    return 0


def _able(house: House, duties: Duties) -> Duties:
    """Leave dispatch out where Field Nation is not connected yet, and say so."""
    house.connection()
    if not duties.dispatch:
        return duties
    try:
        house.fieldnation_connection()
    except NotConnected as missing:
        say(f"Dispatch is off: {missing.what} {missing.remedy}")
        return Duties(dispatch=False, refresh=duties.refresh)
    return duties


def _on(what: str, is_on: object) -> str:
    return f"{what}: {'on' if is_on else 'off'}."
