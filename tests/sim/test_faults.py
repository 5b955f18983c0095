import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest

from isthmus_sim.in_thread import Answer, AutotaskSim

TICKETS = {"filter": [{"op": "gte", "field": "id", "value": 0}]}
NOTE = {"title": "Called", "description": "No answer", "noteType": 1, "publish": 1}


def post(sim: AutotaskSim, **fault: Any) -> Any:
    return sim.admin("POST", "faults", fault)


def query(sim: AutotaskSim, entity: str = "Tickets", body: Any = None) -> Answer:
    return sim.post(f"{entity}/query", body or TICKETS)


def test_a_status_strikes_as_often_as_asked(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="status", status=503, text="Busy", entity="tickets", count=2)
    answers = [query(autotask_sim) for _ in range(3)]
    assert [a.status for a in answers] == [503, 503, 200]
    assert answers[0].json == {"errors": ["Busy"]}
    assert autotask_sim.admin("GET", "faults")[0]["fired"] == 2


def test_a_fault_strikes_only_its_entity_method_and_path(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="status", entity="Tickets", method="post", path="query$")
    assert query(autotask_sim).status == 500
    assert query(autotask_sim, "Companies").status == 200
    assert autotask_sim.get("Tickets/1").status == 200
    assert autotask_sim.post("Tickets/query/count", TICKETS).status == 200


