"""Read-only answers that are the same in every database."""

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
    found = []
    for dataset in sorted(columns):
        key = dataset, versions.get(dataset, 0)
        rows = kept.get(key)
        if rows is None:
            rows = session.fetch(f"SELECT count(*) FROM {session.dialect.table(dataset)}")[0][0]
            kept[key] = int(rows)
        found.append(
            TableState(
                dataset=dataset,
                rows=int(rows),
                columns=columns[dataset],
                watermark=watermarks.get(dataset),
                last_run=runs.get(dataset),
            )
        )
    return tuple(found)


def highest_id(session: Session, dataset: str) -> int | None:
    """Return the largest id held; None when the table is empty or not there."""
    if not Ledger(session).columns(dataset):
        return None
    d = session.dialect
    found = session.fetch(f"SELECT max({d.name('id')}) FROM {d.table(dataset)}")[0][0]
    return None if found is None else int(found)
