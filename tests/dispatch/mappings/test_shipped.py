"""The mappings and rules we ship, from a simulated Autotask to a simulated Field Nation."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from isthmus.autotask import ClientSettings, Credentials, RestRecords
from isthmus.autotask.port import Record
from isthmus.dispatch.costs import EXPENSE, HOURS, PAY
from isthmus.dispatch.hydrate import Hydrator
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.metadata import read_known
from isthmus.dispatch.reading import Reader
from isthmus.dispatch.rules import events, sources
from isthmus.dispatch.rules.changes import Changes, to_changes
from isthmus.dispatch.rules.check import check_mapping, check_result
from isthmus.dispatch.rules.check_rule import check_rule
from isthmus.dispatch.rules.filing import export, parse_file
from isthmus.dispatch.rules.known import ROOTS, Known
from isthmus.dispatch.rules.mapping import apply
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.orders import to_body
from isthmus.dispatch.rules.rule import decide_rule, export_rule, parse_rule
from isthmus.dispatch.rules.shapes import Mapping, Result
from isthmus.dispatch.scripts.translate import translate
from isthmus.dispatch.scripts.worker import ScriptWorker
from isthmus.fieldnation import ClientSettings as FieldNationSettings
from isthmus.fieldnation import Credentials as FieldNationCredentials
from isthmus.fieldnation import FieldNationClient, TransportSettings, WorkOrder


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
    mappings, rules = map(shipped, NAMES), map(shipped_rule, RULES)
    return await read_known(records, fn.company, mappings, rules)


Hydrate = Callable[[Mapping, Record], Any]


@pytest.fixture
def hydrated(records: RestRecords, fn: FieldNationClient) -> Hydrate:
    """The record with what the mapping needs of others, as the flow fetches it."""
    hydrator = Hydrator(Reader(records, fn, timedelta(minutes=1)), records)

    async def hydrate(mapping: Mapping, record: Record) -> Any:
        return await hydrator.document(mapping.root, record, needs(mapping))

    return hydrate


@pytest.fixture(scope="module")
def worker() -> Any:
    with ScriptWorker() as started:
        yield started


async def dispatched(fn: FieldNationClient, known: Known, mapping: Mapping, result: Result) -> Any:
    assert check_result(mapping, result, known) == ()
    body, problems = to_body(result.document, known.company)
    assert problems == ()
    written = await fn.work_orders.create(body)
    assert (written.dropped, written.changed) == ((), ())
    return written.order


def changes_of(
    mapping: Mapping, order: Any, event: str, known: Known,
    worker: ScriptWorker | None = None, **things: Any,
) -> tuple[Changes, ...]:  # fmt: skip
    source = sources.of_order(order.raw, things=things)
    if worker is None:
        result = apply(mapping, source, event=event)
    else:
        result = translate(mapping, source, worker, event=event)
    assert check_result(mapping, result, known) == ()
    changes, problems = to_changes(result.document, known)
    assert problems == ()
    return changes


async def done_job(fn: FieldNationClient, sim: Any, expense: float | None = None) -> WorkOrder:
    order = (await fn.work_orders.create({
        "title": "A visit", "pay": {"type": "fixed", "base": {"amount": 150, "units": 1}},
    })).order  # fmt: skip
    await fn.work_orders.publish(order.id)
    provider = int(sim.provider("GET", "api/providers")[0]["id"])
    sim.do_job(order.id, provider, notes="Swapped it.", hours=2, expense=expense)
    return await fn.work_orders.get(order.id)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_mapping_is_exported_and_imported_the_same(name: str) -> None:
    mapping = shipped(name)
    assert parse_file(export(mapping)) == mapping
    assert mapping.name == name


@pytest.mark.parametrize("name", RULES)
def test_a_shipped_rule_is_exported_and_imported_the_same_and_is_off(name: str) -> None:
    rule = shipped_rule(name)
    assert parse_rule(export_rule(rule)) == rule
    assert (rule.name, rule.is_enabled) == (name, False)


async def test_every_shipped_mapping_and_rule_passes_the_check(known: Known) -> None:
    mappings = {name: shipped(name) for name in NAMES}
    for name, mapping in mappings.items():
        assert check_mapping(mapping, known) == (), name
    for name in RULES:
        assert check_rule(shipped_rule(name), mappings, known) == (), name
    assert known.unread == frozenset()


async def test_the_outbound_mappings_have_rows_for_all_that_a_rule_can_carry(known: Known) -> None:
    mappings = {name: shipped(name) for name in NAMES}
    everything: dict[str, Any] = {
        "notes": "both",
        "files": "both",
        "times": True,
        "time_resource_id": 1,
        "time_role_id": 1,
        "time_id_in": "internalNotes",
    }
    ticket = replace(shipped_rule("ticket_dispatch"), costs="charge", **everything)
    task = replace(shipped_rule("task_dispatch"), **everything)
    assert check_rule(ticket, mappings, known) == ()
    assert check_rule(task, mappings, known) == ()


async def test_a_shipped_rule_wants_what_stands_at_dispatch_to_field_and_nothing_else(
    records: RestRecords, hydrated: Hydrate, autotask_sim: Any
) -> None:
    for name in RULES:
        rule = replace(shipped_rule(name), is_enabled=True)
        entity = ROOTS[rule.root]
        numbers = [row["id"] for row in autotask_sim.rows(entity)[:2]]
        fields = {one.name: one for one in await records.fields(entity)}
        codes = {one.label: one.code for one in fields["status"].picklist or ()}
        status = {"status": int(codes["Dispatch to Field"])}
        autotask_sim.admin("PATCH", f"state/{entity}/{numbers[0]}", status)
        chosen = []
        for number in numbers:
            record = await records.fetch(entity, number)
            assert record is not None
            document = {rule.root: sources.of_record(record)}
            chosen.append(decide_rule([rule], document))
        assert chosen == [rule, None], name


async def test_tickets_become_work_orders_with_nothing_dropped(
    records: RestRecords, fn: FieldNationClient, known: Known, hydrated: Hydrate,
    worker: ScriptWorker,
) -> None:  # fmt: skip
    mapping = shipped("ticket_inbound")
    assert needs(mapping) == ("companyLocation", "contact", "companyLocation.country")
    count = 0
    async for ticket in records.read("Tickets"):
        if count == 6:
            break
        source = await hydrated(mapping, ticket)
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
    records: RestRecords, fn: FieldNationClient, known: Known, hydrated: Hydrate,
    worker: ScriptWorker,
) -> None:  # fmt: skip
    mapping = shipped("task_inbound")
    count = 0
    async for task in records.read("Tasks"):
        if count == 4:
            break
        source = await hydrated(mapping, task)
        result = translate(mapping, source, worker)
        if not result.is_fit:
            assert any(not task.values[name] for name in ("endDateTime", "companyLocationID"))
            continue
        order = await dispatched(fn, known, mapping, result)
        count += 1
        assert "Project: " in order.raw["description"]["html"]
    assert count == 4


async def test_service_calls_become_work_orders_with_nothing_dropped(
    records: RestRecords, fn: FieldNationClient, known: Known, hydrated: Hydrate,
    worker: ScriptWorker,
) -> None:  # fmt: skip
    mapping = shipped("service_call_inbound")
    assert "ticket" in needs(mapping)
    titles: list[str] = []
    async for call in records.read("ServiceCalls"):
        if len(titles) == 4:
            break
        source = await hydrated(mapping, call)
        ticket = source["serviceCall"].get("ticket")
        if ticket is None:
            continue
        result = translate(mapping, source, worker)
        order = await dispatched(fn, known, mapping, result)
        titles.append(order.title)
        assert order.title.startswith(f"{ticket['ticketNumber']} {ticket['title']}".strip()[:40])
        told = {one.name: one.value for one in order.custom_values}
        assert told["Autotask Ticket ID"] == f"{ticket['ticketNumber']} {call.id}"
    assert len(set(titles)) == 4


async def test_a_service_call_without_a_ticket_can_be_dispatched_too(  # noqa: PLR0917
    records: RestRecords, fn: FieldNationClient, known: Known, hydrated: Hydrate,
    worker: ScriptWorker, autotask_sim: Any,
) -> None:  # fmt: skip
    tied = {row["serviceCallID"] for row in autotask_sim.rows("ServiceCallTickets")}
    number = next(r["id"] for r in autotask_sim.rows("ServiceCalls") if r["id"] not in tied)
    call = await records.fetch("ServiceCalls", number)
    assert call is not None
    mapping = shipped("service_call_inbound")
    result = translate(mapping, await hydrated(mapping, call), worker)
    order = await dispatched(fn, known, mapping, result)
    assert order.title == f"Visit on site (service call {number})"


async def test_what_happens_to_a_service_calls_order_changes_its_status(
    records: RestRecords, fn: FieldNationClient, known: Known
) -> None:
    order = (await fn.work_orders.create({"title": "A visit"})).order
    mapping, number = shipped("service_call_outbound"), 5001
    for event, label in (("checked_in", "In Progress"), ("approved", "Complete")):
        (changed,) = changes_of(mapping, order, f"workorder.status.{event}", known)
        await records.update("ServiceCalls", number, changed.values)
        after = await records.fetch("ServiceCalls", number)
        assert after is not None
        assert after.labels["status"] == label


def worker_of(autotask_sim: Any) -> dict[str, int]:
    """Who may work on tickets, and as what."""
    pair = next(r for r in autotask_sim.rows("ResourceServiceDeskRoles") if r["isActive"])
    return {"resourceID": pair["resourceID"], "roleID": pair["roleID"]}


@pytest.mark.parametrize("root", ["ticket", "task"])
async def test_a_stay_becomes_a_time_entry(  # noqa: PLR0917
    root: str, records: RestRecords, fn: FieldNationClient, known: Known, fieldnation_sim: Any,
    autotask_sim: Any,
) -> None:  # fmt: skip
    order = await done_job(fn, fieldnation_sim)
    (stay,) = order.raw["time_logs"]["results"]
    (entry,) = changes_of(shipped(f"{root}_outbound"), order, HOURS, known, timeLog=stay)
    parent = {f"{root}ID": autotask_sim.rows(ROOTS[root])[0]["id"]}
    made = await records.create(
        entry.entity, {**entry.values, **worker_of(autotask_sim), **parent}, read_back=False
    )
    kept = await records.fetch(entry.entity, made.id)
    assert kept is not None
    assert float(str(kept.values["hoursWorked"])) == pytest.approx(float(stay["hours"]), abs=0.02)
    assert f"work order {order.id}" in str(kept.values["summaryNotes"])


async def test_approved_expenses_and_pay_become_charges_that_do_not_overlap(
    records: RestRecords, fn: FieldNationClient, known: Known, fieldnation_sim: Any,
    autotask_sim: Any,
) -> None:  # fmt: skip
    order = await done_job(fn, fieldnation_sim, expense=25.5)
    (spent,) = await fn.work_orders.expenses(order.id)
    category = (await fn.company.expense_categories())[0].raw
    await fn.work_orders.update_expense(
        order.id, spent.id, category, "Toll & parking", Decimal("25.5"), status="approved"
    )
    await fn.work_orders.approve(order.id)
    order = await fn.work_orders.get(order.id)
    (expense,) = order.raw["pay"]["expenses"]["results"]
    mapping, ticket = shipped("ticket_outbound"), autotask_sim.rows("Tickets")[0]["id"]
    (first,) = changes_of(mapping, order, EXPENSE, known, expense=expense)
    (second,) = changes_of(mapping, order, PAY, known, pay=order.raw["pay"])
    total = 0.0
    for change in (first, second):
        made = await records.create(change.entity, {**change.values, "ticketID": ticket})
        assert made.differences == ()
        kept = await records.fetch(change.entity, made.id)
        assert kept is not None
        total += float(str(kept.values["unitCost"])) * float(str(kept.values["unitQuantity"]))
    assert total == pytest.approx(order.raw["pay"]["total"])
    assert "Toll & parking" in str(first.values["description"])


@pytest.mark.parametrize("root", ["ticket", "task"])
async def test_a_message_becomes_a_note(root: str, fn: FieldNationClient, known: Known) -> None:
    order = (await fn.work_orders.create({"title": "A visit"})).order
    message = {"text": "Gate is shut.\nCall me <b>", "author": "Al Dente"}
    mapping = shipped(f"{root}_outbound")
    (note,) = changes_of(mapping, order, events.POSTED, known, message=message)
    assert note.is_new
    assert note.values["description"] == "Gate is shut.\nCall me <b>"
    assert note.values["title"] == f"Field Nation {order.id}: message from Al Dente"


@pytest.mark.parametrize("root", ["ticket", "task"])
async def test_what_happens_to_a_work_order_is_written_to_its_record(  # noqa: PLR0917
    root: str, records: RestRecords, fn: FieldNationClient, known: Known, hydrated: Hydrate,
    fieldnation_sim: Any, worker: ScriptWorker,
) -> None:  # fmt: skip
    inbound, outbound = shipped(f"{root}_inbound"), shipped(f"{root}_outbound")
    entity = ROOTS[root]
    async for record in records.read(entity):
        result = translate(inbound, await hydrated(inbound, record), worker)
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


@pytest.mark.parametrize(
    ("event", "status", "label"),
    [
        ("workorder.schedule_updated", "Assigned", "Scheduled"),
        ("workorder.schedule_updated", "Assigned: Confirmed", "Scheduled"),
        ("workorder.schedule_updated", "Assigned: Checked In", None),
        ("workorder.schedule_updated", "Published", None),
        ("workorder.declined", "Routed", "Escalated"),
        ("workorder.declined", "Published", None),
        ("workorder.status.cancelled", "Cancelled", "Escalated"),
    ],
)
@pytest.mark.parametrize("root", ["ticket", "task"])
def test_what_goes_otherwise_than_planned_changes_the_status_where_somebody_has_to_act(
    root: str, event: str, status: str, label: str | None
) -> None:
    mapping = shipped(f"{root}_outbound")
    document: dict[str, Any] = {"id": 1, "title": "A visit", "href": "there"}
    document["status"] = {"name": status.partition(":")[0], "display": status}
    result = apply(mapping, sources.of_order(document, {"name": event}), event=event)
    assert result.problems == ()
    found = result.document.get(root, {}).get("status", {}).get("label")
    assert found == label
    assert "title" in result.document["note" if root == "ticket" else "taskNote"]


async def test_every_event_of_a_shipped_mapping_makes_writes_that_fit(
    fn: FieldNationClient, known: Known, worker: ScriptWorker
) -> None:
    order = (await fn.work_orders.create({"title": "A visit"})).order
    for name in ("ticket_outbound", "task_outbound"):
        mapping = shipped(name)
        for event in sorted({event for row in mapping.rows for event in row.events}):
            if event.endswith(("schedule_updated", "confirmed", "way", "in", "out", "delayed")):
                continue  # these speak of a provider and a time, which a draft has not
            if event in events.MADE_AT:
                continue  # these speak of a thing beside the order
            assert changes_of(mapping, order, event, known, worker), event
