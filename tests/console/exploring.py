"""Consoles with tables: all of a simulated tenant's, made once for a module of tests, or two."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from isthmus.wiring.tables.warehouse import open_warehouse
from isthmus_sim.in_thread import start
from tests.console.shore import NOTHING, shore, until
from tests.console.site import Served, served
from tests.reports.conftest import COMPANIES
from tests.warehouse.building import Desk, column, shape

TWINS = "Twin Peaks Dental"
"""What two of the clients are called."""


@contextmanager
def explored(folder: Path, more: Mapping[str, str] = NOTHING) -> Iterator[Served]:
    """Serve a console with full tables while the block lasts; `more` variables are set for it."""
    sim = start(folder=folder)
    for _ in range(2):
        client = {"companyName": TWINS, "companyType": 1, "phone": "1", "ownerResourceID": 29682885}
        made = sim.post("Companies", client)
        assert made.status == 200, made.body
    try:
        with shore(folder / "home", sim, more=more) as console:
            key = console.site.syncing.ask(by="ann")
            until(lambda: _is_done(console, key))
            yield console
    finally:
        sim.stop()


@contextmanager
def tabled(home: Path) -> Iterator[Served]:
    """Serve a console with two small tables, of which tickets lack the column of their company."""
    with served(home) as console:
        warehouse = open_warehouse(console.house.config)
        desk = Desk(warehouse, console.house.config.spool)
        desk.publish(COMPANIES, {"id": 1, "companyName": "Acme"})
        desk.publish(shape("Tickets", column("title")), {"id": 7, "title": "On fire"})
        warehouse.close()
        yield console


def _is_done(console: Served, key: str) -> bool:
    asked = console.site.syncing.asked(key)
    return asked is not None and asked.state == "done"
