"""One run at a time: a lock that the operating system drops when its holder dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from isthmus.state.errors import StateBusy


@contextmanager
def sole_run(path: Path) -> Iterator[None]:
    """
    Hold the lock file at `path` while the block lasts.

    An open exclusive transaction of SQLite is a file lock on every system, without a package for
    each. Raises: StateBusy: another process, or another block of this one, holds it.
    """
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise StateBusy(
                "Another sync is running in this home.",
                where=str(path),
                remedy="Wait until it ends; `isthmus status` shows how far it is.",
            ) from error
        yield
