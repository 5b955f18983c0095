from collections.abc import Iterator
from typing import Any

import pytest

from isthmus_sim.fieldnation.provider.actions import ACTIONS
from isthmus_sim.in_thread import FieldNationSim, ask, start_fieldnation
from tests.sim.fieldnation.served import assigned, do, make, providers, routed


@pytest.fixture(scope="module")
def sim() -> Iterator[FieldNationSim]:
    made = start_fieldnation(frozen_clock=True)
    made.admin("PATCH", "switches", {"rate_limit_per_minute": 0})
    yield made
    made.stop()


@pytest.fixture(scope="module")
def two(sim: FieldNationSim) -> tuple[int, int]:
    first, second, *_ = providers(sim)
    return first, second


def seen(sim: FieldNationSim, provider: int) -> dict[int, str]:
    return {row["id"]: row["relation"] for row in sim.provider("GET", f"api/{provider}/orders")}


def refused(sim: FieldNationSim, provider: int, order: int, action: str, **given: Any) -> int:
    url = f"{sim.provider_url}api/{provider}/orders/{order}/{action}"
    answer = ask("POST", url, given)
    assert answer.status >= 400, answer.body
    assert answer.json["error"]
    return answer.status


def status(sim: FieldNationSim, order: int) -> dict[str, Any]:
    found: dict[str, Any] = sim.get(f"workorders/{order}").json["status"]
    return found


def test_a_draft_is_invisible_and_a_published_order_is_for_everybody(
    sim: FieldNationSim, two: tuple[int, int]
) -> None:
    order = make(sim)
    assert order not in seen(sim, two[0])
    sim.post(f"workorders/{order}/publish")
    assert [seen(sim, one)[order] for one in two] == ["market", "market"]


def test_an_order_routed_to_one_is_seen_by_that_one_only(
    sim: FieldNationSim, two: tuple[int, int]
) -> None:
    order = routed(sim, two[0])
    assert seen(sim, two[0])[order] == "offered"
    assert order not in seen(sim, two[1])
    assert refused(sim, two[1], order, "accept") == 404


def test_accepting_an_offer_assigns_the_order(sim: FieldNationSim, two: tuple[int, int]) -> None:
    order = routed(sim, two[0])
    shown = do(sim, two[0], order, "accept")
    assert shown["relation"] == "mine"
    assert shown["assignee"]["user"]["id"] == two[0]
    assert status(sim, order)["name"] == "Assigned"


def test_a_visit_goes_from_confirmed_to_work_done(
    sim: FieldNationSim, two: tuple[int, int]
) -> None:
    order = assigned(sim, two[0])
    steps = []
    for action in ("confirm", "on-my-way", "check-in", "check-out", "work-done"):
        offered = sim.provider("GET", f"api/{two[0]}/orders/{order}")["provider_actions"]
        assert action in offered
        do(sim, two[0], order, action)
        steps.append(status(sim, order)["display"])
    assert steps == [
        "Assigned: Confirmed",
        "Assigned: On my way",
        "Assigned: Checked in",
        "Assigned: Checked out",
        "Work Done",
    ]


def test_a_requested_order_can_be_given_to_who_asked(
    sim: FieldNationSim, two: tuple[int, int]
) -> None:
    order = make(sim)
    sim.post(f"workorders/{order}/publish")
    do(sim, two[0], order, "request", notes="I live around the corner", counter_amount=180)
    assert seen(sim, two[0])[order] == "requested"
    assert seen(sim, two[1])[order] == "market"
    do(sim, two[0], order, "withdraw")
    assert seen(sim, two[0])[order] == "market"


def test_declining_can_be_taken_back(sim: FieldNationSim, two: tuple[int, int]) -> None:
    order = routed(sim, two[0])
    do(sim, two[0], order, "decline", reason="too far")
    assert seen(sim, two[0])[order] == "declined"
    do(sim, two[0], order, "undecline")
    assert seen(sim, two[0])[order] in ("offered", "market")


