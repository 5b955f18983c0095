"""The journal of a SQLite file, which several processes may ask for at once."""

import sqlite3
from typing import Final

_TRIES: Final = 100


def keep_journal(driver: sqlite3.Connection) -> None:
    """
    Set WAL; a new file may be asked for it by several processes at once.

    Two that collide are refused on the spot, whatever the busy timeout; who begins a transaction
    does wait, and so they are parted.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            driver.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not tries_left:
                raise
            driver.execute("BEGIN EXCLUSIVE")
            driver.execute("COMMIT")
        else:
            return
