"""
What is created on the other side is created once, whatever breaks.

The intent is on disk before the call. After a crash or a lost answer later runs look twice for what
may be there, with a wait before each look; what is there is adopted, and only else is it created. A
refusal is known to have had no effect; of what is apart from all else, see `refused`.

Whoever holds the work may save, and nobody else: a process that stood still while another went on
finds that out in the very transaction. Only what it has made meanwhile it still says.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, Permanent, Retryable
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import may_have_happened
from isthmus.dispatch.refused import is_for_good, is_settled, letter_in, letter_of, told_in
from isthmus.engine import RunTaken
from isthmus.state.dispatch import DONE, GIVEN_UP, INTENDED, Intent

_NEVER: Final = timedelta(0)
_LOOKS: Final = 2
"""So often it is looked for before it is made again: the vendors' search lags behind."""


class NotYet(Retryable):
    """
    It is too early to look; `after` says how much longer. Not a failure.

    `has_looked`: the other side was asked and answered, so it is not out.
    """

    def __init__(self, after: timedelta, *, has_looked: bool = False) -> None:
        super().__init__("The other side may not show yet what it was asked to make")
        self.after = after
        self.has_looked = has_looked


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Something that is to be on the other side once.

    `kind` and `source` say what it stands for. `look` searches for it by `marker` and returns its
    id; `create` makes it and returns its id, None where there is nothing to make; `update`, where
    there is one, brings what is there to the present `content`, a hash. `ties` notes its id on the
    link. `is_apart`: nothing else depends on it, so that it alone is given up when it is refused;
    `name` is what a person calls it.
    """

    kind: str
    source: str
    marker: str
    content: str
    create: Callable[[], Awaitable[str | None]] = field(repr=False)
    look: Callable[[], Awaitable[str | None]] = field(repr=False)
    update: Callable[[str], Awaitable[None]] | None = field(default=None, repr=False)
    ties: Callable[[str], None] | None = field(default=None, repr=False)
    is_apart: bool = False
    name: str = ""


async def once(desk: Desk, job: Job, wanted: Wanted) -> str:
    """
    See to it that something is there once; return its id on the other side, "" if it is given up.

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
    if not intent.marker:  # it was given up before anybody knew how it would be marked
        intent = replace(intent, marker=wanted.marker)
    if intent.state == GIVEN_UP and is_settled(job, intent.content, wanted.content):
        return ""
    found = await _found(desk, job, wanted, intent) if intent.tries else None
    if found is None:
        try:
            found = await _made(desk, job, wanted, intent)
        except Permanent as error:
            if not (wanted.is_apart and is_for_good(error)):
                raise
            given_up = replace(intent, state=GIVEN_UP, looks=_LOOKS)
            await _leave(desk, job, given_up, error, content=wanted.content, name=wanted.name)
            return ""
    else:
        job.tell("decision", f"Adopted the {wanted.kind} that was there already", id=found)
    done = replace(intent, state=DONE, target=found, content=wanted.content, tries=intent.tries + 1)
    await _save_done(desk, job, wanted, done, letter_in(intent.content))
    return found


async def give_up(
    desk: Desk, job: Job, stands_for: tuple[str, str], content: str, error: IsthmusError
) -> None:
    """
    Give one thing up that cannot even be sent, unless it was for the same reason before.

    Args: stands_for: its kind and source. content: a hash of what it was to be made of.
    """
    kind, source = stands_for
    kept = await desk.kept(desk.state.intent, job.linked.id, kind, source)
    intent = kept or Intent(job.linked.id, kind, source, "")
    if is_settled(job, intent.content, content):
        return
    if intent.state != DONE:
        intent = replace(intent, state=GIVEN_UP, looks=_LOOKS)
    await _leave(desk, job, intent, error, content=content)


