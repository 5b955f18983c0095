"""Time entries: hours, roles, owners, and whose may be deleted."""

from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.writing.desk import desk_pair, refused


@pytest.fixture
def hours(sim: AutotaskSim) -> dict[str, Any]:
    """A time entry on a ticket without a contract."""
    resource, role = desk_pair(sim)
    ticket = sim.rows("Tickets")[-1]["id"]
    sim.admin("PATCH", f"state/Tickets/{ticket}", {"contractID": None, "raw": True})
    return {
        "resourceID": resource,
        "roleID": role,
        "ticketID": ticket,
        "startDateTime": "2026-06-15T09:00:00Z",
        "endDateTime": "2026-06-15T10:15:00Z",
        "summaryNotes": "Put it out",
    }


def test_hours_follow_from_start_and_stop(sim: AutotaskSim, hours: dict[str, Any]) -> None:
    number = sim.post("TimeEntries", {**hours, "hoursWorked": 9}).json["itemId"]
    row = sim.get(f"TimeEntries/{number}").json["item"]
    assert (row["hoursWorked"], row["hoursToBill"]) == (1.25, 1.25)
    assert row["dateWorked"] == "2026-06-15T00:00:00.000Z"
    assert sim.patch("TimeEntries", {"id": number, "hoursWorked": 5}).status == 200
    assert sim.get(f"TimeEntries/{number}").json["item"]["hoursWorked"] == 1.25


def test_time_without_times_is_refused_in_the_vendors_words(
    sim: AutotaskSim, hours: dict[str, Any]
) -> None:
    del hours["startDateTime"], hours["endDateTime"]
    text = "Must have at least one of hoursWorked or startDateTime/endDateTime"
    refused(sim.post("TimeEntries", hours), text)
    text = "dateWorked is required when no value is supplied for startDateTime"
    refused(sim.post("TimeEntries", {**hours, "hoursWorked": 1}), text)
    dated = {**hours, "hoursWorked": 1, "dateWorked": "2026-06-15"}
    assert sim.post("TimeEntries", dated).status == 200


def test_time_on_a_ticket_needs_a_role_and_one_owner(
    sim: AutotaskSim, hours: dict[str, Any]
) -> None:
    task = sim.admin("POST", "state/Tasks", {"title": "x"})["id"]
    text = "Only one of ticketID,taskID and InternallAllocationCodeID can be used at once"
    refused(sim.post("TimeEntries", {**hours, "taskID": task}), text)
    del hours["roleID"]
    refused(sim.post("TimeEntries", hours), "TimeEntries for Tickets must have a roleID")
    del hours["resourceID"]
    refused(sim.post("TimeEntries", hours), "required field resourceID")


def test_a_contract_may_demand_start_and_stop(sim: AutotaskSim, hours: dict[str, Any]) -> None:
    contract = sim.rows("Contracts")[0]["id"]
    strict = {"timeReportingRequiresStartAndStopTimes": 1, "raw": True}
    sim.admin("PATCH", f"state/Contracts/{contract}", strict)
    body = {**hours, "contractID": contract, "hoursWorked": 1, "dateWorked": "2026-06-15"}
    del body["endDateTime"]
    text = "TimeEntries for Service tickets require a start and stop time."
    refused(sim.post("TimeEntries", body), text)


def test_only_own_time_is_deleted(sim: AutotaskSim, hours: dict[str, Any]) -> None:
    own = sim.post("TimeEntries", hours).json["itemId"]
    assert sim.delete(f"TimeEntries/{own}").json == {"itemId": own}
    other = sim.rows("TimeEntries")[0]["id"]
    text = "You do not have permission to delete time entries that you did not create."
    refused(sim.delete(f"TimeEntries/{other}"), text)
