"""Statements on where each dataset stands, what was set about it, and what may be read."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import RowMapping, delete, insert, select, update

from isthmus.state.shapes import ErrorNote, RunDataset
from isthmus.state.sync.shapes import DatasetChoice, Earlier, Kept, Pace, Permission
from isthmus.state.sync.tables import choices, kept, permissions

_EARLIER, _TOLD = "earlier", "told"
"""Beside what a result holds: warnings of the runs before it, and its own that may outlast it."""


def save(session: Session, line: Kept) -> None:
    """Write where a dataset stands."""
    pace = line.pace
    session.execute(delete(kept).where(kept.c.dataset == line.dataset))
    session.execute(
        insert(kept).values(
            dataset=line.dataset,
            run_id=line.run_id,
            by=line.by,
            finished_at=line.finished_at,
            result=json.dumps(
                {
                    **asdict(line.result),
                    _EARLIER: [asdict(one) for one in line.earlier],
                    _TOLD: [asdict(one) for one in line.told],
                },
                ensure_ascii=False, default=datetime.isoformat,
            ),
            rows=line.rows,
            fresh_as_of=line.fresh_as_of,
            ok_at=line.ok_at,
            scope=line.scope,
            full_rows=None if pace is None else pace.rows,
            full_calls=None if pace is None else pace.calls,
            full_seconds=None if pace is None else pace.seconds,
        )
    )  # fmt: skip


def load(session: Session) -> dict[str, Kept]:
    """Return where every dataset stands."""
    rows = session.execute(select(kept)).mappings()
    return {row["dataset"]: _kept(row) for row in rows}


def _kept(row: RowMapping) -> Kept:
    pace = None
    if row["full_rows"] is not None:
        pace = Pace(row["full_rows"], row["full_calls"], row["full_seconds"])
    told = json.loads(row["result"])
    earlier, last = (_earlier(told.pop(name, ())) for name in (_EARLIER, _TOLD))
    return Kept(
        dataset=row["dataset"],
        run_id=row["run_id"],
        by=row["by"],
        finished_at=row["finished_at"],
        result=_result(told),
        rows=row["rows"],
        fresh_as_of=row["fresh_as_of"],
        ok_at=row["ok_at"],
        scope=row["scope"],
        pace=pace,
        earlier=earlier,
        told=last,
    )


def _earlier(lines: Sequence[dict[str, Any]]) -> tuple[Earlier, ...]:
    return tuple(
        Earlier(
            line["text"], line["run_id"], datetime.fromisoformat(line["at"]),
            tuple(line.get("about", ())),
        )
        for line in lines
    )  # fmt: skip


def _result(values: dict[str, Any]) -> RunDataset:
    error = values["error"]
    told = {**values, "warnings": tuple(values["warnings"])}
    return RunDataset(**{**told, "error": None if error is None else ErrorNote(**error)})


def save_scope(session: Session, dataset: str, scope: str) -> None:
    """Write the scope of a dataset that is known."""
    session.execute(update(kept).where(kept.c.dataset == dataset).values(scope=scope))


def forget(session: Session, dataset: str) -> None:
    """Remove a dataset's standing and permission."""
    session.execute(delete(kept).where(kept.c.dataset == dataset))
    session.execute(delete(permissions).where(permissions.c.dataset == dataset))


def choose(session: Session, choice: DatasetChoice, now: datetime) -> None:
    """Write what was set about a dataset."""
    session.execute(delete(choices).where(choices.c.dataset == choice.dataset))
    values = {**asdict(choice), "left_out": json.dumps(choice.left_out), "at": now}
    session.execute(insert(choices).values(**values))


def choices_of(session: Session) -> dict[str, DatasetChoice]:
    """Return what was set."""
    return {
        row["dataset"]: DatasetChoice(**{**row, "left_out": tuple(json.loads(row["left_out"]))})
        for row in session.execute(select(choices)).mappings()
    }


def save_permissions(session: Session, lines: Sequence[Permission]) -> None:
    """Write what may be read."""
    for line in lines:
        session.execute(delete(permissions).where(permissions.c.dataset == line.dataset))
        session.execute(insert(permissions).values(**asdict(line)))


def permissions_of(session: Session) -> dict[str, Permission]:
    """Return what may be read."""
    rows = session.execute(select(permissions)).mappings()
    return {row["dataset"]: Permission(**row) for row in rows}
