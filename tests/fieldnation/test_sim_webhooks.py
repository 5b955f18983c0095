"""Webhooks from end to end: made, delivered, verified, parsed, looked up, sent again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from isthmus.fieldnation import (
    EVENTS,
    Conflict,
    Event,
    FieldNationClient,
    NotFound,
    ValidationFailed,
    parse_event,
    signature_of,
    verify,
)

PUBLISHED = "workorder.status.published"
SECRET = "3f1d0a70-13c5-4a39-9d3e-8a4a2c2a0a11"


@dataclass
class Inbox:
    """An address that keeps what it gets and answers what it is told."""

    url: str = ""
    status: int = 200
    got: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self.arrived:
            self.got.append((body, dict(request.headers)))
            self.arrived.notify_all()
        return web.Response(status=self.status)

    async def wait_for(self, count: int) -> list[Event]:
        async with asyncio.timeout(20), self.arrived:
            await self.arrived.wait_for(lambda: len(self.got) >= count)
        return [parse_event(body, headers) for body, headers in self.got]


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    box = Inbox()
    app = web.Application(client_max_size=2**23)
    app.router.add_route("*", "/{tail:.*}", box.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield box
    await runner.cleanup()


async def test_a_webhook_is_made_changed_and_deleted(fn: FieldNationClient) -> None:
    hooks = fn.webhooks
    made = await hooks.create(
        "https://hooks.example.com/a",
        [PUBLISHED, "workorder.created", PUBLISHED],
        notification_email="ops@example.com",
        headers={"X-Ours": "1"},
    )

    assert made.secret
    assert made.secret not in repr(made)
    assert (made.status, made.method) == ("active", "post")
    assert set(made.events) == {PUBLISHED, "workorder.created"}
    assert [one.webhook_id for one in await hooks.list()] == [made.webhook_id]
    changed = await hooks.update(made.webhook_id, events=["workorder.routed"], status="inactive")
    assert (changed.events, changed.status, changed.url) == (
        ("workorder.routed",),
        "inactive",
        made.url,
    )
    await hooks.remove_header(made.webhook_id, "X-Ours")
    assert (await hooks.get(made.webhook_id)).events == ("workorder.routed",)
    assert await hooks.history(made.webhook_id)
    await hooks.delete(made.webhook_id)
    with pytest.raises(NotFound):
        await hooks.get(made.webhook_id)


async def test_the_history_is_read_as_a_list_and_as_the_bare_row_that_is_declared(
    fn: FieldNationClient, sim: Any
) -> None:
    made = await fn.webhooks.create("https://hooks.example.com/a", [PUBLISHED])
    await fn.webhooks.update(made.webhook_id, method="put")

    whole = await fn.webhooks.history(made.webhook_id)
    sim.admin("PATCH", "switches", {"webhook_history": "row"})
    (newest,) = await fn.webhooks.history(made.webhook_id)

    assert len(whole) == 2
    assert newest["changes"] == {"method": "put"}


async def test_a_second_webhook_for_one_address_is_a_conflict(fn: FieldNationClient) -> None:
    await fn.webhooks.create("https://hooks.example.com/a", [PUBLISHED])

    with pytest.raises(Conflict):
        await fn.webhooks.create("https://hooks.example.com/a", [PUBLISHED])


async def test_a_webhook_without_events_is_refused(fn: FieldNationClient) -> None:
    with pytest.raises(ValidationFailed):
        await fn.webhooks.create("https://hooks.example.com/a", [])


async def test_the_vendor_offers_the_events_we_know(fn: FieldNationClient) -> None:
    assert set(await fn.webhooks.events()) == set(EVENTS)


async def test_many_webhooks_are_listed_once_each(fn: FieldNationClient) -> None:
    made = {
        (await fn.webhooks.create(f"https://hooks.example.com/{number}", [PUBLISHED])).webhook_id
        for number in range(5)
    }

    found = [one.webhook_id for one in await fn.webhooks.list()]

    assert set(found) == made
    assert len(found) == 5


@pytest.mark.parametrize("dialect", ["snake_case", "camelCase"])
async def test_an_event_arrives_signed_and_is_understood(
    fn: FieldNationClient, sim: Any, inbox: Inbox, dialect: str
) -> None:
    sim.admin("PATCH", "switches", {"webhook_dialect": dialect})
    hook = await fn.webhooks.create(inbox.url, [PUBLISHED], secret=SECRET)
    number = (await fn.work_orders.create({"title": "A job"})).order.id

    await fn.work_orders.publish(number)
    (event,) = await inbox.wait_for(1)

    body, headers = inbox.got[0]
    assert hook.secret == SECRET
    assert verify(body, signature_of(headers), ["the one before", SECRET])
    assert not verify(body + b" ", signature_of(headers), [SECRET])
    assert (event.name, event.work_order_id) == (PUBLISHED, number)
    assert event.at is not None
    assert event.delivery_id
    assert event.triggered_by in {sim.user_id, None}
    assert (event.triggered_by is None) == (dialect == "camelCase")
    assert event.dialect == ("current" if dialect == "snake_case" else "camel")


async def test_a_failed_delivery_is_looked_up_and_sent_again(
    fn: FieldNationClient, inbox: Inbox
) -> None:
    inbox.status = 404  # which the vendor does not try again by itself
    hook = await fn.webhooks.create(inbox.url, [PUBLISHED])
    number = (await fn.work_orders.create({"title": "A job"})).order.id
    await fn.work_orders.publish(number)
    (first,) = await inbox.wait_for(1)
    log = await seen_log(fn, hook.webhook_id)

    assert (log.event, log.status, log.work_order_id) == (PUBLISHED, 404, number)
    whole = await fn.webhooks.delivery_log(log.delivery_id)
    assert whole.link
    assert whole.link not in repr(whole)
    assert str(number).encode() in await fn.webhooks.delivery_record(whole)

    inbox.status = 200
    assert await fn.webhooks.retry_delivery(log.delivery_id)
    _, second = await inbox.wait_for(2)
    assert second.work_order_id == first.work_order_id == number


async def seen_log(fn: FieldNationClient, webhook_id: str) -> Any:
    """Wait until the one delivery is in the log: it is written after the answer came."""
    async with asyncio.timeout(10):
        while True:
            logs = [one async for one in fn.webhooks.delivery_logs(webhook_id=webhook_id)]
            if logs:
                (only,) = logs
                return only
            await asyncio.sleep(0.02)


async def test_a_delivery_that_does_not_exist_is_not_found(fn: FieldNationClient) -> None:
    with pytest.raises(NotFound):
        await fn.webhooks.delivery_log("no-such-delivery:1")
