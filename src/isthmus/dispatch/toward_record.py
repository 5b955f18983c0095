"""From the work order to its record: what happened there is written here, in the order it did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from isthmus.autotask import Label
from isthmus.autotask.port import Record, Writable
from isthmus.base.clock import utc_now
from isthmus.dispatch.desk import Desk, Job, body_of
from isthmus.dispatch.faults import MappingProblems, RuleGone
from isthmus.dispatch.moves import is_ours
from isthmus.dispatch.news import RESYNC
from isthmus.dispatch.refused import sources_again
from isthmus.dispatch.rules import paths, sources
from isthmus.dispatch.rules.changes import Changes, to_changes
from isthmus.dispatch.rules.check import check_result
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.mapping import concerns
from isthmus.dispatch.rules.occurrences import (
    OVER,
    SCHEDULE,
    Occurrence,
    Told,
    is_stone,
    latest_stone,
    mark_of,
    occurrences,
)
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping, Problem, Result
from isthmus.dispatch.rules.values import text_of
from isthmus.dispatch.scripts.tracing import tell_traces
from isthmus.dispatch.scripts.translate import translate
from isthmus.dispatch.things import Thing, carry, change
from isthmus.fieldnation import EventBroken, WorkOrder, parse_event
from isthmus.fieldnation.times import read_time
from isthmus.state.dispatch import CLOSED, LINKED, Link, Message

_LATEST: Final = "told:latest"
_MADE: Final = frozenset({"workorder.created", "workorder.status.draft"})


@dataclass(slots=True)
class Plan:
    """What is to be written to the record, and the things to be made beside it."""

    values: dict[str, Writable] = field(default_factory=dict)
    udfs: dict[str, Writable] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)

    def add_before(self, earlier: "Plan") -> None:
        """Add what was said before: where this says something else of a field, this counts."""
        self.values = {**earlier.values, **self.values}
        self.udfs = {**earlier.udfs, **self.udfs}


async def tell(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> None:
    """Write to the record what happened to the order since we last looked."""
    link = job.linked
    again = await sources_again(desk, job, "note")
    known = frozenset(link.told)
    happened = occurrences(order, told_by(job.messages), known, utc_now(), again)
    mapping = desk.library.mapping(rule.outbound) if rule.outbound else None
    if mapping is None and rule.outbound:
        raise RuleGone(
            f"The rule {rule.name} names a mapping {rule.outbound!r} that is not there",
            where=f"rule {rule.name}",
            remedy="isthmus mapping list shows those that are; publish it, or change the rule.",
        )
    if mapping is not None:
        job.changed(outbound=f"{mapping.name}@{mapping.version}")
        plan = await _plan(desk, job, mapping, order, happened)
        plan.add_before(await _told_again(desk, job, rule, mapping, order))
        await _update(desk, job, plan)
        for thing in plan.things:
            await carry(desk, job, thing)
    _note(job, order, happened)


def told_by(messages: Sequence[Message]) -> tuple[Told, ...]:
    """Return what Field Nation's messages say, in the order they came."""
    found: list[Told] = []
    for message in messages:
        if message.source != "fieldnation":
            continue
        try:
            event = parse_event(message.body, {})
        except EventBroken:
            continue
        at = event.at or message.received_at
        found.append(Told(event.name, message.message_id, at, event.work_order or {}))
    return tuple(found)


async def _plan(
    desk: Desk, job: Job, mapping: Mapping, order: WorkOrder, happened: Sequence[Occurrence]
) -> Plan:
    """Translate each occurrence; of the record's own fields the latest occurrence wins."""
    known = await desk.metadata.known()
    latest = read_time(job.linked.written.get(_LATEST))
    latest_of = {True: latest_stone(job.linked.told), False: latest}
    plan = Plan()

    def is_latest(one: Occurrence) -> bool:
        before = latest_of[is_stone(one.event)]
        return before is None or one.at >= before

    for one in happened:
        if not any(row.events and concerns(row, one.event) for row in mapping.rows):
            continue
        job.tell("decision", f"{one.event} happened", at=one.at, mapping=job.linked.outbound)
        source = sources.of_order(order.raw, {"name": one.event, "at": one.at.isoformat()})
        for changes in await changes_of(desk, mapping, source, one.event, known):
            if changes.is_new:
                plan.things.append(Thing("note", one.key, changes))
            elif is_ours(job.linked, one):
                continue  # the record wanted it, and is as it ought to be: a note is enough
            elif one.key not in job.linked.told and is_latest(one):
                plan.values |= changes.values
                plan.udfs |= changes.udfs
    return plan


