"""
The engine's database: a SQLite file, or PostgreSQL where many workers share the work.

DBOS works through the engine that is opened here, because by itself it sets neither the journal
nor the durability of SQLite.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from isthmus.engine.errors import EngineBroken, EngineUnavailable
from isthmus.state.folding import fold_every_letter
from isthmus.state.journal import keep_journal

BUSY_TIMEOUT_MS: Final = 30_000
IDLE_TIMEOUT_MS: Final = 15_000
POOL: Final = 10
SQLITE: Final = "sqlite"


def open_database(where: str | Path) -> Engine:
    """
    Return an engine over a file of SQLite (a path), or over PostgreSQL (its URL).

    SQLite: only its owner may read the file; WAL, synchronous FULL, a busy timeout, and whoever
    begins to write takes the write lock at once.
    """
    if isinstance(where, Path):
        return _open_file(where)
    url = make_url(where)
    if url.get_backend_name() == SQLITE:
        return _open_file(Path(url.database or ""))
    return _open_server(url)


def _open_file(path: Path) -> Engine:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    engine = create_engine(
        URL.create(SQLITE, database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=POOL,
        max_overflow=POOL,
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(driver: sqlite3.Connection, _record: Any) -> None:
    # Not None, as the state has it: DBOS begins its migrations by hand, and leaves the rest to the
    # driver, which begins before the first statement that writes.
    driver.isolation_level = "IMMEDIATE"
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    keep_journal(driver)
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute("PRAGMA foreign_keys = ON")
    fold_every_letter(driver)


def _open_server(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", _bound)
    return engine


def _bound(driver: Any, _record: Any) -> None:
    """Have the server end the transaction of a process that stands still: it holds up others."""
    with driver.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}")
    driver.commit()


def file_of(engine: Engine) -> Path | None:
    """Return the file of an engine over SQLite, None for PostgreSQL."""
    if engine.dialect.name != SQLITE or engine.url.database is None:
        return None
    return Path(engine.url.database)


def size_of(engine: Engine) -> int:
    """Return how many bytes a database on PostgreSQL takes."""
    with reading(engine) as session:
        found = session.exec_driver_sql("SELECT pg_database_size(current_database())")
        return int(found.scalar_one())


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that nobody else writes beside (SQLite), or that locks rows (others)."""
    with translated(engine), engine.begin() as session:
        if engine.dialect.name == SQLITE:
            session.exec_driver_sql("BEGIN IMMEDIATE")
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection for statements that only read."""
    with translated(engine), engine.connect() as session:
        yield session


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the library's errors into ours; their text holds no parameters and no address."""
    try:
        yield
    except OperationalError as error:
        raise EngineUnavailable(
            f"The engine's database cannot be used now ({type(error.orig).__name__}).",
            where=_where(engine),
            remedy="Check that it runs, that it is reachable, and that its disk has room.",
        ) from error
    except DBAPIError as error:
        raise EngineBroken(
            f"The engine's database refused a statement ({type(error.orig).__name__}).",
            where=_where(engine),
            remedy="Check that its user may create tables there, and that no other program does.",
        ) from error


def _where(engine: Engine) -> str:
    url = engine.url
    shown = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return shown.render_as_string()
