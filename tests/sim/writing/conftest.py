from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.writing.desk import picklist

TICKET = {"title": "Printer on fire", "status": 1, "priority": 2, "companyID": 0}


@pytest.fixture
def sim(autotask_sim: AutotaskSim) -> AutotaskSim:
    autotask_sim.admin("POST", "clock", {"frozen": True})
    return autotask_sim


@pytest.fixture
def ticket(sim: AutotaskSim) -> dict[str, Any]:
    """A ticket body the vendor takes, without anything optional."""
    queue = picklist(sim, "Tickets", "queueID")[0]
    return {**TICKET, "queueID": int(queue), "dueDateTime": "2026-07-01T12:00:00Z"}
