"""A record that asks for an order again, after its order was cancelled or deleted."""

from typing import Final

from isthmus.autotask.port import Record
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.rules.condition_shapes import ConditionWrong
from isthmus.dispatch.rules.known import ROOT_OF
from isthmus.dispatch.rules.rule import decide_rule, paths_needed
from isthmus.state.dispatch import CLOSED, Link

_OVER: Final = frozenset({"Cancelled", "Deleted"})


def may_have_another(link: Link) -> bool:
    """Tell whether a link's order is cancelled or gone, so that the record may have another."""
    if link.work_order_id is None:  # what was begun without an answer may be there
        return False
    return link.state == CLOSED and link.order_status in _OVER


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
