"""Read-only answers that are the same in every database."""

from collections.abc import Sequence

from isthmus.warehouse.dialect import literal
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import TableState
from isthmus.warehouse.session import Session


def describe_tables(
    session: Session, counted: dict[tuple[str, int], int] | None = None
) -> tuple[TableState, ...]:
    """
    Return every dataset's table as it stands, by name.

    Args: counted: rows by table and version, kept between calls where counting takes long.
    """
    ledger = Ledger(session)
    versions, columns = ledger.versions(), ledger.all_columns()
    watermarks, runs = ledger.all_watermarks(), ledger.last_runs()
    kept = {} if counted is None else counted
    keys = {dataset: (dataset, versions.get(dataset, 0)) for dataset in sorted(columns)}
    new = [dataset for dataset, key in keys.items() if key not in kept]
    kept |= {keys[dataset]: rows for dataset, rows in _count(session, new)}
    return tuple(
        TableState(
            dataset=dataset,
            rows=kept[key],
            columns=columns[dataset],
            watermark=watermarks.get(dataset),
            last_run=runs.get(dataset),
        )
        for dataset, key in keys.items()
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
