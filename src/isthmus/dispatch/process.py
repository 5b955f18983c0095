"""
The work on one link: look at both sides as far as needed, decide, write only what differs.

A message says no more than that a link may be out of step. What is true is read from the vendors;
what was written is kept in our own tables, so that a run may end anywhere and begin again.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from isthmus.autotask import HourlyLimitHit
from isthmus.autotask.port import Record
from isthmus.autotask.spending import Priority, spending
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.base.observing import observed
from isthmus.dispatch import cross_links, toward_order, toward_record
from isthmus.dispatch.costs import carry_costs
from isthmus.dispatch.deliver import NotYet
from isthmus.dispatch.desk import Desk, Job, body_of
from isthmus.dispatch.faults import CREDENTIALS, RuleGone, TooManyWrites, kind_of
from isthmus.dispatch.rules.conditions import holds
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.seen import is_unchanged, seen_fields, seen_of
from isthmus.dispatch.talk import carry_files, carry_messages, carry_notes
from isthmus.dispatch.unlinked import handle_note, handle_number, handle_order
from isthmus.engine import Again, Done, Outcome, Run
from isthmus.fieldnation import RateLimited
from isthmus.state.dispatch import CLOSED, PARKED, STUCK, WAITING, DeadLetter, Link, Message

KIND: Final = "link"
RESYNC: Final = "resync"
_ROOT_OF: Final = {entity: root for root, entity in ROOTS.items()}
_SHORTEST_WAIT: Final = timedelta(seconds=5)
_LONGEST_WAIT: Final = timedelta(minutes=2)
_RECORD_SIDE: Final = frozenset({"autotask", "callout", "sync"})
_ORDER_SIDE: Final = frozenset({"fieldnation"})
_log = get_logger("dispatch")


class LinkWork:
    """The handler of links; one for each process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, run: Run) -> Outcome:
        """Bring one link in step. Raises: Retryable: it is tried again after a pause."""
        job = Job(run, run.item.key)
        with (
            observed(job.see),
            spending(Priority.DISPATCH),
            structlog.contextvars.bound_contextvars(key=job.key, run=run.id),
        ):
            job.messages = await self._desk.kept(self._desk.inbox.undone, job.key)
            try:
                outcome = await self._work(job)
            except NotYet as early:
                await self._save(job, done=False)
                return Again(early.after)
            except IsthmusError as error:
                return await self._failed(job, error)
            await self._save(job, done=isinstance(outcome, Done))
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
        if job.link is not None and _forced(job.messages) and _may_have_another(job.link):
            await self._desk.kept(self._desk.state.set_aside, job.link)
            job.link = None
        if job.link is None or job.link.work_order_id is None:
            return await self._dispatch(job, entity, int(number))
        return await self._in_step(job)

    # A record without an order

    async def _dispatch(self, job: Job, entity: str, number: int) -> Outcome:
        record = await self._desk.reader.record(entity, number)
        if record is None:
            job.tell("decision", "There is no such record, or none that we may see")
            self._close_waiting(job, "The record is gone.")
            return Done()
        rule = await self._rule_for(job, record)
        if rule is None:
            self._close_waiting(job, "No rule dispatches it any more.")
            return Done()
        if job.link is None:
            job.link = toward_order.new_link(record, rule, job.key)
        elif job.link.state in {CLOSED, STUCK}:
            job.changed(state=WAITING, rule=rule.name)
        job.rule = rule
        await toward_order.make(self._desk, job, rule, record)
        await self._after_making(job, rule, record)
        return Done()

    async def _after_making(self, job: Job, rule: Rule, record: Record) -> None:
        """Finish what belongs to a new order; each part is found again where a crash left it."""
        await toward_order.release(self._desk, job, rule, job.linked.order_status)
        if not cross_links.is_shown(job.linked):
            await cross_links.show_order(self._desk, job, rule, record)
        _note_record(job, record)

    async def _rule_for(self, job: Job, record: Record) -> Rule | None:
        """Return the rule that dispatches a record; the one it was once decided by counts first."""
        root = _ROOT_OF.get(record.entity, "")
        rules = [one for one in self._desk.library.rules() if one.root == root]
        if not rules:
            return None
        forced = _forced(job.messages)
        if forced or (job.link is not None and job.link.state != CLOSED):
            name = forced or (job.link.rule if job.link else "")
            chosen = next((one for one in rules if one.name == name), None)
            if chosen is not None and (forced or await self._was_begun(job)):
                return chosen
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
            raise RuleGone(
                f"The rule {job.linked.rule!r} of this link is not there any more",
                where=job.key,
                remedy="isthmus rule rollback brings a version of it back; then resume the link.",
            )
        job.rule = rule
        self._mind_the_breaker(job, rule)
        for message in job.messages:
            if message.event == RESYNC:
                _forget_written(job, body_of(message).get("paths"))
        news = self._news(job)
        await self._catch_up(job, rule)
        if news & {"record"}:
            await self._look_at_record(job, rule)
        if "notes" in news:
            await carry_notes(self._desk, job, rule)
        if "order" in news:
            await self._look_at_order(job, rule)
        if job.linked.state == STUCK:
            job.changed(state=CLOSED if _is_over(job.linked) else "linked", waits_for="")
        return Done()

    def _news(self, job: Job) -> set[str]:
        """Return which sides may be otherwise than last seen; nothing for what repeats itself."""
        news: set[str] = set()
        for message in job.messages:
            if message.source in _ORDER_SIDE:
                if not toward_record.is_old_news(job, message):
                    news.add("order")
            elif message.event.startswith(("TicketNotes", "TaskNotes")):
                news.add("notes")
            elif message.source in _RECORD_SIDE:
                if not is_unchanged(job.linked, message):
                    news.add("record")
            else:
                news |= _asked(message)
        if not job.messages:  # another try, or a sweep: both sides are looked at
            news |= {"record", "order"}
        return news

    async def _catch_up(self, job: Job, rule: Rule) -> None:
        """Finish the making of the order where a run ended in the middle of it."""
        link = job.linked
        if link.state == CLOSED or (cross_links.is_shown(link) and link.order_status != "Draft"):
            return
        if not cross_links.is_shown(link):
            record = await self._desk.reader.record(link.entity, link.record_id)
            if record is not None:
                await self._after_making(job, rule, record)
        else:
            await toward_order.release(self._desk, job, rule, link.order_status)

    async def _look_at_record(self, job: Job, rule: Rule) -> None:
        link = job.linked
        record = await self._desk.reader.record(link.entity, link.record_id)
        if record is None:
            job.tell("decision", "The record is gone")
            job.changed(state=PARKED, waits_for="The record is gone; its work order is not.")
            return
        if _is_over(link):
            return
        if await self._is_withdrawn(job, rule, record):
            return
        await toward_order.keep_up(self._desk, job, rule, record)
        _note_record(job, record)

    async def _is_withdrawn(self, job: Job, rule: Rule, record: Record) -> bool:
        """Cancel the order where the rule's condition for that holds; tells whether it did."""
        if rule.cancel_when is None or "withdrawn" in job.linked.written:
            return False
        root = _ROOT_OF[record.entity]
        document = await self._desk.hydrator.document(root, record, paths_needed(rule))
        if not holds(rule.cancel_when, document):
            return False
        await toward_order.withdraw(self._desk, job, rule)
        return True

    async def _look_at_order(self, job: Job, rule: Rule) -> None:
        order = await self._desk.reader.order(job.linked.work_order_id or 0)
        if order is None:
            job.tell("decision", "The work order is gone")
            over = "Nothing: the work order was deleted."
            job.changed(state=CLOSED, waits_for=over, order_status="Deleted")
            return
        with spending(Priority.WRITE_BACK):
            await toward_record.tell(self._desk, job, rule, order)
            await carry_costs(self._desk, job, rule, order)
            await carry_messages(self._desk, job, rule, order)
            await carry_files(self._desk, job, rule, order)

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

    # How it ends

    async def _save(self, job: Job, *, done: bool) -> None:
        """Save the link, then settle what was taken into account."""
        entries = job.take_entries()
        if job.link is not None:
            settled = job.link.state not in {PARKED, STUCK}
            await self._desk.kept(
                self._desk.state.save_link, job.link, entries=entries, settled=settled and done
            )
        else:
            await self._desk.kept(self._desk.state.add_entries, entries)
        if done and job.messages and not job.parked:
            numbers = [message.number for message in job.messages]
            await self._desk.kept(self._desk.inbox.settle, numbers, "done")

    async def _failed(self, job: Job, error: IsthmusError) -> Outcome:
        """Have it tried again, or make it a dead letter that says what a person can do."""
        if (wait := _asked_to_wait(error)) is not None:
            job.tell("decision", f"Waiting: {error.what}")
            await self._save(job, done=False)
            return Again(wait)
        kind = kind_of(error)
        job.tell("error", error.what, where=error.where, remedy=error.remedy, sort=kind)
        tries = job.run.item.failures + 1
        if isinstance(error, Retryable) and tries < self._desk.settings.most_failures:
            await self._save(job, done=False)
            raise error
        letter = DeadLetter(
            id=f"dl-{new_ordered_id()}",
            key=job.key,
            kind=kind,
            what=error.what,
            where=error.where,
            remedy=error.remedy,
            at=utc_now(),
            tries=tries,
            link_id="" if job.link is None else job.link.id,
            record_number="" if job.link is None else job.link.record_number,
        )
        await self._bury(job, error, letter)
        _log.warning("dead_letter", letter=letter.id, kind=kind, what=error.what)
        if kind == CREDENTIALS:
            return Again(self._desk.settings.pause)
        return Done()

    async def _bury(self, job: Job, error: IsthmusError, letter: DeadLetter) -> None:
        entries = job.take_entries()
        if job.link is None:
            await self._desk.kept(self._desk.state.save_dead_letter, letter, entries)
        else:
            state = PARKED if isinstance(error, TooManyWrites) else STUCK
            stuck = job.changed(state=state, waits_for=error.what[:500])
            await self._desk.kept(self._desk.state.save_link, stuck, entries=entries, letter=letter)


