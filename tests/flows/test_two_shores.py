"""The story of one ticket and one work order, from shore to shore, over every protocol."""

import asyncio
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from isthmus.autotask import ClientSettings, Credentials, RestRecords
from isthmus.autotask.port import Record, Records
from isthmus.autotask.soap import SoapRecords, SoapSettings
from isthmus.autotask.webhooks import HEADER, Action, Wanted, Watched, Webhooks, parse_payload
from isthmus.autotask.webhooks import verify as verify_autotask
from isthmus.base.errors import IsthmusError
from isthmus.fieldnation import EVENTS, Event, FieldNationClient, parse_event, payloads, verify
from isthmus.fieldnation import ClientSettings as FieldSettings
from isthmus.fieldnation import Credentials as FieldCredentials
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim, start, start_fieldnation
from tests.autotask.conftest import quick as quick_autotask
from tests.autotask.rest_records import NOTE, SOON, TICKET
from tests.fieldnation.conftest import quick as quick_fieldnation

__all__ = ["quick_autotask", "quick_fieldnation"]
AUTOTASK_SECRET = "a-secret-of-the-desk-0123456789"
FIELD_SECRET = "7a2c0a11-13c5-4a39-9d3e-8a4a2c2a0a11"
BREAKS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429, "retry_after_s": 1},
    {"kind": "status", "status": 503, "after_effect": True},
    {"kind": "delay", "seconds": 0.05},
    {"kind": "html_error"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncate"},
    {"kind": "empty_body"},
    {"kind": "malformed_json"},
    {"kind": "replication_lag", "seconds": 0.2},
)
AUTOTASK_ONLY: tuple[dict[str, Any], ...] = (
    {"kind": "zone_move", "to": 16},
    {"kind": "unknown_op_matches_all"},
    {"kind": "workflow_revert", "entity": "Tickets", "field": "priority", "to": 3},
    {"kind": "permission_lost", "entity": "Tickets"},
    {"kind": "quota_eaten", "calls": 100},
)
FIELD_ONLY: tuple[dict[str, Any], ...] = (
    {"kind": "rate_limited", "retry_after_s": 0},
    {"kind": "conflict"},
    {"kind": "slow", "seconds": 0.05},
    {"kind": "expired_token"},
)


@dataclass
class Doors:
    """The public doors of an integration: they keep what comes, as it came."""

    url: str = ""
    autotask: list[tuple[bytes, str | None]] = field(default_factory=list)
    fieldnation: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self.came:
            if request.path == "/autotask":
                self.autotask.append((body, request.headers.get(HEADER)))
            else:
                self.fieldnation.append((body, dict(request.headers)))
            self.came.notify_all()
        return web.Response(status=202)

    async def until(self, names: set[str]) -> list[Event]:
        """Wait until Field Nation has told all these events."""

        def told() -> set[str]:
            return {parse_event(body, headers).name for body, headers in self.fieldnation}

        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: names <= told())
        return [parse_event(body, headers) for body, headers in self.fieldnation]

    async def desk(self, count: int) -> list[tuple[bytes, str | None]]:
        """Wait for so many deliveries of Autotask."""
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: len(self.autotask) >= count)
        return self.autotask


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    kept = Doors()
    app = web.Application(client_max_size=2**23)
    app.router.add_route("*", "/{tail:.*}", kept.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield kept
    await asyncio.wait_for(runner.cleanup(), 10)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AutotaskSim]:
    sim = start(folder=tmp_path_factory.mktemp("desk"))
    sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    yield sim
    sim.stop()


@pytest.fixture(scope="module")
def field_sim() -> Iterator[FieldNationSim]:
    sim = start_fieldnation()
    sim.admin("PATCH", "switches", {"rate_limit_per_minute": 0})
    yield sim
    sim.stop()


@pytest.fixture(scope="module")
def wsdls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wsdl")


def credentials_of(sim: AutotaskSim) -> Credentials:
    return Credentials(sim.username, sim.secret, sim.integration_code)


@pytest.fixture
async def rest(desk: AutotaskSim, quick_autotask: ClientSettings) -> AsyncIterator[Records]:
    mine = credentials_of(desk)
    url = desk.url
    async with RestRecords.connect(
        mine, base_url=url, settings=quick_autotask, writes=SOON
    ) as opened:
        yield opened