async def said_so_far(desk: Desk, link: Link, mapping: Mapping, order: WorkOrder) -> Plan:
    """
    Return what an order's whole story makes of the record's own fields, the latest last.

    What it was made as counts for nothing, as when it was made; nor does a cancelling of ours.
    """
    known = await desk.metadata.known()
    plan = Plan()
    for one in occurrences(order, (), frozenset(), utc_now()):
        named = any(row.events and concerns(row, one.event) for row in mapping.rows)
        if one.event in _MADE or not named or is_ours(link, one):
            continue
        source = sources.of_order(order.raw, {"name": one.event, "at": one.at.isoformat()})
        for changes in await changes_of(desk, mapping, source, one.event, known):
            if not changes.is_new:
                plan.values |= changes.values
                plan.udfs |= changes.udfs
    return plan


def path_of(rule: Rule, name: str, *, is_udf: bool = False) -> str:
    """Return the path by which a field of the record is named beside those of the order."""
    return paths.spell((rule.root, paths.UDF, name) if is_udf else (rule.root, name))


async def _told_again(desk: Desk, job: Job, rule: Rule, mapping: Mapping, order: WorkOrder) -> Plan:
    """Return what the record was told before, where a person wants it written anew."""
    asked = [body_of(one).get("paths") for one in job.messages if one.event == RESYNC]
    if not asked:
        return Plan()
    again = await said_so_far(desk, job.linked, mapping, order)

    def is_asked(path: str) -> bool:
        return any(one is None or path in one for one in asked)

    values = {n: v for n, v in again.values.items() if is_asked(path_of(rule, n))}
    udfs = {n: v for n, v in again.udfs.items() if is_asked(path_of(rule, n, is_udf=True))}
    return Plan(values, udfs)


async def changes_of(
    desk: Desk, mapping: Mapping, source: dict[str, Any], event: str, known: Known
) -> tuple[Changes, ...]:
    """
    Return the writes that a mapping makes of an event.

    Raises: MappingProblems; what old metadata refuses is held to fresh first.
    """
    result = await desk.kept(translate, mapping, source, desk.scripts, event=event)
    tell_traces(f"{mapping.name}@{mapping.version}", result.traces)
    changes, found = _fitted(mapping, result, known)
    if any(one.is_fatal for one in found):
        changes, found = _fitted(mapping, result, await desk.metadata.fresh())
    if any(one.is_fatal for one in found):
        raise MappingProblems(f"mapping {mapping.name}@{mapping.version}, {event}", found)
    return changes


def _fitted(
    mapping: Mapping, result: Result, known: Known
) -> tuple[tuple[Changes, ...], tuple[Problem, ...]]:
    """Return the writes that a result stands for, and all that is wrong with it."""
    changes, misfits = to_changes(result.document, known)
    return changes, (*result.problems, *check_result(mapping, result, known), *misfits)


async def _update(desk: Desk, job: Job, plan: Plan) -> None:
    """Write the fields of the record that are otherwise than they ought to be."""
    if not plan.values and not plan.udfs:
        return
    link = job.linked
    record = await desk.reader.record(link.entity, link.record_id)
    if record is None:
        return  # that it is gone is found, and said, where the record is looked at
    values = {n: value for n, value in plan.values.items() if not is_there(record, n, value)}
    udfs = {n: value for n, value in plan.udfs.items() if not is_udf_there(record, n, value)}
    if not values and not udfs:
        return
    await change(desk, record.entity, record.id, values, udfs)
    job.wrote()
    job.tell("write", "Changed the record", fields=sorted((*values, *udfs)))


def is_there(record: Record, name: str, value: Writable) -> bool:
    """Tell whether a record holds a value already; a label is compared with its label."""
    if isinstance(value, Label):
        return record.labels.get(name) == value.text
    found = record.values.get(name)
    return found == value or (found is None and value == "")


def is_udf_there(record: Record, name: str, value: Writable) -> bool:
    """Do the same for a user-defined field."""
    if isinstance(value, Label):
        return record.udf_labels.get(name) == value.text
    found = record.udfs.get(name)
    return (found or "") == text_of(value)


def _note(job: Job, order: WorkOrder, happened: Sequence[Occurrence]) -> None:
    """Note what has been dealt with; of several schedules only the last is remembered."""
    link = job.linked
    told = [*link.told]
    for one in happened:
        if one.event == SCHEDULE:
            told = [key for key in told if not key.startswith(SCHEDULE)]
        if one.key not in told:  # of a note that was refused it may be
            told.append(one.key)
    before = read_time(link.written.get(_LATEST))
    times = [one.at for one in happened] + ([before] if before else [])
    latest = max(times, default=None)
    written = dict(link.written)
    if latest is not None:
        written[_LATEST] = latest.isoformat()
    job.changed(told=tuple(told), written=written)


def note_seen(job: Job, order: WorkOrder) -> None:
    """Note how the order stands, when all that it says was dealt with."""
    status = "" if order.status is None else order.status.name
    over = status in OVER
    link = job.linked
    waits_for = f"Nothing: the work order is {status.lower()}." if over else ""
    if link.state == CLOSED and link.order_status == status:
        waits_for = link.waits_for  # it may say by now what a person can do
    job.changed(
        order_status=status,
        order_mark=mark_of(order.raw),
        state=CLOSED if over else LINKED,
        waits_for=waits_for,
    )
