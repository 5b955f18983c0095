"""A child process that loads the largest table of a large tenant, so that two cores share it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

from isthmus_sim.autotask.store.rendered import WIDTH
from isthmus_sim.autotask.tenant.desk_plan import ticket_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isthmus_sim.autotask.tenant.shapes import TenantPlan

WORKER = "isthmus_sim.autotask.store.load_worker"
LARGEST = "Tickets"
ENDINGS = {signal.SIGINT, signal.SIGTERM}
WORTH_IT = 100_000
SHARE = 0.6
"""How many of the records the child renders; with the rest its parent is as busy. Measured."""


class Helper:
    """
    A child process that fills one table. Use `finish` before its file, `close` at the end.

    edge: the first id whose record it leaves to its parent to render.
    """

    def __init__(self, plan: TenantPlan, collection: str, folder: str | None) -> None:
        self.collection = collection
        self.edge = (ticket_id(int(plan.tickets * SHARE)) // WIDTH + 1) * WIDTH
        self._folder = TemporaryDirectory(prefix="isthmus-sim-", dir=folder)
        self.path = Path(self._folder.name) / "table.sqlite"
        text = orjson.dumps(asdict(plan)).decode()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", WORKER, collection, str(self.path), text, str(self.edge)]
        )

    def finish(self) -> bool:
        """Wait; tell whether the table is there."""
        return self._process.wait() == 0

    def close(self) -> None:
        """Remove the file."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold signals back, so that none arrives between making a thing and knowing of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def helper_for(plan: TenantPlan, beside: str | None) -> Helper | None:
    """Start a helper for the tickets, where there is a second core and enough to do."""
    if plan.tickets < WORTH_IT or (os.cpu_count() or 1) < 2:
        return None
    folder = str(Path(beside).resolve().parent) if beside else None
    return Helper(plan, LARGEST, folder)
