"""A record with its order: both looked at as far as there is news, and brought in step."""

from datetime import timedelta

from isthmus.autotask.port import Record
from isthmus.autotask.spending import Priority, spending
from isthmus.base.clock import utc_now
from isthmus.dispatch import beside, cross_links, moves, toward_order, toward_record
from isthmus.dispatch.begin import end_making, rule_of
from isthmus.dispatch.births import BORN
from isthmus.dispatch.costs import carry_costs
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import TooManyWrites
from isthmus.dispatch.gone import record_gone
from isthmus.dispatch.news import NOTES, ORDER, RECORD, forget_written, news_of, note_record
from isthmus.dispatch.owners import note_moved
from isthmus.dispatch.rules.conditions import holds
from isthmus.dispatch.rules.known import ROOT_OF
from isthmus.dispatch.rules.rule import Rule, paths_needed
from isthmus.dispatch.talk import carry_files, carry_messages, carry_notes, gives_notes
from isthmus.dispatch.wanted_again import may_have_another, tell_if_wanted_again
from isthmus.engine import Done, Outcome
from isthmus.state.dispatch import CLOSED, LINKED, STUCK


async def bring_in_step(desk: Desk, job: Job) -> Outcome:
    """
    Look at what the messages of a link may have news of, and write what differs.

    Raises: RuleGone; TooManyWrites: the breaker parks the link.
    """
    job.rule = rule = rule_of(desk, job)
    _mind_the_breaker(job, rule)
    job.messages = await desk.kept(desk.inbox.with_bodies, job.messages)
    beside.recall(desk, job)
    forget_written(job)
    news = news_of(job, rule)
    await _catch_up(desk, job, rule)
    with_notes = NOTES in news or not gives_notes(rule)
    is_there = RECORD not in news or await _look_at_record(desk, job, rule, with_notes=with_notes)
    if NOTES in news and is_there:
        await carry_notes(desk, job, rule)
    if ORDER in news and is_there:
        await _look_at_order(desk, job, rule)
    if job.linked.state == STUCK:  # all of it was looked at, and went well
        job.changed(state=LINKED, waits_for="")
    if job.linked.state == CLOSED:
        await beside.drop(desk, job)
        if RECORD in news and may_have_another(job.linked):
            await _look_whether_wanted_again(desk, job)
    return Done()


async def _catch_up(desk: Desk, job: Job, rule: Rule) -> None:
    """Finish the making of the order where a run ended in the middle of it."""
    link = job.linked
    if link.state == CLOSED:
        return
    if BORN in link.written:
        await _after_birth(desk, job, rule)
        return
    await moves.learn_status(desk, job, rule)
    if not cross_links.is_shown(link):
        record = await desk.reader.record(link.entity, link.record_id)
        if record is not None:
            await end_making(desk, job, rule, record)
    else:
        await moves.release(desk, job, rule)


async def _after_birth(desk: Desk, job: Job, rule: Rule) -> None:
    """Show each side where the other is, of an order that was there first."""
    link = job.linked
    if cross_links.is_shown(link):
        return
    record = await desk.reader.record(link.entity, link.record_id)
    if record is not None:
        await cross_links.show_record(desk, job, rule, record)
        await cross_links.show_order(desk, job, rule, record)


async def _look_at_record(desk: Desk, job: Job, rule: Rule, *, with_notes: bool) -> bool:
    """Bring the order in step with its record; tells whether the record is there."""
    link = job.linked
    record = await desk.reader.record(link.entity, link.record_id)
    if record is None:
        await record_gone(desk, job)
        return False
    if link.state != CLOSED and not await _is_withdrawn(desk, job, rule, record):
        await toward_order.keep_up(desk, job, rule, record)
        await beside.note(desk, job)
        note_record(job, record, with_notes=with_notes)
    return True


async def _look_whether_wanted_again(desk: Desk, job: Job) -> None:
    link = job.linked
    record = await desk.reader.record(link.entity, link.record_id)
    if record is not None:
        await tell_if_wanted_again(desk, job, record)
        note_record(job, record, with_notes=True)


async def _is_withdrawn(desk: Desk, job: Job, rule: Rule, record: Record) -> bool:
    """Cancel the order where the rule's condition for that holds; tells whether it did."""
    if rule.cancel_when is None or moves.is_withdrawn(job.linked):
        return False
    root = ROOT_OF[record.entity]
    needed = paths_needed(rule)
    document = await desk.hydrator.document(root, record, needed, job.reads)
    if not holds(rule.cancel_when, document):
        await moves.think_better(desk, job)
        return False
    await moves.withdraw(desk, job, rule)
    return True


async def _look_at_order(desk: Desk, job: Job, rule: Rule) -> None:
    order = await desk.reader.order(job.linked.work_order_id or 0)
    if order is None:
        job.tell("decision", "The work order is gone")
        if job.linked.state != CLOSED:
            with spending(Priority.WRITE_BACK):
                await cross_links.note_gone(desk, job)
        over = "Nothing: the work order was deleted."
        job.changed(state=CLOSED, waits_for=over, order_status="Deleted")
        return
    note_moved(job, rule, order)
    with spending(Priority.WRITE_BACK):
        await toward_record.tell(desk, job, rule, order)
        await carry_costs(desk, job, rule, order)
        await carry_messages(desk, job, rule, order)
        await carry_files(desk, job, rule, order)
    toward_record.note_seen(job, order)  # only now: what failed before is looked at again


def _mind_the_breaker(job: Job, rule: Rule) -> None:
    since = utc_now() - timedelta(minutes=rule.breaker_minutes)
    recent = sum(1 for at in job.linked.recent_writes if at >= since)
    if recent >= rule.breaker_writes:
        raise TooManyWrites(
            f"{recent} writes in {rule.breaker_minutes} minutes: something goes in circles",
            where=job.key,
            remedy="Look at its timeline (isthmus dispatch show), stop what writes against us,"
            " then isthmus dispatch resume.",
        )
