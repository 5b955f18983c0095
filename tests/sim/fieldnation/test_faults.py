import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from isthmus_sim.fieldnation.base.call import Call
from isthmus_sim.fieldnation.faults.fault import Fault
from isthmus_sim.fieldnation.faults.kinds import KINDS
from isthmus_sim.in_thread import FieldNationSim, ask, start_fieldnation
from tests.sim.fieldnation.served import hooks, make

SHAPE_KEYS = {
    "problem": {"type", "title", "status", "detail", "code", "errors", "retryable",
                "correlationId", "agent", "message"},
    "status_message": {"status", "message"},
    "error_object": {"error"},
    "oauth": {"error", "error_description"},
    "webhooks": {"metadata", "errors", "result"},
}  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[FieldNationSim]:
    made = start_fieldnation(frozen_clock=True)
    made.admin("PATCH", "switches", {"rate_limit_per_minute": 0})
    assert made.token  # before any fault can be in its way
    yield made
    made.stop()


@pytest.fixture
def sim(served: FieldNationSim) -> Iterator[FieldNationSim]:
    served.admin("DELETE", "requests")
    yield served
    served.admin("DELETE", "faults")


def count(sim: FieldNationSim) -> int:
    return int(sim.admin("GET", "state").get("work_order", 0))


def fault(sim: FieldNationSim, kind: str, **settings: Any) -> dict[str, Any]:
    made: dict[str, Any] = sim.admin("POST", "faults", {"kind": kind, **settings})
    return made


@pytest.mark.parametrize("shape", list(SHAPE_KEYS))
def test_a_server_fault_comes_in_each_of_the_five_shapes(sim: FieldNationSim, shape: str) -> None:
    fault(sim, "status", status=503, shape=shape, text="down")
    answer = sim.get("workorders")
    assert answer.status == 503
    assert set(answer.json) == SHAPE_KEYS[shape]
    assert b"down" in answer.body


def test_without_a_shape_each_place_speaks_its_own(sim: FieldNationSim) -> None:
    fault(sim, "status", status=500)
    assert set(sim.get("workorders").json) == SHAPE_KEYS["problem"]
    assert set(hooks(sim, "GET").json) == SHAPE_KEYS["webhooks"]
    assert set(ask("POST", sim.token_url, sim.credentials).json) == SHAPE_KEYS["oauth"]


def test_a_rate_limit_tells_when_to_come_back(sim: FieldNationSim) -> None:
    fault(sim, "rate_limited", retry_after_s=7, count=1)
    answer = sim.get("workorders")
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.json["agent"]["action"] == "RETRY"
    assert sim.get("workorders").status == 200


def test_a_conflict_is_409_with_the_catalogues_code(sim: FieldNationSim) -> None:
    fault(sim, "conflict", text="edited meanwhile")
    answer = sim.get("workorders")
    assert (answer.status, answer.json["code"]) == (409, "RESOURCE_CONFLICT")


def test_a_fault_before_the_effect_leaves_nothing_behind(sim: FieldNationSim) -> None:
    before = count(sim)
    fault(sim, "status", status=500, method="POST")
    assert sim.post("workorders", {"title": "x"}).status == 500
    assert count(sim) == before


def test_a_fault_after_the_effect_leaves_the_order_behind(sim: FieldNationSim) -> None:
    before = count(sim)
    fault(sim, "status", status=500, method="POST", after_effect=True)
    assert sim.post("workorders", {"title": "x"}).status == 500
    assert count(sim) == before + 1


@pytest.mark.parametrize(("kind", "left_behind"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_drops_before_or_after_the_order_is_made(
    sim: FieldNationSim, kind: str, left_behind: int
) -> None:
    before = count(sim)
    fault(sim, kind, method="POST", path="workorders", count=1)
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected, OSError)):
        sim.post("workorders", {"title": "x"})
    assert count(sim) == before + left_behind
    (line,) = sim.admin("GET", "requests?method=POST&path=workorders")
    assert line["status"] == 0


def test_a_truncated_answer_announces_more_than_it_sends(sim: FieldNationSim) -> None:
    fault(sim, "truncate", keep_bytes=10)
    with pytest.raises(http.client.IncompleteRead) as cut:
        sim.get("workorders")
    assert len(cut.value.partial) == 10


def test_an_answer_can_be_empty_malformed_or_a_page(sim: FieldNationSim) -> None:
    fault(sim, "empty_body", count=1)
    assert sim.get("workorders").body == b""
    sim.admin("DELETE", "faults")
    fault(sim, "malformed_json", count=1)
    with pytest.raises(json.JSONDecodeError):
        _ = sim.get("workorders").json
    sim.admin("DELETE", "faults")
    fault(sim, "html_error", count=1)
    answer = sim.get("workorders")
    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


@pytest.mark.parametrize("kind", ["delay", "slow"])
def test_a_slow_answer_is_still_the_answer(sim: FieldNationSim, kind: str) -> None:
    fault(sim, kind, seconds=0.3, count=1)
    before = count(sim)
    assert sim.post("workorders", {"title": "x"}).status == 200
    assert count(sim) == before + 1
    (line,) = [one for one in sim.admin("GET", "requests") if one["method"] == "POST"]
    assert line["ms"] >= 290


