"""Looks at a file while it is written: how large it has grown, and what its disk has left."""

import shutil
from pathlib import Path

from isthmus.warehouse.answering import Limits, TooMuch


class Filling:
    """One file on its way, held against the limits of what it is written for."""

    def __init__(self, file: Path, limits: Limits) -> None:
        self._file = file
        self._limits = limits

    def trouble(self) -> TooMuch | None:
        """Return why no more may be written; None: go on."""
        most, left = self._limits.file, self._limits.left
        if most is not None and _size(self._file) > most:
            return TooMuch(
                f"The export was stopped: its file grew over {_words(most)}, the most it may have.",
                where=str(self._file.parent),
                remedy="Ask for less at once: fewer rows (a WHERE on a date), fewer columns. CSV"
                " has no such limit.",
            )
        if left is not None and shutil.disk_usage(self._file.parent).free < left:
            return TooMuch(
                f"The export was stopped: its disk would have less than {_words(left)} left.",
                where=str(self._file.parent),
                remedy="Make room there, or ask for less at once.",
            )
        return None

    def check(self) -> None:
        """Raises: TooMuch: no more may be written."""
        found = self.trouble()
        if found is not None:
            raise found


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # not begun yet
        return 0


def _words(size: int) -> str:
    for unit, power in (("GB", 30), ("MB", 20), ("KB", 10)):
        if size >= 1 << power:
            return f"{size / (1 << power):g} {unit}"
    return f"{size} bytes"
