"""How a run ends: what it found out is saved, what failed is tried again or waits for a person."""

from datetime import timedelta
from typing import Final

from isthmus.autotask import AttachmentsPaused, HourlyLimitHit
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.base.redaction import redact
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import (
    CREDENTIALS,
    NamedRuleGone,
    OrderOrphaned,
    TooManyWrites,
    kind_of,
    vendor_of,
)
from isthmus.dispatch.gate import Gate
from isthmus.dispatch.news import naming
from isthmus.dispatch.waits import (
    is_alone,
    shown_as_waiting,
    until_back,
    until_taken,
    waits_no_more,
)
from isthmus.engine import Again, Done, Outcome
from isthmus.fieldnation import RateLimited
from isthmus.state.dispatch import PARKED, STUCK, DeadLetter
from isthmus.state.errors import MadeTwice

_SHORTEST_WAIT: Final = timedelta(seconds=5)
_LONGEST_WAIT: Final = timedelta(minutes=2)
_log = get_logger("dispatch")


class Unexpected(Retryable):
    """Something that no room has words for; it is tried again, and told when it stays so."""


def in_our_words(error: Exception) -> IsthmusError:
    """Return any error as one of ours, without secrets."""
    if isinstance(error, IsthmusError):
        return error
    told = redact(str(error)).partition("\n")[0][:300]
    return Unexpected(
        f"Isthmus met something it did not expect: {type(error).__name__}: {told}",
        where="in Isthmus itself",
        remedy="Report it; isthmus dispatch show tells what the run had done.",
    )


async def save(desk: Desk, job: Job, *, done: bool) -> None:
    """Save the link, then settle what was taken into account. Raises: RunTaken."""
    if done:
        waits_no_more(job)
    entries = job.take_entries()
    if job.link is not None:
        settled = done and job.link.state not in {PARKED, STUCK}
        await desk.kept(
            desk.state.save_link, job.link, entries=entries, settled=settled,
            instead_of=job.instead_of, then=job.run.confirm,
        )  # fmt: skip
    else:
        await desk.kept(desk.state.add_entries, entries)
    if done and job.messages and not job.parked:
        numbers = [message.number for message in job.messages]
        await desk.kept(desk.inbox.settle, numbers, "done")


async def failed(desk: Desk, gate: Gate, job: Job, error: IsthmusError) -> Outcome:
    """
    Have it tried again, or make it a dead letter that says what a person can do.

    What goes away by waiting is tried for ever: an outage needs no person.
    Raises: the error, where it is tried again.
    """
    if (wait := _asked_to_wait(error)) is not None:
        job.tell("decision", f"Waiting: {error.what}")
        await save(desk, job, done=False)
        return Again(wait)
    kind, vendor = kind_of(error), vendor_of(error)
    job.tell("error", error.what, where=error.where, remedy=error.remedy, sort=kind)
    if kind == CREDENTIALS:
        shown_as_waiting(job, until_taken(vendor))
        wait = await gate.shut(vendor, error)
        await save(desk, job, done=False)
        return Again(wait)
    tries = job.run.item.failures + 1
    if isinstance(error, Retryable) and not await _is_in_vain(desk, job, error, tries):
        if vendor:
            shown_as_waiting(job, until_back(vendor))
        await save(desk, job, done=False)
        raise error
    letter = _letter(job, error, kind, tries)
    if isinstance(error, MadeTwice):  # the link is as it was; the next run goes on from there
        await desk.kept(desk.state.save_dead_letter, letter, job.take_entries())
        await job.run.check()
        return Again()
    if isinstance(error, NamedRuleGone):
        await _put_off(desk, job, letter)
        return Again()
    await _bury(desk, job, error, letter)
    return Done()


async def _is_in_vain(desk: Desk, job: Job, error: IsthmusError, tries: int) -> bool:
    """Tell whether an error that may go away by waiting evidently does not."""
    vendor = vendor_of(error)
    if vendor:
        return await is_alone(desk, job, vendor, tries)
    return isinstance(error, Unexpected) and tries >= desk.settings.most_failures


def _letter(job: Job, error: IsthmusError, kind: str, tries: int) -> DeadLetter:
    return DeadLetter(
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


async def _put_off(desk: Desk, job: Job, letter: DeadLetter) -> None:
    """
    Leave what a person asked for to a letter that asks it again when it is replayed.

    The messages are settled, so that nothing comes of them later unasked, and the rest goes on.
    """
    asked = naming(job.messages)
    _log.warning("dead_letter", letter=letter.id, kind=letter.kind, what=letter.what)
    await desk.kept(
        desk.state.save_dead_letter, letter, job.take_entries(),
        asks=asked[-1].event, then=job.run.confirm,
    )  # fmt: skip
    await desk.kept(desk.inbox.settle, [one.number for one in asked])


async def _bury(desk: Desk, job: Job, error: IsthmusError, letter: DeadLetter) -> None:
    entries = job.take_entries()
    _log.warning("dead_letter", letter=letter.id, kind=letter.kind, what=error.what)
    if job.link is None:
        await desk.kept(desk.state.save_dead_letter, letter, entries)
        return
    state = PARKED if isinstance(error, TooManyWrites | OrderOrphaned) else STUCK
    stuck = job.changed(state=state, waits_for=error.what[:500])
    await desk.kept(
        desk.state.save_link, stuck, entries=entries, letter=letter,
        instead_of=job.instead_of, then=job.run.confirm,
    )  # fmt: skip


def _asked_to_wait(error: IsthmusError) -> timedelta | None:
    """Return how long to wait where calls are used up, which is no failure; else None."""
    if isinstance(error, HourlyLimitHit):
        left = _LONGEST_WAIT if error.falls_at is None else error.falls_at - utc_now()
        return min(_LONGEST_WAIT, max(_SHORTEST_WAIT, left))
    if isinstance(error, AttachmentsPaused):
        return timedelta(seconds=max(5.0, error.wait_seconds))
    if isinstance(error, RateLimited):
        return timedelta(seconds=max(5.0, error.told.wait_seconds or 0.0))
    return None
