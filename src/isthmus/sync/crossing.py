"""What every dataset of one run shares: both shores, the spool, and who watches."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from isthmus.autotask import AutotaskClient
from isthmus.autotask.models import Threshold
from isthmus.state import State
from isthmus.sync.outcomes import Observer
from isthmus.sync.settings import SyncSettings
from isthmus.warehouse.ports import Warehouse


@dataclass(frozen=True, slots=True)
class Held:
    """What the warehouse holds of a dataset: its mark (aware UTC), rows, highest id and fields."""

    mark: datetime | None
    rows: int
    highest_id: int | None
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Crossing:
    """
    One run of sync.

    `gate` lets so many datasets be read at once; `lock` is held by whoever speaks to the warehouse:
    one caller after another. `threshold` is what the vendor said before anything was read.
    """

    client: AutotaskClient
    warehouse: Warehouse
    state: State
    spool_root: Path
    settings: SyncSettings
    observer: Observer
    run_id: str
    threshold: Threshold
    gate: asyncio.Semaphore
    full: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def server_started_at(self) -> datetime:
        """Return the vendor's clock when the run began, aware UTC: the next watermark."""
        return self.threshold.server_time

    async def held(self, dataset: str) -> Held:
        """Ask the warehouse what it holds of a dataset."""
        async with self.lock:
            return await asyncio.to_thread(self._held, dataset)

    def _held(self, dataset: str) -> Held:
        mark = self.warehouse.watermark(dataset)
        columns = self.warehouse.known_columns(dataset)
        return Held(
            mark=None if mark is None else mark.at,
            rows=self._rows(dataset) if columns else 0,
            highest_id=self.warehouse.highest_id(dataset),
            fields=frozenset(column.source for column in columns if column.source),
        )

    def _rows(self, dataset: str) -> int:
        answer = self.warehouse.query(f'select count(*) from autotask."{dataset}"')
        return int(str(answer.rows[0][0]))
