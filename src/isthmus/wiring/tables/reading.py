"""Readers of the tables, for pages and commands: many threads at once, no file held for long."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock, Timer
from typing import Protocol

from isthmus.base.clock import monotonic
from isthmus.warehouse.answering import (
    Answer,
    Cut,
    Kind,
    Limits,
    NotPermitted,
    Stream,
    TableReader,
    TooMuch,
)
from isthmus.warehouse.mistakes import did_you_mean, nearest
from isthmus.warehouse.ports import (
    Column,
    ColumnType,
    Origin,
    QueryFailed,
    TableState,
    WarehouseAway,
    WarehouseBroken,
    WarehouseBusy,
)
from isthmus.warehouse.reading import Counts
from isthmus.wiring.environment.config import Config
from isthmus.wiring.tables.warehouse import NothingHeld, open_reader

__all__ = [
    "Answer",
    "Column",
    "ColumnType",
    "Cut",
    "Kind",
    "Limits",
    "NotPermitted",
    "NothingHeld",
    "Origin",
    "QueryFailed",
    "Readers",
    "Stream",
    "TableReader",
    "TableState",
    "TooMuch",
    "WarehouseAway",
    "WarehouseBroken",
    "WarehouseBusy",
    "did_you_mean",
    "nearest",
]

IDLE_S = 5.0
"""How long the file is kept after the last reading: pages come in groups, other processes wait."""


class _Closing(TableReader, Protocol):
    def close(self) -> None: ...

    def rest(self) -> None: ...


class Readers:
    """
    Gives readers of one home's tables, to any thread; one for the whole process is enough.

    A reading sees what was committed when it began, and holds up no publication. DuckDB lets one
    process hold its file: while another one does, `reader` raises WarehouseBusy; and when nothing
    was read for `idle` seconds the file is let go of, so that others get a turn. How many rows
    the tables have is kept beyond that.
    """

    def __init__(self, config: Config, *, idle: float = IDLE_S) -> None:
        self._config = config
        self._idle = idle
        self._counts = Counts()
        self._turn = Lock()
        self._open: _Closing | None = None
        self._opening: Future[None] | None = None
        self._users = 0
        self._used_at = 0.0
        self._timer: Timer | None = None
        self._is_closed = False

    @contextmanager
    def reader(self) -> Iterator[TableReader]:
        """
        Give a reader while the block lasts.

        Raises: NothingHeld: there are no tables yet; WarehouseBusy, WarehouseAway, WarehouseBroken.
        """
        reader = self._taken()
        try:
            yield reader
        finally:
            with self._turn:
                self._users -= 1
                self._used_at = monotonic()
                self._settle()

    def _taken(self) -> TableReader:
        """
        Return the reader, opened where there is none, and count who has it.

        One opens, which may take as long as a server is silent; who comes meanwhile waits for that
        one attempt, and hears of it if it fails.
        """
        while True:
            with self._turn:
                if self._open is not None:
                    self._users += 1
                    return self._open
                opening = self._opening
                mine: Future[None] | None = None
                if opening is None:
                    opening = self._opening = mine = Future()
            if mine is not None:
                self._try(mine)
            opening.result()

    def _try(self, opening: Future[None]) -> None:
        try:
            opened = open_reader(self._config, self._counts)
        except BaseException as error:
            with self._turn:
                self._opening = None
            opening.set_exception(error)
            raise
        with self._turn:
            self._open, self._opening = opened, None
        opening.set_result(None)

    def close(self) -> None:
        """Let go of the file or connections as soon as nothing is read any more."""
        with self._turn:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._settle()

    def _settle(self) -> None:
        """Let go now, or have it looked at later; with the turn held."""
        if self._open is None or self._users:
            return
        left = self._used_at + self._idle - monotonic()
        if self._is_closed:
            self._open.close()
            self._open = None
        elif left <= 0:
            self._open.rest()
            self._open = None
        elif self._timer is None:
            self._timer = Timer(left, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        with self._turn:
            self._timer = None
            self._settle()


def export_folder(config: Config) -> AbstractContextManager[str]:
    """Give a folder for a file on its way to a person, which goes with the block."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - only for downloads

    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return TemporaryDirectory(prefix="export-", dir=Path(config.home))
