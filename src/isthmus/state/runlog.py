"""Statements on the log of runs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import (
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from isthmus.base.clock import utc_now
from isthmus.state.shapes import ErrorNote, RunDataset, RunFilter, RunRecord
from isthmus.state.tables import run_datasets, runs

RUNNING = "running"
INTERRUPTED = "interrupted"
FAILED = ("failed", "partial", INTERRUPTED)
_BATCH = 1_000


def mark_interrupted(session: Session) -> None:
    """Give runs that never ended their true status. Only for one who knows that none is running."""
    session.execute(update(runs).where(runs.c.status == RUNNING).values(status=INTERRUPTED))


def cut_short(found: Sequence[RunRecord], ids: set[str]) -> tuple[RunRecord, ...]:
    """Return the runs, those of `ids` that never ended as interrupted: their process is gone."""
    return tuple(
        replace(run, status=INTERRUPTED) if run.id in ids and run.status == RUNNING else run
        for run in found
    )


def start(session: Session, run_id: str, wanted: Sequence[str]) -> None:
    """Write that a run began."""
    session.execute(
        insert(runs).values(
            id=run_id, started_at=utc_now(), status=RUNNING, wanted=json.dumps(list(wanted))
        )
    )


def record(session: Session, run_id: str, result: RunDataset) -> None:
    """Write one dataset's result, in the place of an earlier one."""
    of_run = run_datasets.c.run_id == run_id
    session.execute(delete(run_datasets).where(of_run, run_datasets.c.dataset == result.dataset))
    last = session.execute(select(func.max(run_datasets.c.position)).where(of_run)).scalar()
    values: dict[str, Any] = asdict(result)
    values["warnings"] = json.dumps(result.warnings)
    values["error"] = None if result.error is None else json.dumps(asdict(result.error))
    session.execute(insert(run_datasets).values(run_id=run_id, position=(last or 0) + 1, **values))


def finish(
    session: Session, run_id: str, *, calls: int, quota_used: int | None, quota_limit: int | None
) -> None:
    """Write that a run ended."""
    statuses = set(
        session.execute(
            select(run_datasets.c.status).where(run_datasets.c.run_id == run_id)
        ).scalars()
    )
    session.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            finished_at=utc_now(),
            status=_status(statuses),
            calls=calls,
            quota_used=quota_used,
            quota_limit=quota_limit,
        )
    )


def _status(statuses: set[str]) -> str:
    if "failed" not in statuses:
        return "stopped" if "stopped" in statuses else "ok"
    return "partial" if "ok" in statuses else "failed"


def latest(session: Session, limit: int) -> tuple[RunRecord, ...]:
    """Return the latest runs, newest first."""
    rows = session.execute(
        select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
    )
    return tuple(_run(session, row) for row in rows.mappings().all())


def page(
    session: Session, wanted: RunFilter, limit: int, before: tuple[datetime, str] | None
) -> tuple[RunRecord, ...]:
    """Return runs, the newest first, those that began before a time, or then with a lower id."""
    query = select(runs)
    if wanted.id:
        query = query.where(runs.c.id == wanted.id)
    if wanted.dataset:
        of_dataset = select(run_datasets.c.run_id).where(run_datasets.c.dataset == wanted.dataset)
        mine = runs.c.id.in_(of_dataset)
        # One that goes on has no result of the dataset yet.
        going = runs.c.wanted.contains(json.dumps(wanted.dataset), autoescape=True)
        query = query.where(mine | ((runs.c.status == RUNNING) & going))
    if wanted.failed:
        query = query.where(runs.c.status.in_(FAILED))
    if wanted.since is not None:
        query = query.where(runs.c.started_at >= wanted.since)
    if wanted.above is not None:
        query = query.where(runs.c.started_at > wanted.above)
    if before is not None:
        there = tuple_(bindparam(None, before[0], type_=runs.c.started_at.type), literal(before[1]))
        query = query.where(tuple_(runs.c.started_at, runs.c.id) < there)
    rows = session.execute(
        query.order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
    ).mappings()
    return tuple(_run(session, row) for row in rows.all())


def forget(session: Session, before: datetime) -> int:
    """Remove up to a thousand runs that began before a time and ended; returns how many."""
    old = select(runs.c.id).where(runs.c.started_at < before, runs.c.status != RUNNING)
    few = old.order_by(runs.c.started_at).limit(_BATCH).scalar_subquery()
    return session.execute(delete(runs).where(runs.c.id.in_(few))).rowcount


def marker(session: Session) -> str:
    """Return what moves when a run begins, ends, or is done with one of its datasets."""
    newest = select(runs.c.id, runs.c.status).order_by(runs.c.started_at.desc()).limit(1)
    found = session.execute(newest).first()
    if found is None:
        return ""
    done = select(func.count()).where(run_datasets.c.run_id == found.id)
    return f"{found.id}/{found.status}/{session.execute(done).scalar()}"


def _run(session: Session, row: RowMapping) -> RunRecord:
    results = session.execute(
        select(run_datasets)
        .where(run_datasets.c.run_id == row["id"])
        .order_by(run_datasets.c.position)
    ).mappings()
    values = dict(row) | {"wanted": tuple(json.loads(row["wanted"]))}
    return RunRecord(**values, datasets=tuple(_dataset(result) for result in results))


def _dataset(row: RowMapping) -> RunDataset:
    values = {key: row[key] for key in row if key not in {"run_id", "position"}}
    values["warnings"] = tuple(json.loads(row["warnings"]))
    values["error"] = None if row["error"] is None else ErrorNote(**json.loads(row["error"]))
    return RunDataset(**values)
