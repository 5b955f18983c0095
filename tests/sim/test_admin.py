from collections.abc import Callable
from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim

TICKETS = {"filter": [{"op": "gte", "field": "id", "value": 0}]}


def test_the_log_of_requests_tells_each_call(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("DELETE", "requests")
    autotask_sim.post("Tickets/query", TICKETS)
    autotask_sim.get("Companies/0")
    autotask_sim.get("Nonsense/0")
    log = autotask_sim.admin("GET", "requests")
    assert [(r["method"], r["entity"], r["status"]) for r in log] == [
        ("POST", "Tickets", 200),
        ("GET", "Companies", 200),
        ("GET", None, 404),
    ]
    assert set(log[0]) == {"at", "method", "path", "entity", "status", "ms"}
    assert log[0]["path"].endswith("Tickets/query")
    assert log[0]["ms"] >= 0
    only = autotask_sim.admin("GET", "requests?entity=Companies")
    assert [r["entity"] for r in only] == ["Companies"]
    assert autotask_sim.admin("DELETE", "requests") == {"forgotten": 3}
    assert autotask_sim.admin("GET", "requests") == []


def test_state_is_what_the_api_would_give_all_of_it(autotask_sim: AutotaskSim) -> None:
    rows = autotask_sim.admin("GET", "state/tickets")
    page = autotask_sim.post("Tickets/query", TICKETS).json
    assert rows[: len(page["items"])] == page["items"]
    assert len(rows) == autotask_sim.post("Tickets/query/count", TICKETS).json["queryCount"]
    one = rows[3]["id"]
    assert autotask_sim.admin("GET", f"state/Tickets?id={one}") == [rows[3]]
    assert autotask_sim.admin("GET", f"state/Tickets/{one}") == [rows[3]]


def test_state_sees_through_faults(autotask_sim: AutotaskSim) -> None:
    rows = autotask_sim.rows("Tickets")
    for fault in (
        {"kind": "permission_lost", "entity": "Tickets", "mode": "hide"},
        {"kind": "replication_lag", "seconds": 10**9},
        {"kind": "drop_before"},
    ):
        autotask_sim.admin("POST", "faults", fault)
    assert autotask_sim.rows("Tickets") == rows


def test_slashes_do_not_matter(autotask_sim: AutotaskSim) -> None:
    for path in ("tenant", "tenant/", "/tenant", "//tenant//"):
        assert autotask_sim.admin("GET", path)["seed"] == 1


def test_the_tenant_tells_its_seed_and_its_rows(autotask_sim: AutotaskSim) -> None:
    tenant = autotask_sim.admin("GET", "tenant")
    assert tenant["rows"]["Tickets"] == len(autotask_sim.rows("Tickets"))


def test_activity_is_the_same_for_the_same_seed(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    seen = []
    for _ in range(2):
        sim = autotask_sim_factory()
        sim.admin("POST", "clock", {"set": "2026-06-15T16:00:00Z", "frozen": True})
        sim.admin("POST", "activity", {"steps": 10})
        seen.append(sim.admin("POST", "activity", {"steps": 20}))
    assert seen[0] == seen[1]
    assert seen[0]["steps"] == 20
    assert {"action", "collection", "id"} <= set(seen[0]["actions"][0])


def test_activity_can_be_of_one_kind(autotask_sim: AutotaskSim) -> None:
    done = autotask_sim.admin("POST", "activity", {"steps": 5, "kinds": ["new_ticket"]})
    assert {action["action"] for action in done["actions"]} == {"new_ticket"}
    made = {action["id"] for action in done["actions"]}
    assert made <= {row["id"] for row in autotask_sim.rows("Tickets")}


def test_the_tenant_can_live_by_itself(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    sim = autotask_sim_factory(activity_per_minute=6_000)
    tickets = sim.rows("Tickets")
    while sim.rows("Tickets") == tickets:
        pass


def test_the_clock_moves_stops_and_never_goes_back(autotask_sim: AutotaskSim) -> None:
    frozen = autotask_sim.admin("POST", "clock", {"frozen": True})
    assert frozen["frozen"] is True
    later = autotask_sim.admin("POST", "clock", {"advance_s": 86_400})
    assert later["now"][:10] == "2026-06-16"
    assert later["now"][10:] == frozen["now"][10:]
    assert autotask_sim.get("Tickets/1").headers["Date"].startswith("Tue, 16 Jun 2026")
    back = {"set": "2026-01-01T00:00:00Z"}
    answer = autotask_sim.ask("POST", autotask_sim.admin_url + "clock", back)
    assert answer.status == 400
    assert autotask_sim.admin("POST", "clock", {"frozen": False})["frozen"] is False


def test_rows_are_written_directly_with_or_without_effects(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("POST", "clock", {"frozen": True})
    now = autotask_sim.admin("GET", "clock")["now"]
    made = autotask_sim.admin("POST", "state/Products", {"name": "Bucket", "unitPrice": 9.5})
    row = autotask_sim.rows("Products", made["id"])[0]
    assert (row["name"], row["unitPrice"]) == ("Bucket", 9.5)
    ticket = autotask_sim.rows("Tickets")[0]
    path = f"state/Tickets/{ticket['id']}"
    autotask_sim.admin("PATCH", path, {"title": "Raw", "raw": True})
    raw = autotask_sim.rows("Tickets", ticket["id"])[0]
    assert raw == {**ticket, "title": "Raw"}
    autotask_sim.admin("PATCH", path, {"title": "Lived"})
    assert autotask_sim.rows("Tickets", ticket["id"])[0]["lastActivityDate"] == now
    logs = len(autotask_sim.rows("DeletedTicketLogs"))
    autotask_sim.admin("DELETE", path, {"raw": True})
    assert len(autotask_sim.rows("DeletedTicketLogs")) == logs
    assert autotask_sim.rows("Tickets", ticket["id"]) == []


def test_odd_values_can_be_stored_raw(autotask_sim: AutotaskSim) -> None:
    odd = {"title": "a\x00b" * 500, "createDate": "2019-08-18T01:00:00", "raw": True}
    made = autotask_sim.admin("POST", "state/Tickets", odd)
    row = autotask_sim.get(f"Tickets/{made['id']}").json["item"]
    assert (row["title"], row["createDate"]) == (odd["title"], odd["createDate"])


def test_picklists_and_user_defined_fields_grow(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin(
        "POST",
        "picklists",
        {"collection": "Tickets", "field": "status", "value": "4711", "label": "Burning"},
    )
    autotask_sim.admin("POST", "udfs", {"collection": "Companies", "name": "Mood"})
    fields = autotask_sim.get("Tickets/entityInformation/fields").json["fields"]
    status = next(f for f in fields if f["name"] == "status")
    assert "Burning" in {v["label"] for v in status["picklistValues"]}
    udfs = autotask_sim.get("Companies/entityInformation/userDefinedFields").json["fields"]
    assert "Mood" in {f["name"] for f in udfs}


def test_reset_gives_the_generated_tenant_back(autotask_sim: AutotaskSim) -> None:
    before = autotask_sim.rows("Tickets")
    autotask_sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Mood"})
    autotask_sim.admin("POST", "faults", {"kind": "status"})
    autotask_sim.admin("PATCH", "switches", {"hourly_limit": 1})
    autotask_sim.admin("POST", "activity", {"steps": 30})
    autotask_sim.admin("POST", "reset")
    assert autotask_sim.rows("Tickets") == before
    assert autotask_sim.post("Tickets/query", TICKETS).json["items"] == before[:500]
    assert autotask_sim.get("Tickets/1").status == 200


def test_switches_tell_what_they_are(autotask_sim: AutotaskSim) -> None:
    switches = autotask_sim.admin("GET", "switches")
    assert switches["hourly_limit"]["value"] == 10_000
    assert all(entry["meaning"] for entry in switches.values())
    changed = autotask_sim.admin("PATCH", "switches", {"missing_item": "404"})
    assert changed["missing_item"]["value"] == "404"
    assert autotask_sim.get("Tickets/999999999").status == 404


@pytest.mark.parametrize(
    ("case", "status", "told"),
    [
        (("GET", "nonsense", None), 404, "requests"),
        (("POST", "requests", None), 404, "GET, DELETE"),
        (("POST", "activity", {"step": 1}), 400, "steps"),
        (("POST", "activity", {"steps": -1}), 400, "not negative"),
        (("POST", "activity", {"kinds": ["dance"]}), 400, "new_ticket"),
        (("POST", "clock", {"advance": 1}), 400, "advance_s"),
        (("POST", "clock", {"advance_s": "1"}), 400, "seconds"),
        (("PATCH", "switches", {"nope": 1}), 400, "hourly_limit"),
        (("GET", "state/Nonsense", None), 404, "Nonsense"),
        (("GET", "state/Tickets?where=1", None), 400, "id"),
        (("PATCH", "state/Tickets/999999999", {"title": "x"}), 404, "999999999"),
        (("POST", "state/Tickets", {"tutle": "x"}), 400, "title"),
        (("POST", "udfs", {"collection": "Tickets", "name": "X", "type": "Blob"}), 400, "String"),
        (("POST", "udfs", {"collection": "Tickets", "name": "X", "entries": "a"}), 400, "entries"),
        (("POST", "state/Companies", {"id": 0, "raw": True}), 400, "UNIQUE"),
        (("POST", "picklists", {"collection": "Tickets", "field": "title"}), 400, "picklist"),
        (("DELETE", "faults/99", None), 404, "99"),
    ],
)
def test_what_cannot_be_is_told_with_what_can(
    autotask_sim: AutotaskSim, case: tuple[str, str, Any], status: int, told: str
) -> None:
    method, path, body = case
    answer = autotask_sim.ask(method, autotask_sim.admin_url + path, body)
    assert answer.status == status
    assert told in answer.json["error"]


def test_a_body_that_is_no_json_object_is_refused(autotask_sim: AutotaskSim) -> None:
    answer = autotask_sim.ask("POST", autotask_sim.admin_url + "clock", [1])
    assert answer.status == 400
    assert "object" in answer.json["error"]
