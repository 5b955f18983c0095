"""Doors in a process of their own, to be killed."""

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event

from tests.webhooks.site import Site

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.webhooks.site", "psycopg"])


def _serve(place: Path | str, told: Connection) -> None:
    site = Site(place).start()
    told.send(site.doors.port)
    Event().wait()


@dataclass(frozen=True)
class Serving:
    """A process that serves at a port."""

    process: BaseProcess
    port: int

    @classmethod
    def start(cls, place: Path | str) -> "Serving":
        mine, its = _forks.Pipe()
        process = _forks.Process(target=_serve, args=(place, its), daemon=True)
        process.start()
        its.close()
        assert mine.poll(60), "it never listened"
        return cls(process, int(mine.recv()))

    def kill(self) -> None:
        """Kill it with no chance to do anything more."""
        self.process.kill()
        self.process.join()
        self.process.close()
