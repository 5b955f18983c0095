"""One dataset, from its window to its table."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import IsthmusError
from isthmus.sync.catalog import Dataset
from isthmus.sync.crossing import Crossing
from isthmus.sync.load import load
from isthmus.sync.outcomes import DatasetOutcome
from isthmus.sync.reading import Meter, Plan, plan_pass, read
from isthmus.warehouse.ports import Published, RunRecord

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
        plan = await plan_pass(crossing, dataset)
        outcome = replace(outcome, mode=plan.mode)
        published = await _cross(crossing, plan, meter, turn)
        if plan.resumed:
            rest = await plan_pass(replace(crossing, full=False), dataset)
            published = _together(published, await _cross(crossing, rest, meter, turn))
        outcome = _succeeded(outcome, published)
    except IsthmusError as error:
        outcome = replace(outcome, error=error)
    return replace(outcome, rows_read=meter.rows, calls=meter.calls, seconds=monotonic() - started)


async def _cross(crossing: Crossing, plan: Plan, meter: Meter, turn: LoadTurn) -> Published:
    started_at = utc_now()
    reading = await read(crossing, plan, meter)
    await turn()
    crossing.observer.dataset_loading(plan.dataset.name)
    run = RunRecord(crossing.run_id, started_at, utc_now(), meter.calls, reading.warnings)
    async with crossing.lock:
        published = await asyncio.to_thread(
            load, crossing.warehouse, reading, run, crossing.settings.brake
        )
    plan.spool.clear()
    return published


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
