"""One run at a time: a lock that the operating system drops when its holder dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from isthmus.state.errors import StateBroken, StateBusy

PATIENCE_SECONDS = 0.5
"""Long enough for one who only looks whether the lock is held; a run holds it far longer."""


_SYNC: Final = (
    "Another sync is running in this home.",
    "Wait until it ends; `isthmus status` shows how far it is.",
)


@contextmanager
def sole_run(path: Path, told: tuple[str, str] = _SYNC) -> Iterator[None]:
    """
    Hold the lock file at `path` while the block lasts.

    An open exclusive transaction of SQLite is a file lock on every system, without a package for
    each.

    Args: told: what is said, and advised, where it is held. Raises: StateBusy: another process, or
    another block of this one, holds it; StateBroken: the file cannot be used.
    """
    try:
        opened = sqlite3.connect(
            path,
            timeout=PATIENCE_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # what one thread began another may end
        )
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    with closing(opened) as lock:
        try:
            lock.execute("PRAGMA journal_mode = MEMORY")  # who is killed leaves no journal behind
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if not _is_held(error):
                raise _unusable(path, error) from error
            raise StateBusy(told[0], where=str(path), remedy=told[1]) from error
        yield


def is_running(path: Path) -> bool:
    """Tell whether somebody holds the lock file at `path`; nothing is made or changed."""
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)) as looker:
            looker.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        return _is_held(error)
    return False


def _is_held(error: sqlite3.Error) -> bool:
    return "locked" in str(error)


def _unusable(path: Path, error: sqlite3.Error) -> StateBroken:
    return StateBroken(
        f"The lock of this home cannot be used: {error}.",
        where=str(path),
        remedy="Check that ISTHMUS_HOME names a folder you may write to, on a disk with room left.",
    )
