"""Transactions on the tables of dispatch, over an engine that was opened elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Index,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.schema import CreateIndex

from isthmus.state.errors import StateBroken, StateBusy

Session: TypeAlias = Connection
"""A transaction, as those who only hand it on may call it."""

_SQLITE: Final = "sqlite"
_LOCK: Final = 4_716_208_336  # any number of our own; PostgreSQL's lock while tables are made


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a transaction that nobody else writes beside (SQLite), or that locks rows (others)."""
    with translated(engine), engine.begin() as session:
        if is_file(engine):
            session.exec_driver_sql("BEGIN IMMEDIATE")
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a connection for statements that only read."""
    with translated(engine), engine.connect() as session:
        yield session


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the library's errors into StateBusy and StateBroken; their text holds no parameters."""
    try:
        yield
    except (OperationalError, NoConnectionFree) as error:
        raise StateBusy(
            f"The tables of dispatch cannot be used now ({_kind(error)}).",
            where=_where(engine),
            remedy="Check that the database runs, that it is reachable, and that its disk has"
            " room.",
        ) from getattr(error, "orig", None)
    except DBAPIError as error:
        raise StateBroken(
            f"The tables of dispatch refused a statement ({_kind(error)}).",
            where=_where(engine),
            remedy="Check that its user may create and change tables there.",
        ) from error.orig


def is_file(engine: Engine) -> bool:
    """Tell whether it is SQLite, where one writes at a time."""
    return engine.dialect.name == _SQLITE


def make_tables(engine: Engine, metadata: MetaData, version: Table, number: int) -> None:
    """
    Make the tables where there are none. Several processes may do this at once.

    Args: version: the table among them that says by its one row which version they are.
    number: the version that this Isthmus knows.
    Raises: StateBroken: they were made by another Isthmus.
    """
    with reading(engine) as session:
        if inspect(session).has_table(version.name):
            _check(session, version, number)
            return
    with writing(engine) as session:
        if not is_file(engine):
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        if inspect(session).has_table(version.name):
            _check(session, version, number)
            return
        metadata.create_all(session)
        session.execute(insert(version).values(version=number))


def make_index(engine: Engine, index: Index) -> None:
    """Make an index where there is none: it was thought of after its table was made."""
    table = index.table
    with reading(engine) as session:
        if table is None or any(
            one["name"] == index.name for one in inspect(session).get_indexes(table.name)
        ):
            return
    with writing(engine) as session:
        if not is_file(engine):
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        session.execute(CreateIndex(index, if_not_exists=True))


def _check(session: Session, version: Table, number: int) -> None:
    found = session.execute(select(version.c.version)).scalar()
    if found != number:
        raise StateBroken(
            f"These tables were made by another Isthmus (version {found}, this one {number}).",
            where=f"{_where(session.engine)}, table {version.name}",
            remedy="Install that version again, or give this one a database of its own.",
        )


def _kind(error: Exception) -> str:
    """Return the driver's word for it, which names no value."""
    orig = getattr(error, "orig", None) or error
    return str(getattr(orig, "sqlite_errorname", "") or type(orig).__name__)


def _where(engine: Engine) -> str:
    url = engine.url
    shown = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return shown.render_as_string()
