from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isthmus_sim.fieldnation.admin.activity import WEIGHTS
from isthmus_sim.fieldnation.admin.rows import LATER
from isthmus_sim.fieldnation.provider.actions import ACTIONS
from isthmus_sim.in_thread import FieldNationSim, ask, start_fieldnation
from tests.sim.fieldnation.receiver import Endpoint
from tests.sim.fieldnation.served import assigned, do, hooks, make, providers, routed


def started(**options: Any) -> FieldNationSim:
    sim = start_fieldnation(frozen_clock=True, **options)
    sim.admin("PATCH", "switches", {"rate_limit_per_minute": 0})
    return sim


@pytest.fixture
def sim() -> Iterator[FieldNationSim]:
    made = started()
    yield made
    made.stop()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.stop()


def register(sim: FieldNationSim, url: str, *events: str) -> dict[str, Any]:
    names = events or tuple(row["name"] for row in hooks(sim, "GET", "/events").json["result"])
    body = {"url": url, "method": "post", "status": "active", "events": names}
    answer = hooks(sim, "POST", "", body)
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.json["result"]
    return made


def settle(sim: FieldNationSim) -> None:
    assert sim.admin("POST", "settle") == {"settled": True}


# Webhooks of real work orders ----------------------------------------------------------


def test_the_life_of_an_order_arrives_signed_event_by_event(
    sim: FieldNationSim, endpoint: Endpoint
) -> None:
    hook = register(sim, endpoint.url)
    me = providers(sim)[0]
    order = assigned(sim, me)
    for action in ("confirm", "on-my-way", "check-in", "check-out", "work-done"):
        do(sim, me, order, action)
    sim.post(f"workorders/{order}/approve")
    assert sim.admin("POST", "pay", {"order": order}) == {"paid": [order]}
    settle(sim)
    arrived = endpoint.receiver.arrived
    events = [one.event.removeprefix("workorder.") for one in arrived]
    statuses = [name.removeprefix("status.") for name in events if name.startswith("status.")]
    assert statuses == [
        "draft", "routed", "assigned", "confirmed", "on_my_way", "checked_in", "checked_out",
        "work_done", "approved", "paid",
    ]  # fmt: skip
    assert {"created", "routed", "task_completed"} < set(events)
    assert all(one.is_signed_with(hook["secret"]) for one in arrived)
    assert all(one.json["workorder"]["id"] == order for one in arrived)
    who = {one.event: one.json["triggered_by_user"]["id"] for one in arrived}
    assert who["workorder.created"] == sim.user_id
    assert who["workorder.status.checked_in"] == me


def test_a_status_event_tells_the_status_and_the_one_before(
    sim: FieldNationSim, endpoint: Endpoint
) -> None:
    register(sim, endpoint.url, "workorder.status.published")
    order = make(sim)
    sim.post(f"workorders/{order}/publish")
    settle(sim)
    (one,) = endpoint.receiver.arrived
    params = one.json["event"]["params"]
    assert params == {"work_order_id": order, "status_id": 2, "previous_status_id": 1}
    assert one.json["workorder"] == sim.get(f"workorders/{order}").json


def test_a_check_in_is_two_events_and_a_late_report_three(
    sim: FieldNationSim, endpoint: Endpoint
) -> None:
    me = providers(sim)[0]
    order = assigned(sim, me)
    register(sim, endpoint.url)
    do(sim, me, order, "late", minutes=20)
    settle(sim)
    late, endpoint.receiver.arrived[:] = endpoint.receiver.events, []
    do(sim, me, order, "check-in")
    settle(sim)
    assert sorted(late) == [
        "workorder.message_posted",
        "workorder.problem_reported",
        "workorder.status.delayed",
    ]
    assert sorted(endpoint.receiver.events) == [
        "workorder.status.checked_in",
        "workorder.task_completed",
    ]


def test_the_clock_drives_retries(sim: FieldNationSim, endpoint: Endpoint) -> None:
    register(sim, endpoint.url, "workorder.created")
    endpoint.receiver.answers = [500, 500]
    make(sim)
    settle(sim)
    sim.admin("POST", "clock", {"advance_s": 9})
    settle(sim)
    assert len(endpoint.receiver.arrived) == 1
    for seconds in (1, 20):
        sim.admin("POST", "clock", {"advance_s": seconds})
        settle(sim)
    (delivery,) = sim.admin("GET", "deliveries?event=workorder.created&body=true")
    assert (delivery["state"], delivery["attempt"]) == ("delivered", 3)
    assert delivery["body"].encode() == endpoint.receiver.arrived[2].body


