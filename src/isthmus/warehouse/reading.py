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
