"""A console whose tables were copied from a simulated tenant, made once for a module of tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isthmus_sim.in_thread import start
from tests.console.shore import shore, until
from tests.console.site import Served


@contextmanager
def explored(folder: Path) -> Iterator[Served]:
    """Serve a console with full tables while the block lasts."""
    sim = start(folder=folder)
    try:
        with shore(folder / "home", sim) as console:
            key = console.site.syncing.ask(by="ann")
            until(lambda: _is_done(console, key))
            yield console
    finally:
        sim.stop()


def _is_done(console: Served, key: str) -> bool:
    asked = console.site.syncing.asked(key)
    return asked is not None and asked.state == "done"
