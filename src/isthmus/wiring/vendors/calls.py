"""Keeps a line of every call to the vendors that a run makes, off the way of the work."""

import atexit
import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from isthmus.base.backoff import tries
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.base.observing import Observer, Seen, cause
from isthmus.engine.database import open_database
from isthmus.state.calls import Call, Calls
from isthmus.wiring.environment.config import Config

__all__ = ["CallLog", "call_log", "open_calls"]

_EVERY_SECONDS: Final = 1.0
_QUIET: Final = 5
_MOST_WAITING: Final = 50_000
_TAIL: Final = 6_000
_LONGEST: Final = 200
_VERSION: Final = re.compile(r"^.*?/v?\d+(?:\.\d+)*/", re.IGNORECASE)
_COUNT: Final = re.compile(rb'"count"\s*:\s*(\d{1,9})')
_log = get_logger("calls")


@dataclass(frozen=True, slots=True)
class _Noted:
    """What is noted at once: no more than that, as the work waits for it."""

    at: datetime
    vendor: str
    seen: tuple[str, str, int, int]
    size: int
    rows: int | None
    run: str
    key: str
    attempt: int


def open_calls(config: Config) -> Calls:
    """Open the log of an installation. Raises: StateBusy, StateBroken, EngineUnavailable."""
    return Calls.open(open_database(_place(config)))


def _place(config: Config) -> Path | str:
    place = config.dispatch_place
    if not place.is_file:
        return place.address
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place.path / "calls.db"


class CallLog:
    """
    Takes calls from any thread and writes them once a second, in one transaction.

    The thread that writes ends when nothing comes for a while. What cannot be written is left out:
    no run ends because its calls cannot be noted. How many were is in the log. Calls that no run
    makes, such as those of a test, are not noted.
    """

    def __init__(self, open_log: Callable[[], Calls]) -> None:
        self._open_log = open_log
        self._calls: Calls | None = None
        self._waiting: deque[_Noted] = deque()
        self._lost = 0
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pause = threading.Event()

    def observer(self, vendor: str) -> Observer:
        """Return what a client of a vendor tells its calls to."""
        return lambda seen: self._see(vendor, seen)

    def flush(self) -> bool:
        """Write what waits now; tells whether anything did. Blocks."""
        with self._turn:
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            lost, self._lost = self._lost, 0
            if not waiting:
                return False
            try:
                if self._calls is None:
                    self._calls = self._open_log()
                self._calls.add([_line(one) for one in waiting])
            except IsthmusError as error:
                lost += len(waiting)
                _log.warning("calls_not_noted", count=lost, what=error.what)
                return True
        if lost:
            _log.warning("calls_not_noted", count=lost, what="there were too many at once")
        return True

    def _see(self, vendor: str, seen: Seen) -> None:
        made_for = cause()
        if made_for is None:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._lost += 1
            return
        told = (seen.method, seen.url, seen.status, seen.ms)
        of_run = (made_for.run, made_for.key, tries())
        size, rows = len(seen.answered), _rows_of(seen)
        self._waiting.append(_Noted(utc_now(), vendor, told, size, rows, *of_run))
        if self._thread is None:
            self._begin()

    def _begin(self) -> None:
        with self._turn:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="calls", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        """Write until nothing came for a while; then let go of the log."""
        quiet = 0
        while quiet < _QUIET:
            self._pause.wait(_EVERY_SECONDS)
            quiet = 0 if self.flush() else quiet + 1
            if quiet == _QUIET and not self._let_go():
                quiet = 0

    def _let_go(self) -> bool:
        with self._turn:
            mine, self._thread = self._thread, None
            if self._waiting:  # it came before the thread was gone: nobody else begins one
                self._thread = mine
                return False
            if self._calls is not None:
                self._calls.close()
                self._calls = None
        return True


def _rows_of(seen: Seen) -> int | None:
    """Return how many rows a page of Autotask's holds, by its own count."""
    if seen.status != 200 or not seen.url.endswith("/query"):
        return None
    tail = seen.answered[-_TAIL:]
    found = _COUNT.search(tail, max(0, tail.rfind(b'"pageDetails"')))
    return int(found[1]) if found else None


def _line(noted: _Noted) -> Call:
    method, url, status, ms = noted.seen
    path = _VERSION.sub("", url)[:_LONGEST]
    if noted.vendor == "autotask" and "asmx" in url.lower():
        path = "SOAP"
    return Call(
        at=noted.at, vendor=noted.vendor, method=method, entity=path.partition("/")[0], path=path,
        status=status, ms=ms, size=noted.size, rows=noted.rows, run=noted.run, key=noted.key,
        attempt=noted.attempt,
    )  # fmt: skip


_logs: Final[dict[str, CallLog]] = {}
_logs_lock: Final = threading.Lock()


def call_log(config: Config) -> CallLog:
    """Return the log of an installation that this process writes; nothing is opened yet."""
    place = config.dispatch_place
    where = str(place.path if place.is_file else place.address)
    with _logs_lock:
        found = _logs.get(where)
        if found is None:
            found = _logs[where] = CallLog(lambda: open_calls(config))
        return found


def _flush_all() -> None:
    """Write what waits when the process ends."""
    for one in tuple(_logs.values()):
        one.flush()


atexit.register(_flush_all)
