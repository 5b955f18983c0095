"""Searches that mind no case, the same over SQLite as over PostgreSQL: of every letter there is."""

import sqlite3
from typing import TypeAlias

_Value: TypeAlias = str | bytes | int | float | None


def fold_every_letter(driver: sqlite3.Connection) -> None:
    """Have `lower` know more than the letters of ASCII, which are all that SQLite's own knows."""
    driver.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: _Value) -> _Value:
    return value.lower() if isinstance(value, str) else value
