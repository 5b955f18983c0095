"""Calls are counted by what was called, at both vendors."""

import http.client

import pytest

from isthmus_sim.base.calls import template_of
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/Tickets/7601/Notes", "/Tickets/{id}/Notes"),
        ("/Tickets/query", "/Tickets/query"),
        ("/ATServices/1.6/atws.asmx/query", "/ATServices/1.6/atws.asmx/query"),
        ("/api/v1/webhooks/11111111-2222-4333-8444-555555555555", "/api/v1/webhooks/{id}"),
        ("/x/11111111-2222-4333-8444-555555555555:3/retry", "/x/{id}/retry"),
        ("/Tickets/-1", "/Tickets/{id}"),
    ],
)
def test_a_template_names_no_single_thing(path: str, template: str) -> None:
    assert template_of(path) == template


def test_autotask_counts_its_calls_since_they_were_forgotten(autotask_sim: AutotaskSim) -> None:
    autotask_sim.get("Tickets/1")
    assert autotask_sim.admin("GET", "calls")["calls"] == 1
    assert autotask_sim.admin("DELETE", "calls") == {"forgotten": 1}
    first, second, *_ = (row["id"] for row in autotask_sim.rows("Tickets"))
    autotask_sim.get(f"Tickets/{first}")
    autotask_sim.get(f"tickets/{second}")
    autotask_sim.patch("Tickets", {"id": first, "title": "Again"})
    autotask_sim.patch("Tickets", {"id": first, "status": 99_999})
    told = autotask_sim.admin("GET", "calls")
    assert told["calls"] == 4
    assert [(one["method"], one["path"], one["entity"], one["statuses"]) for one in told["by"]] == [
        ("GET", "/Tickets/{id}", "Tickets", {"200": 2}),
        ("PATCH", "/Tickets", "Tickets", {"200": 1, "500": 1}),
    ]
    assert all(one["ms"] > 0 for one in told["by"])


def test_field_nation_counts_its_calls_and_not_those_of_tests(
    fieldnation_sim: FieldNationSim,
) -> None:
    assert fieldnation_sim.token
    fieldnation_sim.admin("DELETE", "calls")
    made = [fieldnation_sim.post("workorders", {"title": "One"}).json["id"] for _ in range(2)]
    for order in made:
        fieldnation_sim.get(f"workorders/{order}")
    fieldnation_sim.get("workorders/1")
    told = fieldnation_sim.admin("GET", "calls")
    assert [(one["method"], one["path"], one["statuses"]) for one in told["by"]] == [
        ("GET", "/api/rest/v2/workorders/{id}", {"200": 2, "404": 1}),
        ("POST", "/api/rest/v2/workorders", {"200": 2}),
    ]
    fieldnation_sim.admin("POST", "reset")
    assert fieldnation_sim.admin("GET", "calls")["by"] == []


def test_a_dropped_call_counts_as_one_without_a_status(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("POST", "faults", {"kind": "drop_after", "count": 1})
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        autotask_sim.get("Tickets/1")
    assert autotask_sim.admin("GET", "calls")["by"][0]["statuses"] == {"0": 1}
