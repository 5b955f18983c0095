"""Times and days as SOAP takes them, and as REST shows them afterwards."""

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.batches import DUE, entity, made, refused, row, run
from tests.sim.soap.clients import Wire, texts


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-06-20 10:00:00", "2026-06-20T14:00:00.000Z"),
        ("2026-01-20T10:00:00.123456", "2026-01-20T15:00:00.123Z"),
        ("2026-06-20T10:00", "2026-06-20T14:00:00.000Z"),
        ("2026-06-20", "2026-06-20T04:00:00.000Z"),
        ("2026-06-20T10:00:00Z", "2026-06-20T10:00:00.000Z"),
        ("2026-06-20T10:00:00+02:00", "2026-06-20T08:00:00.000Z"),
        ("2025-11-02T01:30:00", "2025-11-02T05:30:00.000Z"),
    ],
)
def test_times_are_taken_in_every_known_form(
    wire: Wire,
    autotask_sim: AutotaskSim,
    ticket: dict[str, str],
    sent: str,
    stored: str,
) -> None:
    told = run(wire, "create", entity("Ticket", {**ticket, "DueDateTime": sent}))
    assert row(autotask_sim, "Tickets", made(told))["dueDateTime"] == stored


def test_an_offset_can_be_cut_off(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_offsets": "ignored"})
    told = run(wire, "create", entity("Ticket", {**ticket, "DueDateTime": f"{DUE}+02:00"}))
    assert row(autotask_sim, "Tickets", made(told))["dueDateTime"] == "2026-06-20T14:00:00.000Z"


@pytest.mark.parametrize("sent", ["2026-03-08T02:30:00", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_does_not_exist_is_refused(
    wire: Wire, ticket: dict[str, str], sent: str
) -> None:
    told = run(wire, "create", entity("Ticket", {**ticket, "DueDateTime": sent}))
    assert "to type 'Date' is not valid" in refused(told)[0]


def test_times_are_utc_where_the_switch_says_so(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_times": "utc"})
    told = run(wire, "create", entity("Ticket", ticket))
    assert texts(told, "DueDateTime") == [DUE]
    assert row(autotask_sim, "Tickets", made(told))["dueDateTime"] == DUE + ".000Z"


def test_a_day_is_written_as_it_stands(wire: Wire, autotask_sim: AutotaskSim) -> None:
    entry = next(
        e
        for e in autotask_sim.rows("TimeEntries")
        if e["taskID"] and e["internalBillingCodeID"] is None
    )
    fields = {
        "TaskID": str(entry["taskID"]),
        "ResourceID": str(entry["resourceID"]),
        "RoleID": str(entry["roleID"]),
        "DateWorked": "2026-06-10",
        "HoursWorked": "1.5",
    }
    told = run(wire, "create", entity("TimeEntry", fields))
    found = row(autotask_sim, "TimeEntries", made(told))
    assert found["dateWorked"] == "2026-06-10T00:00:00.000Z"
    assert texts(told, "DateWorked") == ["2026-06-10T00:00:00"]
    assert texts(told, "HoursWorked") == ["1.5"]
