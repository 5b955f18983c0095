"""
What is created on the other side is created once, whatever breaks.

The intent is on disk before the call. After a crash or a lost answer the next run looks for what
may be there, adopts it, and only else creates; a refusal is known to have had no effect.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import Retryable
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import may_have_happened
from isthmus.state.dispatch import DONE, Intent

_NEVER: Final = timedelta(0)


class NotYet(Retryable):
    """It is too early to look; `after` says how much longer. Not a failure."""

    def __init__(self, after: timedelta) -> None:
        super().__init__("The other side may not show yet what it was asked to make")
        self.after = after


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Something that is to be on the other side once.

    `kind` and `source` say what it stands for. `look` searches for it by `marker` and returns its
    id; `create` makes it and returns its id; `update`, where there is one, brings what is there to
    the present `content`, a hash. `ties` notes its id on the link.
    """

    kind: str
    source: str
    marker: str
    content: str
    create: Callable[[], Awaitable[str]] = field(repr=False)
    look: Callable[[], Awaitable[str | None]] = field(repr=False)
    update: Callable[[str], Awaitable[None]] | None = field(default=None, repr=False)
    ties: Callable[[str], None] | None = field(default=None, repr=False)


async def once(desk: Desk, job: Job, wanted: Wanted) -> str:
    """
    See to it that something is there once; return its id on the other side.

    Where it ties the link (`wanted.ties`), the link is saved with the intent both times.
    Raises: NotYet: come again; and what the calls raise.
    """
    link = job.linked
    intent = await desk.kept(desk.state.intent, link.id, wanted.kind, wanted.source)
    if intent is not None and intent.state == DONE:
        if wanted.ties is not None:
            wanted.ties(intent.target)
        return await _kept_up(desk, job, wanted, intent)
    if intent is None:
        intent = Intent(link.id, wanted.kind, wanted.source, wanted.marker)
    found = await _found(desk, job, wanted, intent) if intent.tries else None
    if found is None:
        found = await _made(desk, job, wanted, intent)
    else:
        job.tell("decision", f"Adopted the {wanted.kind} that was there already", id=found)
    done = replace(intent, state=DONE, target=found, content=wanted.content, tries=intent.tries + 1)
    if wanted.ties is not None:
        wanted.ties(found)
    await _save(desk, job, wanted, done)
    return found


async def _save(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> None:
    """Save an intent with the lines of the trail, and with the link where it is tied by it."""
    if wanted.ties is None:
        await desk.kept(desk.state.save_intent, intent, job.take_entries())
    else:
        job.link = await desk.kept(
            desk.state.save_link, job.linked, done=(intent,), entries=job.take_entries()
        )


async def _kept_up(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> str:
    """Bring what is there to its present content, where it can be changed at all."""
    if intent.content != wanted.content and wanted.update is not None:
        await job.run.check()
        await wanted.update(intent.target)
        job.wrote()
        job.tell("write", f"Changed the {wanted.kind}", id=intent.target, source=wanted.source)
        kept = replace(intent, content=wanted.content)
        await desk.kept(desk.state.save_intent, kept, job.take_entries())
    return intent.target


async def _found(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> str | None:
    """Look for what an earlier call may have made, once its answer must show it."""
    age = _NEVER if intent.at is None else utc_now() - intent.at
    if age < desk.settings.search_lag:
        raise NotYet(desk.settings.search_lag - age)
    job.tell(
        "decision", f"Looking for the {wanted.kind} that may have been made", tries=intent.tries
    )
    return await wanted.look()


async def _made(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> str:
    begun = replace(intent, tries=intent.tries + 1)
    await _save(desk, job, wanted, begun)
    await job.run.check()
    try:
        found = await wanted.create()
    except Exception as error:
        if not may_have_happened(error) and not intent.tries:
            await desk.kept(desk.state.drop_intent, begun)
        raise
    job.wrote()
    job.tell("write", f"Made the {wanted.kind}", id=found, source=wanted.source)
    return found
