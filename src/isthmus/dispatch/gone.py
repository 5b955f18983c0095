"""A record that is there no more, or that we may not see: what becomes of its work order."""

from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import OrderOrphaned
from isthmus.dispatch.rules.occurrences import OVER
from isthmus.state.dispatch import CLOSED


async def record_gone(desk: Desk, job: Job) -> None:
    """
    Close the link of a record that is gone where its order is over too.

    Raises: OrderOrphaned: it is not, and what becomes of it is for a person to say.
    """
    link = job.linked
    if link.state == CLOSED:
        return
    job.tell("decision", "The record is gone, or we may not see it")
    order = await desk.reader.order(link.work_order_id or 0)
    told = None if order is None else order.status
    status = "Deleted" if order is None else ("" if told is None else told.name)
    if order is None or status in OVER:
        over = "Nothing: the record is gone, and its work order is over."
        job.changed(state=CLOSED, waits_for=over, order_status=status)
        return
    raise OrderOrphaned(
        f"The record is gone, or we may not see it; its work order {order.id} is still there",
        where=job.key,
        remedy="If the record was deleted, cancel the order at Field Nation; else give the API"
        " user the right to see it. Then isthmus dispatch resume.",
    )
