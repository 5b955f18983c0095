"""How it says no, how fast it may be asked, and what is done after it was answered."""

from collections.abc import Callable
from typing import Any

import pytest

from isthmus_sim.in_thread import FieldNationSim, ask

Factory = Callable[..., FieldNationSim]


def switch(sim: FieldNationSim, **values: Any) -> None:
    sim.service.world.ground.switches.change(values)


@pytest.mark.parametrize(
    ("shape", "keys"),
    [
        ("problem", {"type", "title", "status", "detail", "code", "errors", "retryable",
                     "correlationId", "agent", "message"}),
        ("status_message", {"status", "message"}),
        ("error_object", {"error"}),
        ("oauth", {"error", "error_description"}),
        ("webhooks", {"metadata", "errors", "result"}),
    ],
)  # fmt: skip
def test_a_refusal_comes_in_five_shapes_by_switch(
    fieldnation_sim: FieldNationSim, shape: str, keys: set[str]
) -> None:
    switch(fieldnation_sim, error_shape=shape)
    refused = fieldnation_sim.get("workorders/1")
    assert refused.status == 404
    assert refused.json.keys() == keys


def test_a_broken_body_an_unknown_path_and_a_wrong_verb_are_refused(
    fieldnation_sim: FieldNationSim,
) -> None:
    sim = fieldnation_sim
    assert sim.call("POST", "workorders", b"{").status == 400
    assert sim.post("workorders", ["x"]).status == 400
    assert sim.get("nothing").status == 404
    assert sim.delete("clients").status == 405
    assert ask("GET", sim.url + "elsewhere").status == 404


def test_the_rate_limit_lets_a_burst_through_then_refills(
    fieldnation_sim_factory: Factory,
) -> None:
    sim = fieldnation_sim_factory(frozen_clock=True)
    switch(sim, rate_limit_burst=3)
    answers = [sim.get("clients") for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["X-RateLimit-Limit"] == "60"
    assert answers[0].headers["X-RateLimit-Remaining"] == "2"
    refused = answers[3]
    assert refused.headers["Retry-After"] == "1"
    assert refused.json["code"] == "RATE_LIMIT_EXCEEDED"
    assert refused.json["agent"] == {"action": "RETRY", "backoffMs": 60_000, "maxAttempts": 3}
    sim.service.world.ground.clock.advance(1)
    assert [sim.get("clients").status for _ in range(2)] == [200, 429]


def test_rate_limit_headers_can_be_hyphenated_and_the_limit_lifted(
    fieldnation_sim_factory: Factory,
) -> None:
    sim = fieldnation_sim_factory(frozen_clock=True)
    switch(sim, rate_limit_headers="X-Rate-Limit")
    assert "X-Rate-Limit-Remaining" in sim.get("clients").headers
    switch(sim, rate_limit_per_minute=0, rate_limit_burst=1)
    assert {sim.get("clients").status for _ in range(5)} == {200}


def test_async_answers_before_the_change_is_visible(fieldnation_sim_factory: Factory) -> None:
    sim = fieldnation_sim_factory(frozen_clock=True)
    clock = sim.service.world.ground.clock
    queued = sim.post("workorders?async=true", {"title": "Later"})
    assert queued.status == 200
    assert queued.json["__worker"]["status"] == "queued"
    path = "workorders?list=workorders_all&sticky=false"
    assert sim.get(path).json["results"] == []
    clock.advance(3)
    (row,) = sim.get(path).json["results"]
    published = sim.post(f"workorders/{row['id']}/publish?async=true").json
    assert published["status"]["name"] == "Draft"
    clock.advance(3)
    assert sim.get(f"workorders/{row['id']}").json["status"]["name"] == "Published"


def test_mass_route_is_seen_after_it_settled(fieldnation_sim_factory: Factory) -> None:
    sim = fieldnation_sim_factory(frozen_clock=True)
    order = sim.post("workorders", {"title": "x"}).json["id"]
    answer = sim.post(f"workorders/{order}/mass-route", {"ids": [62000, 62001]})
    assert answer.json.keys() == {"job_id"}
    assert sim.get(f"workorders/{order}").json["status"]["name"] == "Draft"
    sim.service.world.ground.clock.advance(3)
    routed = sim.get(f"workorders/{order}").json
    assert routed["routes"]["results"] == ["62000", "62001"]
    assert sim.post(f"workorders/{order}/mass-route", {"ids": "x"}).status == 400


def test_a_queued_call_that_is_refused_fails_without_a_word(
    fieldnation_sim_factory: Factory,
) -> None:
    sim = fieldnation_sim_factory(frozen_clock=True)
    order = sim.post("workorders", {"title": "x"}).json["id"]
    assert sim.delete(f"workorders/{order}/publish?async=true").status == 200
    sim.service.world.ground.clock.advance(3)
    assert sim.get(f"workorders/{order}").json["status"]["name"] == "Draft"
    (job,) = sim.service.world.ground.store.all("job")
    assert job["status"] == "failed"


def test_several_changes_at_once_are_all_or_none(fieldnation_sim: FieldNationSim) -> None:
    sim = fieldnation_sim
    order = sim.post("workorders", {"title": "x"}).json
    tasks = [task["id"] for task in order["tasks"]["results"]]
    heard: list[str] = []
    sim.service.world.ground.bus.subscribe(lambda happening: heard.append(happening.name))
    rows = [{"id": tasks[0], "status": "complete"}, {"id": 1, "status": "complete"}]
    assert sim.put(f"workorders/{order['id']}/tasks", {"tasks": rows}).status == 404
    after = sim.get(f"workorders/{order['id']}").json
    assert after["progress"]["sum"]["complete"] == 0
    assert heard == []
