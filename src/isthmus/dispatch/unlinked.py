"""Messages that name no record of ours yet: an order of unknown origin, a note."""

from typing import Final

from isthmus.autotask import q
from isthmus.dispatch.births import BORN, make_record
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.rules.occurrences import OVER
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.sweeping import OVERLAP
from isthmus.engine import Done, Outcome
from isthmus.fieldnation import WorkOrder
from isthmus.state.dispatch import PARKED, Arrival, Link

_NUMBERED: Final = {
    "TicketNumbers": ("Tickets", "ticketNumber"),
    "TaskNumbers": ("Tasks", "taskNumber"),
}
_PARENT: Final = {"TicketNotes": ("Tickets", "ticketID"), "TaskNotes": ("Tasks", "taskID")}


async def handle_order(desk: Desk, job: Job, number: int) -> Outcome:
    """
    Find out whose order it is: ours by now, one whose answer was lost, or one born there.

    One that is born at Field Nation makes a record only where a rule says so.
    """
    link = await desk.kept(desk.state.link_of_order, number)
    if link is not None:
        await _hand_over(desk, job, link.key)
        return Done()
    born = await desk.kept(desk.state.link_of, job.key)
    if born is not None and born.state == PARKED:
        job.parked = True
        return Done()
    rule = next((one for one in desk.library.rules() if one.creates_tickets), None)
    order = None
    ours = await desk.kept(desk.state.links, ("waiting", "stuck"), 1)
    if rule is not None or ours:
        order = await desk.reader.order(number)
    if order is None:
        return Done()
    shown = [str(order.raw.get("incident_id") or ""), *(v.value for v in order.custom_values)]
    for text in shown:
        if text.startswith("isth-"):
            known = await desk.kept(desk.state.link, text.split()[0])
            if known is not None and not _is_copy(known, order):
                await _hand_over(desk, job, known.key)
                return Done()
    status = "" if order.status is None else order.status.name
    if rule is None or status in OVER:
        return Done()
    if born is not None or await _is_new(desk, job, rule, order):
        key = await make_record(desk, job, rule, order)
        await _hand_over(desk, job, key)
    return Done()


def _is_copy(known: Link, order: WorkOrder) -> bool:
    """
    Tell whether an order was copied at Field Nation from one that was born there: it is another.

    A second order of a record of ours is no copy to be taken up, but one too many, and is told of.
    """
    return BORN in known.written and known.work_order_id not in {None, order.id}


async def _is_new(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> bool:
    """
    Tell whether an order was made since its rule makes tickets.

    What was there before is left alone: switching something on looks back no further than a sweep.
    """
    since = await desk.kept(desk.library.creating_since, rule.name)
    made = order.milestones.get("created")
    if since is not None and made is not None and made >= since - OVERLAP:
        return True
    what = f"Work order {order.id} was there before {rule.name} made tickets"
    job.tell("decision", what, at=made)
    return False


async def handle_note(desk: Desk, job: Job, entity: str, number: int) -> Outcome:
    """Hand a note's message on to the record it belongs to."""
    found = await desk.reader.record(entity, number)
    above, name = _PARENT[entity]
    parent = None if found is None else found.values.get(name)
    link = None if parent is None else await desk.kept(desk.state.link_of, f"{above}/{parent}")
    if link is not None:
        await _hand_over(desk, job, f"{above}/{parent}", event="notes")
    return Done()


async def handle_number(desk: Desk, job: Job, entity: str, number: str) -> Outcome:
    """Hand a message on that names its record by the number people use."""
    collection, name = _NUMBERED[entity]
    found = await desk.records.find(collection, q.eq(name, number), limit=1)
    if found:
        await _hand_over(desk, job, f"{collection}/{found[0].id}", event="record")
    else:
        job.tell("decision", f"There is no record with the number {number}")
    return Done()


async def _hand_over(desk: Desk, job: Job, key: str, event: str = "order") -> None:
    """
    Have another key's run look, at the very messages: some tell what no look would show.

    Where there are none, as after a crash, it is told by one of its own what to look at.
    """
    numbers = [message.number for message in job.messages]
    if numbers:
        job.tell("decision", f"Handed over to {key}")
        await desk.kept(desk.inbox.reassign, numbers, key)
        job.messages = ()  # they are not this run's to settle any more
    else:
        await desk.kept(desk.inbox.keep, (Arrival("sweep", f"{job.key}>{job.run.id}", event, key),))
    await desk.kept(desk.agenda.enqueue, "link", key)
    await desk.kept(desk.inbox.relayed, numbers)
