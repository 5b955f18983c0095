import hashlib
from pathlib import Path
from typing import Any

import pytest

from isthmus_sim.autotask.tenancy import Wanted, make_tenancy
from isthmus_sim.autotask.tenant.shapes import TenantPlan
from isthmus_sim.autotask.web.server import AutotaskService
from isthmus_sim.in_thread import AutotaskSim, ServiceThread
from tests.sim.hooks.receiving import (
    Receiver,
    advance,
    new_ticket,
    register,
    settle,
    until,
)

UPDATES: dict[str, Any] = {"isSubscribedToCreateEvents": False, "isSubscribedToDeleteEvents": False}


def edit(sim: AutotaskSim, ticket: int, *titles: str) -> None:
    for title in titles:
        assert sim.patch("Tickets", {"id": ticket, "title": title}).status == 200


def titles_of(receiver: Receiver) -> list[str]:
    return [got.json["Fields"]["Title"] for got in receiver.at("/hook")]


def a_ticket(sim: AutotaskSim) -> int:
    found: int = sim.rows("Tickets")[-1]["id"]
    return found


def active(sim: AutotaskSim) -> bool:
    found: bool = sim.rows("TicketWebhooks")[0]["isActive"]
    return found


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_status_from_200_to_299_is_success(
    sim: AutotaskSim, receiver: Receiver, status: int
) -> None:
    register(sim, receiver.url)
    receiver.always = status
    edit(sim, a_ticket(sim), "once")
    advance(sim, 300)
    assert titles_of(receiver) == ["once"]
    assert sim.rows("WebhookEventErrorLogs") == []


@pytest.mark.parametrize("status", [301, 307, 400, 404, 410, 500, 503])
def test_any_other_status_is_tried_again_and_no_redirect_is_followed(
    sim: AutotaskSim, receiver: Receiver, status: int
) -> None:
    register(sim, receiver.url)
    receiver.answers = [status]
    edit(sim, a_ticket(sim), "twice")
    advance(sim, 29)
    assert titles_of(receiver) == ["twice"]
    advance(sim, 1)
    first, second = receiver.at("/hook")
    assert first.body == second.body
    assert first.headers["X-Hook-Signature"] == second.headers["X-Hook-Signature"]
    assert settle(sim) == []


def test_five_attempts_in_two_minutes_then_the_event_is_dropped_and_logged(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url, "Company", subscribed=("Phone",))
    receiver.always = 500
    sim.patch("Companies", {"id": 0, "phone": "1"})
    for attempts in (1, 2, 3, 4):
        settle(sim)
        assert len(receiver.got) == attempts
        assert sim.post("WebhookEventErrorLogs/query", {"filter": []}).json["items"] == []
        advance(sim, 30)
    advance(sim, 600)
    assert len(receiver.got) == 5
    query = {"filter": [{"op": "eq", "field": "sequenceNumber", "value": 1}]}
    (log,) = sim.post("WebhookEventErrorLogs/query", query).json["items"]
    assert log["accountWebhookID"] == sim.rows("CompanyWebhooks")[0]["id"]
    assert log["contactWebhookID"] is None
    assert log["payload"].encode() == receiver.got[0].body
    assert "500" in log["errorMessage"]
    assert sim.delete(f"WebhookEventErrorLogs/{log['id']}").status == 200


def test_the_log_is_kept_for_thirty_days(sim: AutotaskSim, receiver: Receiver) -> None:
    sim.admin("PATCH", "switches", {"webhook_attempts": 1})
    register(sim, receiver.url)
    receiver.always = 500
    edit(sim, a_ticket(sim), "old")
    advance(sim, 31 * 86_400)
    edit(sim, a_ticket(sim), "new")
    settle(sim)
    (log,) = sim.rows("WebhookEventErrorLogs")
    assert "new" in log["payload"]


def test_a_later_event_of_the_same_kind_waits_behind_a_retry(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url)
    receiver.answers = [500]
    edit(sim, a_ticket(sim), "first", "second")
    settle(sim)
    made = new_ticket(sim, title="of another kind")
    settle(sim)
    assert titles_of(receiver) == ["first", "of another kind"]
    advance(sim, 30)
    assert titles_of(receiver) == ["first", "of another kind", "first", "second"]
    assert receiver.got[1].json["Id"] == made


def test_a_webhook_does_not_wait_for_another(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, "http://127.0.0.1:9")
    register(sim, receiver.url)
    edit(sim, a_ticket(sim), "first", "second")
    receiver.wait(2)
    assert len(settle(sim)) == 2