def test_running_late_opens_a_problem_and_posts_a_message(
    sim: FieldNationSim, two: tuple[int, int]
) -> None:
    order = assigned(sim, two[0])
    do(sim, two[0], order, "late", minutes=45)
    shown = sim.get(f"workorders/{order}").json
    assert shown["status"]["display"] == "Assigned: Delayed"
    assert shown["status"]["delay"] == 45 * 60
    (row,) = sim.admin("GET", f"state/work_order/{order}")["problems"]
    assert "45 minutes" in row["comments"]


def test_what_a_provider_adds_is_on_the_order(sim: FieldNationSim, two: tuple[int, int]) -> None:
    order = assigned(sim, two[0])
    before = sim.admin("GET", f"state/work_order/{order}")
    field = next(
        row for row in sim.admin("GET", "state/custom_field") if row["role"] == "assigned_provider"
    )
    task = before["tasks"][0]["id"]
    do(sim, two[0], order, "message", text="I am at the door")
    do(sim, two[0], order, "photo", file="aGVsbG8=", name="door.txt")
    do(sim, two[0], order, "time-log", start="2026-06-15 10:00:00", end="2026-06-15 11:30:00")
    do(sim, two[0], order, "expense", amount=12.5, description="Parking")
    do(sim, two[0], order, "task", task_id=task)
    do(sim, two[0], order, "custom-field", field_id=field["id"], value="SN-1")
    do(sim, two[0], order, "problem", type_id=3, comments="No ladder")
    kept = sim.admin("GET", f"state/work_order/{order}")
    (file,) = [one for folder in kept["folders"] for one in folder["files"]]
    assert (file["name"], file["size"], file["by"]) == ("door.txt", 5, two[0])
    assert [message["text"] for message in kept["messages"]] == ["I am at the door"]
    assert kept["time_logs"][0]["out"] == "2026-06-15 11:30:00"
    assert kept["expenses"][0]["amount"] == 12.5
    assert kept["tasks"][0]["status"] == "complete"
    assert kept["custom_fields"][str(field["id"])] == "SN-1"
    assert kept["problems"][0]["comments"] == "No ladder"


@pytest.mark.parametrize(
    "action",
    sorted(name for name, action in ACTIONS.items() if action.mine),
)
def test_what_belongs_to_the_assigned_provider_is_refused_to_others(
    sim: FieldNationSim, two: tuple[int, int], action: str
) -> None:
    order = make(sim)
    sim.post(f"workorders/{order}/publish")
    assert refused(sim, two[1], order, action) == 403


def test_an_illegal_step_is_409_or_400_by_switch(sim: FieldNationSim, two: tuple[int, int]) -> None:
    order = assigned(sim, two[0])
    assert refused(sim, two[0], order, "check-out") == 409
    sim.admin("PATCH", "switches", {"illegal_transition_status": 400})
    assert refused(sim, two[0], order, "check-out") == 400
    sim.admin("PATCH", "switches", {"illegal_transition_status": 409})


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("message", {}),
        ("message", {"text": 5}),
        ("message", {"text": "x", "colour": "red"}),
        ("late", {"minutes": -5}),
        ("late", {"minutes": "soon"}),
        ("late", {"minutes": 1.5}),
        ("expense", {"amount": "NaN"}),
        ("expense", {"amount": True}),
        ("expense", {"amount": 5, "category_id": 1}),
        ("photo", {"file": "not base64!"}),
        ("task", {"task_id": 1, "done": "perhaps"}),
        ("time-log", {"start": "yesterday"}),
    ],
)
def test_values_that_make_no_sense_are_refused(
    sim: FieldNationSim, two: tuple[int, int], action: str, given: dict[str, Any]
) -> None:
    order = assigned(sim, two[0])
    assert refused(sim, two[0], order, action, **given) == 400


def test_the_index_tells_every_action_and_what_it_takes(sim: FieldNationSim) -> None:
    told = sim.provider("GET", "api/")
    assert set(told["actions"]) == set(ACTIONS)
    assert "text" in told["actions"]["message"]["takes"]


@pytest.mark.parametrize("path", ["api/1/orders", "api/x/orders", "api/nothing", "api/1/x"])
def test_who_or_what_is_not_there_is_404(sim: FieldNationSim, path: str) -> None:
    assert ask("GET", sim.provider_url + path).status == 404
