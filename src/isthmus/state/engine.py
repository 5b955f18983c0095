"""One durable SQLite file: every write is on disk when it returns, and writers queue."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import Engine, create_engine, event

BUSY_TIMEOUT_MS = 30_000

READ_ONLY = {"isthmus_read_only": True}


def open_engine(path: Path) -> Engine:
    """
    Return an engine over the file at `path`, which need not exist; its folder must.

    WAL with synchronous FULL; a transaction takes the write lock when it begins, unless its
    connection carries the execution options `READ_ONLY`.
    """
    if not path.exists():
        path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(driver: sqlite3.Connection, _record: Any) -> None:
    driver.isolation_level = None  # the driver would begin too late, and only for some statements
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    driver.execute("PRAGMA journal_mode = WAL")
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute("PRAGMA foreign_keys = ON")


def _begin(session: Session) -> None:
    read_only = session.get_execution_options().get("isthmus_read_only", False)
    session.exec_driver_sql("BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE")
