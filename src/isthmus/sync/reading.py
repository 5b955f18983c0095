"""The first half of a refresh: from the vendor to records on disk and what describes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msgspec import json

from isthmus.autotask import query as q
from isthmus.autotask.errors import PermissionDenied
from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.base.errors import Permanent
from isthmus.state import Extraction
from isthmus.sync.catalog import Dataset, DeletionLog, Refresh
from isthmus.sync.crossing import Crossing
from isthmus.sync.extract import Mended, extract
from isthmus.sync.outcomes import Mode
from isthmus.sync.rules.normalize import mend_row
from isthmus.sync.rules.window import (
    Held,
    Window,
    follows_changes,
    plan_backfill,
    plan_condition,
    plan_deletions,
    plan_window,
)
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
        self.crossing.observer.quota(*self.crossing.quota)

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
    `is_log_owed` tells that the deletion log was refused.
    """

    dataset: Dataset
    mode: Mode
    server_started_at: datetime
    segments: tuple[Path, ...]
    fields: Sequence[FieldInfo]
    udfs: Sequence[UdfInfo]
    deleted_ids: tuple[int, ...]
    warnings: tuple[str, ...]
    is_log_owed: bool = False


async def plan_pass(crossing: Crossing, dataset: Dataset) -> Plan:
    """Decide what to ask for; go on with what an interrupted run began if that leads there."""
    held = await crossing.held(dataset.name)
    found = crossing.state.open_extraction(dataset.name)
    if found is not None:
        goes_on = crossing.full or found.mode == "full"  # a full re-read begun is ended first
        resumed = await _resumed(crossing, dataset, held, found, full=goes_on)
        if resumed is not None:
            return resumed
        Spool(crossing.spool_root, crossing.state, found).clear()
    mode, window = _aim(crossing, dataset, held, full=crossing.full)
    begun = _begin(crossing, dataset, mode, window)
    spool = Spool(crossing.spool_root, crossing.state, begun)
    spool.open()
    return Plan(dataset, mode, window, held, spool, begun.server_started_at, resumed=False)


def _aim(
    crossing: Crossing, dataset: Dataset, held: Held, *, full: bool
) -> tuple[Mode, Window]:  # fmt: skip
    window = plan_window(dataset, held, crossing.settings.overlap, full=full)
    if not window.is_full:
        return "incremental", window
    return "full" if full or held.mark is None else "reread", window


async def _resumed(
    crossing: Crossing, dataset: Dataset, held: Held, found: Extraction, *, full: bool
) -> Plan | None:
    """Return the plan that goes on with what an interrupted run began; None: begin anew."""
    mode, window = _aim(crossing, dataset, held, full=full)
    spool = Spool(crossing.spool_root, crossing.state, found)
    if not _leads_there(found, dataset, mode, window, held):
        return None
    if not await _still_holds(crossing, dataset, spool):
        return None
    spool.open()
    return Plan(dataset, mode, window, held, spool, found.server_started_at, resumed=True)


def _leads_there(
    found: Extraction, dataset: Dataset, mode: Mode, window: Window, held: Held
) -> bool:
    """
    Tell whether interrupted work leads to the same table as work begun now.

    Only where edits since can be asked for: a re-read without change dates starts again. On a first
    run nothing is known of the tenant's fields, so the dataset's own word is taken.
    """
    same = found.mode == mode and found.window_start == window.start
    published = held.mark is not None and held.mark >= found.server_started_at
    dated = dataset.refresh is Refresh.INCREMENTAL and (
        not held.fields or follows_changes(dataset, held.fields)
    )
    return same and not published and dated


async def _still_holds(crossing: Crossing, dataset: Dataset, spool: Spool) -> bool:
    """
    Tell whether what an interrupted run left is all on disk, and nothing of it was deleted since.

    Ids only grow, so a stretch that was read to its end can only lose records: its count tells.
    An incremental window holds few records, and deletions of these are followed anyway.
    """
    if not spool.is_whole:
        return False
    if not spool.is_of_everything:
        return True
    for stretch in spool.stretches:
        within = q.and_(q.gt("id", stretch.after), q.lte("id", stretch.upto))
        if await crossing.client.count(dataset.name, within) != stretch.rows:
            return False
    return True