def test_a_running_clock_sends_by_itself(endpoint: Endpoint) -> None:
    sim = start_fieldnation()
    try:
        register(sim, endpoint.url, "workorder.created")
        endpoint.receiver.answers = [500]
        make(sim)
        settle(sim)
        sim.admin("POST", "clock", {"advance_s": 11})
        settle(sim)
        assert len(endpoint.receiver.arrived) == 2
    finally:
        sim.stop()


def test_the_next_deliveries_can_be_dropped_doubled_delayed_and_reordered(
    sim: FieldNationSim, endpoint: Endpoint
) -> None:
    register(sim, endpoint.url, "workorder.created")
    sim.admin("POST", "deliveries", {"drop": 1})
    sim.admin("POST", "deliveries", {"double": 1, "event": "workorder.created"})
    sim.admin("POST", "deliveries", {"delay": 1, "seconds": 300})
    left = sim.admin("POST", "deliveries", {"reorder": 2})["deeds"]
    assert [(deed["kind"], deed["left"]) for deed in left] == [
        ("drop", 1), ("double", 1), ("delay", 1), ("reorder", 2),
    ]  # fmt: skip
    made = [make(sim) for _ in range(5)]
    settle(sim)
    sim.admin("POST", "clock", {"advance_s": 300})
    settle(sim)
    arrived = [made.index(one.json["workorder"]["id"]) for one in endpoint.receiver.arrived]
    assert arrived == [1, 1, 4, 3, 2]
    assert [one["state"] for one in sim.admin("GET", "deliveries")].count("dropped") == 1


def test_what_is_held_back_is_released_on_demand(sim: FieldNationSim, endpoint: Endpoint) -> None:
    register(sim, endpoint.url, "workorder.created")
    sim.admin("POST", "deliveries", {"reorder": 5})
    make(sim)
    settle(sim)
    assert endpoint.receiver.arrived == []
    assert sim.admin("DELETE", "deliveries") == {"released": 1}
    settle(sim)
    assert len(endpoint.receiver.arrived) == 1


def test_one_webhook_can_speak_the_older_dialect(sim: FieldNationSim, endpoint: Endpoint) -> None:
    hook = register(sim, endpoint.url, "workorder.created")
    sim.admin("PATCH", f"webhooks/{hook['webhookId']}", {"dialect": "camelCase"})
    make(sim)
    settle(sim)
    assert endpoint.receiver.arrived[0].json["eventName"] == "workorder.created"
    with pytest.raises(ValueError, match="snake_case"):
        sim.admin("PATCH", f"webhooks/{hook['webhookId']}", {"dialect": "latin"})


def test_webhooks_and_orders_survive_a_restart(tmp_path: Path, endpoint: Endpoint) -> None:
    path = tmp_path / "account.sqlite"
    first = started(state=path)
    hook = register(first, endpoint.url, "workorder.created")
    endpoint.receiver.answers = [500]
    order = make(first)
    settle(first)
    first.stop()
    second = started(state=path)
    try:
        assert hooks(second, "GET", f"/{hook['webhookId']}").status == 200
        assert second.get(f"workorders/{order}").status == 200
        second.admin("POST", "clock", {"advance_s": 10})
        settle(second)
        attempts = [one.headers["X-FN-Delivery-Id"][-2:] for one in endpoint.receiver.arrived]
        assert attempts == [":1", ":2"]
    finally:
        second.stop()


def test_the_description_of_the_webhooks_api_needs_no_sign_in(sim: FieldNationSim) -> None:
    answer = ask("GET", f"{sim.url}integrations/webhooks/_api-json")
    assert answer.status == 200
    assert "/api/v1/webhooks/{webhookId}/history" in answer.json["paths"]


# The admin API itself ------------------------------------------------------------------


def test_the_index_names_every_route(sim: FieldNationSim) -> None:
    routes = sim.admin("GET", "")["routes"]
    assert "POST /_sim/act" in routes
    assert len(routes) == len(set(routes)) > 20


