"""Looks now and then for what people must be told of, and tells each thing once."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Final

from isthmus.alerts import Channels
from isthmus.base.clock import utc_now
from isthmus.base.log import get_logger
from isthmus.base.redaction import redact
from isthmus.dispatch.rules.alarm import Watched, Wrong, decide_alarm
from isthmus.engine import Done, Outcome, Run
from isthmus.state.dispatch import DispatchState, Inbox

KIND: Final = "alert"
EVERY: Final = timedelta(seconds=60)
_TOLD: Final = "alerts told"
_MOST_TOLD: Final = 2_000
_log = get_logger("dispatch.alert")


class Alert:
    """
    The handler of alerts.

    `silence`: how long a side may go unswept, and a message unhandled, before that is told.
    """

    def __init__(
        self, state: DispatchState, inbox: Inbox, channels: Channels, silence: timedelta
    ) -> None:
        self._state = state
        self._inbox = inbox
        self._channels = channels
        self._silence = silence

    async def __call__(self, run: Run) -> Outcome:
        """Tell what was not told yet. Raises: AlertNotSent: it is tried again."""
        seen, told = await asyncio.to_thread(self._look)
        alarm = decide_alarm(seen, frozenset(told), utc_now(), self._silence)
        if alarm is None:
            return Done()
        await self._channels.send(alarm.title, redact(alarm.text))
        kept = (*told, *alarm.about)[-_MOST_TOLD:]
        await asyncio.to_thread(self._state.save_mark, _TOLD, json.dumps(kept))
        _log.info("alerted", things=len(alarm.about))
        return Done()

    def _look(self) -> tuple[Watched, list[str]]:
        swept = {side: self._state.mark(f"swept/{side}") for side in ("autotask", "fieldnation")}
        seen = Watched(
            wrong=[
                Wrong(one.id, one.record_number or one.key, one.kind, one.what, one.remedy, one.at)
                for one in self._state.dead_letters(limit=500)
            ],
            swept={s: datetime.fromisoformat(at) if at else None for s, at in swept.items()},
            unrelayed_since=self._inbox.oldest_unrelayed(),
        )
        told: list[str] = json.loads(self._state.mark(_TOLD) or "[]")
        return seen, told
