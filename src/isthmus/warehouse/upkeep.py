"""How a stored table follows its shape, its labels, and the tables it looks things up in."""

from collections.abc import Sequence

from isthmus.warehouse import selecting, shaping
from isthmus.warehouse.dialect import MOVED
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import Column, Origin, TableShape
from isthmus.warehouse.session import Session


def rehydrate(session: Session, shape: TableShape) -> int:
    """Bring labels and hydrated columns up to date; 0 at once when nothing they rest on changed."""
    ledger = Ledger(session)
    if not ledger.columns(shape.dataset):
        return 0
    with session.transaction():
        shape = with_lookup_types(shape, ledger)
        version, filled_from = ledger.version(shape.dataset)
        sources = ledger.sources_of(shape)
        if sources == filled_from:
            return 0
        reshape(session, ledger, shape)
        moved = refill(session, ledger, shape, shaping.looked_up(shape))
        version += 1 if moved else 0
        ledger.save_version(shape.dataset, version, ledger.sources_of(shape))
        return moved


def drop(session: Session, dataset: str) -> None:
    """Remove a table and what is noted of its columns, labels and watermark; its runs stay."""
    with session.transaction():
        session.run(f"DROP TABLE IF EXISTS {session.dialect.table(dataset)}")
        Ledger(session).forget(dataset)


def reshape(session: Session, ledger: Ledger, shape: TableShape) -> tuple[str, ...]:
    """Make the table or let it follow the shape; return the names of new columns."""
    known = ledger.columns(shape.dataset)
    if known == shape.columns:
        return ()
    if known:
        statements, added = shaping.alterations(session.dialect, shape, known)
    else:
        statements = shaping.create_table(session.dialect, shape)
        added = tuple(c.name for c in shape.columns)
    for statement in statements:
        session.run(statement)
    ledger.save_columns(shape)
    return added


def row_select(session: Session, ledger: Ledger, shape: TableShape) -> selecting.RowSelect:
    """Return the select of whole rows, with the labels and tables there are now."""
    labels = ledger.picklists(shape.dataset)
    return selecting.RowSelect(session.dialect, shape, ledger.available(), labels)


def refill(session: Session, ledger: Ledger, shape: TableShape, columns: Sequence[Column]) -> int:
    """Write the looked-up columns of the rows in which one is out of date; return how many."""
    if not columns:
        return 0
    select = row_select(session, ledger, shape)
    moved = session.run(f"CREATE TEMP TABLE {MOVED} AS {select.moved_rows(columns)}")
    if moved:
        session.run(selecting.update_moved(session.dialect, shape, columns))
    session.run(f"DROP TABLE {MOVED}")
    return moved


def with_lookup_types(shape: TableShape, ledger: Ledger) -> TableShape:
    """Give hydrated columns the type that the column looked up has now."""
    available = ledger.available()
    types = {}
    for column in shape.columns:
        if column.origin is Origin.HYDRATED and column.lookup and len(column.lookup.take) == 1:
            held = available.get(column.lookup.dataset, {})
            found = held.get(column.lookup.take[0].lower())
            if found is not None and found is not column.type:
                types[column.name] = found
    return shape.retyped(types)