@pytest.fixture
async def soap(
    desk: AutotaskSim, quick_autotask: ClientSettings, wsdls: Path
) -> AsyncIterator[Records]:
    async with SoapRecords.connect(
        credentials_of(desk),
        base_url=desk.url,
        settings=quick_autotask,
        writes=SOON,
        soap=SoapSettings(cache=wsdls),
    ) as opened:
        yield opened


@pytest.fixture
async def orders(
    field_sim: FieldNationSim, quick_fieldnation: FieldSettings
) -> AsyncIterator[FieldNationClient]:
    sim = field_sim
    mine = FieldCredentials(
        client_id=sim.client_id,
        client_secret=sim.client_secret,
        username=sim.username,
        password=sim.password,
    )
    async with FieldNationClient.connect(
        mine, base_url=sim.url, settings=quick_fieldnation
    ) as opened:
        yield opened
    sim.admin("DELETE", "faults")


def shared(one: Record, other: Record) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both records hold, for the fields both wires have."""
    names = one.values.keys() & other.values.keys()
    return {n: one.values[n] for n in names}, {n: other.values[n] for n in names}


async def press(sim: FieldNationSim, provider: int, order: int, step: str, **given: str) -> None:
    """Press a button of the technician's page, as a browser does."""
    body = urllib.parse.urlencode(given).encode()
    url = f"{sim.provider_url}{provider}/orders/{order}/{step}"

    def send() -> str:
        with urllib.request.urlopen(url, body, timeout=20) as page:
            return str(page.read().decode())

    assert str(order) in await asyncio.to_thread(send)


async def test_a_ticket_written_over_soap_is_seen_over_rest_and_told_by_its_webhook(
    desk: AutotaskSim, rest: RestRecords, soap: SoapRecords, doors: Doors
) -> None:
    wanted = Wanted(
        entity="Tickets",
        connection="story",
        url=f"{doors.url}/autotask",
        deactivation_url=f"{doors.url}/autotask",
        secret=AUTOTASK_SECRET,
        fields=(Watched("Title"), Watched("Status")),
    )
    await Webhooks(rest).register(wanted)

    made = await soap.create("Tickets", TICKET, udfs={"Site Code": "A-17"})
    await soap.create("TicketNotes", {**NOTE, "ticketID": made.id})
    over_rest, over_soap = (
        await rest.fetch("Tickets", made.id),
        await soap.fetch("Tickets", made.id),
    )
    ((body, signature),) = (await doors.desk(1))[:1]

    assert made.differences == ()
    assert over_rest is not None
    assert over_soap is not None
    here, there = shared(over_rest, over_soap)
    assert len(here) > 60
    assert here == there
    assert over_rest.labels["status"] == over_soap.labels["status"] == "New"
    assert over_rest.udfs["Site Code"] == over_soap.udfs["Site Code"] == "A-17"
    assert verify_autotask(body, signature, [AUTOTASK_SECRET])
    assert not verify_autotask(body, signature, ["another secret of the desk"])
    event = parse_payload(body)
    assert (event.action, event.entity, event.id) == (Action.CREATE, "Tickets", made.id)