@pytest.mark.parametrize(("style", "status"), [(400, 400), (401, 401)])
def test_a_token_that_expired_stays_expired_until_a_new_one(
    served: FieldNationSim, style: int, status: int
) -> None:
    served.admin("PATCH", "switches", {"expired_token_answer": style})
    old = ask("POST", served.token_url, served.credentials).json["access_token"]
    url = f"{served.rest_url}workorders?access_token="
    fault(served, "expired_token", path="workorders", count=1)
    answers = [ask("GET", url + old).status for _ in range(2)]
    new = ask("POST", served.token_url, served.credentials).json["access_token"]
    assert answers == [status, status]
    assert ask("GET", url + new).status == 200
    served.admin("DELETE", "faults")
    served.admin("PATCH", "switches", {"expired_token_answer": 400})


def test_a_created_order_is_not_listed_before_the_lag_is_over(sim: FieldNationSim) -> None:
    fault(sim, "replication_lag", seconds=30)
    order = make(sim)
    listed = "workorders?list=workorders_all&sticky=false&per_page=100"
    total = sim.get(listed).json["metadata"]["total"]
    assert order not in [row["id"] for row in sim.get(listed).json["results"]]
    assert sim.get(f"workorders/{order}").status == 200
    sim.admin("POST", "clock", {"advance_s": 30})
    later = sim.get(listed).json
    assert order in [row["id"] for row in later["results"]]
    assert later["metadata"]["total"] > total


def test_a_fault_strikes_by_method_path_and_count(sim: FieldNationSim) -> None:
    order = make(sim)
    made = fault(sim, "status", method="get", path=r"workorders/\d+$", count=2)
    statuses = [sim.get(f"workorders/{order}").status for _ in range(3)]
    assert statuses == [500, 500, 200]
    assert sim.get("workorders").status == 200
    (listed,) = sim.admin("GET", "faults")
    assert (listed["id"], listed["matched"], listed["fired"]) == (made["id"], 2, 2)


def test_chance_is_decided_by_the_seed() -> None:
    def strikes(seed: int) -> list[bool]:
        one = Fault(1, "status", None, None, None, 0.5, seed, {})
        call = Call("GET", "/", {}, {}, b"", datetime(2026, 5, 4, tzinfo=UTC))
        return [one.strikes(call) for _ in range(40)]

    assert strikes(3) == strikes(3)
    assert strikes(3) != strikes(4)
    assert set(strikes(3)) == {True, False}


def test_the_admin_and_the_provider_side_meet_no_fault(sim: FieldNationSim) -> None:
    fault(sim, "status")
    assert sim.admin("GET", "clock")["frozen"] is True
    assert sim.provider("GET", "api/providers")


def test_a_fault_can_be_lifted_by_its_number(sim: FieldNationSim) -> None:
    made = fault(sim, "status")
    assert sim.admin("DELETE", f"faults/{made['id']}") == {"lifted": 1}
    assert sim.get("workorders").status == 200
    with pytest.raises(ValueError, match="no fault 999"):
        sim.admin("DELETE", "faults/999")


@pytest.mark.parametrize(
    ("posted", "says"),
    [
        ({"kind": "fire"}, "drop_before"),
        ({"kind": "status", "colour": 1}, "retry_after_s"),
        ({"kind": "status", "status": 42}, "out of range"),
        ({"kind": "status", "shape": "round"}, "problem"),
        ({"kind": "delay"}, "needs seconds"),
        ({"kind": "delay", "seconds": -1}, "out of range"),
        ({"kind": "status", "path": "("}, "regular expression"),
        ({"kind": "status", "method": "FETCH"}, "GET"),
        ({"kind": "status", "probability": 2}, "out of range"),
        ({"kind": "status", "after_effect": 1}, "bool"),
    ],
)
def test_a_fault_nobody_can_make_is_refused_with_what_is_allowed(
    sim: FieldNationSim, posted: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says.replace("(", "\\(")):
        sim.admin("POST", "faults", posted)
    assert sim.admin("GET", "faults") == []


def test_the_kinds_are_described_with_their_settings(sim: FieldNationSim) -> None:
    told = sim.admin("GET", "faults/kinds")
    assert set(told) == set(KINDS)
    assert "Must be given" in told["delay"]["settings"]["seconds"]


def test_in_an_outage_nothing_answers_until_its_time_is_over(sim: FieldNationSim) -> None:
    fault(sim, "outage", seconds=600)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        sim.get("workorders")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        hooks(sim, "GET")
    sim.admin("POST", "clock", {"advance_s": 599})
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask("POST", sim.token_url, sim.credentials)
    sim.admin("POST", "clock", {"advance_s": 1})
    assert sim.get("workorders").status == 200


def test_an_outage_can_show_the_page_of_a_gateway(sim: FieldNationSim) -> None:
    fault(sim, "outage", seconds=600, status=503)
    answer = sim.get("workorders")
    assert (answer.status, b"<html>" in answer.body) == (503, True)
