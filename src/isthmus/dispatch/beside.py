"""What a link was made from beside its own record: noted, so that a change of it is news."""

import json
from collections.abc import Iterable
from typing import Final

from isthmus.dispatch.desk import Desk, Job, body_of
from isthmus.state.dispatch import Arrival, Reference

_READ: Final = "read:"
_CHANGED: Final = "changed"


def news_for(one: Reference, entity: str, mark: str) -> Arrival:
    """Return the message that a record changed which a link was made from."""
    generation = "" if one.updated_at is None else one.updated_at.isoformat()
    said = f"{one.link_id}<{generation}>{entity}/{one.record_id}={mark}"
    body = json.dumps({_CHANGED: [entity, one.record_id]}).encode()
    return Arrival("sweep", said, "record", one.key, body)


def recall(desk: Desk, job: Job) -> None:
    """
    Remember what was read for the link when it was last looked at.

    What a message says has changed is believed out of our short memory no longer.
    """
    job.reads.known = _known(job)
    for message in job.messages:
        told = body_of(message).get(_CHANGED) if message.source == "sweep" else None
        if isinstance(told, list) and len(told) == 2:
            desk.reader.forget(str(told[0]), int(told[1]))


async def note(desk: Desk, job: Job) -> None:
    """Note what the run read; costs nothing where that is as it was."""
    if job.reads.seen != _known(job):
        await _save(desk, job, job.reads.seen)


async def drop(desk: Desk, job: Job) -> None:
    """Let a link that is over be found by nothing any more."""
    if _known(job):
        await _save(desk, job, {})


async def _save(desk: Desk, job: Job, seen: dict[tuple[str, int], str]) -> None:
    # Before the link: after a crash between the two the next run finds them unequal again.
    await desk.kept(desk.state.references.save, job.linked.id, seen)
    kept = {name: v for name, v in job.linked.written.items() if not name.startswith(_READ)}
    job.changed(written={**kept, **dict(_spelt(seen.items()))})


def _spelt(seen: Iterable[tuple[tuple[str, int], str]]) -> Iterable[tuple[str, str]]:
    return ((f"{_READ}{entity}/{number}", mark) for (entity, number), mark in seen)


def _known(job: Job) -> dict[tuple[str, int], str]:
    found = {}
    for name, mark in job.linked.written.items():
        if name.startswith(_READ):
            entity, _, number = name.removeprefix(_READ).partition("/")
            found[entity, int(number)] = mark
    return found
