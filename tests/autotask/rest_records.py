"""Records of a simulated tenant, and what a ticket needs, for the tests of writing."""

from datetime import UTC, datetime
from typing import Any

from isthmus.autotask import ClientSettings, Credentials, Label, RestRecords, Waits, WriteSettings
from isthmus.autotask.port import Writable

DUE = datetime(2026, 7, 1, 12, tzinfo=UTC)
SOON = WriteSettings(read_back_tries=5, read_back_waits=Waits(0.05, 0.2, 0.0))
TICKET: dict[str, Writable] = {
    "title": "Printer on fire",
    "status": Label("New"),
    "priority": Label("High"),
    "companyID": 0,
    "queueID": Label("Level I Support"),
    "dueDateTime": DUE,
}
NOTE: dict[str, Writable] = {
    "title": "Seen",
    "description": "It burns.",
    "noteType": Label("Task Notes"),
    "publish": Label("All Autotask Users"),
}


def records_of(sim: Any, settings: ClientSettings, writes: WriteSettings = SOON) -> RestRecords:
    credentials = Credentials(
        username=sim.username, secret=sim.secret, integration_code=sim.integration_code
    )
    return RestRecords.connect(credentials, base_url=sim.url, settings=settings, writes=writes)


def row_of(sim: Any, collection: str, row_id: int) -> dict[str, Any]:
    found: list[dict[str, Any]] = sim.rows(collection, row_id)
    return found[0]


def sent_to(sim: Any, method: str) -> list[dict[str, Any]]:
    """The writes the simulator has seen by one method, oldest first."""
    return [one for one in sim.admin("GET", "requests") if one["method"] == method]
