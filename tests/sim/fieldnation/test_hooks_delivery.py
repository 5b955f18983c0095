"""Deliveries of webhooks: what they carry, when they are tried again, what is told of them."""

from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from tests.sim.fieldnation.bench import Bench
from tests.sim.fieldnation.receiver import Receiver

DAY_S = 86_400
SECRET = "01999f51-5c66-4449-b441-6b4a053fee6a"


async def test_a_delivery_carries_the_event_and_the_whole_order(
    bench: Bench, receiver: Receiver
) -> None:
    bench.hook(receiver.url)
    bench.happen("workorder.status.published", 42, status_id=2, previous_status_id=1)
    (one,) = await receiver.until(1)
    assert one.json == {
        "event": {
            "name": "workorder.status.published",
            "params": {"work_order_id": 42, "status_id": 2, "previous_status_id": 1},
        },
        "timestamp": "2026-05-04T12:00:00+00:00",
        "triggered_by_user": {"id": 501},
        "workorder": {"id": 42, "title": "Fix it"},
    }


async def test_a_stranger_can_verify_the_signature_over_the_raw_body(
    bench: Bench, receiver: Receiver
) -> None:
    hook = bench.hook(receiver.url, secret=SECRET)
    bench.happen()
    (one,) = await receiver.until(1)
    assert one.is_signed_with(SECRET)
    assert not one.is_signed_with("another")
    assert hook["secret"] == SECRET


async def test_the_headers_name_webhook_delivery_event_and_moment(
    bench: Bench, receiver: Receiver
) -> None:
    hook = bench.hook(receiver.url)
    bench.happen()
    (one,) = await receiver.until(1)
    uuid, _, attempt = one.headers["X-FN-Delivery-Id"].partition(":")
    assert (str(UUID(uuid)), attempt) == (uuid, "1")
    assert one.headers["X-FN-Webhook-Id"] == hook["webhookId"]
    assert one.headers["X-FN-Request-Timestamp"] == "1777896000000"
    assert str(UUID(one.headers["X-FN-Event-Trace-Id"]))
    assert one.headers["Content-Type"] == "application/json"
    assert "x-fn-event-name" not in one.headers


async def test_two_webhooks_get_one_trace_and_two_deliveries(
    bench: Bench, receiver: Receiver
) -> None:
    bench.hook(receiver.url)
    bench.hook(receiver.url + "/second", method="put")
    bench.happen()
    both = await receiver.until(2)
    assert len({one.headers["X-FN-Event-Trace-Id"] for one in both}) == 1
    assert len({one.headers["X-FN-Delivery-Id"] for one in both}) == 2
    assert {one.method for one in both} == {"POST", "PUT"}


async def test_a_webhook_gets_only_the_events_it_wants(bench: Bench, receiver: Receiver) -> None:
    bench.hook(receiver.url, events=["workorder.message_posted"])
    bench.happen("workorder.created")
    bench.happen("workorder.message_posted")
    await bench.advance(0)
    assert receiver.events == ["workorder.message_posted"]


async def test_the_headers_of_the_webhook_are_sent_but_never_replace_the_senders(
    bench: Bench, receiver: Receiver
) -> None:
    own = {"X-Api-Key": "k", "content-type": "x", "Content-Length": "3", "Host": "elsewhere"}
    bench.hook(receiver.url, webhookAttribute={"header": own})
    bench.happen()
    (one,) = await receiver.until(1)
    assert one.headers["X-Api-Key"] == "k"
    assert [v for name, v in one.headers.items() if name.lower() == "content-type"] == [
        "application/json"
    ]
    assert one.headers["Content-Length"] == str(len(one.body))
    assert one.headers["Host"] != "elsewhere"


async def test_the_older_dialect_is_chosen_by_switch_or_for_one_webhook(
    bench: Bench, receiver: Receiver
) -> None:
    hook = bench.hook(receiver.url)
    bench.ground.switches.change({"webhook_dialect": "camelCase", "webhook_older_headers": True})
    bench.happen("workorder.status.published", 42, status_id=2, previous_status_id=1)
    bench.webhooks.set_dialect(hook["webhookId"], "snake_case")
    bench.happen("workorder.created", 43)
    older, newer = await receiver.until(2)
    assert set(older.json) == {"eventName", "eventId", "workOrderId", "timestamp", "data"}
    assert (older.json["eventName"], older.json["workOrderId"]) == (
        "workorder.status.published",
        42,
    )
    assert older.json["data"]["previousStatusId"] == 1
    assert older.headers["x-fn-event-name"] == "workorder.status.published"
    assert older.headers["x-fn-timestamp"] == "2026-05-04T12:00:00.000+00:00"
    assert older.is_signed_with(hook["secret"])
    assert newer.json["event"]["name"] == "workorder.created"


