"""A record that asks for an order again, after its order was cancelled or deleted."""

from typing import Final

from isthmus.autotask.port import Record
from isthmus.dispatch.begin import begin_by, rule_for, tell_unwanted
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.news import asked_to_dispatch
from isthmus.dispatch.rules.condition_shapes import ConditionWrong
from isthmus.dispatch.rules.known import ROOT_OF
from isthmus.dispatch.rules.rule import decide_rule, paths_needed
from isthmus.dispatch.story import TOO_EARLY
from isthmus.state.dispatch import CLOSED, Link

_OVER: Final = frozenset({"Cancelled", "Deleted"})


def may_have_another(link: Link) -> bool:
    """Tell whether a link's order is cancelled or gone, so that the record may have another."""
    if link.work_order_id is None:  # what was begun without an answer may be there
        return False
    return link.state == CLOSED and link.order_status in _OVER


async def begin_another(desk: Desk, job: Job) -> bool:
    """
    Make another order of a record whose order is over, where a person wants it dispatched.

    The link that is over is set aside only for a rule that wants the record, and only when the
    link of the other order is saved: a run that ends before that has changed nothing.
    Returns: whether another was made. Raises: RuleGone, ConditionWrong: the link stays as it is.
    """
    over, asked = job.link, asked_to_dispatch(job.messages)
    if over is None or asked is None or not may_have_another(over):
        return False
    if over.since is not None and asked.received_at < over.since:
        _tell_too_early(job, over)
        return False
    job.link = None  # what is wrong now is wrong with the order to be made
    record = await desk.reader.record(over.entity, over.record_id)
    rule = None if record is None else await rule_for(desk, job, record)
    if record is None or rule is None:
        job.link = over
        if record is not None:  # that it is gone is told where both sides are looked at
            tell_unwanted(job)
        return False
    job.instead_of = over
    await begin_by(desk, job, rule, record, anew=True)
    return True


def tell_if_over_now(job: Job) -> None:
    """Answer who wants a record dispatched whose order this run found to be over."""
    if asked_to_dispatch(job.messages) is not None and may_have_another(job.linked):
        _tell_too_early(job, job.linked)


def _tell_too_early(job: Job, over: Link) -> None:
    job.tell("decision", TOO_EARLY, order=over.work_order_id)


async def tell_if_wanted_again(desk: Desk, job: Job, record: Record) -> None:
    """
    Say so where a rule would dispatch a record whose order is over.

    No second order is made unasked: the record may only be as it was when the first one ended.
    """
    link = job.linked
    if not may_have_another(link):
        return
    ended = link.order_status.lower()
    said = (
        f"A person: the record asks to be dispatched again, but its order {link.work_order_id} was"
        f" {ended}. isthmus dispatch now {link.record_number or link.key} makes another."
    )
    if not await _is_wanted(desk, record):
        if link.waits_for == said:
            job.changed(waits_for=f"Nothing: the work order is {ended}.")
    elif link.waits_for != said:
        job.tell("decision", "The record asks to be dispatched again; that is for a person to say",
                 order=link.work_order_id, was=ended)  # fmt: skip
        job.changed(waits_for=said)


async def _is_wanted(desk: Desk, record: Record) -> bool:
    root = ROOT_OF.get(record.entity, "")
    rules = [one for one in desk.library.rules() if one.root == root]
    needed = sorted({path for one in rules for path in paths_needed(one)})
    document = await desk.hydrator.document(root, record, needed)
    try:
        return decide_rule(rules, document) is not None
    except ConditionWrong:  # told where a record is to be dispatched
        return False
