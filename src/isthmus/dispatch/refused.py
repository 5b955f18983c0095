"""
A thing that is refused for good, or cannot even be sent: it alone is given up.

A dead letter says so.

Its intent's `content` is then `<letter> <hash>`: which letter tells of it, and what was refused.
It is tried again when that letter is replayed, or when what is to be written has changed.
"""

from typing import Final

from isthmus import autotask, fieldnation
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, Permanent
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.dispatch.desk import Desk, Job, body_of
from isthmus.dispatch.faults import (
    REFUSED,
    TITLES,
    VALIDATION,
    kind_of,
    may_have_happened,
    vendor_of,
)
from isthmus.state.dispatch import DeadLetter, Intent

AGAIN: Final = "again"
"""In a message of a person: the ids of the letters whose things are to be tried again."""
_OF_ALL: Final = (autotask.WrongAddress, fieldnation.WrongAddress)
_REMEDY: Final = (
    "Everything else goes on. Put it there by hand and dismiss this; or mend what is refused and"
    " replay this: it is tried again."
)
_log = get_logger("dispatch")


def is_for_good(error: Exception) -> bool:
    """Tell whether a vendor refused what it was given, and surely did nothing."""
    return (
        isinstance(error, Permanent)
        and not isinstance(error, _OF_ALL)
        and bool(vendor_of(error))
        and kind_of(error) == VALIDATION
        and not may_have_happened(error)
    )


def letter_in(content: str) -> str:
    """Return the id of the letter that tells of a refusal; "" where nothing was refused."""
    letter, space, _ = content.partition(" ")
    return letter if space else ""


def told_in(letter: str, content: str) -> str:
    """Return what an intent keeps of a refused content."""
    return f"{letter} {content}"


def asked_again(job: Job) -> frozenset[str]:
    """Return the letters whose things a person wants tried again."""
    found: set[str] = set()
    for message in job.messages:
        told = body_of(message).get(AGAIN) if message.source == "person" else None
        found.update(str(one) for one in (told if isinstance(told, list) else ()))
    return frozenset(found)


def is_settled(job: Job, kept: str, content: str) -> bool:
    """Tell whether a refusal stands: it is the same that was refused, and nobody asks again."""
    letter = letter_in(kept)
    is_same = kept == told_in(letter, content)
    return bool(letter) and is_same and letter not in asked_again(job)


async def sources_again(desk: Desk, job: Job, *kinds: str) -> frozenset[str]:
    """Return what those things stand for that a person wants tried again."""
    asked = asked_again(job)
    if not asked:
        return frozenset()
    found = await desk.kept(desk.state.intents, job.linked.id, kinds)
    return frozenset(one.source for one in found if letter_in(one.content) in asked)


async def letter_of(
    desk: Desk, job: Job, intent: Intent, name: str, error: IsthmusError
) -> DeadLetter:
    """Return the letter about a refusal, with the id of an earlier one that is still open."""
    earlier = letter_in(intent.content)
    kept = await desk.kept(desk.state.dead_letter, earlier) if earlier else None
    is_open = kept is not None and kept.state == "open"
    named = name or f"the {intent.kind} {intent.source}"
    vendor = TITLES.get(vendor_of(error))
    fate = f"{vendor} does not take {named}" if vendor else f"Not carried over: {named}"
    letter = DeadLetter(
        id=earlier if is_open else f"dl-{new_ordered_id()}",
        key=job.key,
        kind=REFUSED,
        what=f"{fate}: {error.what}",
        where=error.where,
        remedy=f"{error.remedy} {_REMEDY}".strip(),
        at=utc_now(),
        link_id=job.linked.id,
        record_number=job.linked.record_number,
    )
    job.tell("error", letter.what, where=letter.where, remedy=letter.remedy, sort=letter.kind)
    _log.warning("dead_letter", letter=letter.id, kind=letter.kind, what=letter.what)
    return letter
