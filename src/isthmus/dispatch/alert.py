"""Looks now and then for what people must be told of, and tells each thing once."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isthmus.alerts import Channels, Tried, insist
from isthmus.base.clock import utc_now
from isthmus.base.ids import least_ordered_id
from isthmus.base.log import get_logger
from isthmus.base.redaction import redact
from isthmus.dispatch.rules.alarm import Watched, Wrong, decide_alarm
from isthmus.engine import Done, Outcome, Run
from isthmus.state.dispatch import DeadLetter, DispatchState, Inbox

KIND: Final = "alert"
SWEEPS_BEGUN: Final = "sweeps begun"
"""The mark that says since when both sides are to be swept."""
EVERY: Final = timedelta(seconds=60)
_TOLD: Final = "alerts told"
_LETTER: Final = "dl-"
_MOST_SILENCES: Final = 100
_LATE: Final = timedelta(minutes=10)
_log = get_logger("dispatch.alert")


class Alert:
    """
    The handler of alerts.

    `silence`: how long a side may go unswept, and a message unhandled, before that is told.
    `note` hears, in a thread, what came of it by each channel.
    """

    def __init__(
        self,
        state: DispatchState,
        inbox: Inbox,
        channels: Channels,
        silence: timedelta,
        note: Callable[[Tried], None] = lambda _: None,
    ) -> None:
        self._state = state
        self._inbox = inbox
        self._channels = channels
        self._silence = silence
        self._note = note

    async def __call__(self, run: Run) -> Outcome:
        """Tell what was not told yet. Raises: AlertNotSent: it is tried again."""
        now = utc_now()
        told = await asyncio.to_thread(self._told)
        seen = await asyncio.to_thread(self._look, told)
        alarm = decide_alarm(seen, told.names, now, self._silence)
        if alarm is None:
            return Done()
        tried = await self._channels.send(alarm.title, redact(alarm.text))
        try:
            insist(tried)
            kept = told.with_more(alarm.about, now - _LATE)
            await asyncio.to_thread(self._state.save_mark, _TOLD, kept.as_text())
            _log.info("alerted", things=len(alarm.about))
        finally:  # what people heard is marked first: they must not hear it twice
            await asyncio.to_thread(self._note, tried)
        return Done()

    def _told(self) -> "Told":
        return read_told(self._state.mark(_TOLD) or "")

    def _look(self, told: "Told") -> Watched:
        swept = {side: self._state.mark(f"swept/{side}") for side in ("autotask", "fieldnation")}
        begun = self._state.mark(SWEEPS_BEGUN)
        return Watched(
            wrong=[
                Wrong(one.id, one.record_number or one.key, one.kind, one.what, one.remedy, one.at)
                for one in self._letters(told.since)
            ],
            swept={s: datetime.fromisoformat(at) if at else None for s, at in swept.items()},
            unrelayed_since=self._inbox.oldest_unrelayed(),
            begun=datetime.fromisoformat(begun) if begun else None,
        )

    def _letters(self, since: str) -> Iterator[DeadLetter]:
        while letters := self._state.dead_letters_after(since):
            yield from letters
            since = letters[-1].id


@dataclass(frozen=True, slots=True)
class Told:
    """
    What was told: dead letters up to the id `since`, and beyond it what `names` holds.

    A letter may come into view a while after one with a higher id, so the last minutes are kept
    by name.
    """

    since: str = ""
    names: frozenset[str] = frozenset()

    def with_more(self, about: Sequence[str], at: datetime) -> "Told":
        """Return this with what was told now; letters made before `at` need no names any more."""
        since = max(self.since, f"{_LETTER}{least_ordered_id(at)}")
        letters = {one for one in (*self.names, *about) if one.startswith(_LETTER) and one > since}
        silences = [one for one in about if not one.startswith(_LETTER)]
        earlier = sorted(one for one in self.names if not one.startswith(_LETTER))
        return Told(since, frozenset({*letters, *earlier[-_MOST_SILENCES:], *silences}))

    def as_text(self) -> str:
        """Return it as it is kept."""
        return json.dumps({"since": self.since, "names": sorted(self.names)})


def read_told(text: str) -> Told:
    """Read what is kept; an earlier Isthmus kept names alone."""
    kept = json.loads(text) if text else []
    if isinstance(kept, list):
        return Told("", frozenset(kept))
    return Told(kept["since"], frozenset(kept["names"]))
