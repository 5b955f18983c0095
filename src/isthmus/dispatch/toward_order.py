"""From the record to its work order: made once, then kept in step."""

from dataclasses import dataclass, field
from typing import Any, Final

from isthmus.autotask.port import Record
from isthmus.base.clock import utc_now
from isthmus.base.ids import new_ordered_id
from isthmus.dispatch import deliver
from isthmus.dispatch.births import BORN
from isthmus.dispatch.cross_links import add_links, record_url
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.edits import NONE, Edits, edits_for, still_meant, written_down
from isthmus.dispatch.faults import MappingProblems, RuleGone
from isthmus.dispatch.fitting import expect_fit
from isthmus.dispatch.hydrate import Reads
from isthmus.dispatch.owners import changed_paths, shown_after
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.amending import amend
from isthmus.dispatch.rules.check import check_result
from isthmus.dispatch.rules.known import Known
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.occurrences import SCHEDULE, digest, occurrences, shows_schedule
from isthmus.dispatch.rules.order_fields import CUSTOM
from isthmus.dispatch.rules.orders import to_body
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping, Result
from isthmus.dispatch.rules.showing import shown_mark
from isthmus.dispatch.rules.values import text_of
from isthmus.dispatch.scripts.tracing import tell_traces
from isthmus.dispatch.scripts.translate import translate
from isthmus.fieldnation import Conflict, NotFound, WorkOrder, f
from isthmus.state.dispatch import LINKED, WAITING, Link

_LATE: Final = frozenset({"Work Done", "Approved", "Paid", "Cancelled"})
_PARTS: Final = ("schedule", "location", "pay")
"""Parts that the vendor keeps more surely when they are set by a call of their own (observed)."""


