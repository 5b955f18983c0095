"""
The work on one link: look at both sides as far as needed, decide, write only what differs.

A message says no more than that a link may be out of step. What is true is read from the vendors;
what was written is kept in our own tables, so that a run may end anywhere and begin again.
"""

from datetime import timedelta
from typing import Final

import structlog

from isthmus.autotask.port import Record
from isthmus.autotask.spending import Priority, spending
from isthmus.base.clock import utc_now
from isthmus.base.fencing import fenced
from isthmus.base.observing import Cause, caused, observed
from isthmus.dispatch import (
    beside,
    cross_links,
    endings,
    moves,
    outage,
    toward_order,
    toward_record,
)
from isthmus.dispatch.births import BORN
from isthmus.dispatch.costs import carry_costs
from isthmus.dispatch.deliver import NotYet
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import RecordGone, RuleGone, TooManyWrites
from isthmus.dispatch.gate import CONNECTION, Gate
from isthmus.dispatch.gone import record_gone
from isthmus.dispatch.news import NOTES, ORDER, RECORD, forced_by, forget_written, news_of
from isthmus.dispatch.owners import note_moved
from isthmus.dispatch.rules.conditions import holds
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.scripts.tracing import traced
from isthmus.dispatch.seen import ACTIVITY, seen_fields, seen_of
from isthmus.dispatch.talk import (
    begin_notes,
    carry_files,
    carry_messages,
    carry_notes,
    gives_notes,
)
from isthmus.dispatch.unlinked import handle_note, handle_number, handle_order
from isthmus.dispatch.wanted_again import may_have_another, tell_if_wanted_again
from isthmus.engine import Again, Done, Outcome, Run, RunCancelled
from isthmus.state.dispatch import CLOSED, LINKED, PARKED, STUCK, WAITING

"""Failures in a row after which the pause to the next try is a minute and more."""
_ROOT_OF: Final = {entity: root for root, entity in ROOTS.items()}