def test_an_unknown_route_or_key_is_refused_with_what_there_is(sim: FieldNationSim) -> None:
    assert ask("GET", f"{sim.admin_url}nothing").status == 404
    wrong = ask("PUT", f"{sim.admin_url}clock", {})
    assert (wrong.status, "GET, POST" in wrong.json["error"]) == (404, True)
    wrong_bodies = {
        "clock": {"leap": 1},
        "activity": {"kinds": ["dance"]},
        "deliveries": {},
        "settle": {"most_s": "x"},
        "faults": [],
    }
    for path, body in wrong_bodies.items():
        refused = ask("POST", f"{sim.admin_url}{path}", body)
        assert (refused.status, bool(refused.json["error"])) == (400, True)


def test_requests_are_seen_without_their_tokens(sim: FieldNationSim) -> None:
    make(sim)
    hooks(sim, "GET", "")
    seen = sim.admin("GET", "requests")
    assert [line["path"] for line in seen] == [
        "/authentication/api/oauth/token",
        "/api/rest/v2/workorders",
        "/api/v1/webhooks",
    ]
    assert sim.token not in str(seen)
    assert [line["method"] for line in sim.admin("GET", "requests?path=workorders")] == ["POST"]
    assert sim.admin("DELETE", "requests") == {"forgotten": 3}
    assert sim.admin("GET", "requests") == []


def test_stored_documents_can_be_read_changed_and_forgotten(sim: FieldNationSim) -> None:
    order = make(sim)
    assert sim.admin("GET", "state")["work_order"] == 1
    sim.admin("PATCH", f"state/work_order/{order}", {"title": "Changed by hand"})
    assert sim.get(f"workorders/{order}").json["title"] == "Changed by hand"
    sim.admin("DELETE", f"state/work_order/{order}")
    assert sim.get(f"workorders/{order}").status == 404
    assert ask("GET", f"{sim.admin_url}state/dragon").status == 404
    assert ask("GET", f"{sim.admin_url}state/user/1").status == 404


def test_a_kind_that_has_nothing_yet_is_an_empty_list(sim: FieldNationSim) -> None:
    counts = sim.admin("GET", "state")
    for kind in LATER:
        assert counts[kind] == 0
        assert sim.admin("GET", f"state/{kind}") == []


def test_the_clock_moves_only_forward(sim: FieldNationSim) -> None:
    now = sim.admin("GET", "clock")
    assert now["frozen"] is True
    later = sim.admin("POST", "clock", {"advance_s": 3600})["now"]
    assert later > now["now"]
    assert ask("POST", f"{sim.admin_url}clock", {"advance_s": -1}).status == 400
    assert ask("POST", f"{sim.admin_url}clock", {"set": now["now"]}).status == 400


def test_the_account_tells_who_signs_in(sim: FieldNationSim) -> None:
    told = sim.admin("GET", "account")
    assert told["username"] == sim.username
    assert told["environment"] == "sandbox"
    assert len(told["providers"]) == 20


def test_act_guesses_the_provider(sim: FieldNationSim) -> None:
    me = providers(sim)[3]
    order = routed(sim, me)
    done = sim.admin("POST", "act", {"order": order, "action": "accept"})
    assert done["provider"] == me
    assert done["order"]["status"]["name"] == "Assigned"
    told = sim.admin("POST", "act", {"order": order, "action": "message", "text": "hello"})
    assert told["provider"] == me
    with pytest.raises(ValueError, match="no work order 1"):
        sim.admin("POST", "act", {"order": 1, "action": "accept"})


def test_pay_runs_for_all_that_is_approved(sim: FieldNationSim) -> None:
    order = assigned(sim, providers(sim)[0])
    do(sim, providers(sim)[0], order, "work-done")
    sim.post(f"workorders/{order}/approve")
    assert sim.admin("POST", "pay") == {"paid": [order]}
    assert sim.get(f"workorders/{order}").json["status"]["name"] == "Paid"
    assert sim.admin("POST", "pay") == {"paid": []}


def test_every_event_of_the_vendor_can_be_made_to_arrive(
    sim: FieldNationSim, endpoint: Endpoint
) -> None:
    hook = register(sim, endpoint.url)
    me, other = providers(sim)[:2]
    live_through(sim, me)
    side_ways(sim, me, other)
    settle(sim)
    told = {one.event for one in endpoint.receiver.arrived}
    assert told == set(hook["events"])
    assert len(told) == 33


