"""One dataset, from its window to its table."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from isthmus.base import log
from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import IsthmusError, Permanent
from isthmus.sync.catalog import Dataset
from isthmus.sync.crossing import Crossing
from isthmus.sync.lasting import named_by
from isthmus.sync.load import load
from isthmus.sync.outcomes import DatasetOutcome
from isthmus.sync.planning import Meter, Plan, plan_pass
from isthmus.sync.reading import Reading, owed_key, read
from isthmus.sync.stopping import Stopped
from isthmus.warehouse.ports import Published, RunRecord

_logger = log.get_logger("sync")


class SpoolUnusable(Permanent):
    """The folder between reading and loading cannot be written: a full disk, a missing right."""


class Unexpected(Permanent):
    """A mistake of ours, or an answer nobody thought of."""


LoadTurn = Callable[[], Awaitable[None]]
"""Waits until the datasets that names are taken from are published, or will not be."""


async def refresh(crossing: Crossing, dataset: Dataset, turn: LoadTurn) -> DatasetOutcome:
    """
    Bring one dataset up to date, or leave its table as it was and say why.

    An extraction that a crash interrupted is finished first; then what has changed since it began
    is read as well, so that the outcome is the one of an undisturbed run.
    """
    meter = Meter(crossing, dataset.name)
    started = monotonic()
    outcome = DatasetOutcome(dataset.name, "full", "failed")
    try:
        plan = await plan_pass(crossing, dataset, meter)
        outcome = replace(outcome, mode=plan.mode, scope=plan.scope.mark)
        began, before = plan.server_started_at, plan.held.rows
        published, named = await _cross(crossing, plan, meter, turn)
        if plan.resumed:
            rest = await plan_pass(replace(crossing, full=False, since=None), dataset, meter)
            more, named = await _cross(crossing, rest, meter, turn)
            published = _together(published, more)
            began = rest.server_started_at
        outcome = _succeeded(outcome, published)
        held = before + published.inserted - published.deleted
        outcome = replace(outcome, rows_held=held, fresh_as_of=began, named=named)
    except Stopped:
        outcome = replace(outcome, status="stopped")
    except IsthmusError as error:
        outcome = replace(outcome, error=error)
    except OSError as error:
        outcome = replace(outcome, error=_disk_error(crossing, error))
    except Exception as error:  # noqa: BLE001 - one dataset's trouble must not stop the others
        outcome = replace(outcome, error=_unexpected(dataset, error))
    return replace(outcome, rows_read=meter.rows, calls=meter.calls, seconds=monotonic() - started)


async def _cross(
    crossing: Crossing, plan: Plan, meter: Meter, turn: LoadTurn
) -> tuple[Published, frozenset[str]]:
    started_at = utc_now()
    reading = await crossing.stops.unless_stopped(
        plan.dataset.name, _read_all(crossing, plan, meter, turn)
    )
    crossing.observer.dataset_loading(plan.dataset.name)
    run = RunRecord(crossing.run_id, started_at, utc_now(), meter.calls, reading.warnings)
    crossing.scopes.publishing(plan.dataset.name)
    async with crossing.lock:
        published = await asyncio.to_thread(
            load, crossing.warehouse, reading, run, crossing.settings.brake
        )
    crossing.scopes.published(plan.dataset.name, reading.there)
    plan.spool.clear()
    if plan.dataset.deletion_log is not None and not reading.is_log_owed:
        crossing.state.save_note(owed_key(plan.dataset.deletion_log), None)
    return published, named_by(reading.fields, reading.udfs)


async def _read_all(crossing: Crossing, plan: Plan, meter: Meter, turn: LoadTurn) -> Reading:
    reading = await read(crossing, plan, meter)
    await turn()
    return reading


def _disk_error(crossing: Crossing, error: OSError) -> SpoolUnusable:
    return SpoolUnusable(
        f"What was read cannot be kept on disk: {error.strerror or error}.",
        where=str(error.filename or crossing.spool_root),
        remedy="See whether the disk is full and the folder may be written, then run it again.",
    )


def _unexpected(dataset: Dataset, error: Exception) -> Unexpected:
    _logger.error("dataset_failed_unexpectedly", dataset=dataset.name, exc_info=error)
    return Unexpected(
        f"Isthmus met something it did not expect: {type(error).__name__}: {error}",
        where=f"in Isthmus itself, with {dataset.name}",
        remedy="Run it again with ISTHMUS_LOG=debug to see more, and report what it shows.",
    )


def _succeeded(outcome: DatasetOutcome, published: Published) -> DatasetOutcome:
    return replace(
        outcome,
        status="ok",
        inserted=published.inserted,
        updated=published.updated,
        deleted=published.deleted,
        unchanged=published.unchanged,
        warnings=published.warnings,
    )


def _together(first: Published, second: Published) -> Published:
    """Add up the two passes of a resumed run."""
    return replace(
        second,
        inserted=first.inserted + second.inserted,
        updated=first.updated + second.updated,
        deleted=first.deleted + second.deleted,
        unchanged=first.unchanged + second.unchanged,
        warnings=tuple(dict.fromkeys((*first.warnings, *second.warnings))),
    )
