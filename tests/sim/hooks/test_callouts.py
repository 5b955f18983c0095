import base64
from typing import Any
from xml.etree import ElementTree

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.hooks.receiving import Receiver, advance, new_ticket, register, settle


def rule(sim: AutotaskSim, receiver: Receiver, **more: Any) -> int:
    """Make a rule that calls out on creation unless told otherwise."""
    callout = {"url": f"{receiver.url}/in?token=t", **more.pop("callout", {})}
    made = sim.admin("POST", "workflow_rules", {"callout": callout, **more})
    number: int = made["id"]
    return number


def test_by_default_it_is_a_get_with_the_id_in_the_query(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    rule(sim, receiver)
    ticket = new_ticket(sim)
    (got,) = receiver.wait(1)
    assert (got.method, got.query, got.body) == ("GET", {"token": "t", "id": str(ticket)}, b"")
    assert "X-Hook-Signature" not in got.headers
    assert "Authorization" not in got.headers


FIELDS = {"number": "ticketNumber", "hours": "estimatedHours", "title": "Title"}


@pytest.mark.parametrize("form", ["name_value", "json", "xml", "query"])
def test_the_body_has_the_form_the_rule_chooses(
    sim: AutotaskSim, receiver: Receiver, form: str
) -> None:
    chosen = {"method": "POST", "format": form, "id_name": "ticketId", "fields": FIELDS}
    rule(sim, receiver, callout=chosen)
    ticket = new_ticket(sim, title="A & <B>", estimatedHours=2)
    (got,) = receiver.wait(1)
    number = sim.rows("Tickets", ticket)[0]["ticketNumber"]
    pairs = {"ticketId": str(ticket), "number": number, "hours": "2.0000", "title": "A & <B>"}
    kind = got.headers.get("Content-Type", "")
    assert got.method == "POST"
    if form == "query":
        assert got.query == {"token": "t", **pairs}
        assert got.body == b""
    elif form == "name_value":
        assert kind == "application/x-www-form-urlencoded"
        assert dict(pair.split("=") for pair in got.body.decode().split("&")) == {
            **pairs,
            "title": "A+%26+%3CB%3E",
        }
    elif form == "json":
        assert kind.startswith("application/json")
        assert got.json == {**pairs, "ticketId": ticket}
    else:
        assert kind.startswith("text/xml")
        root = ElementTree.fromstring(got.body)
        assert root.tag == "Ticket"
        assert {child.tag: child.text for child in root} == pairs


def test_the_names_not_known_are_switches(sim: AutotaskSim, receiver: Receiver) -> None:
    names = {"callout_id_name": "TicketID", "callout_id_value": "number"}
    sim.admin("PATCH", "switches", names)
    rule(sim, receiver)
    ticket = new_ticket(sim)
    (got,) = receiver.wait(1)
    assert got.query["TicketID"] == sim.rows("Tickets", ticket)[0]["ticketNumber"]


def test_user_and_password_go_as_basic_auth_and_are_not_shown(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    rule(sim, receiver, callout={"user": "isthmus", "password": "pässword"})
    new_ticket(sim)
    (got,) = receiver.wait(1)
    kind, _, code = got.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(code).decode()) == ("Basic", "isthmus:pässword")
    assert "pässword" not in str(sim.admin("GET", "workflow_rules"))


@pytest.mark.parametrize(("event", "calls"), [("created", 1), ("edited", 2), ("note_added", 1)])
def test_a_rule_fires_on_its_event(
    sim: AutotaskSim, receiver: Receiver, event: str, calls: int
) -> None:
    rule(sim, receiver, on=[event])
    ticket = new_ticket(sim)
    sim.patch("Tickets", {"id": ticket, "title": "Edited"})
    note = {"title": "n", "description": "words", "noteType": 1, "publish": 1}
    sim.post(f"Tickets/{ticket}/Notes", note)
    settle(sim)
    assert [got.query["id"] for got in receiver.got] == [str(ticket)] * calls


def test_conditions_are_those_of_a_query(sim: AutotaskSim, receiver: Receiver) -> None:
    wanted = [{"op": "eq", "field": "priority", "value": 2}]
    rule(sim, receiver, conditions=wanted)
    new_ticket(sim, priority=1)
    ticket = new_ticket(sim, priority=2)
    settle(sim)
    assert [got.query["id"] for got in receiver.got] == [str(ticket)]


def test_a_ticket_field_of_ones_own_can_be_the_filter(sim: AutotaskSim, receiver: Receiver) -> None:
    sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Send out"})
    rule(sim, receiver, callout={"udf_filter": "Send out"})
    new_ticket(sim)
    marked = [{"name": "Send out", "value": "yes"}]
    ticket = new_ticket(sim, userDefinedFields=marked)
    settle(sim)
    assert [got.query["id"] for got in receiver.got] == [str(ticket)]


def test_a_failed_callout_is_tried_seven_times_in_ten_minutes_and_logged_on_the_ticket(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    rule(sim, receiver, name="Broker")
    receiver.always = 500
    ticket = new_ticket(sim)
    for _ in range(6):
        advance(sim, 100)
    advance(sim, 1000)
    assert len(receiver.got) == 7
    query = {"filter": [{"op": "eq", "field": "ticketID", "value": ticket}]}
    history = sim.post("TicketHistory/query", query).json["items"]
    assert "Round-Trip Broker failed" in history[-1]["detail"]


def test_a_rule_can_set_a_field_which_the_writer_did_not(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url, subscribed=("Priority",))
    sim.admin("POST", "workflow_rules", {"set": {"priority": 3}})
    ticket = new_ticket(sim, priority=1)
    assert sim.get(f"Tickets/{ticket}").json["item"]["priority"] == 3
    created, updated = receiver.wait(2)
    assert [g.json["Fields"]["Priority"] for g in (created, updated)] == [1, 3]
    assert updated.json["PersonID"] == 4


def test_rules_that_call_each_other_stop_after_five(sim: AutotaskSim, receiver: Receiver) -> None:
    for this, other in ((1, 2), (2, 1)):
        when = [{"op": "eq", "field": "priority", "value": this}]
        rule(sim, receiver, on=["edited"], conditions=when, set={"priority": other})
    ticket = sim.rows("Tickets")[-1]["id"]
    sim.admin("PATCH", f"state/Tickets/{ticket}", {"priority": 3})
    sim.patch("Tickets", {"id": ticket, "priority": 1})
    settle(sim)
    assert len(receiver.got) == 5


def test_a_receiver_that_writes_back_is_called_again(sim: AutotaskSim, receiver: Receiver) -> None:
    rule(sim, receiver, on=["edited"])
    ticket = sim.rows("Tickets")[-1]["id"]
    for number in range(3):
        sim.patch("Tickets", {"id": ticket, "title": f"Seen {number}"})
    assert len(receiver.wait(3)) == 3


def test_rules_are_listed_removed_and_may_sleep(sim: AutotaskSim, receiver: Receiver) -> None:
    first = rule(sim, receiver, active=False)
    second = rule(sim, receiver, name="Second")
    listed = sim.admin("GET", "workflow_rules")
    assert [(r["id"], r["active"]) for r in listed] == [(first, False), (second, True)]
    new_ticket(sim)
    receiver.wait(1)
    assert sim.admin("DELETE", f"workflow_rules/{second}") == {"removed": 1}
    new_ticket(sim)
    settle(sim)
    assert len(receiver.got) == 1
    assert sim.admin("DELETE", "workflow_rules") == {"removed": 1}
    with pytest.raises(ValueError, match="there is no rule"):
        sim.admin("DELETE", f"workflow_rules/{second}")


def test_a_callout_may_come_later(sim: AutotaskSim, receiver: Receiver) -> None:
    sim.admin("PATCH", "switches", {"callout_delay_s": 300.0})
    rule(sim, receiver)
    new_ticket(sim)
    settle(sim)
    assert receiver.got == []
    advance(sim, 300)
    assert len(receiver.got) == 1


def test_two_hundred_rules_are_the_most(sim: AutotaskSim) -> None:
    for _ in range(200):
        sim.admin("POST", "workflow_rules", {"set": {"priority": 1}})
    with pytest.raises(ValueError, match="200 active rules"):
        sim.admin("POST", "workflow_rules", {"set": {"priority": 1}})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"set": {"nonsense": 1}},
        {"set": {"id": 1}},
        {"set": {"priority": "x"}},
        {"set": []},
        {"set": {"priority": 1}, "collection": "Projects"},
        {"set": {"title": None}},
        {"set": {"status": 4711}},
        {"set": {"companyID": 4_711_000}},
        {"set": {"priority": 1}, "on": ["opened"]},
        {"set": {"priority": 1}, "conditions": {"op": "eq"}},
        {"set": {"priority": 1}, "conditions": [{"op": "eq", "field": "nonsense", "value": 1}]},
        {"callout": "http://127.0.0.1"},
        {"callout": {"url": "nonsense"}},
        {"callout": {"url": "http://127.0.0.1", "method": "PUT"}},
        {"callout": {"url": "http://127.0.0.1", "method": "GET", "format": "xml"}},
        {"callout": {"url": "http://127.0.0.1", "method": "POST", "format": "yaml"}},
        {"callout": {"url": "http://127.0.0.1", "fields": {"a": "nonsense"}}},
        {"callout": {"url": "http://127.0.0.1", "fields": []}},
        {"callout": {"url": "http://127.0.0.1", "udf_filter": "nonsense"}},
        {
            "callout": {
                "url": "http://127.0.0.1",
                "method": "POST",
                "format": "xml",
                "id_name": "no name",
            }
        },
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(sim: AutotaskSim, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        sim.admin("POST", "workflow_rules", body)
    assert sim.admin("GET", "workflow_rules") == []