async def _save_done(desk: Desk, job: Job, wanted: Wanted, done: Intent, settles: str) -> None:
    """Save what is there now; what this process made it says even if its run was taken over."""
    told = tuple(job.entries)
    if wanted.ties is not None:
        wanted.ties(done.target)
    try:
        await _save(desk, job, wanted, done, settles)
    except RunTaken:
        await desk.kept(desk.state.save_intent, done, told)
        raise


async def _save(desk: Desk, job: Job, wanted: Wanted, intent: Intent, settles: str = "") -> None:
    """
    Save an intent with the lines of the trail, and with the link where it is tied by it.

    Raises: RunTaken, DoneMeanwhile, MadeTwice.
    """
    entries, confirm = job.take_entries(), job.run.confirm
    if wanted.ties is None:
        await desk.kept(desk.state.save_intent, intent, entries, confirm, settles=settles)
    else:
        job.link = await desk.kept(
            desk.state.save_link, job.linked, done=(intent,), entries=entries,
            instead_of=job.instead_of, then=confirm,
        )  # fmt: skip


async def _kept_up(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> str:
    """Bring what is there to its present content, where it can be changed at all."""
    if intent.content == wanted.content or wanted.update is None:
        return intent.target
    if is_settled(job, intent.content, wanted.content):
        return intent.target
    try:
        await wanted.update(intent.target)
    except Permanent as error:
        if not (wanted.is_apart and is_for_good(error)):
            raise
        await _leave(desk, job, intent, error, content=wanted.content, name=wanted.name)
    else:
        job.wrote()
        job.tell("write", f"Changed the {wanted.kind}", id=intent.target, source=wanted.source)
        kept = replace(intent, content=wanted.content)
        await _save(desk, job, wanted, kept, letter_in(intent.content))
    return intent.target


async def _leave(
    desk: Desk, job: Job, intent: Intent, error: IsthmusError, *, content: str, name: str = ""
) -> None:
    """Leave one thing as it is, and say so in a letter of its own."""
    letter = await letter_of(desk, job, intent, name, error)
    kept = replace(intent, content=told_in(letter.id, content))
    entries, confirm = job.take_entries(), job.run.confirm
    await desk.kept(desk.state.save_intent, kept, entries, confirm, letter=letter)


async def _found(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> str | None:
    """
    Look for what an earlier call may have made; None: it is nowhere, however often looked for.

    Raises: NotYet: it may not show yet, or is to be looked for once more.
    """
    age = _NEVER if intent.at is None else utc_now() - intent.at
    if age < desk.settings.search_lag:
        raise NotYet(desk.settings.search_lag - age)
    job.tell(
        "decision", f"Looking for the {wanted.kind} that may have been made", tries=intent.tries
    )
    found = await wanted.look()
    looks = intent.looks + 1
    if found is None and looks < _LOOKS:
        await _save(desk, job, wanted, replace(intent, looks=looks))
        raise NotYet(desk.settings.search_lag, has_looked=True)
    return found


async def _take_back(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> None:
    """Leave the intent as it was before a call that had no effect; an earlier one may have had."""
    if intent.tries or intent.state == GIVEN_UP:
        await _save(desk, job, wanted, replace(intent, looks=_LOOKS))
    else:
        await desk.kept(desk.state.drop_intent, intent, job.run.confirm)


async def _made(desk: Desk, job: Job, wanted: Wanted, intent: Intent) -> str:
    """
    Make it, the intent saved first.

    That this run still holds the work is asked for once more when the call is sent (`fenced`).
    """
    begun = replace(intent, state=INTENDED, tries=intent.tries + 1, looks=0)
    await _save(desk, job, wanted, begun)
    try:
        found = await wanted.create()
    except Exception as error:
        if not may_have_happened(error):
            await _take_back(desk, job, wanted, intent)
        raise
    if found is None:
        job.tell("decision", f"There is no {wanted.kind} to make", source=wanted.source)
        return ""
    job.wrote()
    job.tell("write", f"Made the {wanted.kind}", id=found, source=wanted.source)
    return found