def _note_record(job: Job, record: Record) -> None:
    """Note what the record shows, so that what says no more than that is no news."""
    link = job.linked
    job.changed(
        record_mark=seen_of(record),
        written={**link.written, **seen_fields(record)},
        title=str(record.values.get("title") or link.title)[:200],
    )


def _forget_written(job: Job, paths: Sequence[str] | None) -> None:
    """Forget what was last written and seen, so that it is compared and written anew."""

    def is_forgotten(name: str) -> bool:
        kind, _, path = name.partition(":")
        return kind == "seen" or (kind == "order" and (paths is None or path in paths))

    kept = {name: value for name, value in job.linked.written.items() if not is_forgotten(name)}
    job.changed(written=kept, order_mark="", record_mark="", recent_writes=())


def _asked_to_wait(error: IsthmusError) -> timedelta | None:
    """Return how long to wait where calls are used up, which is no failure; else None."""
    if isinstance(error, HourlyLimitHit):
        left = _LONGEST_WAIT if error.falls_at is None else error.falls_at - utc_now()
        return min(_LONGEST_WAIT, max(_SHORTEST_WAIT, left))
    if isinstance(error, RateLimited):
        return timedelta(seconds=max(5.0, error.told.wait_seconds or 0.0))
    return None


def _asked(message: Message) -> set[str]:
    """Return what a sweep or a person wants looked at."""
    every = {"record", "order", "notes"}
    return every & set(message.event.split("+")) or every


def _forced(messages: tuple[Message, ...]) -> str:
    """Return the rule that a person named for this record; "" for none."""
    for message in messages:
        if message.source == "person" and message.event.startswith("dispatch "):
            return message.event.removeprefix("dispatch ")
    return ""


def _is_over(link: Link) -> bool:
    return link.state == CLOSED


def _may_have_another(link: Link) -> bool:
    """Tell whether a link's order is cancelled or gone, so that the record may have another."""
    return link.state == CLOSED and link.order_status in {"Cancelled", "Deleted", ""}