def live_through(sim: FieldNationSim, me: int) -> None:
    order = assigned(sim, me)
    sim.admin("POST", "at-risk", {"order": order})
    for action in ("confirm", "on-my-way", "late", "check-in", "message", "photo"):
        do(sim, me, order, action, **({"text": "Here"} if action == "message" else {}))
    task = sim.get(f"workorders/{order}/tasks").json["results"][0]["id"]
    do(sim, me, order, "task", task_id=task, done=False)
    problem = sim.get(f"workorders/{order}/problems").json["results"][0]["id"]
    sim.put(f"workorders/{order}/problems/{problem}", {"resolution": {"status": "resolved"}})
    sim.put(f"workorders/{order}/custom_fields/8101", {"value": "T1"})
    sim.post(f"workorders/{order}/tags", {"id": 121})
    sim.delete(f"workorders/{order}/tags/121")
    parcel = {"name": "Router", "direction": "to site", "carrier": {"name": "ups"}}
    sim.post(f"workorders/{order}/shipments", parcel)
    for action in ("check-out", "work-done"):
        do(sim, me, order, action)
    sim.post(f"workorders/{order}/approve")
    sim.admin("POST", "pay")


def side_ways(sim: FieldNationSim, me: int, other: int) -> None:
    order = make(sim)
    window = {"service_window": {"mode": "exact", "start": {"utc": "2026-07-01 10:00:00"}}}
    sim.put(f"workorders/{order}/schedule", window)
    sim.post(f"workorders/{order}/publish")
    do(sim, me, order, "request")
    do(sim, other, order, "decline")
    do(sim, other, order, "undecline")
    sim.post(f"workorders/{order}/assignee", {"user": {"id": me}})
    sim.delete(f"workorders/{order}/assignee", {"user": {"id": me}})
    assert sim.admin("POST", "postpone", {"order": order})["status"]["name"] == "Postponed"
    sim.delete(f"workorders/{order}?cancel_reason=No%20need")
    sim.delete(f"workorders/{make(sim)}?cancel_reason=No%20need")


def test_the_same_seed_lives_the_same_life(sim: FieldNationSim) -> None:
    def life(one: FieldNationSim) -> list[dict[str, Any]]:
        for _ in range(4):
            one.post(f"workorders/{make(one)}/publish")
        for provider in providers(one)[:4]:
            routed(one, provider)
        actions: list[dict[str, Any]] = one.admin("POST", "activity", {"steps": 60})["actions"]
        return actions

    first = life(sim)
    other = started()
    try:
        assert life(other) == first
    finally:
        other.stop()
    assert len({action["action"] for action in first}) > 5


def test_activity_can_be_kept_to_some_kinds(sim: FieldNationSim) -> None:
    for provider in providers(sim)[:3]:
        routed(sim, provider)
    done = sim.admin("POST", "activity", {"steps": 5, "kinds": ["accept"]})["actions"]
    assert [action["action"] for action in done] == ["accept"] * 3


def test_every_action_has_its_place_in_the_activity() -> None:
    assert set(WEIGHTS) == {*ACTIONS, "pay"}


def test_reset_gives_the_account_as_it_was(sim: FieldNationSim, endpoint: Endpoint) -> None:
    before = sim.admin("GET", "account")
    register(sim, endpoint.url)
    make(sim)
    sim.admin("POST", "faults", {"kind": "status"})
    sim.admin("POST", "clock", {"advance_s": 999})
    assert sim.admin("POST", "reset") == {"reset": True}
    after = sim.admin("GET", "account")
    assert after | {"documents": 0} == before | {"documents": 0}
    assert after["documents"]["work_order"] == 0
    assert sim.admin("GET", "faults") == []
    assert ask("POST", sim.token_url, sim.credentials).status == 200


def test_deliveries_are_meddled_with_in_the_way_of_the_simulated_autotask_too(
    fieldnation_sim: FieldNationSim,
) -> None:
    told = fieldnation_sim.admin("POST", "deliveries/drop", {"count": 2})
    assert [(deed["kind"], deed["left"]) for deed in told["deeds"]] == [("drop", 2)]
    for path, body, why in (
        ("deliveries", {"reorder": 0}, "from 1 on"),
        ("deliveries/dance", {"count": 1}, "dance"),
        ("act", {"action": "accept"}, "order must be given"),
    ):
        with pytest.raises(ValueError, match=why):
            fieldnation_sim.admin("POST", path, body)