async def test_a_work_order_goes_from_draft_to_paid_and_every_step_arrives_signed(
    field_sim: FieldNationSim, orders: FieldNationClient, doors: Doors
) -> None:
    sim = field_sim
    await orders.webhooks.create(f"{doors.url}/fieldnation", sorted(EVENTS), secret=FIELD_SECRET)
    technician = sim.admin("GET", "account")["providers"][0]

    written = await orders.work_orders.create(
        {
            "title": "Replace the switch (T20260615.0042)",
            "description": {"html": "<p>Bring a ladder.</p>"},
            "location": payloads.place(
                address1="1 Congress Ave", city="Austin", state="TX", zip_code="78701"
            ),
            "pay": payloads.hourly(60, 3),
        }
    )
    number = written.order.id
    await orders.work_orders.route(number, technician)
    await press(sim, technician, number, "accept")
    await press(sim, technician, number, "confirm")
    await press(sim, technician, number, "on-my-way")
    await press(sim, technician, number, "check-in")
    await press(sim, technician, number, "message", text="I am at the door")
    await press(sim, technician, number, "expense", amount="12.50", description="Parking")
    await press(sim, technician, number, "photo", notes="The rack")
    await press(sim, technician, number, "check-out")
    await press(sim, technician, number, "work-done", closing_notes="Works again.")
    await orders.work_orders.approve(number)
    sim.admin("POST", "pay", {"order": number})
    told = await doors.until(
        {
            "workorder.created",
            "workorder.routed",
            "workorder.status.assigned",
            "workorder.status.confirmed",
            "workorder.status.on_my_way",
            "workorder.status.checked_in",
            "workorder.message_posted",
            "workorder.provider_upload",
            "workorder.status.checked_out",
            "workorder.status.work_done",
            "workorder.status.approved",
            "workorder.status.paid",
        }
    )

    paid = await orders.work_orders.status(number)

    assert written.dropped == ()
    assert paid.name == "Paid"
    assert [log.hours is not None for log in await orders.work_orders.time_logs(number)] == [True]
    (expense,) = await orders.work_orders.expenses(number)
    assert expense.amount == Decimal("12.5")
    assert any(m.text == "I am at the door" for m in await orders.work_orders.messages(number))
    assert {event.work_order_id for event in told} == {number}
    assert len({event.delivery_id for event in told}) == len(told)
    for body, headers in doors.fieldnation:
        assert verify(body, headers["X-FN-Signature"], [FIELD_SECRET])


@pytest.mark.parametrize("wire", ["rest", "soap"])
@pytest.mark.parametrize("fault", [*BREAKS, *AUTOTASK_ONLY], ids=lambda f: str(f["kind"]))
async def test_whatever_breaks_at_autotask_no_ticket_is_lost_doubled_or_misread(
    desk: AutotaskSim,
    rest: RestRecords,
    soap: SoapRecords,
    fault: dict[str, Any],
    wire: str,
) -> None:
    records: Records = rest if wire == "rest" else soap
    before = len(desk.rows("Tickets"))
    number = desk.rows("Tickets")[0]["id"]
    as_it_was = await records.fetch("Tickets", number)
    once = {} if fault["kind"] in {f["kind"] for f in AUTOTASK_ONLY} else {"count": 1}

    desk.admin("POST", "faults", {**fault, **once})
    read = await told(records.fetch("Tickets", number))
    if once:
        desk.admin("DELETE", "faults")
        desk.admin("POST", "faults", {**fault, **once})
    made = await told(records.create("Tickets", TICKET))
    if fault["kind"] != "zone_move":  # a tenant does not move back and forth within a second
        desk.admin("DELETE", "faults")

    assert read == as_it_was or isinstance(read, IsthmusError)
    added = len(desk.rows("Tickets")) - before
    assert added <= 1
    if isinstance(made, IsthmusError):
        assert made.remedy
        assert added == 0 or getattr(made, "may_have_taken_effect", True)
    else:
        assert added == 1
    assert await records.fetch("Tickets", number) == as_it_was
    desk.admin("DELETE", "faults")


@pytest.mark.parametrize("fault", [*BREAKS, *FIELD_ONLY], ids=lambda f: str(f["kind"]))
async def test_whatever_breaks_at_field_nation_no_order_is_lost_doubled_or_misread(
    field_sim: FieldNationSim, orders: FieldNationClient, fault: dict[str, Any]
) -> None:
    sim = field_sim
    number = (await orders.work_orders.create({"title": "First"})).order.id
    as_it_was = (await orders.work_orders.get(number)).title
    before = len(sim.admin("GET", "state/work_order"))

    sim.admin("POST", "faults", {**fault, "count": 1})
    read = await told(orders.work_orders.get(number))
    sim.admin("DELETE", "faults")
    sim.admin("POST", "faults", {**fault, "count": 1})
    made = await told(orders.work_orders.create({"title": "Second"}))
    sim.admin("DELETE", "faults")

    assert isinstance(read, IsthmusError) or read.title == as_it_was
    added = len(sim.admin("GET", "state/work_order")) - before
    assert added <= 1
    if isinstance(made, IsthmusError):
        assert made.remedy
        assert added == 0 or getattr(made, "may_have_taken_effect", False)
    else:
        assert added == 1


async def told(work: Any) -> Any:
    """What came of a call: its answer, or the error that tells a person what to do."""
    try:
        return await work
    except IsthmusError as error:
        return error
