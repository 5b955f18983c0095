"""How an order is moved for its record: released once it is made, cancelled when withdrawn."""

from typing import Final

from isthmus.base.errors import NeedsPerson
from isthmus.dispatch.desk import Desk, Job, body_of
from isthmus.dispatch.news import RESYNC, forced_by
from isthmus.dispatch.rules.occurrences import STATUS, Occurrence
from isthmus.dispatch.rules.rule import Rule
from isthmus.fieldnation import Conflict, NotFound, WorkOrder
from isthmus.state.dispatch import Link

DRAFT: Final = "Draft"
PUBLISH: Final = "publish"
ROUTE: Final = "route"
RELEASED: Final = "released"
"""Marks a link whose order was more than a draft: who takes it back to one means it."""
WITHDRAWN: Final = "withdrawn"
_BEGUN, _DONE, _REFUSED = "begun", "done", "refused"
CANCELLED: Final = f"{STATUS}cancelled"
_CANCELLED: Final = "Cancelled"
_DELETED: Final = "Deleted"


class NotReleased(NeedsPerson):
    """Field Nation refused to publish or route a draft, and a draft it still is."""


def note_released(job: Job) -> None:
    """Note that the order was released, by whomever, where it was last seen as more than that."""
    link = job.linked
    if link.order_status not in {"", DRAFT} and RELEASED not in link.written:
        job.changed(written={**link.written, RELEASED: "yes"})


async def learn_status(desk: Desk, job: Job, rule: Rule) -> None:
    """Learn how the order stands where an earlier run may have released it, and died of it."""
    if rule.action in {PUBLISH, ROUTE} and is_to_be_released(job):
        order = await desk.reader.order(job.linked.work_order_id or 0)
        job.changed(order_status=_status(order))
    note_released(job)


def is_to_be_released(job: Job) -> bool:
    """Tell whether a draft may be released: for the first time, or because a person asks for it."""
    if job.linked.order_status != DRAFT:
        return False
    return RELEASED not in job.linked.written or _is_asked_for(job)


def _is_asked_for(job: Job) -> bool:
    """Tell whether a person wants it dispatched by a rule, or brought in step as a whole."""
    if forced_by(job.messages):
        return True
    return any(one.event == RESYNC and body_of(one).get("paths") is None for one in job.messages)


async def release(desk: Desk, job: Job, rule: Rule) -> None:
    """
    Publish or route a draft as the rule wants it.

    Raises: NotReleased: it was refused, and the order is still a draft.
    """
    if rule.action not in {PUBLISH, ROUTE} or not is_to_be_released(job):
        return
    number = job.linked.work_order_id or 0
    if rule.action == PUBLISH:
        status, refused = await _publish(desk, number)
    else:
        status, refused = await _route(desk, job, rule, number)
    if refused is None:
        job.wrote()
        job.tell("write", "Published the work order" if rule.action == PUBLISH else "Routed it")
    elif status == DRAFT:
        raise NotReleased(
            f"Field Nation does not let us {rule.action} work order {number}: {refused.what}",
            where=f"work order {number}",
            remedy=f"Look at Field Nation what it lacks, and mend it or {rule.action} it there;"
            " then replay this.",
        )
    job.changed(order_status=status)
    note_released(job)


async def _publish(desk: Desk, number: int) -> tuple[str, Conflict | None]:
    """Return the order's status after it, and what refused it: somebody may have been quicker."""
    try:
        order = await desk.orders.work_orders.publish(number)
    except Conflict as refused:
        return _status(await desk.reader.order(number)), refused
    return "Published" if order.status is None else order.status.name, None


async def _route(desk: Desk, job: Job, rule: Rule, number: int) -> tuple[str, Conflict | None]:
    """Offer it to each provider, whichever of them is refused; return the same."""
    refusals: list[Conflict] = []
    for provider in rule.providers:
        try:
            await desk.orders.work_orders.route(number, provider)
        except Conflict as refused:
            job.tell("decision", f"It cannot be routed to provider {provider}: {refused.what}")
            refusals.append(refused)
    if not refusals:
        return "Routed", None
    every = len(refusals) == len(rule.providers)
    return _status(await desk.reader.order(number)), refusals[0] if every else None


def _status(order: WorkOrder | None) -> str:
    if order is None:
        return _DELETED
    return "" if order.status is None else order.status.name


async def withdraw(desk: Desk, job: Job, rule: Rule) -> None:
    """
    Cancel the order because the record says so; one that is over already is as good.

    That it was begun is on disk before the call: who dies of it is succeeded by one who knows that
    it was not a stranger.
    """
    number = job.linked.work_order_id or 0
    job.changed(written={**job.linked.written, WITHDRAWN: _BEGUN})
    entries, confirm = job.take_entries(), job.run.confirm
    job.link = await desk.kept(desk.state.save_link, job.linked, entries=entries, then=confirm)
    reason = rule.cancel_reason or f"{job.linked.record_number} was withdrawn"
    try:
        await desk.orders.work_orders.cancel(number, reason)
    except (Conflict, NotFound) as refused:  # perhaps of a second call; the first went unanswered
        status = _status(await desk.reader.order(number))
        if status in {_CANCELLED, _DELETED}:
            job.tell("decision", f"The work order is {status.lower()} already")
            job.changed(written={**job.linked.written, WITHDRAWN: _DONE}, order_status=status)
            return
        job.tell("decision", f"It cannot be cancelled any more: {refused.what}")
        job.changed(written={**job.linked.written, WITHDRAWN: _REFUSED})
        return
    job.wrote()
    job.changed(written={**job.linked.written, WITHDRAWN: _DONE}, order_status=_CANCELLED)
    job.tell("write", "Cancelled the work order", reason=reason)


async def think_better(desk: Desk, job: Job) -> None:
    """
    Settle a cancelling that was begun and is wanted no more: it was carried out, or never was.

    Left open, it would have a stranger's later one taken for ours.
    """
    written = dict(job.linked.written)
    if written.pop(WITHDRAWN, "") != _BEGUN:
        return
    status = _status(await desk.reader.order(job.linked.work_order_id or 0))
    if status in {_CANCELLED, _DELETED}:
        written[WITHDRAWN] = _DONE
    job.changed(written=written, order_status=status)


def is_withdrawn(link: Link) -> bool:
    """Tell whether it was seen how the cancelling of the order ended."""
    return link.written.get(WITHDRAWN) in {_DONE, _REFUSED}


def is_ours(link: Link, one: Occurrence) -> bool:
    """Tell whether what happened to an order is that we cancelled it, as its record wanted."""
    if one.event != CANCELLED or link.written.get(WITHDRAWN) not in {_BEGUN, _DONE}:
        return False
    return not any(key.startswith(f"{CANCELLED}@") and key != one.key for key in link.told)