async def test_the_order_id_is_a_string_by_switch(bench: Bench, receiver: Receiver) -> None:
    bench.hook(receiver.url)
    bench.ground.switches.change({"webhook_work_order_id": "string"})
    bench.happen(order=42)
    (one,) = await receiver.until(1)
    assert one.json["event"]["params"]["work_order_id"] == "42"


async def test_a_failing_endpoint_is_tried_eight_times_and_then_left(
    bench: Bench, receiver: Receiver
) -> None:
    bench.hook(receiver.url)
    receiver.always = 500
    bench.happen()
    await bench.advance(0)
    for number, wait in enumerate((10, 20, 40, 80, 160, 320, 640), start=1):
        await bench.advance(wait - 1)
        assert len(receiver.arrived) == number
        await bench.advance(1)
        assert len(receiver.arrived) == number + 1
    await bench.advance(DAY_S)
    assert len(receiver.arrived) == 8
    assert bench.states() == ["dead"]
    ids = [one.headers["X-FN-Delivery-Id"] for one in receiver.arrived]
    assert [text.partition(":")[2] for text in ids] == list("12345678")
    assert len({text.partition(":")[0] for text in ids}) == 1
    assert len({one.body for one in receiver.arrived}) == 1


async def test_a_delivery_taken_at_the_second_try_ends_there(
    bench: Bench, receiver: Receiver
) -> None:
    bench.hook(receiver.url)
    receiver.answers = [503]
    bench.happen()
    await bench.advance(0)
    await bench.advance(DAY_S)
    await bench.advance(DAY_S)
    assert [log["deliveryStatus"] for log in bench.engine.deliveries.logs()] == [503, 200]
    assert bench.states() == ["delivered"]


@pytest.mark.parametrize("status", [400, 404, 408, 410, 429])
async def test_a_refusal_is_not_sent_again(bench: Bench, receiver: Receiver, status: int) -> None:
    bench.hook(receiver.url)
    receiver.always = status
    bench.happen()
    await bench.advance(0)
    await bench.advance(DAY_S)
    assert len(receiver.arrived) == 1
    assert bench.states() == ["dead"]


async def test_a_silent_endpoint_counts_as_no_answer(bench: Bench, receiver: Receiver) -> None:
    bench.ground.switches.change({"webhook_timeout_s": 0.1})
    bench.hook(receiver.url)
    receiver.hang_s = 0.5
    bench.happen()
    await bench.advance(0)
    (log,) = bench.engine.deliveries.logs()
    assert log["deliveryStatus"] == 0
    assert log["error"] == "no answer within 0.1 s"
    assert bench.states() == ["waiting"]


async def test_an_endpoint_that_is_down_is_tried_again(bench: Bench, receiver: Receiver) -> None:
    bench.hook(receiver.url)
    await receiver.stop()
    bench.happen()
    await bench.advance(0)
    (log,) = bench.engine.deliveries.logs()
    assert log["deliveryStatus"] == 0
    assert bench.states() == ["waiting"]


async def test_nothing_leaves_this_machine_unless_switched(bench: Bench) -> None:
    bench.hook("https://example.com/hook")
    bench.happen()
    await bench.advance(0)
    (log,) = bench.engine.deliveries.logs()
    assert "webhook_targets" in log["error"]


async def test_a_redirect_is_not_followed(bench: Bench, receiver: Receiver) -> None:
    bench.hook(receiver.url)
    receiver.answers = [302]
    bench.happen()
    await bench.advance(0)
    assert [log["deliveryStatus"] for log in bench.engine.deliveries.logs()] == [302]
    assert bench.states() == ["waiting"]


async def test_an_inactive_webhook_loses_events_for_good(bench: Bench, receiver: Receiver) -> None:
    hook = bench.hook(receiver.url)
    bench.ask("PUT", f"/{hook['webhookId']}", {"status": "inactive"})
    bench.happen(order=1)
    bench.ask("PUT", f"/{hook['webhookId']}", {"status": "active"})
    bench.happen(order=2)
    await bench.advance(DAY_S)
    assert [one.json["workorder"]["id"] for one in receiver.arrived] == [2]