def test_a_slow_receiver_is_a_failure(sim: AutotaskSim, receiver: Receiver) -> None:
    sim.admin("PATCH", "switches", {"webhook_timeout_s": 0.1})
    register(sim, receiver.url)
    receiver.pause_s = 5
    edit(sim, a_ticket(sim), "slow")
    settle(sim)
    (attempt,) = sim.admin("GET", "deliveries")
    assert (attempt["status"], attempt["error"]) == (0, "The operation has timed out.")
    receiver.pause_s = 0
    advance(sim, 30)
    assert [a["status"] for a in sim.admin("GET", "deliveries")] == [0, 200]


def test_the_vendor_waits_ten_seconds(sim: AutotaskSim) -> None:
    assert sim.admin("GET", "switches")["webhook_timeout_s"]["default"] == 10


def test_nobody_there_is_a_failure(sim: AutotaskSim) -> None:
    register(sim, "http://127.0.0.1:9")
    edit(sim, a_ticket(sim), "x")
    (waiting,) = settle(sim)
    assert (waiting["attempts"], waiting["event"]) == (1, "Update")
    (attempt,) = sim.admin("GET", "deliveries")
    assert attempt["error"].startswith("Unable to connect to the remote server")


def test_other_machines_are_never_called_unless_switched(sim: AutotaskSim) -> None:
    register(sim, "https://receiver.invalid")
    edit(sim, a_ticket(sim), "x")
    settle(sim)
    (attempt,) = sim.admin("GET", "deliveries")
    assert "webhook_targets" in attempt["error"]
    sim.admin("PATCH", "switches", {"webhook_targets": "any"})
    advance(sim, 30)
    last = sim.admin("GET", "deliveries")[-1]
    assert last["error"].startswith("Unable to connect")


def test_each_attempt_is_told(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url)
    receiver.answers = [500]
    ticket = a_ticket(sim)
    edit(sim, ticket, "x")
    advance(sim, 30)
    told = sim.admin("GET", "deliveries")
    hook = sim.rows("TicketWebhooks")[0]
    common = {
        "kind": "webhook",
        "webhook": hook["webhookGUID"],
        "url": hook["webhookUrl"],
        "method": "POST",
        "event": "Update",
        "entity": "Tickets",
        "id": ticket,
        "sequence": 1,
        "sha256": hashlib.sha256(receiver.got[0].body).hexdigest(),
    }
    assert [line.items() >= common.items() for line in told] == [True, True]
    assert [(line["attempt"], line["status"]) for line in told] == [(1, 500), (2, 200)]
    assert told[0]["at"] < told[1]["at"]
    assert sim.admin("GET", "deliveries?status=500") == told[:1]
    assert sim.admin("DELETE", "deliveries") == {"forgotten": 2}
    assert sim.admin("GET", "deliveries") == []


