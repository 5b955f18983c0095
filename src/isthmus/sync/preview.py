"""A look at a few records as their table would hold them: a tiny sync into a scratch warehouse."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import json

from isthmus.autotask import AutotaskClient
from isthmus.autotask import query as q
from isthmus.autotask.models import FieldInfo, Page, UdfInfo
from isthmus.base.clock import utc_now
from isthmus.sync.catalog import Dataset, dataset_named
from isthmus.sync.load import load
from isthmus.sync.reading import Reading
from isthmus.sync.rules.normalize import mend_row
from isthmus.sync.rules.without import kept_fields, kept_udfs, strip_row
from isthmus.warehouse.ports import Brake, Result, RunRecord, Warehouse

NAMES = {"Resources", "Companies"}
LeftOut = Mapping[str, frozenset[str]]
_NOTHING: LeftOut = {}


async def preview(
    client: AutotaskClient,
    scratch: Warehouse,
    folder: Path,
    dataset: Dataset,
    rows: int,
    *,
    left_out: LeftOut = _NOTHING,
) -> Result:
    """
    Fetch the first records of a dataset and what their names are taken from, and show the table.

    Costs three calls, and three more for each dataset that names are taken from. Args: scratch: an
    empty warehouse of its own; folder: where the records may be written; left_out: fields that are
    not kept here, by dataset, in lower case.
    """
    page = await client.query_page(dataset.name, q.gte("id", 0), page_size=rows)
    seen = _Scratch(client, scratch, folder, left_out)
    await seen.bring(dataset, page)
    return scratch.query(f'select * from autotask."{dataset.name}" order by id')


class _Scratch:
    def __init__(
        self, client: AutotaskClient, warehouse: Warehouse, folder: Path, left_out: LeftOut
    ) -> None:
        self._client = client
        self._warehouse = warehouse
        self._folder = folder
        self._left_out = left_out

    async def bring(self, dataset: Dataset, page: Page) -> None:
        """Publish one page, after the rows it refers to for names."""
        without = self._left_out.get(dataset.name, frozenset())
        fields = kept_fields(await self._client.fields(dataset.name), without)
        udfs = kept_udfs(await self._client.user_defined_fields(dataset.name), without)
        kept = [strip_row(mend_row(row).raw, without) for row in page.rows]
        records = [json.decode(row) for row in kept]
        for name, ids in _referred(dataset, fields, records).items():
            await self._bring_ids(name, ids)
        self._publish(dataset, page, kept, (fields, udfs))

    async def _bring_ids(self, name: str, ids: set[int]) -> None:
        other = dataset_named(name)
        if other is not None and ids:
            wanted = q.in_("id", sorted(ids)[:500])
            await self.bring(other, await self._client.query_page(name, wanted))

    def _publish(
        self, dataset: Dataset, page: Page, kept: Sequence[bytes],
        described: tuple[Sequence[FieldInfo], Sequence[UdfInfo]],
    ) -> None:  # fmt: skip
        file = self._folder / f"{dataset.name}.ndjson"
        file.write_bytes(b"".join(row + b"\n" for row in kept))
        # Merged, since a dataset that refers to itself comes twice.
        reading = Reading(dataset, "incremental", page.server_time, (file,), *described, (), ())
        run = RunRecord("preview", utc_now(), utc_now())
        load(self._warehouse, reading, run, Brake())


def _referred(
    dataset: Dataset, fields: Iterable[FieldInfo], records: Iterable[dict[str, object]]
) -> dict[str, set[int]]:
    """Return the ids of other datasets that names and look-ups of these records need."""
    keys = {field.name: field.reference for field in fields if field.reference in NAMES}
    keys.update(dict(dataset.references))
    keys.update({lookup.via: lookup.dataset for lookup in dataset.lookups})
    found: dict[str, set[int]] = {}
    for record in records:
        for key, name in keys.items():
            value = record.get(key)
            if name and name != dataset.name and isinstance(value, int):
                found.setdefault(name, set()).add(value)
    return found
