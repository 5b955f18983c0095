"""What runs read: records and orders fresh, what they refer to from a short memory."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from isthmus.autotask import q
from isthmus.autotask.port import Record, Records
from isthmus.base.clock import monotonic
from isthmus.dispatch.batch import Batch
from isthmus.dispatch.rules.occurrences import MARKED
from isthmus.fieldnation import COLUMNS, FieldNationClient, NotFound, WorkOrder

_MOST_RECORDS: Final = 100
_MOST_ORDERS: Final = 50
_MOST_COMPANIES: Final = 10
_MOST_FOUND: Final = 500
_MOST_KEPT: Final = 20_000
ALL_COLUMNS: Final = tuple(
    dict.fromkeys((*COLUMNS, *MARKED, "contacts", "tasks", "href", "tags", "shipments"))
)
"""What a listing must hold so that its rows say as much as an order read alone, for our rules."""


class Reader:
    """
    Reads for the runs of one process; look-ups at the same moment share a call.

    `memory`: how long a company, contact or place that a record refers to is believed. Records and
    orders themselves are never remembered. Errors are those of the two clients.
    """

    def __init__(self, records: Records, orders: FieldNationClient, memory: timedelta) -> None:
        self._records = records
        self._orders = orders
        self._memory = memory.total_seconds()
        self._batches: dict[str, Batch[Record]] = {}
        self._companies: dict[str, Batch[tuple[Record, ...]]] = {}
        self._order_batch: Batch[WorkOrder] = Batch(self._load_orders, _MOST_ORDERS)
        self._kept: dict[tuple[str, int], tuple[float, Record | None]] = {}

    async def record(self, entity: str, number: int) -> Record | None:
        """Return a record as it is now; None when there is none that we may see."""
        batch = self._batches.get(entity)
        if batch is None:
            batch = Batch(lambda ids: self._load_records(entity, ids), _MOST_RECORDS)
            self._batches[entity] = batch
        return await batch.get(number)

    async def related(self, entity: str, number: int) -> Record | None:
        """Return a record that another refers to, perhaps as it was a short while ago."""
        at, kept = self._kept.get((entity, number), (float("-inf"), None))
        if monotonic() - at < self._memory:
            return kept
        found = await self.record(entity, number)
        self._keep(entity, number, found)
        return found

    async def of_company(self, entity: str, number: int, company: int) -> Record | None:
        """
        Return a contact or place of a company, perhaps as it was a short while ago.

        All of the company's are read at once: its next ticket names another of them.
        """
        at, kept = self._kept.get((entity, number), (float("-inf"), None))
        if monotonic() - at < self._memory:
            return kept
        batch = self._companies.get(entity)
        if batch is None:
            batch = Batch(lambda ids: self._load_of_companies(entity, ids), _MOST_COMPANIES)
            self._companies[entity] = batch
        for found in await batch.get(company) or ():
            self._keep(found.entity, found.id, found)
        return await self.related(entity, number)  # known by now, unless it is of another company

    def forget(self, entity: str, number: int) -> None:
        """Believe our memory of a related record no longer."""
        self._kept.pop((entity, number), None)

    async def order(self, number: int) -> WorkOrder | None:
        """Return a work order as it is now; None when there is none."""
        return await self._order_batch.get(number)

    def _keep(self, entity: str, number: int, found: Record | None) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[entity, number] = (monotonic(), found)

    async def _load_of_companies(
        self, entity: str, ids: Sequence[int]
    ) -> Mapping[int, tuple[Record, ...]]:
        """Read what companies have; what does not fit into one answer is read one by one later."""
        records = await self._records.find(entity, q.in_("companyID", ids), limit=_MOST_FOUND)
        found: dict[int, list[Record]] = {number: [] for number in ids}
        for record in records:
            found.setdefault(int(str(record.values.get("companyID"))), []).append(record)
        return {number: tuple(some) for number, some in found.items()}

    async def _load_records(self, entity: str, ids: Sequence[int]) -> Mapping[int, Record]:
        if len(ids) == 1:
            found = await self._records.find(entity, q.eq("id", ids[0]), limit=1)
        else:
            found = await self._records.find(entity, q.in_("id", ids), limit=len(ids))
        return {record.id: record for record in found}

    async def _load_orders(self, ids: Sequence[int]) -> Mapping[int, WorkOrder]:
        found: dict[int, WorkOrder] = {}
        if len(ids) > 1:
            listed = await self._orders.work_orders.by_ids(ids, ALL_COLUMNS)
            found = {number: order for number, order in listed.items() if not order.is_stub}
        for number in ids:
            if number not in found:  # a list may leave out what its own page still has
                try:
                    found[number] = await self._orders.work_orders.get(number)
                except NotFound:
                    continue
        return found
