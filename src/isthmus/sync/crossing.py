"""What every dataset of one run shares: both shores, the spool, and who watches."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from isthmus.autotask import AutotaskClient
from isthmus.autotask.models import Threshold
from isthmus.state import State
from isthmus.sync.outcomes import Observer
from isthmus.sync.rules.window import Held
from isthmus.sync.scopes import Scopes
from isthmus.sync.settings import SyncSettings
from isthmus.sync.stopping import Stops
from isthmus.warehouse.ports import Warehouse


@dataclass(frozen=True, slots=True)
class Crossing:
    """
    One run of sync.

    `gate` lets so many datasets be read at once; `lock` is held by whoever speaks to the warehouse:
    one caller after another. `began_at` is this machine's clock, aware UTC; `threshold` is what the
    vendor said before anything was read. `since`: how far back changes are asked for again, None
    for no further than the watermark.
    """

    client: AutotaskClient
    warehouse: Warehouse
    state: State
    spool_root: Path
    settings: SyncSettings
    observer: Observer
    run_id: str
    began_at: datetime
    threshold: Threshold
    gate: asyncio.Semaphore
    scopes: Scopes
    full: bool = False
    since: datetime | None = None
    stops: Stops = field(default_factory=Stops)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def server_started_at(self) -> datetime:
        """Return the vendor's clock when the run began, aware UTC: the next watermark."""
        return self.threshold.server_time

    @property
    def quota(self) -> tuple[int, int]:
        """Return calls used and allowed in the hour, as last heard or counted."""
        usage, first = self.client.usage(), self.threshold
        return usage.used or first.used, usage.limit or first.limit

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
            fields=frozenset(c.source for c in columns if c.source and c.is_live),
        )

    def _rows(self, dataset: str) -> int:
        answer = self.warehouse.query(f"select count(*) from autotask.{dataset}")
        return int(str(answer.rows[0][0]))
