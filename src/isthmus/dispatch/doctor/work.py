"""Whether somebody works here, and what waits for a person."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isthmus.base.clock import sleep, utc_now
from isthmus.dispatch.doctor.findings import WORK, Finding, ok, warning, wrong
from isthmus.dispatch.hooks.secrets import HookSecrets
from isthmus.dispatch.queries import standing
from isthmus.engine import Agenda
from isthmus.engine.database import file_of
from isthmus.engine.roll import Sign, is_proven_dead
from isthmus.state import KeyWrong
from isthmus.state.dispatch import PARKED, DispatchState, Inbox

SERVE: Final = "isthmus serve, best as a service that starts by itself."
_HAND_ON: Final = timedelta(minutes=1)
_SLACK: Final = timedelta(minutes=2)
_TURNS: Final = 3
BEAT: Final = timedelta(seconds=6)
"""A worker shows a sign of life every five seconds, as `engine.Settings` has it."""


@dataclass(frozen=True, slots=True)
class Works:
    """What is looked at. `sweep` lies between two sweeps; `beat` is how long life is looked for."""

    state: DispatchState
    inbox: Inbox
    agenda: Agenda
    secrets: HookSecrets
    sweep: timedelta
    beat: timedelta = BEAT


async def look_at_work(works: Works) -> AsyncIterator[Finding]:
    """Yield whether a worker lives, sweeps are recent, and nothing waits for a person."""
    alive = await count_alive(works.agenda, works.beat)
    if alive:
        yield ok(WORK, "workers", f"{alive} at work")
    else:
        yield wrong(WORK, "workers", "no process works on dispatch", f"Start one: {SERVE}")
    now = utc_now()
    found = await asyncio.to_thread(standing, works.state, works.inbox, works.agenda)
    for side, name in (("autotask", "Autotask"), ("fieldnation", "Field Nation")):
        yield _sweep(name, found.swept.get(side), works.sweep, now)
    oldest = await asyncio.to_thread(works.inbox.oldest_unrelayed)
    if oldest is not None and now - oldest > _HAND_ON:
        what = f"{found.unrelayed:,} messages wait to be handed on, since {_clock(oldest)}"
        yield wrong(WORK, "inbox", what, f"A running process does it: {SERVE}")
    else:
        yield ok(WORK, "inbox", "everything that came was handed on")
    yield _letters(found.dead_letters)
    parked = found.links.get(PARKED, 0)
    if parked:
        yield warning(
            WORK, "parked links", f"{parked:,}", "isthmus dispatch links shows why; then resume."
        )
    yield await asyncio.to_thread(_secrets, works.secrets)


def _sweep(name: str, at: datetime | None, every: timedelta, now: datetime) -> Finding:
    subject = f"asking {name} for changes"
    if at is None:
        return warning(WORK, subject, "never yet", f"A running process does it: {SERVE}")
    if now - at > _TURNS * every + _SLACK:
        what = f"the last was at {_clock(at)}, and one is due every {_span(every)}"
        remedy = "If a worker is at work, isthmus deadletters and its log say what stops it."
        return wrong(WORK, subject, what, f"{remedy} Else start one: {SERVE}")
    return ok(WORK, subject, f"the last was at {_clock(at)}")


def _letters(count: int) -> Finding:
    if not count:
        return ok(WORK, "dead letters", "none")
    told = "1 waits" if count == 1 else f"{count:,} wait"
    return wrong(
        WORK, "dead letters", f"{told} for a person",
        "isthmus deadletters shows each with its remedy; then isthmus deadletters replay.",
    )  # fmt: skip


def _secrets(secrets: HookSecrets) -> Finding:
    try:
        found = [secrets.standing(name) for name in secrets.names()]
    except KeyWrong as error:
        again = (
            "Where that key is gone for good, make the webhooks anew: isthmus webhooks remove"
            " --callout, then isthmus webhooks install."
        )
        return wrong(WORK, "secrets", error.what, f"{error.remedy}. {again}")
    if not found:
        return ok(WORK, "secrets", "none are kept for webhooks yet")
    return ok(WORK, "secrets", "those of webhooks can be unlocked")


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _span(every: timedelta) -> str:
    seconds = int(every.total_seconds())
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


async def count_alive(agenda: Agenda, beat: timedelta) -> int:
    """
    Return how many workers live. One that was killed stays on the roll until another notices.

    Beside a file the lock of a worker tells at once. On PostgreSQL its beats must be seen to move.
    """
    before = await asyncio.to_thread(agenda.signs)
    there = [sign for sign in before if not sign.gone]
    file = file_of(agenda.engine)
    if not there or file is not None:
        return sum(1 for sign in there if not is_proven_dead(file, sign.worker))
    moved: set[str] = set()
    for _ in range(_LOOKS):
        await sleep(beat.total_seconds() / _LOOKS)
        moved |= _moved(there, await asyncio.to_thread(agenda.signs))
        if len(moved) == len(there):
            break
    return len(moved)


_LOOKS: Final = 6


def _moved(before: Sequence[Sign], after: Sequence[Sign]) -> set[str]:
    beats = {sign.worker: sign.beats for sign in before}
    return {sign.worker for sign in after if beats.get(sign.worker, sign.beats) != sign.beats}
