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
from isthmus.base.warned import Warned
from isthmus.sync.catalog import Dataset, DeletionLog
from isthmus.sync.crossing import Crossing
from isthmus.sync.extract import Mended, extract
from isthmus.sync.leaving import changed_ids, ids_left, plain_brake
from isthmus.sync.outcomes import Mode
from isthmus.sync.planning import Meter, Plan
from isthmus.sync.rules.normalize import mend_row
from isthmus.sync.rules.scope import narrowed
from isthmus.sync.rules.window import (
    plan_backfill,
    plan_condition,
    plan_deletions,
)
from isthmus.sync.rules.without import kept_fields, kept_udfs
from isthmus.warehouse.ports import Brake


@dataclass(frozen=True, slots=True)
class Reading:
    """
    All that was read of one dataset: records on disk, and what tells how to read them.

    `server_started_at` is the vendor's clock before the first record was read, aware UTC.
    `is_log_owed` tells that the deletion log was refused. `left_out` names fields that records and
    metadata here are without. `there` counts the records at the vendor, filter or not, where they
    were counted; `brake` is the one to publish with, None for that of the run.
    """

    dataset: Dataset
    mode: Mode
    server_started_at: datetime
    segments: tuple[Path, ...]
    fields: Sequence[FieldInfo]
    udfs: Sequence[UdfInfo]
    deleted_ids: tuple[int, ...]
    warnings: tuple[Warned, ...]
    is_log_owed: bool = False
    left_out: frozenset[str] = frozenset()
    there: int | None = None
    brake: Brake | None = None


async def read(crossing: Crossing, plan: Plan, meter: Meter) -> Reading:
    """
    Bring the window's records into the spool, then what was deleted, then what describes them.

    In that order: a record deleted after its page went by is in the log by then, and whatever the
    records carry, metadata knows by then. Raises: the client's errors.
    """
    name = plan.dataset.name
    without = plan.scope.left_out
    async with crossing.gate:
        there = await _count_all(crossing, plan, meter)
        changed = await _read_changed(crossing, plan, meter)
        mended = await _read_records(crossing, plan, meter)
        deleted, warnings = await _read_deletions(crossing, plan, meter)
        fields = kept_fields(await crossing.client.fields(name), without)
        meter.call()
        udfs = kept_udfs(await crossing.client.user_defined_fields(name), without)
        meter.call()
        for source in _unseen(plan, fields, udfs):
            await _backfill(crossing, plan, source, meter, mended)
    owed = bool(warnings)
    deleted = tuple(sorted({*deleted, *ids_left(changed, plan.spool.files())}))
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
        left_out=without,
        there=there,
        brake=_brake(crossing, plan, there),
    )


async def _count_all(crossing: Crossing, plan: Plan, meter: Meter) -> int | None:
    """Count all records where a filter decides what goes: the brake cannot go by the rows then."""
    was_narrow = plan.refilled and crossing.scopes.there(plan.dataset.name) is not None
    if not plan.window.is_full or not (plan.scope.is_narrow or was_narrow):
        return None
    meter.call()
    there = await crossing.client.count(plan.dataset.name, q.gte("id", 0))
    _brake(crossing, plan, there)
    return there


def _brake(crossing: Crossing, plan: Plan, there: int | None) -> Brake | None:
    if there is None:
        return None
    before = crossing.scopes.there(plan.dataset.name)
    return plain_brake(
        crossing.settings.brake,
        plan.dataset.name,
        plan.held.rows if before is None else before,
        there,
    )


async def _read_changed(crossing: Crossing, plan: Plan, meter: Meter) -> frozenset[int]:
    if plan.only is None or plan.window.is_full:
        return frozenset()
    ids, calls = await changed_ids(crossing.client, plan.dataset, plan.window, plan.held)
    for _ in range(calls):
        meter.call()
    return ids


async def _read_records(crossing: Crossing, plan: Plan, meter: Meter) -> Mended:
    """Read the window; a collection never seen is counted first: progress shall mean something."""
    name = plan.dataset.name
    where = narrowed(
        plan.only, plan_condition(plan.dataset, plan.window, plan.held.fields)
    )  # fmt: skip
    expected = plan.held.rows if plan.window.is_full else None
    if expected == 0 or (expected is not None and plan.refilled):
        expected = await crossing.client.count(name, where)
        meter.call()
    crossing.observer.dataset_started(name, plan.mode, expected)
    return await extract(
        crossing.client,
        name,
        where,
        plan.spool,
        expected=expected,
        on_page=meter.page,
        without=plan.scope.left_out,
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
        narrowed(plan.only, wanted),
        plan.spool,
        expected=None,
        on_page=meter.page,
        extra=True,
        without=plan.scope.left_out,
    )


async def _read_deletions(
    crossing: Crossing, plan: Plan, meter: Meter
) -> tuple[tuple[int, ...], tuple[Warned, ...]]:
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
        text = f"{error.what} Deleted {plan.dataset.name} stay in the table. {error.remedy}"
        return (), (Warned(text, is_looked_at_anew=True),)
    return tuple(sorted(ids)), ()


def owed_key(log: DeletionLog) -> str:
    """Name the note of the time from which a refused deletion log has yet to be read."""
    return f"owed since: {log.collection}"


def _mended_warnings(mended: Mended) -> tuple[Warned, ...]:
    counted = (
        (mended.nul_characters, "NUL character(s), which no text needs, taken out"),
        (mended.lone_surrogates, "broken character(s) replaced by U+FFFD"),
    )
    return tuple(Warned(f"Texts: {number} {what}.") for number, what in counted if number)