def test_twenty_five_failed_events_in_a_row_disable_the_webhook(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    sim.admin("PATCH", "switches", {"webhook_attempts": 1})
    register(sim, receiver.url)
    ticket = a_ticket(sim)
    receiver.answers = [500] * 24 + [200] + [500] * 24
    edit(sim, ticket, *map(str, range(49)))
    receiver.wait(49)
    settle(sim)
    assert active(sim)
    receiver.always = 500
    edit(sim, ticket, "the last straw")
    settle(sim)
    assert not active(sim)
    assert receiver.got[-1].path == "/gone"
    assert receiver.got[-1].json["Action"] == "Deactivated"
    assert len(sim.rows("WebhookEventErrorLogs")) == 49
    edit(sim, ticket, "to nobody")
    settle(sim)
    assert "to nobody" not in titles_of(receiver)


def test_a_webhook_switched_on_again_begins_with_no_failures(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    sim.admin("PATCH", "switches", {"webhook_attempts": 1, "webhook_strikes": 2})
    webhook_id = register(sim, receiver.url)
    receiver.always = 500
    edit(sim, a_ticket(sim), "1", "2")
    until(lambda: not active(sim))
    sim.patch("TicketWebhooks", {"id": webhook_id, "isActive": True})
    edit(sim, a_ticket(sim), "3")
    settle(sim)
    assert active(sim)


def how_ended(sim: AutotaskSim, how: str, webhook_id: int) -> None:
    me = next(r["id"] for r in sim.rows("Resources") if r["email"] == sim.username)
    if how == "deleted":
        assert sim.delete(f"TicketWebhooks/{webhook_id}").status == 200
    elif how == "deactivated":
        sim.patch("TicketWebhooks", {"id": webhook_id, "isActive": False})
    else:
        sim.admin("PATCH", f"state/Resources/{me}", {"isActive": False})


@pytest.mark.parametrize("how", ["deleted", "deactivated", "owner inactive"])
def test_the_deactivation_url_is_called_when_a_webhook_ends(
    sim: AutotaskSim, receiver: Receiver, how: str
) -> None:
    webhook_id = register(sim, receiver.url)
    guid = sim.rows("TicketWebhooks")[0]["webhookGUID"]
    how_ended(sim, how, webhook_id)
    (got,) = receiver.wait(1, "/gone")
    assert got.json["Action"] == "Deactivated"
    assert got.json["Guid"] == guid
    assert not {"EntityType", "Fields", "Id"} & got.json.keys()
    assert "X-Hook-Signature" not in got.headers
    settle(sim)
    assert not [row for row in sim.rows("TicketWebhooks") if row["isActive"]]
    new_ticket(sim)
    settle(sim)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(("how", "verifies"), [("signed", True), ("wrong", False)])
def test_the_last_call_may_be_signed(
    sim: AutotaskSim, receiver: Receiver, how: str, *, verifies: bool
) -> None:
    sim.admin("PATCH", "switches", {"deactivated_signature": how})
    webhook_id = register(sim, receiver.url)
    sim.delete(f"TicketWebhooks/{webhook_id}")
    (got,) = receiver.wait(1, "/gone")
    assert got.headers["X-Hook-Signature"].startswith("sha1=")
    assert got.signed_with("a shared secret") is verifies


def test_what_waits_is_given_up_when_its_webhook_ends(sim: AutotaskSim, receiver: Receiver) -> None:
    receiver.answers = [500]
    webhook_id = register(sim, receiver.url)
    edit(sim, a_ticket(sim), "1", "2", "3")
    settle(sim)
    sim.delete(f"TicketWebhooks/{webhook_id}")
    receiver.wait(1, "/gone")
    assert settle(sim) == []
    advance(sim, 300)
    assert titles_of(receiver) == ["1"]


def test_a_running_clock_retries_by_itself(sim: AutotaskSim, receiver: Receiver) -> None:
    sim.admin("PATCH", "switches", {"webhook_retry_s": 0.05})
    sim.admin("POST", "clock", {"frozen": False})
    register(sim, receiver.url)
    receiver.answers = [500, 500]
    edit(sim, a_ticket(sim), "x")
    receiver.wait(3)
    until(lambda: sim.admin("GET", "deliveries")[-1]["status"] == 200)


def test_a_reset_forgets_webhooks_and_what_waits(sim: AutotaskSim) -> None:
    register(sim, "http://127.0.0.1:9")
    edit(sim, a_ticket(sim), "x")
    assert len(settle(sim)) == 1
    sim.admin("POST", "reset")
    assert settle(sim) == []
    assert sim.rows("TicketWebhooks") == []
    assert sim.admin("GET", "deliveries") == []


class Kept:
    """A tenant in a file, served again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def serve(self) -> AutotaskSim:
        wanted = Wanted(TenantPlan(1, 12, 10), path=str(self._path), frozen_clock=True)
        thread = ServiceThread(AutotaskService(make_tenancy(wanted)))
        return AutotaskSim(**thread.ready, stop=thread.stop)


def test_webhooks_and_what_waits_survive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    kept = Kept(tmp_path / "tenant.sqlite")
    sim = kept.serve()
    try:
        register(sim, receiver.url, **UPDATES)
        receiver.answers = [500]
        edit(sim, a_ticket(sim), "first", "second")
        settle(sim)
        assert titles_of(receiver) == ["first"]
    finally:
        sim.stop()
    sim = kept.serve()
    try:
        advance(sim, 30)
        edit(sim, a_ticket(sim), "third")
        receiver.wait(4)
    finally:
        sim.stop()
    assert titles_of(receiver) == ["first", "first", "second", "third"]
    assert [got.json["SequenceNumber"] for got in receiver.got] == [1, 1, 2, 3]
    assert all(got.signed_with("a shared secret") for got in receiver.got)


def test_a_busy_tenant_is_told_in_order_and_whole(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url, always=("TicketNumber",))
    steps: list[dict[str, Any]] = sim.admin("POST", "activity", {"steps": 200})["actions"]
    settle(sim)
    numbers = [got.json["SequenceNumber"] for got in receiver.got]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    by_action: dict[str, list[int]] = {}
    for got in receiver.got:
        by_action.setdefault(got.json["Action"], []).append(got.json["SequenceNumber"])
    assert all(of_kind == sorted(of_kind) for of_kind in by_action.values())
    made = [step["id"] for step in steps if step["action"] == "new_ticket"]
    told = [got.json["Id"] for got in receiver.got if got.json["Action"] == "Create"]
    assert set(made) <= set(told)
