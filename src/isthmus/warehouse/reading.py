"""Read-only answers that are the same in every database."""

from collections.abc import Mapping, Sequence
from threading import Lock

from isthmus.warehouse.dialect import literal
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import TableState
from isthmus.warehouse.session import Session


class Counts:
    """How many rows tables had when they were last counted; for any thread."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._held: dict[str, tuple[int, int]] = {}

    def of(self, versions: Mapping[str, int]) -> dict[str, int]:
        """Return the rows of the tables that have not changed since; `versions`: as they are."""
        with self._turn:
            held = dict(self._held)
        return {
            dataset: held[dataset][1]
            for dataset, version in versions.items()
            if dataset in held and held[dataset][0] == version
        }

    def keep(self, versions: Mapping[str, int], rows: Mapping[str, int]) -> None:
        """Keep what was counted, by the versions there were before."""
        with self._turn:
            self._held |= {dataset: (versions[dataset], count) for dataset, count in rows.items()}


def describe_tables(session: Session, counts: Counts | None = None) -> tuple[TableState, ...]:
    """
    Return every dataset's table as it stands, by name.

    Args: counts: kept between calls where counting takes long.
    """
    counts = counts or Counts()
    ledger = Ledger(session)
    versions, columns = ledger.versions(), ledger.all_columns()
    watermarks, runs = ledger.all_watermarks(), ledger.last_runs()
    found = {dataset: versions.get(dataset, 0) for dataset in sorted(columns)}
    rows = counts.of(found)
    new = dict(_count(session, [dataset for dataset in found if dataset not in rows]))
    counts.keep(found, new)
    rows |= new
    return tuple(
        TableState(
            dataset=dataset,
            rows=rows[dataset],
            columns=columns[dataset],
            watermark=watermarks.get(dataset),
            last_run=runs.get(dataset),
        )
        for dataset in found
    )


def _count(session: Session, datasets: Sequence[str]) -> list[tuple[str, int]]:
    """Count the rows of tables in one go."""
    if not datasets:
        return []
    table = session.dialect.table
    counts = (f"SELECT {literal(one)}, count(*) FROM {table(one)}" for one in datasets)
    return [(dataset, int(rows)) for dataset, rows in session.fetch(" UNION ALL ".join(counts))]


def highest_id(session: Session, dataset: str) -> int | None:
    """Return the largest id held; None when the table is empty or not there."""
    if not Ledger(session).columns(dataset):
        return None
    d = session.dialect
    found = session.fetch(f"SELECT max({d.name('id')}) FROM {d.table(dataset)}")[0][0]
    return None if found is None else int(found)