async def test_retries_to_a_webhook_that_was_deleted_end(bench: Bench, receiver: Receiver) -> None:
    hook = bench.hook(receiver.url)
    receiver.always = 500
    bench.happen()
    await bench.advance(0)
    bench.ask("DELETE", f"/{hook['webhookId']}")
    await bench.advance(DAY_S)
    assert len(receiver.arrived) == 1
    assert bench.states() == ["dropped"]


async def test_seven_days_of_failures_make_a_webhook_inactive_and_write_a_mail(
    bench: Bench, receiver: Receiver
) -> None:
    hook = bench.hook(receiver.url, notificationEmail="ops@example.com")
    receiver.always = 500
    for _day in range(7):
        bench.happen()
        await bench.advance(DAY_S)
    shown = f"/{hook['webhookId']}"
    assert bench.ask("GET", shown)["status"] == "active"
    await bench.advance(DAY_S)
    assert bench.ask("GET", shown)["status"] == "inactive"
    assert bench.ask("GET", f"{shown}/history")[0]["action"] == "status_changed"
    (mail,) = bench.ground.store.all("mail")
    assert (mail["to"], mail["webhookId"]) == ("ops@example.com", hook["webhookId"])


async def test_one_success_starts_the_seven_days_anew(bench: Bench, receiver: Receiver) -> None:
    hook = bench.hook(receiver.url)
    for day in range(14):
        receiver.always = 200 if day == 6 else 500
        bench.happen()
        await bench.advance(DAY_S)
    assert bench.ask("GET", f"/{hook['webhookId']}")["status"] == "active"


async def test_a_dead_delivery_can_be_sent_again_by_hand_once(
    bench: Bench, receiver: Receiver
) -> None:
    bench.hook(receiver.url)
    receiver.always = 404
    bench.happen()
    await bench.advance(0)
    (log,) = bench.ask("GET", "/delivery-logs")
    receiver.answers, receiver.always = [500], 200
    job = bench.ask("PATCH", f"/delivery-logs/{log['deliveryId']}/retry")
    assert job["job_id"]
    await bench.advance(0)
    await bench.advance(DAY_S)
    assert [one["deliveryStatus"] for one in bench.engine.deliveries.logs()] == [404, 500]
    bench.ask("PATCH", f"/delivery-logs/{log['deliveryId']}/retry")
    await bench.advance(0)
    assert [one["deliveryAttempt"] for one in bench.engine.deliveries.logs()] == [1, 2, 3]
    assert bench.states() == ["delivered"]


async def test_a_log_holds_what_was_sent_and_answered_behind_a_signed_link(
    bench: Bench, receiver: Receiver
) -> None:
    bench.hook(receiver.url)
    bench.happen(order=42)
    await bench.advance(0)
    (log,) = bench.ask("GET", "/delivery-logs?workOrderId=42")
    link = bench.ask("GET", f"/delivery-logs/{log['deliveryId']}")["delivery_log"]
    path = link.partition("/api/v1/webhooks")[2]
    full = bench.call("GET", path, token="")
    assert full.status == 200
    document: dict[str, Any] = orjson.loads(full.body)
    assert document["request"]["body"].encode() == receiver.arrived[0].body
    assert document["response"]["status"] == 200
    assert bench.call("GET", path[:-1] + "x", token="").status == 403


async def test_logs_are_gone_after_two_weeks(bench: Bench, receiver: Receiver) -> None:
    bench.hook(receiver.url)
    bench.happen()
    await bench.advance(14 * DAY_S)
    assert len(bench.ask("GET", "/delivery-logs")) == 1
    await bench.advance(14 * DAY_S + 1)
    assert bench.ask("GET", "/delivery-logs") == []


async def test_what_was_not_sent_yet_is_sent_after_a_restart(
    tmp_path: Path, receiver: Receiver
) -> None:
    path = str(tmp_path / "kept.sqlite")
    first = Bench.make(path)
    first.hook(receiver.url)
    first.happen(order=42)
    await first.stop()
    second = Bench.make(path)
    await second.start()
    (one,) = await receiver.until(1)
    await second.stop()
    assert one.json["workorder"]["id"] == 42


async def test_a_poor_endpoint_gets_three_retries_only(bench: Bench, receiver: Receiver) -> None:
    hook = bench.webhooks.find(bench.hook(receiver.url)["webhookId"])
    assert hook is not None
    bench.ground.store.put("webhook", hook["id"], {**hook, "outcomes": "0" * 100})
    receiver.always = 500
    bench.happen()
    for _ in range(9):
        await bench.advance(700)
    assert len(receiver.arrived) == 4
    assert bench.states() == ["dead"]
