"""
Mapping safety: faults of many kinds put into the mappings and rules we ship, and into a record.

Each is found before anything is sent: by `check_mapping`, by `check_rule`, by the check of scripts,
or, where only a record shows it, by `check_result`. Metadata is of a simulated Autotask and Field
Nation.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from isthmus.autotask import ClientSettings, Credentials, RestRecords
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.metadata import read_known
from isthmus.dispatch.rules import sources
from isthmus.dispatch.rules.check import check_mapping, check_result
from isthmus.dispatch.rules.check_rule import check_rule
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.known import EntityShape, Known
from isthmus.dispatch.rules.orders import to_body
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping, Problem, Row
from isthmus.dispatch.scripts.check import check_scripts
from isthmus.dispatch.scripts.limits import Limits
from isthmus.dispatch.scripts.translate import translate
from isthmus.dispatch.scripts.worker import ScriptWorker
from isthmus.fieldnation import ClientSettings as FieldNationSettings
from isthmus.fieldnation import Credentials as FieldNationCredentials
from isthmus.fieldnation import FieldNationClient
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim, start, start_fieldnation

WINDOW = "schedule.service_window"
IN, OUT = "ticket_inbound", "ticket_outbound"
POSTED, HOURS = "workorder.message_posted", "timelog.saved"
ASSIGNED, CREATED = "workorder.status.assigned", "workorder.created"


# Where the faults are put


@dataclass(frozen=True)
class Shores:
    """Both vendors, and what they have."""

    autotask: AutotaskSim
    fieldnation: FieldNationSim
    known: Known

    def writes(self) -> list[str]:
        """What either was asked to write."""
        seen = [*self.autotask.admin("GET", "requests"), *self.fieldnation.admin("GET", "requests")]
        return [
            call["path"]
            for call in seen
            if call["method"] != "GET" and not call["path"].endswith(("query", "oauth/token"))
        ]


@pytest.fixture(scope="module")
def shores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shores]:
    autotask = start(folder=tmp_path_factory.mktemp("sim"))
    fieldnation = start_fieldnation()
    yield Shores(autotask, fieldnation, asyncio.run(known_of(autotask, fieldnation)))
    autotask.stop()
    fieldnation.stop()


async def known_of(at: AutotaskSim, fn: FieldNationSim) -> Known:
    credentials = Credentials(
        username=at.username, secret=at.secret, integration_code=at.integration_code
    )
    theirs = FieldNationCredentials(
        client_id=fn.client_id, client_secret=fn.client_secret, username=fn.username,
        password=fn.password,
    )  # fmt: skip
    async with (
        RestRecords.connect(credentials, base_url=at.url, settings=ClientSettings()) as records,
        FieldNationClient.connect(
            theirs, base_url=fn.url, settings=FieldNationSettings()
        ) as orders,
    ):
        mappings, rules = map(shipped, NAMES), map(shipped_rule, RULES)
        return await read_known(records, orders.company, mappings, rules)


@pytest.fixture(scope="module")
def worker() -> Iterator[ScriptWorker]:
    with ScriptWorker(Limits(cpu_seconds=1)) as started:
        yield started


def with_row(name: str, target: str, /, **changes: Any) -> Mapping:
    """A shipped mapping in which the first row for a target is otherwise."""
    mapping = shipped(name)
    at = next(n for n, row in enumerate(mapping.rows) if row.target == target)
    rows = list(mapping.rows)
    params = {**rows[at].params, **changes.pop("params", {})}
    rows[at] = replace(rows[at], params=params, **changes)
    return replace(mapping, rows=tuple(rows))


def plus(name: str, target: str, action: str = "static", source: str = "", **more: Any) -> Mapping:
    """A shipped mapping with one more row."""
    mapping = shipped(name)
    events = more.pop("events", ())
    row = Row(target, action, source, more, events=events)
    return replace(mapping, rows=(*mapping.rows, row))


def without(name: str, *targets: str) -> Mapping:
    """A shipped mapping without the rows for some targets."""
    mapping = shipped(name)
    rows = tuple(row for row in mapping.rows if row.target not in targets)
    return replace(mapping, rows=rows)


def rule(**changes: Any) -> Rule:
    return replace(shipped_rule("ticket_dispatch"), is_enabled=True, **changes)


def on(told: Any) -> Rule:
    return rule(when=parse_condition(told))


# Faults of mappings: what they say

MAPPINGS: dict[str, tuple[Mapping, str]] = {
    "unknown field": (with_row(IN, "location.city", source="ticket.town"), "no field 'town'"),
    "unknown field of a related record": (
        with_row(IN, "location.city", source="ticket.companyLocation.town"), "no field 'town'"),
    "unknown related record": (
        with_row(IN, "location.city", source="ticket.place.city"), "no record 'place'"),
    "unknown grand-parent": (
        with_row(IN, "location.country", source="ticket.companyLocation.land.code"), "'land'"),
    "deleted udf read": (
        with_row(IN, "location.city", source='ticket.udf["Long Gone"]'), "deleted or renamed"),
    "field of another root": (with_row(IN, "title", action="sync", source="task.title"), "'task'"),
    "broken path": (with_row(IN, "location.city", source="ticket..city"), "no path"),
    "label of what has none": (with_row(IN, "location.city", source="ticket.title.label"), "label"),
    "unknown field in a template": (
        with_row(IN, "title", params={"template": "{{ticket.nummer}}"}), "'nummer'"),
    "unknown field in a script": (
        with_row(IN, "description.html", params={"script": "$.input.ticket.text"}), "'text'"),
    "unknown helper in a script": (
        with_row(IN, "description.html", params={"script": "$.util.look_up(1)"}), "look_up"),
    "label that never comes": (
        with_row(IN, "types_of_work[0].name",
                 params={"mappings": [{"compare": "printer", "value": "Printer"}]}),
        "never is 'printer'"),
    "type of work that is not there": (
        with_row(IN, "types_of_work[0].name", default="Plumbing"), "there is no 'Plumbing'"),
    "project that is not there": (plus(IN, "project.name", value="No Such"), "there is no"),
    "template that is not there": (plus(IN, "template.name", value="No Such"), "there is no"),
    "unknown custom field": (plus(IN, 'custom_fields["Nope"]', value="x"), "no custom field"),
    "option that is not there": (
        with_row(IN, 'custom_fields["Priority"]', default="Urgent"), "no option 'Urgent'"),
    "custom number that is none": (
        plus(IN, 'custom_fields["Devices Expected"]', value="many"), "no number"),
    "custom date that is none": (plus(IN, 'custom_fields["Bill By"]', value="soon"), "date"),
    "unknown target": (with_row(IN, "location.city", target="location.town"), "location.town"),
    "country spelt out": (with_row(IN, "location.country", default="USA"), "2 letters"),
    "mode that is not there": (
        with_row(IN, "location.mode", params={"value": "onsite"}), "cannot be 'onsite'"),
    "address without a mode": (without(IN, "location.mode"), "needs location.mode"),
    "window without a mode": (without(IN, f"{WINDOW}.mode"), "needs schedule"),
    "window without a start": (without(IN, f"{WINDOW}.start.utc"), "needs schedule"),
    "pay without an amount": (without(IN, "pay.base.amount"), "needs pay.base.amount"),
    "pay that is no number": (with_row(IN, "pay.base.amount", params={"value": "150 $"}), "number"),
    "order without a title": (without(IN, "title"), "needs a title"),
    "time zone that is not there": (
        with_row(IN, f"{WINDOW}.start.utc", params={"timezone_in": "Boston"}), "no time zone"),
    "time of a wrong form": (
        with_row(IN, f"{WINDOW}.start.utc", action="static",
                 params={"value": "2026-07-01T12:00:00Z"}), "takes a time as"),
    "format that cannot be read": (
        with_row(IN, f"{WINDOW}.start.utc", params={"input_format": "Q"}), "cannot be read"),
    "conversion to no type": (
        with_row(IN, "location.city", params={"type": "varchar"}), "no type 'varchar'"),
    "root that is not there": (replace(shipped(IN), root="incident"), "'incident'"),
    "label that is not there": (
        with_row(OUT, "ticket.status.label", params={"value": "Planned"}), "no value 'Planned'"),
    "inactive label": (
        with_row(OUT, "ticket.status.label", params={"value": "On Hold"}), "inactive"),
    "inactive code": (plus(OUT, "ticket.priority", value=6, events=(ASSIGNED,)), "inactive"),
    "unknown code": (plus(OUT, "ticket.queueID", value=17, events=(ASSIGNED,)), "code '17'"),
    "deleted udf written": (
        plus(OUT, 'ticket.udf["Gone"]', value="x", events=(ASSIGNED,)), "deleted or renamed"),
    "udf's unknown label": (
        plus(OUT, 'ticket.udf["Send to FN"].label', value="Maybe", events=(ASSIGNED,)), "'Maybe'"),
    "text too long": (
        plus(OUT, "ticket.purchaseOrderNumber", value="9" * 51, events=(ASSIGNED,)), "takes 50"),
    "number that is none": (
        plus(OUT, "ticket.estimatedHours", value="two", events=(ASSIGNED,)), "no number"),
    "date that is none": (
        plus(OUT, "ticket.dueDateTime", value="soon", events=(ASSIGNED,)), "takes a date"),
    "yes or no that is neither": (
        plus(OUT, "timeEntry.isNonBillable", value="perhaps", events=(HOURS,)), "neither yes"),
    "read-only field": (
        plus(OUT, "ticket.createDate", value="x", events=(ASSIGNED,)), "cannot be written"),
    "record that is not changed": (
        plus(OUT, "task.title", value="x", events=(ASSIGNED,)), "no task"),
    "required field of a note": (without(OUT, "note.publish.label"), "needs publish"),
    "required field of a note at one event": (
        with_row(OUT, "note.noteType.label", events=(ASSIGNED,)), "needs noteType at"),
    "required field of a charge": (without(OUT, "charge.unitQuantity"), "needs unitQuantity"),
    "unknown event": (
        with_row(OUT, "ticket.status.label", events=("workorder.status.accepted",)), "no event"),
    "hours at another event": (
        with_row(OUT, "timeEntry.summaryNotes", events=(ASSIGNED,)), "No timeEntry is made at"),
    "a note of hours": (with_row(OUT, "note.title", events=(HOURS,)), "No note is made at"),
    "what is not there at an event": (
        with_row(OUT, "ticket.resolution", params={"template": "{{timeLog.hours}} h"}),
        "a timeLog only at"),
    "a note at every event": (with_row(OUT, "note.title", events=()), "names no event"),
    "a note beside a service call": (
        plus("service_call_outbound", "note.title", value="x", events=(ASSIGNED,)), "beside a"),
    "a charge beside a task": (
        plus("task_outbound", "charge.name", value="x", events=("pay.approved",)), "beside a"),
    "source that an order has not": (
        with_row(OUT, "ticket.resolution", params={"template": "{{closing_note}}"}),
        "no 'closing_note'"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_fault_of_a_mapping_is_found_before_any_record_is_seen(name: str, shores: Shores) -> None:
    mapping, what = MAPPINGS[name]
    found = fatal(check_mapping(mapping, shores.known))
    assert [one for one in found if what in one.what], found
    assert all(one.remedy for one in found)
    assert shores.writes() == []


def fatal(problems: tuple[Problem, ...]) -> list[Problem]:
    return [one for one in problems if one.is_fatal]


# Faults of metadata: what was right once


def forget_udf(known: Known) -> Known:
    return changed(known, "Tickets", lambda s: replace(s, udfs=()))


def retire(field: str, label: str) -> Callable[[Known], Known]:
    def change(shape: EntityShape) -> EntityShape:
        fields = tuple(
            replace(one, picklist=tuple(
                replace(entry, is_active=entry.is_active and entry.label != label)
                for entry in one.picklist or ()
            )) if one.name == field else one
            for one in shape.fields
        )  # fmt: skip
        return replace(shape, fields=fields)

    return lambda known: changed(known, "Tickets", change)


def require(field: str) -> Callable[[Known], Known]:
    def change(shape: EntityShape) -> EntityShape:
        fields = (replace(f, is_required=f.is_required or f.name == field) for f in shape.fields)
        return replace(shape, fields=tuple(fields))

    return lambda known: changed(known, "TicketNotes", change)


def changed(known: Known, entity: str, change: Callable[[EntityShape], EntityShape]) -> Known:
    return replace(known, entities={**known.entities, entity: change(known.entities[entity])})


def forget_custom(name: str) -> Callable[[Known], Known]:
    def forget(known: Known) -> Known:
        kept = tuple(one for one in known.company.custom_fields if one.name != name)
        return replace(known, company=replace(known.company, custom_fields=kept))

    return forget


WITH_UDF = plus(IN, "team.id", action="sync", source='ticket.udf["Send to FN"]')
METADATA: dict[str, tuple[Mapping, Callable[[Known], Known], str]] = {
    "udf deleted since": (WITH_UDF, forget_udf, "deleted or renamed"),
    "label retired since": (shipped(OUT), retire("status", "Scheduled"), "is inactive"),
    "field required since": (shipped(OUT), require("createdByContactID"), "createdByContactID"),
    "custom field deleted since": (shipped(IN), forget_custom("Priority"), "no custom field"),
    "type of work gone since": (
        shipped(IN),
        lambda known: replace(known, company=replace(known.company, types_of_work=())),
        "there is no",
    ),
}


@pytest.mark.parametrize("name", METADATA)
def test_what_changed_at_a_vendor_since_is_found(name: str, shores: Shores) -> None:
    mapping, change, what = METADATA[name]
    assert fatal(check_mapping(mapping, shores.known)) == []
    found = fatal(check_mapping(mapping, change(shores.known)))
    assert [one for one in found if what in one.what], found


# Faults of rules

SHIPPED = {name: shipped(name) for name in NAMES}
LABEL, IS_TICKET = "ticket.status.label", {"field": "ticket.id", "is_not_empty": True}
BORN = (("title", "x"), ("companyID", 1), ("dueDateTime", "2026-07-01T12:00:00Z"))
RULE_FAULTS: dict[str, tuple[Rule, dict[str, Mapping], str]] = {
    "condition on an unknown field": (on({"field": "ticket.state", "is": 1}), {}, "'state'"),
    "condition on an unknown label": (on({"field": LABEL, "is": "Dispatch"}), {}, "never is"),
    "condition on another record": (on({"field": "task.id", "is": 1}), {}, "no record 'task'"),
    "condition on a deleted udf": (on({"field": 'ticket.udf["Gone"]', "is": "x"}), {}, "deleted"),
    "condition in a text": (on('value("ticket.compny.id") == 1'), {}, "'compny'"),
    "cancelled on an unknown label": (
        rule(cancel_when=parse_condition({"field": LABEL, "is": "Nope"})), {}, "never is 'Nope'"),
    "mapping that is not there": (rule(inbound="ticket_in"), {}, "no mapping 'ticket_in'"),
    "no mapping at all": (rule(inbound=""), {}, "names no inbound mapping"),
    "mapping of the other direction": (rule(inbound=OUT), {}, "is outbound for a ticket"),
    "mapping of another record": (rule(outbound="task_outbound"), {}, "for a task"),
    "order that could not be found again": (
        rule(id_field="Nope"), {IN: plus(IN, "incident_id", value="x")}, "found again"),
    "link in a field of options": (rule(link_field="Priority"), {}, "takes no text"),
    "number in a list": (rule(id_udf="Send to FN"), {}, "No text can be written"),
    "owner of what an order has not": (rule(owners={"titel": "newest"}), {}, "no titel"),
    "owner of a custom field that is not there": (
        rule(owners={'custom_fields["Nope"]': "person"}), {}, "no custom field"),
    "hours without rows": (
        rule(times=True, time_resource_id=1, time_role_id=1),
        {OUT: without(OUT, *(row.target for row in shipped(OUT).rows if HOURS in row.events))},
        "Nothing comes of times"),
    "money without rows": (
        rule(costs="charge"),
        {OUT: without(OUT, *(f"charge.{n}" for n in (
            "name", "datePurchased", "unitQuantity", "unitCost", "description",
            "chargeType.label")))},
        "Nothing comes of costs"),
    "hours without a summary": (
        rule(times=True, time_resource_id=1, time_role_id=1, time_id_in="internalNotes"),
        {OUT: without(OUT, "timeEntry.summaryNotes")}, "summaryNotes has to be mapped"),
    "tickets made without rows": (rule(creates_tickets=True), {}, "needs priority at"),
    "tickets made without a queue": (rule(creates_tickets=True), {}, "queueID or assigned"),
    "tickets made of nothing": (rule(creates_tickets=True, outbound=""), {}, "fills them"),
    "tickets assigned without a role": (
        rule(creates_tickets=True),
        {OUT: plus(OUT, "ticket.assignedResourceID", value=4, events=(CREATED,))},
        "needs assignedResourceRoleID"),
    "tasks made of orders": (
        replace(shipped_rule("task_dispatch"), creates_tickets=True), {}, "no task"),
}  # fmt: skip


@pytest.mark.parametrize("name", RULE_FAULTS)
def test_a_fault_of_a_rule_is_found(name: str, shores: Shores) -> None:
    faulty, mappings, what = RULE_FAULTS[name]
    found = fatal(check_rule(faulty, {**SHIPPED, **mappings}, shores.known))
    assert [one for one in found if what in one.what], found


def test_a_rule_that_makes_tickets_is_sound_once_all_that_they_need_is_mapped(
    shores: Shores,
) -> None:
    mapping = shipped(OUT)
    rows = [Row(f"ticket.{name}", "static", params={"value": v}, events=(CREATED,))
            for name, v in (*BORN, ("status.label", "New"), ("priority.label", "High"),
                            ("queueID.label", "Field Services"))]  # fmt: skip
    filled = {OUT: replace(mapping, rows=(*mapping.rows, *rows))}
    makes = rule(creates_tickets=True)
    assert check_rule(makes, {**SHIPPED, **filled}, shores.known) == ()
    assert check_mapping(filled[OUT], shores.known, creates=True) == ()
    assert fatal(check_mapping(mapping, shores.known, creates=True))


# Faults that only a record shows


def ticket(**changes: Any) -> dict[str, Any]:
    """A ticket with its place, as a document, some of it otherwise."""
    place: dict[str, Any] = {
        "address1": "1 Main St", "address2": "", "city": "Boston", "state": "MA",
        "postalCode": "02101", "country": {"countryCode": "US"},
        **{k.removeprefix("place_"): v for k, v in changes.items() if k.startswith("place_")},
    }  # fmt: skip
    own = {k: v for k, v in changes.items() if not k.startswith("place_")}
    return {"ticket": {
        "id": 7, "title": "Switch is down", "ticketNumber": "T20260701.0001",
        "description": "Help", "dueDateTime": "2026-07-01T12:00:00.000Z", "companyLocation": place,
        "contact": {"name": "Al", "phone": "1", "emailAddress": "a@b.test"}, "labels": {}, **own,
    }}  # fmt: skip


def order(**changes: Any) -> dict[str, Any]:
    """A work order as a document, some of it otherwise."""
    raw: dict[str, Any] = {
        "id": 9, "href": "https://fn.test/9", "status": {"display": "Assigned"},
        "assignee": {"user": {"first_name": "Al", "last_name": "Dente", "phone": "1"}},
        "milestones": {"approved": {"utc": "2026-07-01 12:00:00"}}, "pay": {"labor_sum": 150},
    }  # fmt: skip
    things: dict[str, Any] = {name: changes.pop(name) for name in ("timeLog", "expense", "message")
              if name in changes}  # fmt: skip
    return sources.of_order({**raw, **changes}, things=things)


def log(start: Any, end: Any) -> dict[str, Any]:
    return {"id": 3, "in": {"created": {"utc": start}}, "out": {"created": {"utc": end}}}


CODE = {"params": {"script": "error 'no such site'"}}
RECORDS: dict[str, tuple[Mapping, str, dict[str, Any], str]] = {
    # name: (mapping, event, what is otherwise, part of the message)
    "required and empty": (shipped(IN), "", {"dueDateTime": None}, "came out empty"),
    "state spelt out": (shipped(IN), "", {"place_state": "Massachusetts"}, "2 letters"),
    "no country of that code": (
        shipped(IN), "", {"place_country": {"countryCode": "USA"}}, "2 letters"),
    "date that cannot be read": (shipped(IN), "", {"dueDateTime": "tomorrow"}, "'tomorrow'"),
    "option nobody offers": (
        with_row(IN, 'custom_fields["Priority"]', action="sync", source="ticket.priorityName",
                 params={}), "", {"priorityName": "Burning"}, "no option"),
    "type of work nobody offers": (
        with_row(IN, "types_of_work[0].name", action="sync", source="ticket.kind"), "",
        {"kind": "Plumbing"}, "there is no 'Plumbing'"),
    "script with an error of its own": (
        with_row(IN, "description.html", **CODE), "", {}, "no such site"),
    "script with an unknown name": (
        with_row(IN, "description.html", params={"script": "nowhere + 1"}), "", {}, "nowhere"),
    "script without an end": (
        with_row(IN, "description.html",
                 params={"script": "std.foldl(function(a, b) a + b, std.range(1, 900000000), 0)"}),
        "", {}, "script"),
    "number that a ticket's text is not": (
        with_row(IN, "pay.base.amount", action="sync", source="ticket.title",
                 params={"type": "number"}), "", {"title": "a lot"}, "no number"),
    "label made of an order that is inactive": (
        with_row(OUT, "ticket.status.label", action="sync", source="status.name"), ASSIGNED,
        {"status": {"name": "On Hold", "display": "x"}}, "inactive"),
    "label made of an order that is not there": (
        with_row(OUT, "ticket.status.label", action="sync", source="status.name"), ASSIGNED,
        {"status": {"name": "Paused", "display": "x"}}, "no value 'Paused'"),
    "title of a note that is too long": (
        shipped(OUT), POSTED, {"message": {"text": "x", "author": "x" * 251}}, "takes 250"),
    "message without a text": (shipped(OUT), POSTED, {"message": {"author": "Al"}}, "empty"),
    "stay without an end": (shipped(OUT), HOURS, {"timeLog": log("2026-07-01 10:00:00", "")},
                            "came out empty"),
    "stay at no time": (shipped(OUT), HOURS, {"timeLog": log("ten", "eleven")}, "'ten'"),
    "expense that is no number": (
        shipped(OUT), "expense.approved",
        {"expense": {"id": 1, "amount": "lots", "added": {"utc": "2026-07-01 12:00:00"}}},
        "no number"),
    "charge whose name is too long": (
        shipped(OUT), "expense.approved",
        {"expense": {"id": 1, "amount": 1, "category": {"label": "c" * 101},
                     "added": {"utc": "2026-07-01 12:00:00"}}}, "takes 100"),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_fault_that_only_a_record_shows_is_found_before_it_is_sent(
    name: str, shores: Shores, worker: ScriptWorker
) -> None:
    mapping, event, otherwise, what = RECORDS[name]
    inbound = mapping.direction == "inbound"
    source = ticket(**otherwise) if inbound else order(**dict(otherwise))
    result = translate(mapping, source, worker, event=event)
    found = fatal(check_result(mapping, result, shores.known))
    assert [one for one in found if what in one.what], found
    assert shores.writes() == []


def test_what_is_as_it_should_be_has_no_fault(shores: Shores, worker: ScriptWorker) -> None:
    result = translate(shipped(IN), ticket(), worker)
    assert check_result(shipped(IN), result, shores.known) == ()
    assert to_body(result.document, shores.known.company)[1] == ()
    expense = {"id": 1, "amount": 1, "added": {"utc": "2026-07-01 12:00:00"}}
    stay = log("2026-07-01 10:00:00", "2026-07-01 11:00:00")
    things = {"timeLog": stay, "message": {"text": "x"}, "expense": expense}
    for event in (ASSIGNED, POSTED, HOURS, "expense.approved", "pay.approved"):
        made = translate(shipped(OUT), order(**things), worker, event=event)
        assert check_result(shipped(OUT), made, shores.known) == (), event


SCRIPTS = {
    "bracket left open": "{ a: [1, 2 }",
    "text left open": "'x",
    "nothing after a local": "local a = 1;",
    "two values": "1 2",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_that_cannot_be_read_is_found_without_a_record(
    name: str, worker: ScriptWorker
) -> None:
    mapping = with_row(IN, "description.html", params={"script": SCRIPTS[name]})
    (problem,) = check_scripts(mapping, worker)
    assert problem.is_fatal
    assert "line" in problem.what


def test_every_seeded_fault_is_in_one_of_these_tables() -> None:
    kinds: dict[str, Any] = {
        "of mappings": MAPPINGS, "of metadata": METADATA, "of rules": RULE_FAULTS,
        "of records": RECORDS, "of scripts": SCRIPTS,
    }  # fmt: skip
    counts = {name: len(table) for name, table in kinds.items()}
    total = sum(counts.values())
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{total} seeded faults, each found before anything is sent: {told}")
    assert total >= 40
