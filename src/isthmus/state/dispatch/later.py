"""What was thought of after the tables were made: columns, indices and tables added to those."""

from typing import Final

from sqlalchemy import Column, Engine, Index, Table, inspect, select, text, update
from sqlalchemy import Connection as Session
from sqlalchemy.schema import CreateColumn, CreateIndex

from isthmus.state.dispatch import links as statements
from isthmus.state.dispatch.session import is_file, reading, writing
from isthmus.state.dispatch.tables import (
    by_change,
    by_record,
    by_since,
    link_texts,
    links,
    trail,
    trail_by_link,
    trail_of_few,
)

_LOCK: Final = 4_716_208_351  # any number of our own; PostgreSQL's lock while this is done
_COLUMNS: Final = (links.c.company, links.c.since)
_INDICES: Final = (by_record, by_change, by_since, trail_by_link, trail_of_few)
_AT_ONCE: Final = 1_000


def bring_up(engine: Engine) -> None:
    """Add what earlier tables lack. Several processes may do this at once; readers go on."""
    with reading(engine) as session:
        if not any(_lacking(session)):
            return
    with writing(engine) as session:
        if not is_file(engine):
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        columns, indices, tables = _lacking(session)
        for column in columns:
            _add(session, column)
        for index in indices:
            session.execute(CreateIndex(index, if_not_exists=True))
        for table in tables:
            table.create(session)
            _fill(session)


def _lacking(
    session: Session,
) -> tuple[list[Column[object]], list[Index], list[Table]]:
    found = inspect(session)
    columns = {one["name"] for one in found.get_columns(links.name)}
    indices = {
        one["name"] for table in (links, trail) for one in found.get_indexes(table.name)
    }  # fmt: skip
    return (
        [one for one in _COLUMNS if one.name not in columns],
        [one for one in _INDICES if one.name not in indices],
        [] if found.has_table(link_texts.name) else [link_texts],
    )


def _add(session: Session, column: Column[object]) -> None:
    told = CreateColumn(column).compile(dialect=session.dialect)
    session.execute(text(f"ALTER TABLE {links.name} ADD COLUMN {told}"))
    if column is links.c.since:
        session.execute(update(links).values(since=links.c.updated_at))


def _fill(session: Session) -> None:
    """Keep what the links that are there are searched by."""
    last = ""
    while True:
        query = select(links).where(links.c.id > last).order_by(links.c.id).limit(_AT_ONCE)
        found = [statements.link_of(row) for row in session.execute(query).mappings()]
        if not found:
            return
        session.execute(link_texts.insert(), [statements.searched(one) for one in found])
        last = found[-1].id
