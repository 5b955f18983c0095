"""The whole line: a webhook is installed, a ticket changes, what arrives is verified and parsed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from isthmus.autotask import query as q
from isthmus.autotask.port import Record
from isthmus.autotask.rest import RestRecords
from isthmus.autotask.webhooks import (
    HEADER,
    Action,
    Event,
    Verified,
    Wanted,
    Watched,
    Webhooks,
    parse_callout,
    parse_payload,
    verify,
)
from tests.autotask.webhooks.conftest import SECRET

NEW = "the-next-secret-of-webhooks"


@dataclass(slots=True)
class Receiver:
    """What a door would be: keeps the bytes as they came, answers at once."""

    url: str = ""
    arrived: asyncio.Queue[tuple[web.Request, bytes]] = field(default_factory=asyncio.Queue)

    async def serve(self, request: web.Request) -> web.Response:
        await self.arrived.put((request, await request.read()))
        return web.Response(status=202)

    async def next(self, *secrets: str) -> tuple[str, Verified | None, Event]:
        request, body = await asyncio.wait_for(self.arrived.get(), 30)
        verified = verify(body, request.headers.get(HEADER), secrets or (SECRET,))
        return request.path, verified, parse_payload(body)

    async def next_callout(self) -> tuple[str, bytes]:
        request, body = await asyncio.wait_for(self.arrived.get(), 30)
        return request.query_string, body


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    kept = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", kept.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield kept
    await asyncio.wait_for(runner.cleanup(), 10)


@pytest.fixture
def ours(receiver: Receiver, wanted: Wanted) -> Wanted:
    return replace(
        wanted,
        url=f"{receiver.url}/hooks/acme?token=t0k3n",
        deactivation_url=f"{receiver.url}/hooks/acme/off",
        fields=(
            Watched("Title"),
            Watched("Status", fires=False),
            Watched("Priority", always=False),
        ),
    )


async def someone_else(records: RestRecords) -> int:
    people = await records.find("Resources", q.eq("isActive", True), limit=20)
    own = [one.id for one in people if "api" not in str(one.values["email"]).lower()]
    return own[-1]


async def a_ticket(records: RestRecords) -> Record:
    (ticket,) = await records.find("Tickets", q.not_exists("completedDate"), limit=1)
    return ticket


async def test_anothers_edit_arrives_verified_and_our_own_does_not(
    records: RestRecords, webhooks: Webhooks, ours: Wanted, receiver: Receiver
) -> None:
    outcome = await webhooks.register(ours)
    ticket, other = await a_ticket(records), await someone_else(records)

    await records.update("Tickets", ticket.id, {"title": "Written by us"})
    title = "Müller & Söhne <printer> \"on\" fire + 'smoke' 🔥 \\"
    await records.update("Tickets", ticket.id, {"title": title}, impersonate=other)

    path, verified, event = await receiver.next()
    assert path == "/hooks/acme"
    assert verified == Verified(0, "raw")
    assert (event.action, event.entity, event.id) == (Action.UPDATE, "Tickets", ticket.id)
    assert event.guid == outcome.guid
    assert event.fields == {"Title": title, "Status": ticket.values["status"]}
    assert event.person_id == other
    assert event.at is not None
    assert event.sequence == 1
    assert receiver.arrived.empty()


async def test_a_change_of_a_field_that_does_not_fire_stays_silent(
    records: RestRecords, webhooks: Webhooks, ours: Wanted, receiver: Receiver
) -> None:
    await webhooks.register(ours)
    ticket, other = await a_ticket(records), await someone_else(records)
    await records.update("Tickets", ticket.id, {"externalID": "x"}, impersonate=other)
    await records.update("Tickets", ticket.id, {"title": "Now"}, impersonate=other)
    _, _, event = await receiver.next()
    assert event.fields["Title"] == "Now"
    assert event.sequence == 1


async def test_the_secret_is_rotated_and_every_event_is_taken(
    records: RestRecords, webhooks: Webhooks, ours: Wanted, receiver: Receiver
) -> None:
    await webhooks.register(ours)
    ticket, other = await a_ticket(records), await someone_else(records)
    await records.update("Tickets", ticket.id, {"title": "Before"}, impersonate=other)
    await webhooks.repair(replace(ours, secret=NEW))
    await records.update("Tickets", ticket.id, {"title": "After"}, impersonate=other)
    seen = {}
    for _ in range(2):
        _, verified, event = await receiver.next(NEW, SECRET)
        assert verified is not None
        seen[event.fields["Title"]] = verified.secret
    assert seen == {"Before": 1, "After": 0}


async def test_removal_is_told_to_the_deactivation_address(
    records: RestRecords, webhooks: Webhooks, ours: Wanted, receiver: Receiver
) -> None:
    outcome = await webhooks.register(ours)
    await webhooks.remove("Tickets", ours.connection, ours.url)
    path, _, event = await receiver.next()
    assert path == "/hooks/acme/off"
    assert (event.action, event.guid, event.entity) == (Action.DEACTIVATED, outcome.guid, None)

    ticket, other = await a_ticket(records), await someone_else(records)
    await records.update("Tickets", ticket.id, {"title": "Nobody hears"}, impersonate=other)
    await webhooks.register(ours)
    await records.update("Tickets", ticket.id, {"title": "Heard"}, impersonate=other)
    _, _, event = await receiver.next()
    assert event.fields["Title"] == "Heard"


@pytest.mark.parametrize(
    "switches",
    [
        {"webhook_field_names": "records", "webhook_udfs": "list"},
        {"webhook_udfs": "object", "webhook_person_key": "PersonId"},
        {"webhook_udfs": "flat", "deactivated_signature": "wrong"},
    ],
)
async def test_every_form_of_payload_that_is_in_doubt_is_understood(
    autotask_sim: Any,
    records: RestRecords,
    webhooks: Webhooks,
    ours: Wanted,
    receiver: Receiver,
    *,
    switches: dict[str, Any],
) -> None:
    autotask_sim.admin("PATCH", "switches", switches)
    udf = (await records.user_defined_fields("Tickets"))[0].name
    await webhooks.register(replace(ours, udfs=(Watched(udf, fires=False),)))
    ticket, other = await a_ticket(records), await someone_else(records)
    await records.update("Tickets", ticket.id, {"title": "New"}, impersonate=other)
    _, verified, event = await receiver.next()
    assert verified is not None
    assert {name.lower(): value for name, value in event.fields.items()}["title"] == "New"
    assert udf in (event.fields if switches["webhook_udfs"] == "flat" else event.udfs)
    assert event.person_id == other
    await webhooks.remove("Tickets", ours.connection, ours.url)
    _, _, gone = await receiver.next()
    assert gone.action is Action.DEACTIVATED


@pytest.mark.parametrize(
    "callout",
    [
        {"method": method, "format": form, "id_name": name, "id_value": value, "root": root}
        for method, form in (
            ("GET", "name_value"),
            ("POST", "query"),
            ("POST", "name_value"),
            ("POST", "json"),
            ("POST", "xml"),
        )
        for name, value, root in (
            ("id", "id", "Ticket"),
            ("ticketId", "number", "Callout"),
            ("TicketNumber", "number", "x"),
        )
    ],
    ids=lambda callout: "-".join(callout.values()),
)
async def test_a_callout_points_at_its_ticket_whatever_its_shape(
    autotask_sim: Any, records: RestRecords, receiver: Receiver, callout: dict[str, str]
) -> None:
    ticket = await a_ticket(records)
    rule = {
        "on": ["edited"],
        "callout": {
            **callout,
            "url": f"{receiver.url}/callouts/acme?client_token=t0k3n",
            "fields": {"company": "companyID", "title": "title"},
        },
    }
    autotask_sim.admin("POST", "workflow_rules", rule)
    await records.update("Tickets", ticket.id, {"title": "Dispatch <this> & id=7"})
    query, body = await receiver.next_callout()
    hint = parse_callout(query=query, body=body)
    if callout["id_value"] == "number":
        assert (hint.entity, hint.number) == ("Tickets", ticket.values["ticketNumber"])
    else:
        assert (hint.entity, hint.id) == ("Tickets", ticket.id)