_LOOKED_AT: Final = (
    "id", "title", "status", "custom_fields", "incident_id", "milestones", "schedule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What a mapping makes of a record, ready to be sent.

    `values` holds by target path a hash of each value, `own` the same as the mapping itself made
    it: they differ in `edits`, which a person set.
    """

    mapping: Mapping
    result: Result
    body: dict[str, Any] = field(repr=False)
    known: Known = field(repr=False)
    own: dict[str, str] = field(repr=False)
    edits: Edits = field(default_factory=dict, repr=False)
    company: str = ""

    @property
    def values(self) -> dict[str, str]:
        """Return a hash of each value by its target path."""
        return {path: digest(one.after) for path, one in self.result.origins.items()}

    @property
    def name(self) -> str:
        """Return the mapping's name with its version."""
        return f"{self.mapping.name}@{self.mapping.version}"


async def draft(
    desk: Desk, rule: Rule, record: Record, reads: Reads | None = None, edits: Edits = NONE
) -> Draft:
    """
    Translate a record by the rule's inbound mapping; nothing is sent.

    Args: reads: where it is noted what was read beside the record.
    Raises: MappingProblems: something about it cannot be sent. RuleGone.
    """
    await expect_fit(desk, rule)
    made = await attempt(desk, rule, record, reads, edits)
    problems = await problems_of(desk, made)
    if any(one.is_fatal for one in problems):
        raise MappingProblems(f"mapping {made.name}", problems)
    return made


async def attempt(
    desk: Desk, rule: Rule, record: Record, reads: Reads | None = None, edits: Edits = NONE
) -> Draft:
    """Translate a record, whatever problems there are; `problems_of` tells them."""
    mapping = desk.library.mapping(rule.inbound)
    if mapping is None:
        raise RuleGone(
            f"The rule {rule.name} names a mapping {rule.inbound!r} that is not there",
            where=f"rule {rule.name}",
            remedy="isthmus mapping list shows those that are; publish it, or change the rule.",
        )
    source = await desk.hydrator.document(rule.root, record, needs(mapping), reads)
    result = await desk.kept(translate, mapping, source, desk.scripts)
    tell_traces(f"{mapping.name}@{mapping.version}", result.traces)
    own = {path: digest(one.after) for path, one in result.origins.items()}
    meant = still_meant(edits, own)
    if meant:
        texts = {path: one.text for path, one in meant.items()}
        result = amend(mapping, result, texts, {path: one.by for path, one in meant.items()})
    known = await desk.metadata.known()
    body, _ = to_body(result.document, known.company)
    company = source.get(rule.root, {}).get("company") or {}
    name = str(company.get("companyName") or "") if isinstance(company, dict) else ""
    return Draft(mapping, result, body, known, own, meant, name[:200])


async def problems_of(desk: Desk, made: Draft) -> tuple[Any, ...]:
    """Return everything wrong with a draft; what old metadata refuses is held to fresh first."""
    problems = _problems(made, made.known)
    if any(one.is_fatal for one in problems):
        problems = _problems(made, await desk.metadata.fresh())
    return problems


def _problems(made: Draft, known: Known) -> tuple[Any, ...]:
    _, unnamed = to_body(made.result.document, known.company)
    found = (*made.result.problems, *check_result(made.mapping, made.result, known), *unnamed)
    return tuple(dict.fromkeys(found))  # translating and checking may tell the same


def new_link(record: Record, rule: Rule, key: str) -> Link:
    """Return the link of a record that is to be dispatched, with its correlation id."""
    values = record.values
    number = next((values[n] for n in ("ticketNumber", "taskNumber") if values.get(n)), record.id)
    title = values.get("title") or values.get("description") or ""
    return Link(
        id=f"isth-{new_ordered_id()}",
        key=key,
        entity=record.entity,
        record_id=record.id,
        record_number=str(number),
        title=str(title)[:200],
        rule=rule.name,
        state=WAITING,
        waits_for="The work order is to be made.",
    )


async def make(desk: Desk, job: Job, rule: Rule, record: Record) -> None:
    """Make the record's work order once, or adopt the one that an earlier run made."""
    made = await draft(desk, rule, record, job.reads, await edits_for(desk, job))
    link = job.linked
    url = await record_url(desk, record)
    body = add_links(made.body, link, url, rule, made.known.company)
    job.tell("decision", f"Rule {rule.name} dispatches it by {made.name}", rule=rule.version)
    _tell_edits(job, made.edits)

    async def create() -> str:
        order = (await desk.orders.work_orders.create(body)).order
        _note(job, made, order)
        return str(order.id)

    async def look() -> str | None:
        order = await find_order(desk, link, str(body.get("title", "")))
        if order is not None:
            _note(job, made, order, is_new=False)
        return None if order is None else str(order.id)

    def ties(found: str) -> None:
        job.changed(work_order_id=int(found), state=LINKED, waits_for="", inbound=made.name)

    wanted = deliver.Wanted("order", "order", link.id, digest(body), create, look, ties=ties)
    await deliver.once(desk, job, wanted)


def _note(job: Job, made: Draft, order: WorkOrder, *, is_new: bool = True) -> None:
    """
    Note what the new order shows, so that only what comes after counts as having happened.

    Of one that was made by an earlier run that is the schedule alone, if it is still ours.
    """
    known = occurrences(order, (), frozenset(), utc_now())
    if not is_new:
        ours = shows_schedule(order, made.body.get("schedule") or {})
        known = tuple(one for one in known if ours and one.event == SCHEDULE)
    written = {f"order:{path}": made.own.get(path, "") for path in made.values}
    kept = written_down(job.linked, made.edits)
    job.changed(
        company=made.company or job.linked.company,
        written={**kept, **written, **_shown(made, order)},
        told=tuple(one.key for one in known),
        order_status="" if order.status is None else order.status.name,
    )


def _tell_edits(job: Job, edits: Edits) -> None:
    """Say in the trail which values a person set, and who."""
    if edits:
        by = ", ".join(sorted({one.by for one in edits.values()}))
        job.tell("decision", f"These are as {by} set them", fields=sorted(edits), source="a person")


def _shown(made: Draft, order: WorkOrder) -> dict[str, str]:
    """Return a hash of how the vendor shows each value that we wrote."""
    return {f"shown:{path}": shown_mark(order, path) for path in made.values}


async def find_order(desk: Desk, link: Link, title: str) -> WorkOrder | None:
    """
    Look for the order of a link at Field Nation, by the correlation id it carries.

    The vendor has no filter for it: its text search finds candidates, and only one that shows the
    very id counts. Searched is the record's number, where the title says it, and the id itself.
    Source: that the search covers titles is documented; custom fields and incident ids, assumed.
    """
    by_number = [link.record_number] if link.record_number and link.record_number in title else []
    for text in (*by_number, link.id):
        listing = desk.orders.work_orders.list(filters=f.search(text), columns=_LOOKED_AT)
        async for order in listing:
            shown = [order.raw.get("incident_id"), *(one.value for one in order.custom_values)]
            if any(link.id in str(value) for value in shown if value):
                return order
    return None


async def keep_up(desk: Desk, job: Job, rule: Rule, record: Record) -> None:
    """Write to the order what changed in the record since it was last written."""
    edits = await edits_for(desk, job)
    made = await draft(desk, rule, record, job.reads, edits)
    job.changed(
        company=made.company or job.linked.company, written=written_down(job.linked, made.edits)
    )
    link = job.linked
    new = {path for path, one in edits.items() if one.own is None}
    if BORN in link.written and not any(name.startswith("order:") for name in link.written):
        # The order was there first: what the record says now is where changes are counted from.
        first = {f"order:{path}": value for path, value in made.own.items()}
        job.changed(written={**link.written, **first}, inbound=made.name)
        return
    changed = await changed_paths(desk, job, rule, record, made.own)
    link = job.linked
    if changed:
        job.tell("decision", "The record changed", fields=sorted(changed), mapping=made.name)
    _tell_edits(job, {path: made.edits[path] for path in new & made.edits.keys()})
    changed |= new
    if not changed:
        return
    written = {f"order:{path}": made.own.get(path, "") for path in changed}
    try:
        await _write(desk, job, made, changed)
    except NotFound:
        if await desk.reader.order(link.work_order_id or 0) is not None:
            raise
        job.tell("decision", "The work order is gone")
        return  # the look at the order says so, and closes the link
    except Conflict as refused:
        if link.order_status not in _LATE:
            raise
        job.tell("decision", f"The order takes no changes any more: {refused.what}")
        job.changed(written={**link.written, **written}, inbound=made.name)
        return
    job.wrote()
    gone = sorted(changed - made.values.keys())
    if gone:
        job.tell("decision", "The record has no value for these any more", fields=gone)
    shown = await shown_after(desk, rule, link.work_order_id or 0, changed)
    job.changed(written={**link.written, **written, **shown}, inbound=made.name)
    job.tell("write", "Changed the work order", fields=sorted(changed))


async def _write(desk: Desk, job: Job, made: Draft, changed: set[str]) -> None:
    """Send the changed parts, each whole: the vendor drops parts that are half there."""
    number = job.linked.work_order_id or 0
    tops = {str(paths.parse(path)[0]) for path in changed}
    calls = desk.orders.work_orders
    for part, send in zip(
        _PARTS, (calls.set_schedule, calls.set_location, calls.set_pay), strict=True
    ):
        if part in tops and part in made.body:
            await send(number, made.body[part])
            if part == "schedule":
                await _note_schedule(desk, job, made.body[part])
    for custom, value in _custom_values(made, changed).items():
        await calls.set_custom_field(number, custom, value)
    rest = {key: made.body[key] for key in tops - {*_PARTS, CUSTOM} if key in made.body}
    if rest:
        await calls.update(number, rest)


async def _note_schedule(desk: Desk, job: Job, sent: dict[str, Any]) -> None:
    """Note the schedule that we just set as told: the record knows it, for it said so."""
    order = await desk.reader.order(job.linked.work_order_id or 0)
    if order is None or not shows_schedule(order, sent):
        return  # somebody was quicker than we could look, and that is news
    known = frozenset(one for one in job.linked.told if one.startswith(SCHEDULE))
    now = [one.key for one in occurrences(order, (), known, utc_now(), again=known)
           if one.event == SCHEDULE]  # fmt: skip
    kept = [key for key in job.linked.told if not key.startswith(SCHEDULE)]
    job.changed(told=(*kept, *now))


def _custom_values(made: Draft, changed: set[str]) -> dict[int, str]:
    """Return what changed custom fields are set to; "" where the record has no value any more."""
    ids = {one.name: one.id for one in made.known.company.custom_fields}
    sent = made.result.document.get(CUSTOM) or {}
    steps = [paths.parse(path) for path in changed]
    names = [str(path[1]) for path in steps if path[0] == CUSTOM and len(path) == 2]
    return {ids[name]: text_of(sent.get(name)) for name in names if name in ids}
