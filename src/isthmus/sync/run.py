"""All wanted datasets, once: read side by side, published one after another, names last."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from isthmus.autotask import AutotaskClient
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.ids import new_run_id
from isthmus.base.observing import Cause, caused
from isthmus.state import State
from isthmus.sync.catalog import DATASETS, Dataset
from isthmus.sync.crossing import Crossing
from isthmus.sync.order import Turns
from isthmus.sync.outcomes import DatasetOutcome, Observer, RunSummary
from isthmus.sync.record import recorded
from isthmus.sync.refresh import refresh
from isthmus.sync.scopes import Scopes
from isthmus.sync.settings import SyncSettings
from isthmus.sync.spool import remove_strays
from isthmus.sync.stopping import Stops
from isthmus.sync.tenant import ensure_same_tenant
from isthmus.warehouse.ports import TableShape, Warehouse


async def run_sync(
    client: AutotaskClient,
    warehouse: Warehouse,
    state: State,
    wanted: Sequence[Dataset],
    *,
    spool_root: Path,
    full: bool,
    settings: SyncSettings,
    observer: Observer,
    stops: Stops | None = None,
    scopes: Scopes | None = None,
    since: datetime | None = None,
) -> RunSummary:
    """
    Bring the wanted datasets up to date; what fails is told, the rest is published.

    Args: scopes: what is to be kept of each; everything where none are given. since: what changed
    from then on (aware, by the vendor's clock) is read again, where change dates tell.
    Raises: IsthmusError when nothing could be read at all (zone, credentials, connection).
    """
    run_id = new_run_id()
    with state.sole_run(), caused(Cause(run_id)):
        state.start_run(run_id, [dataset.name for dataset in wanted])
        remove_strays(spool_root, {found.id for found in state.open_extractions()})
        observer.run_started(run_id, [dataset.name for dataset in wanted])
        try:
            threshold = await client.threshold()
            await ensure_same_tenant(client, warehouse, state)
        except IsthmusError as error:
            unread = [DatasetOutcome(d.name, "full", "failed", error=error) for d in wanted]
            for outcome in unread:
                observer.dataset_done(outcome)
            state.finish_run(run_id, [recorded(outcome) for outcome in unread])
            raise
        crossing = Crossing(
            client=client,
            warehouse=warehouse,
            state=state,
            spool_root=spool_root,
            settings=settings,
            observer=observer,
            run_id=run_id,
            began_at=utc_now(),
            threshold=threshold,
            gate=asyncio.Semaphore(settings.at_once),
            scopes=scopes or Scopes(state),
            full=full,
            since=since,
            stops=stops or Stops(),
        )
        observer.quota(*crossing.quota)
        outcomes = await _refresh_all(crossing, wanted)
        await _rehydrate(crossing, wanted)
        return _finish(crossing, outcomes)


async def _refresh_all(crossing: Crossing, wanted: Sequence[Dataset]) -> tuple[DatasetOutcome, ...]:
    turns = Turns(wanted)

    async def one(dataset: Dataset) -> DatasetOutcome:
        try:
            outcome = await refresh(crossing, dataset, turns.of(dataset))
        finally:
            turns.through(dataset)
        crossing.state.record_dataset(crossing.run_id, recorded(outcome))
        crossing.observer.dataset_done(outcome)
        crossing.observer.quota(*crossing.quota)
        return outcome

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(dataset)) for dataset in wanted]
    except ExceptionGroup as errors:
        # Only what concerns the whole run comes this far: a state that cannot be written.
        raise errors.exceptions[0] from None
    return tuple(task.result() for task in tasks)


async def _rehydrate(crossing: Crossing, wanted: Sequence[Dataset]) -> None:
    """Let renames reach the rows that did not change themselves, in tables read or not."""
    listed = {dataset.name: dataset for dataset in (*DATASETS, *wanted)}
    async with crossing.lock:
        for name in listed:
            columns = crossing.warehouse.known_columns(name)
            if columns:
                await asyncio.to_thread(crossing.warehouse.rehydrate, TableShape(name, columns))


def _finish(crossing: Crossing, outcomes: tuple[DatasetOutcome, ...]) -> RunSummary:
    used, limit = crossing.quota
    summary = RunSummary(
        run_id=crossing.run_id,
        started_at=crossing.began_at,
        finished_at=utc_now(),
        outcomes=outcomes,
        calls=crossing.client.usage().calls_made,
        quota_used=used,
        quota_limit=limit,
    )
    crossing.state.finish_run(
        crossing.run_id,
        calls=summary.calls,
        quota_used=summary.quota_used,
        quota_limit=summary.quota_limit,
    )
    return summary
