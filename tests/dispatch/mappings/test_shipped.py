"""The mappings we ship, from a simulated Autotask to a simulated Field Nation and back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from isthmus.autotask import ClientSettings, Credentials, RestRecords
from isthmus.autotask.port import Record, Records
from isthmus.dispatch.mappings import NAMES, shipped
from isthmus.dispatch.rules import sources
from isthmus.dispatch.rules.changes import Changes, to_changes
from isthmus.dispatch.rules.check import check_mapping, check_result
from isthmus.dispatch.rules.filing import export, parse_file
from isthmus.dispatch.rules.known import ROOTS, CompanyLists, EntityShape, Known
from isthmus.dispatch.rules.mapping import apply
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.orders import to_body
from isthmus.dispatch.rules.shapes import Mapping, Result
from isthmus.dispatch.scripts.translate import translate
from isthmus.dispatch.scripts.worker import ScriptWorker
from isthmus.fieldnation import ClientSettings as FieldNationSettings
from isthmus.fieldnation import Credentials as FieldNationCredentials
from isthmus.fieldnation import FieldNationClient, TransportSettings

ENTITIES = ("Tickets", "Tasks", "Companies", "CompanyLocations", "Contacts", "Countries",
            "Projects", "TicketNotes", "TaskNotes")  # fmt: skip


@pytest.fixture
async def records(autotask_sim: Any) -> AsyncIterator[RestRecords]:
    sim = autotask_sim
    credentials = Credentials(
        username=sim.username, secret=sim.secret, integration_code=sim.integration_code
    )
    settings = ClientSettings(transport=TransportSettings(trust_env=False))
    async with RestRecords.connect(credentials, base_url=sim.url, settings=settings) as opened:
        yield opened


@pytest.fixture
async def fn(fieldnation_sim: Any) -> AsyncIterator[FieldNationClient]:
    sim = fieldnation_sim
    sim.admin("PATCH", "switches", {"settle_s": 0.2, "rate_limit_per_minute": 0})
    credentials = FieldNationCredentials(
        client_id=sim.client_id, client_secret=sim.client_secret, username=sim.username,
        password=sim.password,
    )  # fmt: skip
    settings = FieldNationSettings(transport=TransportSettings(trust_env=False))
    async with FieldNationClient.connect(
        credentials, base_url=sim.url, settings=settings
    ) as opened:
        yield opened


@pytest.fixture
async def known(records: RestRecords, fn: FieldNationClient) -> Known:
    shapes = {
        name: EntityShape(await records.fields(name), await records.user_defined_fields(name))
        for name in ENTITIES
    }
    lists = CompanyLists(
        projects=await fn.company.projects(),
        templates=await fn.company.templates(),
        types_of_work=await fn.company.types_of_work(),
        managers=await fn.company.managers(),
        clients=await fn.company.clients(),
        custom_fields=await fn.company.custom_fields(),
    )
    return Known(shapes, lists)


@pytest.fixture(scope="module")
def worker() -> Any:
    with ScriptWorker() as started:
        yield started


async def hydrated(records: Records, known: Known, mapping: Mapping, record: Record) -> Any:
    """The record with what the mapping needs of others, as the flow will fetch it."""
    found: dict[str, Record] = {"": record}
    for need in needs(mapping):
        above, _, name = need.rpartition(".")
        parent = found.get(above)
        if parent is None:
            continue
        reference = sources.reference_of(name, known.entities[parent.entity].fields)
        assert reference is not None, need
        number = parent.values[reference[0]]
        other = await records.fetch(reference[1], int(str(number))) if number is not None else None
        if other is not None:
            found[need] = other
    documents: dict[str, dict[str, Any]] = {}
    for need in sorted(found, key=lambda path: (-path.count("."), path == "")):
        inner = {
            path.removeprefix(f"{need}." if need else ""): document
            for path, document in documents.items()
            if path.rpartition(".")[0] == need and path != need
        }
        documents[need] = sources.of_record(found[need], inner)
    return {mapping.root: documents[""]}


async def dispatched(fn: FieldNationClient, known: Known, mapping: Mapping, result: Result) -> Any:
    assert check_result(mapping, result, known) == ()
    body, problems = to_body(result.document, known.company)
    assert problems == ()
    written = await fn.work_orders.create(body)
    assert (written.dropped, written.changed) == ((), ())
    return written.order


def changes_of(mapping: Mapping, order: Any, event: str, known: Known) -> tuple[Changes, ...]:
    result = apply(mapping, sources.of_order(order.raw), event=event)
    assert check_result(mapping, result, known) == ()
    changes, problems = to_changes(result.document, known)
    assert problems == ()
    return changes


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_mapping_is_exported_and_imported_the_same(name: str) -> None:
    mapping = shipped(name)
    assert parse_file(export(mapping)) == mapping
    assert mapping.name == name


async def test_every_shipped_mapping_passes_the_check(known: Known) -> None:
    for name in NAMES:
        assert check_mapping(shipped(name), known) == (), name


async def test_tickets_become_work_orders_with_nothing_dropped(
    records: RestRecords, fn: FieldNationClient, known: Known, worker: ScriptWorker
) -> None:
    mapping = shipped("ticket_inbound")
    assert needs(mapping) == ("companyLocation", "contact", "companyLocation.country")
    count = 0
    async for ticket in records.read("Tickets"):
        if count == 6:
            break
        source = await hydrated(records, known, mapping, ticket)
        result = translate(mapping, source, worker)
        if ticket.values["dueDateTime"] is None or ticket.values["companyLocationID"] is None:
            assert not result.is_fit
            continue
        order = await dispatched(fn, known, mapping, result)
        count += 1
        place = source["ticket"]["companyLocation"]
        assert order.title == f"{ticket.values['ticketNumber']} {ticket.values['title']}".strip()
        assert order.raw["location"]["city"] == place["city"]
        assert order.raw["location"]["country"] == place["country"]["countryCode"]
        told = {one.name: one.value for one in order.custom_values}
        assert told["Autotask Ticket ID"] == ticket.values["ticketNumber"]
        assert result.origins["location.city"].source == "ticket.companyLocation.city"
    assert count == 6


async def test_project_tasks_become_work_orders_with_nothing_dropped(
    records: RestRecords, fn: FieldNationClient, known: Known, worker: ScriptWorker
) -> None:
    mapping = shipped("task_inbound")
    count = 0
    async for task in records.read("Tasks"):
        if count == 4:
            break
        source = await hydrated(records, known, mapping, task)
        result = translate(mapping, source, worker)
        if not result.is_fit:
            assert any(not task.values[name] for name in ("endDateTime", "companyLocationID"))
            continue
        order = await dispatched(fn, known, mapping, result)
        count += 1
        assert "Project: " in order.raw["description"]["html"]
    assert count == 4


@pytest.mark.parametrize("root", ["ticket", "task"])
async def test_what_happens_to_a_work_order_is_written_to_its_record(  # noqa: PLR0917
    root: str, records: RestRecords, fn: FieldNationClient, known: Known, fieldnation_sim: Any,
    worker: ScriptWorker,
) -> None:  # fmt: skip
    inbound, outbound = shipped(f"{root}_inbound"), shipped(f"{root}_outbound")
    entity = ROOTS[root]
    async for record in records.read(entity):
        result = translate(inbound, await hydrated(records, known, inbound, record), worker)
        if result.is_fit:
            break
    order = await dispatched(fn, known, inbound, result)
    provider = fieldnation_sim.provider("GET", "api/providers")[0]
    await fn.work_orders.publish(order.id)
    order = await fn.work_orders.assign(order.id, provider["id"])
    changed, note = changes_of(outbound, order, "workorder.status.assigned", known)
    written = await records.update(entity, record.id, changed.values)
    parent = {"ticketID" if root == "ticket" else "taskID": record.id}
    made = await records.create(note.entity, {**parent, **note.values})
    assert written.differences == made.differences == ()
    after = await records.fetch(entity, record.id)
    assert after is not None
    assert after.labels["status"] == "Scheduled"
    kept = await records.fetch(note.entity, made.id)
    assert kept is not None
    assert provider["first_name"] in str(kept.values["description"])
    assert "Assigned" in str(kept.values["title"])


async def test_every_event_of_a_shipped_mapping_makes_writes_that_fit(
    fn: FieldNationClient, known: Known
) -> None:
    order = (await fn.work_orders.create({"title": "A visit"})).order
    for name in ("ticket_outbound", "task_outbound"):
        mapping = shipped(name)
        for event in sorted({event for row in mapping.rows for event in row.events}):
            if event.endswith(("schedule_updated", "confirmed", "way", "in", "out", "delayed")):
                continue  # these speak of a provider and a time, which a draft has not
            assert changes_of(mapping, order, event, known), event
