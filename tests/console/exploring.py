"""Consoles with tables: all of a simulated tenant's, made once for a module of tests, or two."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import Page

from isthmus.wiring.people import Role
from isthmus.wiring.tables.warehouse import open_warehouse
from isthmus_sim.in_thread import start
from tests.console.shore import NOTHING, reached, shore, until, worked
from tests.console.site import Served, served, signed_in
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


def fetched(console: Served, path: str, role: Role = Role.VIEWER) -> httpx2.Response:
    """Return what a page answers to somebody of a role."""
    cookie = console.cookie(role)
    with httpx2.Client(cookies={cookie["name"]: cookie["value"]}, timeout=60) as client:
        return client.get(console.url + path)


@contextmanager
def limited(folder: Path) -> Iterator[Served]:
    """Serve one with full tables, whose API user may not read some of it any more."""
    sim = start(folder=folder)
    try:
        with served(folder / "home", reached(sim)) as console:
            key = console.site.syncing.ask(by="ann")
            with worked(console):  # only so long: a process has one worker, and others want theirs
                until(lambda: (console.site.syncing.asked(key) or console).state == "done")  # type: ignore[union-attr]
            lost = {"kind": "permission_lost", "entity": "Invoices", "mode": "refuse"}
            sim.admin("POST", "faults", lost)
            hidden = {"kind": "permission_lost", "entity": "Contacts", "mode": "hide", "share": 0.5}
            sim.admin("POST", "faults", hidden)
            with signed_in(console, Role.ADMIN) as (client, csrf):
                answer = client.post("/connections/test", data={"csrf": csrf})
                assert "2 wrong" in answer.text or "1 wrong" in answer.text
            yield console
    finally:
        sim.stop()


def saved_to(page: Page, folder: Path, name: str) -> Path:
    """Click a link of a page, and return where its download was saved."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile(f"^{name}")).first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path