class LinkWork:
    """The handler of links; one for each process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._gate = Gate(desk)

    async def __call__(self, run: Run) -> Outcome:
        """Bring one link in step. Raises: Retryable: it is tried again after a pause."""
        job = Job(run, run.item.key)
        with (
            observed(job.see),
            traced(job.trace),
            caused(Cause(run.id, job.key)),
            fenced(run.check),
            spending(Priority.DISPATCH),
            structlog.contextvars.bound_contextvars(key=job.key, run=run.id),
        ):
            if job.key.startswith(f"{CONNECTION}/"):
                return await self._gate.try_again(job.key.removeprefix(f"{CONNECTION}/"))
            if (wait := await self._gate.wait(job)) is not None:
                return Again(wait)
            job.messages = await self._desk.kept(self._desk.inbox.undone, job.key)
            try:
                outcome = await self._work(job)
            except NotYet as early:
                await endings.save(self._desk, job, done=False)
                return Again(early.after)
            except RunCancelled:
                await endings.save(self._desk, job, done=False)
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not be lost
                return await endings.failed(
                    self._desk, self._gate, job, endings.in_our_words(error)
                )
            await endings.save(self._desk, job, done=isinstance(outcome, Done))
            if run.item.failures >= outage.LONG_OUT:
                await outage.all_again(self._desk)
            return outcome

    async def _work(self, job: Job) -> Outcome:
        entity, _, number = job.key.partition("/")
        for message in job.messages:
            job.tell("message", f"{message.source}: {message.event}", message=message.number)
        if entity == "WorkOrders":
            return await handle_order(self._desk, job, int(number))
        if entity in {"TicketNotes", "TaskNotes"}:
            return await handle_note(self._desk, job, entity, int(number))
        if entity in {"TicketNumbers", "TaskNumbers"}:
            return await handle_number(self._desk, job, entity, number)
        job.link = await self._desk.kept(self._desk.state.link_of, job.key)
        if job.link is not None and job.link.state == PARKED:
            job.parked = True  # what came stays undone, for the day it is resumed
            job.link = None
            return Done()
        if job.link is not None and forced_by(job.messages) and may_have_another(job.link):
            await self._desk.kept(self._desk.state.set_aside, job.link)
            job.link = None
        if job.link is None or job.link.work_order_id is None:
            return await self._dispatch(job, entity, int(number))
        return await self._in_step(job)

    # A record without an order

    async def _dispatch(self, job: Job, entity: str, number: int) -> Outcome:
        record = await self._desk.reader.record(entity, number)
        begun = job.link is not None and await self._was_begun(job)
        if record is None:
            job.tell("decision", "There is no such record, or none that we may see")
            if begun:
                raise RecordGone(
                    "The record is gone, and its work order may have been made",
                    where=job.key,
                    remedy="Give the API user the right to see it, or look for the order at Field"
                    " Nation; then replay this.",
                )
            self._close_waiting(job, "The record is gone.")
            return Done()
        rule = await self._rule_for(job, record, begun=begun)
        if rule is None:
            self._close_waiting(job, "No rule dispatches it any more.")
            return Done()
        if job.link is None:
            job.link = toward_order.new_link(record, rule, job.key)
        elif job.link.state in {CLOSED, STUCK}:
            job.changed(state=WAITING, rule=rule.name)
        job.rule = rule
        begin_notes(job, rule, record, anew=not begun)
        await toward_order.make(self._desk, job, rule, record)
        await self._after_making(job, rule, record)
        return Done()

    async def _after_making(self, job: Job, rule: Rule, record: Record) -> None:
        """Finish what belongs to a new order; each part is found again where a crash left it."""
        refused: moves.NotReleased | None = None
        try:
            await moves.release(self._desk, job, rule)
        except moves.NotReleased as told:  # the record shows its order all the same
            refused = told
        if not cross_links.is_shown(job.linked):
            await cross_links.show_order(self._desk, job, rule, record)
        await self._note_record(job, record, with_notes=not gives_notes(rule))
        if refused is not None:
            raise refused

    async def _rule_for(self, job: Job, record: Record, *, begun: bool) -> Rule | None:
        """
        Return the rule that dispatches a record.

        What was begun is ended by the rule it was begun by, even where that is switched off since.
        """
        if begun:
            name = job.linked.rule
            chosen = self._desk.library.rule(name)
            if chosen is None:
                raise _rule_gone(name, job.key)
            return chosen
        root = _ROOT_OF.get(record.entity, "")
        rules = [one for one in self._desk.library.rules() if one.root == root]
        forced = forced_by(job.messages)
        if not rules or forced:
            return next((one for one in rules if one.name == forced), None)
        needed = sorted({path for one in rules for path in paths_needed(one)})
        document = await self._desk.hydrator.document(root, record, needed)
        return decide_rule(rules, document)

    async def _was_begun(self, job: Job) -> bool:
        """Tell whether an order may be there already, so that there is no way back."""
        intents = await self._desk.kept(self._desk.state.intents, job.linked.id, ("order",))
        return any(one.tries for one in intents)

    def _close_waiting(self, job: Job, why: str) -> None:
        if job.link is not None and job.link.state != CLOSED:
            job.changed(state=CLOSED, waits_for=why)

    # A record with its order

    async def _in_step(self, job: Job) -> Outcome:
        rule = self._desk.library.rule(job.linked.rule)
        if rule is None:
            raise _rule_gone(job.linked.rule, job.key)
        job.rule = rule
        self._mind_the_breaker(job, rule)
        job.messages = await self._desk.kept(self._desk.inbox.with_bodies, job.messages)
        beside.recall(self._desk, job)
        forget_written(job)
        news = news_of(job, rule)
        await self._catch_up(job, rule)
        with_notes = NOTES in news or not gives_notes(rule)
        is_there = RECORD not in news or await self._look_at_record(
            job, rule, with_notes=with_notes
        )
        if NOTES in news and is_there:
            await carry_notes(self._desk, job, rule)
        if ORDER in news and is_there:
            await self._look_at_order(job, rule)
        if job.linked.state == STUCK:  # all of it was looked at, and went well
            job.changed(state=LINKED, waits_for="")
        if job.linked.state == CLOSED:
            await beside.drop(self._desk, job)
            if RECORD in news and may_have_another(job.linked):
                await self._look_whether_wanted_again(job)
        return Done()

    async def _catch_up(self, job: Job, rule: Rule) -> None:
        """Finish the making of the order where a run ended in the middle of it."""
        link = job.linked
        if link.state == CLOSED:
            return
        if BORN in link.written:
            await self._after_birth(job, rule)
            return
        await moves.learn_status(self._desk, job, rule)
        if not cross_links.is_shown(link):
            record = await self._desk.reader.record(link.entity, link.record_id)
            if record is not None:
                await self._after_making(job, rule, record)
        else:
            await moves.release(self._desk, job, rule)

    async def _after_birth(self, job: Job, rule: Rule) -> None:
        """Show each side where the other is, of an order that was there first."""
        link = job.linked
        if cross_links.is_shown(link):
            return
        record = await self._desk.reader.record(link.entity, link.record_id)
        if record is not None:
            await cross_links.show_record(self._desk, job, rule, record)
            await cross_links.show_order(self._desk, job, rule, record)

    async def _look_at_record(self, job: Job, rule: Rule, *, with_notes: bool) -> bool:
        """Bring the order in step with its record; tells whether the record is there."""
        link = job.linked
        record = await self._desk.reader.record(link.entity, link.record_id)
        if record is None:
            await record_gone(self._desk, job)
            return False
        if link.state != CLOSED and not await self._is_withdrawn(job, rule, record):
            await toward_order.keep_up(self._desk, job, rule, record)
            await self._note_record(job, record, with_notes=with_notes)
        return True

    async def _look_whether_wanted_again(self, job: Job) -> None:
        link = job.linked
        record = await self._desk.reader.record(link.entity, link.record_id)
        if record is not None:
            await tell_if_wanted_again(self._desk, job, record)
            _note_record(job, record, with_notes=True)

    async def _is_withdrawn(self, job: Job, rule: Rule, record: Record) -> bool:
        """Cancel the order where the rule's condition for that holds; tells whether it did."""
        if rule.cancel_when is None or moves.is_withdrawn(job.linked):
            return False
        root = _ROOT_OF[record.entity]
        needed = paths_needed(rule)
        document = await self._desk.hydrator.document(root, record, needed, job.reads)
        if not holds(rule.cancel_when, document):
            return False
        await moves.withdraw(self._desk, job, rule)
        return True

    async def _look_at_order(self, job: Job, rule: Rule) -> None:
        order = await self._desk.reader.order(job.linked.work_order_id or 0)
        if order is None:
            job.tell("decision", "The work order is gone")
            if job.linked.state != CLOSED:
                with spending(Priority.WRITE_BACK):
                    await cross_links.note_gone(self._desk, job)
            over = "Nothing: the work order was deleted."
            job.changed(state=CLOSED, waits_for=over, order_status="Deleted")
            return
        note_moved(job, rule, order)
        with spending(Priority.WRITE_BACK):
            await toward_record.tell(self._desk, job, rule, order)
            await carry_costs(self._desk, job, rule, order)
            await carry_messages(self._desk, job, rule, order)
            await carry_files(self._desk, job, rule, order)
        toward_record.note_seen(job, order)  # only now: what failed before is looked at again

    async def _note_record(self, job: Job, record: Record, *, with_notes: bool) -> None:
        await beside.note(self._desk, job)
        _note_record(job, record, with_notes=with_notes)

    def _mind_the_breaker(self, job: Job, rule: Rule) -> None:
        since = utc_now() - timedelta(minutes=rule.breaker_minutes)
        recent = sum(1 for at in job.linked.recent_writes if at >= since)
        if recent >= rule.breaker_writes:
            raise TooManyWrites(
                f"{recent} writes in {rule.breaker_minutes} minutes: something goes in circles",
                where=job.key,
                remedy="Look at its timeline (isthmus dispatch show), stop what writes against us,"
                " then isthmus dispatch resume.",
            )


def _note_record(job: Job, record: Record, *, with_notes: bool) -> None:
    """
    Note what the record shows, so that what says no more than that is no news.

    Args: with_notes: its notes are looked at too. Else its latest activity may be a note that no
    message told of, so it stays news to the sweep.
    """
    link = job.linked
    seen = seen_fields(record)
    if not with_notes:
        del seen[ACTIVITY]
    job.changed(
        record_mark=seen_of(record),
        written={**link.written, **seen},
        title=str(record.values.get("title") or link.title)[:200],
    )


def _rule_gone(name: str, key: str) -> RuleGone:
    return RuleGone(
        f"The rule {name!r} of this link is not there any more",
        where=key,
        remedy="isthmus rule rollback brings a version of it back; then resume the link.",
    )
