"""Joins the rooms: what a door needs, made from the settings when it is first asked for."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Self

from isthmus.engine.database import open_database
from isthmus.state import (
    Connection,
    ConnectionNote,
    FieldNationConnection,
    FieldNationNote,
    RunDataset,
    RunRecord,
    State,
    ZoneNote,
)
from isthmus.state.sync import Kept, SyncState
from isthmus.sync.catalog import DATASETS, Dataset, dataset_named
from isthmus.sync.noting import Noting, Who
from isthmus.sync.outcomes import Observer, RunSummary
from isthmus.sync.settings import SyncSettings
from isthmus.sync.stopping import Stops
from isthmus.warehouse.ports import (
    Brake,
    Result,
    TableState,
    Warehouse,
    WarehouseBusy,
)
from isthmus.wiring.environment.config import Config, load_config
from isthmus.wiring.tables.listing import take_over
from isthmus.wiring.tables.reading import Readers
from isthmus.wiring.tables.warehouse import NothingHeld, nothing_held, open_duckdb, open_warehouse
from isthmus.wiring.vendors.clients import fieldnation_client, rest_client, soap_records
from isthmus.wiring.vendors.quota import Sampler
from isthmus.wiring.vendors.reach import (
    NotConnected,
    fieldnation_noted,
    fieldnation_of,
    from_environment,
    not_connected,
    noted_over,
    over,
)

if TYPE_CHECKING:
    from isthmus.autotask import AutotaskClient
    from isthmus.sync.check import CheckLine

# What speaks to the vendor is imported where it is used: half the commands never do.

__all__ = [
    "Connection",
    "FieldNationConnection",
    "House",
    "Kept",
    "NotConnected",
    "NothingHeld",
    "RunDataset",
    "RunRecord",
    "TableState",
]


class House:
    """
    Everything of one home, opened when first needed and closed together.

    Use it as a context manager. Not for several threads.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self._closing = ExitStack()
        self._state: State | None = None
        self._warehouse: Warehouse | None = None
        self._readers: Readers | None = None
        self._copying: SyncState | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """Read the settings. Raises: SettingWrong."""
        return cls(load_config())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    @property
    def state(self) -> State:
        """Return the state of this home. Raises: StateBroken, StateBusy."""
        if self._state is None:
            self._state = State.open(self.config.state_file, key=self.config.key)
            self._closing.callback(self._state.close)
        return self._state

    @property
    def copying(self) -> SyncState:
        """Return how copying goes, for all processes. Raises: StateBroken, EngineUnavailable."""
        if self._copying is None:
            place = self.config.dispatch_place
            self.config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            engine = open_database(place.path / "dispatch.db" if place.is_file else place.address)
            self._closing.callback(engine.dispose)
            self._copying = SyncState.open(engine)
        return self._copying

    @property
    def warehouse(self) -> Warehouse:
        """Return the warehouse; this process holds it from now on. Raises: WarehouseBusy, ..."""
        if self._warehouse is None:
            self._warehouse = open_warehouse(self.config)
            self._closing.callback(self._warehouse.close)
        return self._warehouse

    @property
    def readers(self) -> Readers:
        """Return readers of the tables, for any thread; they let go of the file by themselves."""
        if self._readers is None:
            self._readers = Readers(self.config)
            self._closing.callback(self._readers.close)
        return self._readers

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of each table, in order. Raises: NothingHeld, WarehouseBusy."""
        self._expect_tables()
        return {
            table.dataset: tuple(column.name for column in table.columns)
            for table in self.warehouse.describe()
        }

    def holdings(self) -> tuple[TableState, ...] | None:
        """
        Return what the warehouse holds, by dataset; () before the first sync.

        None while another process, such as a sync, holds the warehouse.
        """
        place = self.config.warehouse
        if place.is_file and not place.path.exists():
            return ()
        try:
            return self.warehouse.describe()
        except WarehouseBusy:
            return None

    def query(self, sql: str) -> Result:
        """Answer a query on the tables. Raises: QueryFailed, NothingHeld, WarehouseBusy, ..."""
        self._expect_tables()
        return self.warehouse.query(sql)

    def _expect_tables(self) -> None:
        place = self.config.warehouse
        if place.is_file and not place.path.exists():
            raise nothing_held(place.path)

    def connection(self) -> Connection:
        """
        Return how to reach Autotask: what the environment says, over what is saved.

        Nothing saved is looked at when the environment is complete. Raises: NotConnected, KeyWrong.
        """
        given = self.config.autotask
        whole = from_environment(given)
        if whole is not None:
            return whole
        saved = self.state.load_connection()
        if saved is None:
            raise not_connected(self.config)
        return over(given, saved)

    def reach(self) -> ConnectionNote | None:
        """Return how Autotask would be reached, without secrets; None when nothing says so."""
        given = self.config.autotask
        if given.username and given.is_complete:
            api = given.api or "rest"
            return ConnectionNote(given.title, given.username, given.url, given.zone, api)
        saved = next(iter(self.state.connections()), None)
        return None if saved is None else noted_over(given, saved)

    def fieldnation_connection(self) -> FieldNationConnection:
        """Return how to reach Field Nation, as `connection`. Raises: NotConnected, KeyWrong."""
        return fieldnation_of(self.config, lambda: self.state)

    def fieldnation_reach(self) -> FieldNationNote | None:
        """Return how Field Nation would be reached, without secrets; None when nothing says so."""
        if not (self.config.fieldnation.is_complete or self.config.state_file.exists()):
            return None
        return fieldnation_noted(self.config.fieldnation, lambda: self.state)

    def zone(self, title: str) -> ZoneNote | None:
        """Return the zone a saved connection was last found in."""
        return self.state.load_zone(title)

    @asynccontextmanager
    async def autotask(
        self,
        connection: Connection | None = None,
        *,
        patient: bool = True,
        on_waiting: Callable[[float, int, int], None] | None = None,
        reserve: bool = False,
    ) -> "AsyncIterator[AutotaskClient]":
        """
        Give a client for the connection, or for the one of this home.

        Args: patient: wait when the hour's calls are used up, and try again many times when
        something is wrong on the way; someone who waits for an answer had rather know at once.
        on_waiting: told of waits, as Observer.waiting. reserve: leave calls to dispatch.
        """
        chosen = connection or self.connection()
        async with rest_client(
            self.config, chosen, patient=patient, on_waiting=on_waiting, reserve=reserve
        ) as client:
            yield client

    async def _note_zone(self, title: str, client: "AutotaskClient") -> None:
        """Keep the zone that was found, for people to see; it was asked for long before."""
        zone = await client.zone()
        self.state.save_zone(title, ZoneNote(zone.name, zone.url, zone.web_url, zone.ci))

    async def check(
        self, connection: Connection, datasets: Sequence[Dataset] = DATASETS
    ) -> "AsyncGenerator[CheckLine]":
        """
        Find out what works with a connection, saved or not; it never waits for the quota.

        Where the connection says SOAP, its way in is looked at too.
        """
        from isthmus.sync.check import check_connection, check_soap  # noqa: PLC0415

        async with (
            self.autotask(connection, patient=False) as client,
            aclosing(check_connection(client, datasets)) as findings,
        ):
            async for line in findings:
                yield line
        if connection.api == "soap":
            async with (
                soap_records(self.config, connection, patient=False) as records,
                aclosing(check_soap(records)) as findings,
            ):
                async for line in findings:
                    yield line

    async def check_fieldnation(
        self, connection: FieldNationConnection
    ) -> "AsyncGenerator[CheckLine]":
        """Find out what works with a connection to Field Nation, saved or not."""
        from isthmus.wiring.vendors.fieldnation_check import check_fieldnation  # noqa: PLC0415

        async with (
            fieldnation_client(self.config, connection, patient=False) as client,
            aclosing(check_fieldnation(client, connection.base_url)) as findings,
        ):
            async for line in findings:
                yield line

    async def preview(self, dataset: Dataset, rows: int) -> Result:
        """Show a few records as their table would hold them; nothing is kept."""
        from isthmus.sync.preview import preview  # noqa: PLC0415

        connection = self.connection()
        choices = self.copying.choices().values()
        without = {one.dataset: frozenset(map(str.lower, one.left_out)) for one in choices}
        with TemporaryDirectory(prefix="isthmus-") as name:
            folder = Path(name)
            scratch = open_duckdb(folder / "preview.duckdb", self.config.memory_mb, folder)
            try:
                async with self.autotask(connection, patient=False) as client:
                    return await preview(client, scratch, folder, dataset, rows, left_out=without)
            finally:
                scratch.close()

    def standing(self) -> tuple[Dataset, ...]:
        """Return what a plain sync refreshes: the 22 and what was added, as far as it is kept."""
        choices = self.copying.choices()
        gone = {name for name, choice in choices.items() if not choice.is_kept}
        held = {table.dataset for table in self.warehouse.describe()}
        more = {*held, *choices} - {dataset.name for dataset in DATASETS}
        found = (*DATASETS, *filter(None, map(dataset_named, sorted(more))))
        return tuple(dataset for dataset in found if dataset.name not in gone)

    async def sync(
        self,
        wanted: Sequence[Dataset],
        *,
        full: bool,
        observer: Observer,
        who: Who | None = None,
        since: datetime | None = None,
        release_brake: bool = False,
    ) -> RunSummary:
        """
        Bring datasets up to date; its progress is noted, and a person may stop it.

        Args: who: wants it, as others are shown. since: what changed from then on (aware) is read
        again. release_brake: rows that are gone go, however many. Raises: IsthmusError when
        nothing could be read at all.
        """
        share = 1.0 if release_brake else self.config.brake_share
        settings = SyncSettings(
            overlap=self.config.overlap, brake=Brake(share=share, rows=self.config.brake_rows)
        )
        connection = self.connection()
        from isthmus.sync.run import run_sync  # noqa: PLC0415
        from isthmus.sync.scopes import Scopes  # noqa: PLC0415

        warehouse = self.warehouse
        _keep_to_owner(self.config.spool)
        dispatches = self.fieldnation_reach() is not None
        kept, stops = self.copying, Stops()
        take_over(kept, warehouse)
        sampler = Sampler(self.config, kept)
        with Noting(observer, kept, stops, who or Who(), sampler) as noting:
            async with self.autotask(
                connection, on_waiting=noting.waiting, reserve=dispatches
            ) as client:
                summary = await run_sync(
                    client,
                    warehouse,
                    self.state,
                    wanted,
                    spool_root=self.config.spool,
                    full=full,
                    settings=settings,
                    observer=noting,
                    stops=stops,
                    scopes=Scopes(self.state, kept.choices(), kept.kept()),
                    since=since,
                )
                await self._note_zone(connection.title, client)
        return summary


def _keep_to_owner(folder: Path) -> None:
    """Make a folder that only its owner may look into, or make it so where it is ours."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        folder.chmod(0o700)