def test_chances_are_the_same_for_the_same_seed(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    seen = []
    for _ in range(2):
        sim = autotask_sim_factory()
        post(sim, kind="status", probability=0.5, seed=11)
        seen.append([query(sim).status for _ in range(20)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 500}


def test_an_answer_can_ask_to_wait(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="status", status=429, retry_after_s=7, count=1)
    answer = query(autotask_sim)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


def test_a_gateway_answers_in_html(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="html_error", status=504, count=1)
    answer = query(autotask_sim)
    assert answer.status == 504
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<html>" in answer.body


def test_a_dropped_connection_before_the_effect_leaves_nothing(autotask_sim: AutotaskSim) -> None:
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    before = len(autotask_sim.rows("TicketNotes"))
    post(autotask_sim, kind="drop_before", method="POST", count=1)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        autotask_sim.post(f"Tickets/{ticket}/Notes", NOTE)
    assert len(autotask_sim.rows("TicketNotes")) == before


def test_a_dropped_connection_after_the_effect_leaves_the_row(autotask_sim: AutotaskSim) -> None:
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    before = len(autotask_sim.rows("TicketNotes"))
    post(autotask_sim, kind="drop_after", method="POST", count=1)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        autotask_sim.post(f"Tickets/{ticket}/Notes", NOTE)
    assert len(autotask_sim.rows("TicketNotes")) == before + 1


def test_an_error_can_come_after_the_effect(autotask_sim: AutotaskSim) -> None:
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    before = len(autotask_sim.rows("TicketNotes"))
    post(autotask_sim, kind="status", method="POST", count=1, after_effect=True)
    assert autotask_sim.post(f"Tickets/{ticket}/Notes", NOTE).status == 500
    assert len(autotask_sim.rows("TicketNotes")) == before + 1


def test_a_truncated_body_ends_before_its_length(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="truncate", share=0.3, count=1)
    with pytest.raises(http.client.IncompleteRead) as cut:
        query(autotask_sim)
    assert cut.value.expected


def test_an_empty_body_and_a_broken_one_keep_their_status(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="empty_body", count=1)
    empty = query(autotask_sim)
    assert (empty.status, empty.body) == (200, b"")
    post(autotask_sim, kind="malformed_json", count=1)
    broken = query(autotask_sim)
    assert broken.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.body)


def test_a_moved_zone_answers_only_at_its_new_address(autotask_sim: AutotaskSim) -> None:
    old = autotask_sim.url
    fault = post(autotask_sim, kind="zone_move", to=77)
    gone = query(autotask_sim)
    assert (gone.status, gone.body) == (401, b"")
    zone = autotask_sim.get(f"zoneInformation?user={autotask_sim.username}").json
    assert "/zone-77/" in zone["url"]
    assert zone["url"].endswith("/")
    autotask_sim.url = zone["url"]
    page = query(autotask_sim, body={**TICKETS, "maxRecords": 1})
    assert page.status == 200
    assert page.json["pageDetails"]["nextPageUrl"].startswith(zone["url"])
    autotask_sim.admin("DELETE", f"faults/{fault['id']}")
    autotask_sim.url = old
    assert query(autotask_sim).status == 200


def test_a_misspelt_operator_matches_all_only_by_fault(autotask_sim: AutotaskSim) -> None:
    odd = {"filter": [{"op": "noteExist", "field": "title"}]}
    assert query(autotask_sim, body=odd).status == 500
    post(autotask_sim, kind="unknown_op_matches_all")
    assert query(autotask_sim, body=odd).json["pageDetails"]["count"] == len(
        autotask_sim.rows("Tickets")
    )


def test_a_lagging_replica_does_not_show_the_newest(autotask_sim: AutotaskSim) -> None:
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    autotask_sim.admin("POST", "clock", {"frozen": True})
    post(autotask_sim, kind="replication_lag", entity="TicketNotes", seconds=30)
    number = autotask_sim.post(f"Tickets/{ticket}/Notes", NOTE).json["itemId"]
    one = {"filter": [{"op": "eq", "field": "id", "value": number}]}
    assert autotask_sim.get(f"TicketNotes/{number}").json == {"item": None}
    assert query(autotask_sim, "TicketNotes", one).json["items"] == []
    assert autotask_sim.rows("TicketNotes", number)
    autotask_sim.admin("POST", "clock", {"advance_s": 31})
    assert autotask_sim.get(f"TicketNotes/{number}").json["item"]["id"] == number


def test_a_workflow_rule_sets_a_field_back(autotask_sim: AutotaskSim) -> None:
    row = autotask_sim.rows("Tickets")[-1]
    post(autotask_sim, kind="workflow_revert", entity="Tickets", field="title", count=1)
    for title, told in (("Mine", row["title"]), ("Mine again", "Mine again")):
        answer = autotask_sim.patch("Tickets", {"id": row["id"], "title": title})
        assert answer.status == 200
        assert autotask_sim.get(f"Tickets/{row['id']}").json["item"]["title"] == told


def test_a_lost_permission_refuses_in_the_vendors_words(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="permission_lost", entity="Invoices")
    answer = query(autotask_sim, "Invoices")
    assert answer.status == 500
    assert "does not have the adequate permissions to query" in answer.json["errors"][0]
    autotask_sim.admin("PATCH", "switches", {"permission_status": 403})
    assert query(autotask_sim, "Invoices").status == 403
    assert query(autotask_sim).status == 200


def test_a_lost_right_to_write_leaves_reading(autotask_sim: AutotaskSim) -> None:
    row = autotask_sim.rows("Tickets")[-1]
    post(autotask_sim, kind="permission_lost", entity="Tickets", verbs=["update"])
    answer = autotask_sim.patch("Tickets", {"id": row["id"], "title": "x"})
    assert "permissions to update" in answer.json["errors"][0]
    assert query(autotask_sim).status == 200


def test_a_lost_permission_hides_rows_without_a_word(autotask_sim: AutotaskSim) -> None:
    rows = autotask_sim.rows("Tickets")
    post(autotask_sim, kind="permission_lost", entity="Tickets", mode="hide", share=0.5)
    seen = [item["id"] for item in query(autotask_sim).json["items"]]
    assert 0 < len(seen) < len(rows)
    counted = autotask_sim.post("Tickets/query/count", TICKETS).json["queryCount"]
    assert counted == len(seen)
    hidden = next(row["id"] for row in rows if row["id"] not in seen)
    assert autotask_sim.get(f"Tickets/{hidden}").json == {"item": None}
    refusal = autotask_sim.patch("Tickets", {"id": hidden, "title": "x"})
    assert "No matching records" in refusal.json["errors"][0]
    assert len(autotask_sim.rows("Tickets")) == len(rows)


def test_rows_vanish_by_condition(autotask_sim: AutotaskSim) -> None:
    where = '"companyID" = 0'
    post(autotask_sim, kind="permission_lost", entity="Tickets", mode="hide", where=where)
    items = query(autotask_sim).json["items"]
    assert items
    assert 0 not in {item["companyID"] for item in items}


def test_others_eat_the_hour(autotask_sim: AutotaskSim) -> None:
    used = "currentTimeframeRequestCount"
    post(autotask_sim, kind="quota_eaten", calls=500, per_minute=60)
    first = autotask_sim.get("ThresholdInformation").json[used]
    assert first >= 500
    autotask_sim.admin("POST", "clock", {"advance_s": 60})
    assert autotask_sim.get("ThresholdInformation").json[used] >= first + 60


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({}, "drop_before"),
        ({"kind": "earthquake"}, "drop_before"),
        ({"kind": "delay"}, "seconds"),
        ({"kind": "delay", "seconds": "1"}, "int or float"),
        ({"kind": "delay", "seconds": -1}, "out of range"),
        ({"kind": "status", "colour": "red"}, "after_effect"),
        ({"kind": "status", "entity": "Tockets"}, "Tockets"),
        ({"kind": "status", "method": "TEAPOT"}, "PATCH"),
        ({"kind": "status", "probability": 2}, "out of range"),
        ({"kind": "status", "path": "("}, "regular expression"),
        ({"kind": "workflow_revert", "field": "title"}, "needs an entity"),
        ({"kind": "workflow_revert", "field": "tutle", "entity": "Tickets"}, "tutle"),
        ({"kind": "permission_lost", "mode": "shout"}, "refuse"),
        ({"kind": "permission_lost", "entity": "Tickets", "where": "nope = 1"}, "nope"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_and_told_why(
    autotask_sim: AutotaskSim, fault: dict[str, Any], told: str
) -> None:
    answer = autotask_sim.ask("POST", autotask_sim.admin_url + "faults", fault)
    assert answer.status == 400
    assert told in answer.json["error"]


def test_faults_are_lifted_one_by_one_and_all_together(autotask_sim: AutotaskSim) -> None:
    first = post(autotask_sim, kind="status")["id"]
    post(autotask_sim, kind="status", status=502)
    autotask_sim.admin("DELETE", f"faults/{first}")
    assert query(autotask_sim).status == 502
    autotask_sim.admin("DELETE", "faults")
    assert query(autotask_sim).status == 200
    assert autotask_sim.admin("GET", "faults") == []


def test_a_lost_permission_shows_in_the_metadata_unless_switched_off(
    autotask_sim: AutotaskSim,
) -> None:
    def levels(entity: str) -> list[object]:
        info = autotask_sim.get(f"{entity}/entityInformation").json["info"]
        return [info[f"userAccessFor{verb}"] for verb in ("Query", "Create", "Delete")]

    post(autotask_sim, kind="permission_lost", entity="Invoices")
    post(autotask_sim, kind="permission_lost", entity="Tickets", mode="hide", share=0.5)
    post(autotask_sim, kind="permission_lost", entity="ServiceCalls", verbs=["create"])
    assert levels("Invoices") == ["None", "None", "None"]
    assert levels("Tickets") == ["Restricted", "Restricted", "None"]
    assert levels("ServiceCalls") == ["All", "None", "All"]
    assert levels("Companies") == ["All", "All", "None"]
    autotask_sim.admin("PATCH", "switches", {"access_levels": "numbers"})
    assert levels("Tickets") == [2, 2, 0]
    off = {"access_levels": "words", "access_follows_permission": False}
    autotask_sim.admin("PATCH", "switches", off)
    assert levels("Tickets") == ["All", "All", "None"]


def test_in_an_outage_nothing_answers_until_its_time_is_over(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    sim = autotask_sim_factory(frozen_clock=True)
    post(sim, kind="outage", seconds=600)
    for call in (sim.get, sim.delete):
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            call("Tickets/1")
    sim.admin("POST", "clock", {"advance_s": 599})
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        query(sim)
    sim.admin("POST", "clock", {"advance_s": 1})
    assert sim.get("Tickets/1").status == 200


def test_an_outage_can_show_the_page_of_a_gateway(autotask_sim: AutotaskSim) -> None:
    post(autotask_sim, kind="outage", seconds=600, status=503)
    answer = query(autotask_sim)
    assert (answer.status, b"<html>" in answer.body) == (503, True)
    autotask_sim.admin("DELETE", "faults")
    assert query(autotask_sim).status == 200
