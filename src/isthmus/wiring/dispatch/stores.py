"""Joins the rooms of dispatch: its stores, and the desk its runs work at."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from isthmus.base.clock import monotonic, sleep, utc_now
from isthmus.dispatch.commands import Commands
from isthmus.dispatch.desk import Desk, DispatchSettings
from isthmus.dispatch.hydrate import Hydrator
from isthmus.dispatch.library import Library
from isthmus.dispatch.metadata import Metadata
from isthmus.dispatch.reading import Reader
from isthmus.dispatch.relay import LINK, key_of
from isthmus.dispatch.scripts.worker import ScriptWorker
from isthmus.engine import Agenda, Kind, Settings
from isthmus.engine.database import open_database
from isthmus.state.calls import Calls
from isthmus.state.dispatch import (
    GIVEN_UP,
    STATES,
    DeadLetter,
    Definitions,
    DispatchState,
    Entry,
    Inbox,
    Intent,
    Link,
    Message,
)
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.definitions import seed_once
from isthmus.wiring.vendors.clients import fieldnation_client, records

__all__ = [
    "GIVEN_UP",
    "STATES",
    "DeadLetter",
    "Entry",
    "Intent",
    "Link",
    "Message",
    "Stores",
    "is_idle_within",
    "open_desk",
    "work_until_idle",
]

_POLL_SECONDS: Final = 0.1
_THREADS: Final = 6
_MEMORY: Final = timedelta(minutes=15)
_SANDBOX: Final = "fndev.net"
_SANDBOX_PAGES: Final = "https://app-sandbox.fndev.net/workorders/"


@dataclass(slots=True)
class Stores:
    """
    Where dispatch keeps what it must remember.

    On SQLite three files in the home: `inbox.db` for what arrives, `calls.db` for the log of calls,
    `dispatch.db` for all else. On PostgreSQL one database. Use it as a context manager.
    """

    agenda: Agenda
    state: DispatchState
    inbox: Inbox
    definitions: Definitions
    calls: Calls
    is_shared: bool
    _closing: ExitStack

    @classmethod
    def open(cls, house: House) -> Self:
        """Open or make them. Raises: EngineUnavailable, EngineBroken, StateBroken, StateBusy."""
        place = house.config.dispatch_place
        closing = ExitStack()
        house.config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        main = open_database(place.path / "dispatch.db" if place.is_file else place.address)
        closing.callback(main.dispose)
        arriving = open_database(place.path / "inbox.db") if place.is_file else main
        closing.callback(arriving.dispose)
        noting = open_database(place.path / "calls.db") if place.is_file else main
        closing.callback(noting.dispose)
        state = DispatchState.open(main)
        stores = cls(
            agenda=Agenda.open(main),
            state=state,
            inbox=Inbox.open(arriving),
            definitions=Definitions.open(main),
            calls=Calls.open(noting),
            is_shared=not place.is_file,
            _closing=closing,
        )
        seed_once(state, stores.definitions)
        return stores

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def key_of(self, message: Message) -> str | None:
        """Return whose work a message is; see `relay.key_of`."""

        def of_order(number: int) -> str | None:
            link = self.state.link_of_order(number)
            return None if link is None else link.key

        return key_of(message, of_order)

    @property
    def commands(self) -> Commands:
        """Return what a person may do."""
        return Commands(self.state, self.inbox, self.agenda)


@asynccontextmanager
async def open_desk(
    house: House, stores: Stores, settings: DispatchSettings | None = None
) -> AsyncIterator[Desk]:
    """
    Give the desk that runs work at; both clients are open while the block lasts.

    Raises: NotConnected: one of the two vendors is not known.
    """
    config = house.config
    connection, field = house.connection(), house.fieldnation_connection()
    async with AsyncExitStack() as closing:
        mine = await closing.enter_async_context(records(config, connection, patient=False))
        orders = await closing.enter_async_context(fieldnation_client(config, field, patient=False))
        scripts = closing.enter_context(ScriptWorker())
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="isthmus-dispatch-")
        closing.callback(threads.shutdown, wait=True)
        reader = Reader(mine, orders, _MEMORY)
        library = Library(stores.definitions)
        yield Desk(
            state=stores.state,
            inbox=stores.inbox,
            agenda=stores.agenda,
            records=mine,
            orders=orders,
            reader=reader,
            hydrator=Hydrator(reader, mine),
            library=library,
            metadata=Metadata(mine, orders.company, library),
            scripts=scripts,
            threads=threads,
            settings=settings or _settings(house),
        )


async def work_until_idle(house: House, stores: Stores, key: str, patience: timedelta) -> bool:
    """
    Do the work on one link in this process, for a home where no worker does it.

    Returns: False: it still waits, for longer than `patience`; whoever works next goes on with it.
    Raises: NotConnected.
    """
    from isthmus.dispatch.process import LinkWork  # noqa: PLC0415 - most commands do not work
    from isthmus.engine.worker import Worker  # noqa: PLC0415 - it loads DBOS

    async with open_desk(house, stores) as desk:
        worker = Worker(stores.agenda, {LINK: Kind(LinkWork(desk))}, Settings(slots=1))
        await worker.start()
        try:
            return await is_idle_within(stores, key, patience)
        finally:
            await worker.stop()


async def is_idle_within(
    stores: Stores, key: str, patience: timedelta, is_worked: Callable[[], bool] = lambda: True
) -> bool:
    """
    Wait until nothing is to be done about a link.

    Args: is_worked: tells whether there is somebody to wait for.
    Returns: False: it takes longer, or nobody does it.
    """
    end = monotonic() + patience.total_seconds()
    while (item := await asyncio.to_thread(stores.agenda.find, LINK, key)) is not None:
        left = timedelta(seconds=end - monotonic())
        is_later = item.due_at is not None and item.due_at > utc_now() + left
        if left <= timedelta(0) or (is_later and not item.running):
            return False
        if not await asyncio.to_thread(is_worked):
            return False
        await sleep(_POLL_SECONDS)
    return True


def _settings(house: House) -> DispatchSettings:
    """Return the settings of a home: where people find the records and orders of both sides."""
    field, zone = house.fieldnation_connection(), house.zone(house.connection().title)
    pages = DispatchSettings().order_url
    return DispatchSettings(
        web_url="" if zone is None else zone.web_url,
        order_url=_SANDBOX_PAGES if _SANDBOX in (field.base_url or "") else pages,
    )
