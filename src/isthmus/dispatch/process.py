"""
The work on one link: look at both sides as far as needed, decide, write only what differs.

A message says no more than that a link may be out of step. What is true is read from the vendors;
what was written is kept in our own tables, so that a run may end anywhere and begin again.
"""

import structlog

from isthmus.autotask.spending import Priority, spending
from isthmus.base.fencing import fenced
from isthmus.base.observing import Cause, caused, observed
from isthmus.dispatch import endings, outage
from isthmus.dispatch.begin import begin
from isthmus.dispatch.deliver import NotYet
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.gate import CONNECTION, Gate
from isthmus.dispatch.in_step import bring_in_step
from isthmus.dispatch.scripts.tracing import traced
from isthmus.dispatch.unlinked import handle_note, handle_number, handle_order
from isthmus.dispatch.wanted_again import begin_another, may_have_another, tell_if_over_now
from isthmus.engine import Again, Done, Outcome, Run, RunCancelled
from isthmus.state.dispatch import PARKED


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
                if early.has_looked:
                    await self._tell_end_of_outage(run)
                return Again(early.after)
            except RunCancelled:
                await endings.save(self._desk, job, done=False)
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not be lost
                return await endings.failed(
                    self._desk, self._gate, job, endings.in_our_words(error)
                )
            await endings.save(self._desk, job, done=isinstance(outcome, Done))
            await self._tell_end_of_outage(run)
            return outcome

    async def _tell_end_of_outage(self, run: Run) -> None:
        """Have the others try too where one gets through that failed for long."""
        if run.item.failures >= outage.LONG_OUT:
            await outage.all_again(self._desk)

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
        if await begin_another(self._desk, job):
            return Done()
        if job.link is None or job.link.work_order_id is None:
            return await begin(self._desk, job, entity, int(number))
        stood = not may_have_another(job.link)
        outcome = await bring_in_step(self._desk, job)
        if stood:
            tell_if_over_now(job)
        return outcome
