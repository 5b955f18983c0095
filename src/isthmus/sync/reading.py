"""The first half of a refresh: from the vendor to records on disk and what describes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msgspec import json

from isthmus.autotask.errors import PermissionDenied
from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.state import Extraction
from isthmus.sync.catalog import Dataset, Refresh
from isthmus.sync.crossing import Crossing, Held
from isthmus.sync.extract import Mended, extract
from isthmus.sync.outcomes import Mode
from isthmus.sync.rules.window import Window, plan_condition, plan_deletions, plan_window
from isthmus.sync.spool import Spool


@dataclass(slots=True)
class Meter:
    """Counts what reading one dataset costs and tells the observer."""

    crossing: Crossing
    dataset: str
    rows: int = 0
    calls: int = 0

    def page(self, rows: int) -> None:
        """Count one page of the dataset."""
        self.rows += rows
        self.calls += 1
        self.crossing.observer.page_read(self.dataset, rows, 1)

    def call(self, _rows: int = 0) -> None:
        """Count one call that brings none of the dataset's rows."""
        self.calls += 1
        self.crossing.observer.page_read(self.dataset, 0, 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one pass asks for, and the spool it goes to; `resumed`: some of it is there already."""

    dataset: Dataset
    mode: Mode
    window: Window
    held: Held
    spool: Spool
    server_started_at: datetime
    resumed: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """
    All that was read of one dataset: records on disk, and what tells how to read them.

    `server_started_at` is the vendor's clock before the first record was read, aware UTC.
    """

    dataset: Dataset
    mode: Mode
    server_started_at: datetime
    segments: tuple[Path, ...]
    fields: Sequence[FieldInfo]
    udfs: Sequence[UdfInfo]
    deleted_ids: tuple[int, ...]
    warnings: tuple[str, ...]


async def plan_pass(crossing: Crossing, dataset: Dataset) -> Plan:
    """Decide what to ask for; go on with what an interrupted run began if that leads there."""
    held = await crossing.held(dataset.name)
    window = plan_window(
        dataset, held.mark, held.highest_id, crossing.settings.overlap, full=crossing.full
    )
    mode = _mode(dataset, window, held)
    found = crossing.state.open_extraction(dataset.name)
    resumed = found is not None and _is_worth_resuming(found, dataset, mode, window, held)
    if found is None or not resumed:
        found = _begin(crossing, found, dataset, mode, window)
    spool = Spool(crossing.spool_root, crossing.state, found)
    spool.open()
    return Plan(dataset, mode, window, held, spool, found.server_started_at, resumed)


def _mode(dataset: Dataset, window: Window, held: Held) -> Mode:
    if not window.is_full:
        return "incremental"
    return "reread" if dataset.refresh is Refresh.REREAD and held.mark is not None else "full"


def _is_worth_resuming(
    found: Extraction, dataset: Dataset, mode: Mode, window: Window, held: Held
) -> bool:
    """
    Tell whether interrupted work leads to the same table as work begun now.

    Only where changes since can be asked for: a re-read without change dates starts again.
    """
    same = found.mode == mode and found.window_start == window.start
    published = held.mark is not None and held.mark >= found.server_started_at
    return same and not published and dataset.refresh is Refresh.INCREMENTAL


def _begin(
    crossing: Crossing, stale: Extraction | None, dataset: Dataset, mode: Mode, window: Window
) -> Extraction:
    if stale is not None:
        Spool(crossing.spool_root, crossing.state, stale).clear()
    fresh = Extraction(
        id=f"{dataset.name}-{crossing.run_id}",
        dataset=dataset.name,
        mode=mode,
        window_start=window.start,
        server_started_at=crossing.server_started_at,
    )
    crossing.state.begin_extraction(fresh)
    return fresh


async def read(crossing: Crossing, plan: Plan, meter: Meter) -> Reading:
    """
    Bring the window's records into the spool, then what was deleted, then what describes them.

    In that order: a record deleted after its page went by is in the log by then, and whatever the
    records carry, metadata knows by then. Raises: the client's errors.
    """
    name = plan.dataset.name
    async with crossing.gate:
        mended = await _read_records(crossing, plan, meter)
        deleted, warnings = await _read_deletions(crossing, plan, meter)
        fields = await crossing.client.fields(name)
        meter.call()
        udfs = await crossing.client.user_defined_fields(name)
        meter.call()
    warnings += _mended_warnings(name, mended)
    return Reading(
        dataset=plan.dataset,
        mode=plan.mode,
        server_started_at=plan.server_started_at,
        segments=plan.spool.files(),
        fields=fields,
        udfs=udfs,
        deleted_ids=deleted,
        warnings=warnings,
    )


async def _read_records(crossing: Crossing, plan: Plan, meter: Meter) -> Mended:
    """Read the window; a collection never seen is counted first: progress shall mean something."""
    name = plan.dataset.name
    where = plan_condition(plan.dataset, plan.window, plan.held.fields)
    expected = plan.held.rows if plan.window.is_full else None
    if expected == 0:
        expected = await crossing.client.count(name, where)
        meter.call()
    crossing.observer.dataset_started(name, plan.mode, expected)
    return await extract(
        crossing.client, name, where, plan.spool, expected=expected, on_page=meter.page
    )


async def _read_deletions(
    crossing: Crossing, plan: Plan, meter: Meter
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Ask the dataset's deletion log what went since the window began; it may be refused."""
    log = plan.dataset.deletion_log
    if log is None:
        return (), ()
    since = plan.window.start or plan.server_started_at - crossing.settings.overlap
    ids: set[int] = set()
    try:
        async for page in crossing.client.read(log.collection, plan_deletions(log, since)):
            ids.update(json.decode(row)[log.id_field] for row in page.rows)
            meter.call()
    except PermissionDenied as error:
        return (), (f"{error.what} Deleted {plan.dataset.name} stay in the table. {error.remedy}",)
    return tuple(sorted(ids)), ()


def _mended_warnings(name: str, mended: Mended) -> tuple[str, ...]:
    counted = (
        (mended.nul_characters, "NUL characters were taken out of texts"),
        (mended.lone_surrogates, "halves of characters were replaced by U+FFFD"),
    )
    return tuple(f"{name}: {number} {what}." for number, what in counted if number)
