"""
The door without a socket: the loop that works on links, sweeps and refreshes.

One for each process. Any number of processes on one PostgreSQL share the work; on SQLite the
processes of one machine do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.dispatch.alert import EVERY, Alert
from isthmus.dispatch.alert import KIND as ALERT
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.hooks.secrets import HookSecrets
from isthmus.dispatch.identity import Own, load_own, own_resource, own_user, save_own
from isthmus.dispatch.library import Library
from isthmus.dispatch.process import KIND as LINK
from isthmus.dispatch.process import LinkWork
from isthmus.dispatch.relay import Relay
from isthmus.dispatch.sweep import AUTOTASK, FIELDNATION, Sweep
from isthmus.dispatch.sweep import KIND as SWEEP
from isthmus.engine import Done, Every, Kind, Outcome, Run, Schedule, Settings
from isthmus.engine.worker import Worker
from isthmus.wiring.attending import EVERY as EVERY_HOUR
from isthmus.wiring.attending import KIND as HOOKS
from isthmus.wiring.attending import Attend
from isthmus.wiring.build import House
from isthmus.wiring.dispatch import Stores, open_desk
from isthmus.wiring.doors import logins
from isthmus.wiring.refreshing import KIND as REFRESH
from isthmus.wiring.refreshing import Refresh, begin_schedules

TIDY: Final = "tidy"
_SWEEP_PRIORITY: Final = 6
_SWEEPS_MISSED: Final = 3
_LEAST_SILENCE: Final = timedelta(minutes=10)
_A_DAY: Final = timedelta(days=1)
_log = get_logger("worker")


@dataclass(frozen=True, slots=True)
class Duties:
    """What a process does: work on links and sweep both sides; refresh the warehouse."""

    dispatch: bool = True
    refresh: bool = True


class Tidy:
    """Forgets what is older than the settings keep it."""

    def __init__(self, stores: Stores, secrets: HookSecrets, keep: timedelta) -> None:
        self._stores = stores
        self._secrets = secrets
        self._keep = keep

    async def __call__(self, run: Run) -> Outcome:
        """Remove old messages, lines of the trail, and secrets that nothing is signed with now."""
        before = utc_now() - self._keep
        messages = await asyncio.to_thread(self._stores.inbox.forget, before)
        lines = await asyncio.to_thread(self._stores.state.forget_entries, before)
        dropped = await asyncio.to_thread(self._secrets.settle_due, utc_now())
        _log.info("tidied", messages=messages, lines=lines, secrets=len(dropped))
        return Done()


@asynccontextmanager
async def working(
    house: House, stores: Stores, duties: Duties, home: Callable[[], House]
) -> AsyncIterator[Relay | None]:
    """
    Work while the block lasts; on leaving, end what runs or hand it over.

    Args: home: opens the same home anew, for threads. Gives: the relay, which the doors wake.
    Raises: NotConnected, and what opening the stores raises.
    """
    config = house.config
    kinds: dict[str, Kind] = {TIDY: Kind(Tidy(stores, HookSecrets(house.state), config.keep), 1)}
    if config.alerts.are_set:
        silence = max(_LEAST_SILENCE, _SWEEPS_MISSED * config.sweep)
        kinds[ALERT] = Kind(Alert(stores.state, stores.inbox, config.alerts, silence), 1)
    async with AsyncExitStack() as closing:
        relay = None
        if duties.dispatch:
            desk = await closing.enter_async_context(open_desk(house, stores))
            await _find_own(house, stores, desk)
            kinds |= {LINK: Kind(LinkWork(desk)), SWEEP: Kind(Sweep(desk), 1)}
            kinds[HOOKS] = Kind(Attend(house, stores), 1)
            relay = Relay(stores.inbox, stores.agenda, stores.key_of)
        if duties.refresh:
            library = Library(stores.definitions) if duties.dispatch else None
            kinds[REFRESH] = Kind(Refresh(home, stores, library), 1)
        settings = Settings(slots=config.slots)
        worker = Worker(stores.agenda, kinds, settings)
        await worker.start()
        closing.push_async_callback(worker.stop)
        alerts = config.alerts.are_set
        await asyncio.to_thread(_schedule, stores, duties, config.sweep, alerts=alerts)
        if relay is not None:
            task = asyncio.create_task(relay.run())
            closing.push_async_callback(_ended, task)
        yield relay


async def _find_own(house: House, stores: Stores, desk: Desk) -> None:
    """Find out whom our calls act as, so that our own writes coming back are told as such."""
    resource_of, user_of = logins(house)
    own = await asyncio.to_thread(load_own, stores.state, resource_of, user_of)
    try:
        found = Own(
            own.resource or await own_resource(desk.records, resource_of),
            own.user or await own_user(desk.orders, user_of),
        )
    except IsthmusError as error:  # an outage must not keep the work from beginning
        _log.warning("own_ids_not_found", what=error.what)
        return
    await asyncio.to_thread(save_own, stores.state, found, resource_of, user_of)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _schedule(stores: Stores, duties: Duties, sweep: timedelta, *, alerts: bool) -> None:
    """Keep the schedules there must be, and sweep at once: much may have happened meanwhile."""
    agenda = stores.agenda
    agenda.schedule(Schedule(TIDY, TIDY, TIDY, Every(_A_DAY)))
    if alerts:
        agenda.schedule(Schedule(ALERT, ALERT, ALERT, Every(EVERY)))
    if duties.dispatch:
        agenda.schedule(Schedule(HOOKS, HOOKS, HOOKS, Every(EVERY_HOUR)))
        for side in (AUTOTASK, FIELDNATION):
            agenda.schedule(
                Schedule(f"sweep/{side}", SWEEP, side, Every(sweep), priority=_SWEEP_PRIORITY)
            )
            agenda.enqueue(SWEEP, side, priority=_SWEEP_PRIORITY)
    if duties.refresh:
        begin_schedules(stores)
