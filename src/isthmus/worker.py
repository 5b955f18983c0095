"""
The door without a socket: the loop that works on links, sweeps and refreshes.

One for each process. Any number of processes on one PostgreSQL share the work; on SQLite the
processes of one machine do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from isthmus.base.clock import sleep, utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.dispatch.alert import EVERY, SWEEPS_BEGUN
from isthmus.dispatch.alert import KIND as ALERT
from isthmus.dispatch.library import Library
from isthmus.dispatch.process import LinkWork
from isthmus.dispatch.relay import LINK, Relay
from isthmus.dispatch.sweep import AUTOTASK, FIELDNATION, STANDING, Sweep
from isthmus.dispatch.sweep import KIND as SWEEP
from isthmus.engine import Every, Kind, Schedule, Settings
from isthmus.engine.worker import Worker
from isthmus.wiring.build import House
from isthmus.wiring.connecting import changed_at, until_changed
from isthmus.wiring.dispatch.attending import EVERY as EVERY_HOUR
from isthmus.wiring.dispatch.attending import KIND as HOOKS
from isthmus.wiring.dispatch.attending import Attend
from isthmus.wiring.dispatch.own import find_own, seek_own
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.environment.config import Config
from isthmus.wiring.sync.refreshing import KIND as REFRESH
from isthmus.wiring.sync.refreshing import Refresh, begin_schedules
from isthmus.wiring.tending.preferences import Preferences
from isthmus.wiring.tending.telling import Tell
from isthmus.wiring.tending.tidying import EVERY as EVERY_DAY
from isthmus.wiring.tending.tidying import KIND as TIDY
from isthmus.wiring.tending.tidying import Tidy
from isthmus.wiring.vendors.quota import keep_quota_history

_SWEEP_PRIORITY: Final = 6
_AFTER_TROUBLE_SECONDS: Final = 10.0
_log = get_logger("worker")


@dataclass(frozen=True, slots=True)
class Duties:
    """What a process does: work on links and sweep both sides; refresh the warehouse."""

    dispatch: bool = True
    refresh: bool = True


@asynccontextmanager
async def working(
    house: House, stores: Stores, duties: Duties, home: Callable[[], House]
) -> AsyncIterator[None]:
    """
    Work while the block lasts; on leaving, end what runs or hand it over.

    Args: home: opens the same home anew, for threads.
    Raises: NotConnected, and what opening the stores raises.
    """
    preferences = Preferences.of(house, stores)
    seen = preferences.changed_at()
    config = preferences.in_force()
    kinds: dict[str, Kind] = {
        TIDY: Kind(Tidy(house, stores, preferences), 1),
        ALERT: Kind(Tell(stores, preferences), 1),
    }
    async with AsyncExitStack() as closing:
        if duties.dispatch:
            desk = await closing.enter_async_context(open_desk(house, stores))
            if not await find_own(house, stores, desk):
                seeking = asyncio.create_task(seek_own(house, stores, desk))
                closing.push_async_callback(_ended, seeking)
            kinds |= {LINK: Kind(LinkWork(desk)), SWEEP: Kind(Sweep(desk), 1)}
            attend = Attend(house, stores)
            if attend.is_able:  # else it is left to the process that has the doors
                kinds[HOOKS] = Kind(attend, 1)
        if duties.refresh:
            library = Library(stores.definitions) if duties.dispatch else None
            kinds[REFRESH] = Kind(Refresh(home, stores, library), 1)
        settings = Settings(slots=config.slots)
        worker = Worker(stores.agenda, kinds, settings)
        await worker.start()
        closing.push_async_callback(worker.stop)
        await asyncio.to_thread(_schedule, stores, duties, config)
        following = asyncio.create_task(_follow_settings(stores, duties, preferences, seen))
        closing.push_async_callback(_ended, following)
        history = asyncio.create_task(keep_quota_history(config, house.copying))
        closing.push_async_callback(_ended, history)
        yield


@asynccontextmanager
async def relaying(stores: Stores) -> AsyncIterator[Relay]:
    """Hand on what arrives while the block lasts, whoever works; gives what the doors wake."""
    relay = Relay(stores.inbox, stores.agenda, stores.key_of)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await _ended(task)


async def keep_working(
    house: House,
    stores: Stores,
    duties: Duties,
    home: Callable[[], House],
    tell: Callable[[Duties], None],
) -> None:
    """
    Work as the connections allow, and begin anew when one changes; goes on until cancelled.

    Args: tell: told what is done from now on. Raises: as `working`.
    """
    while True:
        seen = changed_at(house)
        able = able_of(house, duties)
        async with working(house, stores, able, home):
            tell(able)
            await until_changed(house, seen)
        _log.info("connections_changed")


def able_of(house: House, duties: Duties) -> Duties:
    """Return of these duties those for which the vendors are known. Raises: KeyWrong."""
    is_read = house.reach() is not None
    is_tied = is_read and house.fieldnation_reach() is not None
    return Duties(dispatch=duties.dispatch and is_tied, refresh=duties.refresh and is_read)


async def _follow_settings(
    stores: Stores, duties: Duties, preferences: Preferences, seen: str
) -> None:
    """Keep the times that people set; nothing that runs is disturbed. Until cancelled."""
    while True:
        try:
            now = await preferences.until_changed(seen)
            config = await asyncio.to_thread(preferences.in_force)
            await asyncio.to_thread(_keep_times, stores, duties, config)
        except IsthmusError as error:
            _log.warning("settings_not_followed", what=error.what)
            await sleep(_AFTER_TROUBLE_SECONDS)
        else:
            seen = now
            _log.info("settings_changed")


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _schedule(stores: Stores, duties: Duties, config: Config) -> None:
    """Keep the schedules there must be, and sweep at once: much may have happened meanwhile."""
    agenda = stores.agenda
    agenda.schedule(Schedule(TIDY, TIDY, TIDY, Every(EVERY_DAY)))
    _keep_times(stores, duties, config)
    if duties.dispatch:
        if stores.state.mark(SWEEPS_BEGUN) is None:
            stores.state.save_mark(SWEEPS_BEGUN, utc_now().isoformat())
        if config.public_url is not None:
            agenda.schedule(Schedule(HOOKS, HOOKS, HOOKS, Every(EVERY_HOUR)))
        elif not stores.is_shared:  # nobody else has doors, so nobody would do it
            agenda.unschedule(HOOKS)
            agenda.cancel(HOOKS, HOOKS)
        for side in (AUTOTASK, FIELDNATION):
            agenda.enqueue(SWEEP, side, priority=_SWEEP_PRIORITY)
    if duties.refresh:
        begin_schedules(stores)


def _keep_times(stores: Stores, duties: Duties, config: Config) -> None:
    """Keep the schedules whose times people may change; the same again changes nothing."""
    agenda = stores.agenda
    if config.alerts.are_set:
        agenda.schedule(Schedule(ALERT, ALERT, ALERT, Every(EVERY)))
    elif not stores.is_shared:  # nobody else knows of channels either
        agenda.unschedule(ALERT)
        agenda.cancel(ALERT, ALERT)
    if not duties.dispatch:
        return
    times = {AUTOTASK: config.sweep, FIELDNATION: config.sweep}
    times[STANDING] = max(EVERY_HOUR, config.sweep)
    for side, every in times.items():
        agenda.schedule(
            Schedule(f"sweep/{side}", SWEEP, side, Every(every), priority=_SWEEP_PRIORITY)
        )