def _begin(crossing: Crossing, dataset: Dataset, mode: Mode, window: Window) -> Extraction:
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
        for source in _unseen(plan, fields, udfs):
            await _backfill(crossing, plan, source, meter, mended)
    owed = bool(warnings)
    warnings += _mended_warnings(mended)
    return Reading(
        dataset=plan.dataset,
        mode=plan.mode,
        server_started_at=plan.server_started_at,
        segments=plan.spool.files(),
        fields=fields,
        udfs=udfs,
        deleted_ids=deleted,
        warnings=warnings,
        is_log_owed=owed,
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


@dataclass(frozen=True, slots=True)
class _Source:
    """A field that the table did not know so far."""

    name: str
    is_udf: bool
    can_be_asked_for: bool


def _unseen(
    plan: Plan, fields: Sequence[FieldInfo], udfs: Sequence[UdfInfo]
) -> tuple[_Source, ...]:
    """Return what an incremental window would leave empty in the rows it does not bring."""
    if plan.window.is_full:
        return ()
    known = {name.lower() for name in plan.held.fields}
    found = [_Source(f.name, is_udf=False, can_be_asked_for=f.is_queryable) for f in fields]
    found += [_Source(u.name, is_udf=True, can_be_asked_for=True) for u in udfs]
    return tuple(source for source in found if source.name.lower() not in known)


async def _backfill(
    crossing: Crossing, plan: Plan, source: _Source, meter: Meter, mended: Mended
) -> None:
    """Read the records that have a value in a new field; all, where that cannot be asked for."""
    wanted = plan_backfill(source.name, is_udf=source.is_udf)
    if not source.can_be_asked_for:
        wanted = q.gte("id", 0)
    try:
        more = await _read_extra(crossing, plan, wanted, meter)
    except Permanent:
        # Several kinds of user-defined field cannot be filtered by; metadata does not say which.
        more = await _read_extra(crossing, plan, q.gte("id", 0), meter)
    mended.nul_characters += more.nul_characters
    mended.lone_surrogates += more.lone_surrogates


async def _read_extra(crossing: Crossing, plan: Plan, wanted: q.Node, meter: Meter) -> Mended:
    return await extract(
        crossing.client,
        plan.dataset.name,
        wanted,
        plan.spool,
        expected=None,
        on_page=meter.page,
        extra=True,
    )


async def _read_deletions(
    crossing: Crossing, plan: Plan, meter: Meter
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """
    Ask the dataset's deletion log what went since the window began, or since it was last refused.

    A refusal is no failure, but from then on the log is owed: its own mark stays where it was.
    """
    log = plan.dataset.deletion_log
    if log is None:
        return (), ()
    since = plan.window.start or plan.server_started_at - crossing.settings.overlap
    owed = crossing.state.note(owed_key(log))
    since = since if owed is None else min(since, datetime.fromisoformat(owed))
    ids: set[int] = set()
    try:
        async for page in crossing.client.read(log.collection, plan_deletions(log, since)):
            ids.update(json.decode(mend_row(row).raw)[log.id_field] for row in page.rows)
            meter.call()
    except PermissionDenied as error:
        crossing.state.save_note(owed_key(log), since.isoformat())
        return (), (f"{error.what} Deleted {plan.dataset.name} stay in the table. {error.remedy}",)
    return tuple(sorted(ids)), ()


def owed_key(log: DeletionLog) -> str:
    """Name the note of the time from which a refused deletion log has yet to be read."""
    return f"owed since: {log.collection}"


def _mended_warnings(mended: Mended) -> tuple[str, ...]:
    counted = (
        (mended.nul_characters, "NUL character(s), which no text needs, taken out"),
        (mended.lone_surrogates, "broken character(s) replaced by U+FFFD"),
    )
    return tuple(f"Texts: {number} {what}." for number, what in counted if number)
