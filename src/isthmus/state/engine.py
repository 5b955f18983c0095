"""
One durable SQLite file: every write is on disk when it returns, and writers queue.

What its driver says when it fails is said here in our words.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from isthmus.base.errors import IsthmusError
from isthmus.state.errors import StateBroken, StateBusy
from isthmus.state.journal import keep_journal

BUSY_TIMEOUT_MS = 30_000

READ_ONLY = {"isthmus_read_only": True}


def open_engine(path: Path) -> Engine:
    """
    Return an engine over the file at `path`, which need not exist; its folder must.

    Only its owner may read it, also where it was made otherwise. WAL with synchronous FULL; a
    transaction takes the write lock when it begins, unless its connection carries the execution
    options `READ_ONLY`.
    """
    path.touch(mode=0o600)
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        _keep_to_owner(file)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _keep_to_owner(path: Path) -> None:
    """Take the rights of others off a file, if it is there and ours."""
    with suppress(FileNotFoundError, PermissionError):
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _prepare(driver: sqlite3.Connection, _record: Any) -> None:
    driver.isolation_level = None  # the driver would begin too late, and only for some statements
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    keep_journal(driver)
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute("PRAGMA foreign_keys = ON")


def _begin(session: Session) -> None:
    read_only = session.get_execution_options().get("isthmus_read_only", False)
    session.exec_driver_sql("BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Say a driver's error in our words."""
    try:
        yield
    except IsthmusError:
        raise
    except OperationalError as error:
        if "locked" in str(error.orig):
            raise StateBusy(
                "The state is in use by another process for too long.",
                where=str(path),
                remedy="Try again; if it lasts, look for a process of Isthmus that hangs.",
            ) from error
        raise _unusable(path, str(error.orig)) from error
    except DatabaseError as error:
        raise _unusable(path, str(error.orig)) from error
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from error


def _unusable(path: Path, why: str) -> StateBroken:
    return StateBroken(
        f"The state cannot be used: {why}.",
        where=str(path),
        remedy="Check that ISTHMUS_HOME names a folder you may write to, on a disk with room left.",
    )
