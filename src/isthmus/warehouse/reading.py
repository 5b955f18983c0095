"""Read-only answers that are the same in every database."""

from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import TableState
from isthmus.warehouse.session import Session


def describe_tables(session: Session) -> tuple[TableState, ...]:
    """Return every dataset's table as it stands, by name."""
    ledger = Ledger(session)
    found = []
    for dataset in ledger.datasets():
        rows = session.fetch(f"SELECT count(*) FROM {session.dialect.table(dataset)}")[0][0]
        found.append(
            TableState(
                dataset=dataset,
                rows=int(rows),
                columns=ledger.columns(dataset),
                watermark=ledger.watermark(dataset),
                last_run=ledger.last_run(dataset),
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
