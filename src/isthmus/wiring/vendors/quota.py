"""The calls of the hour, as all processes of the installation know them: no call is made for it."""

import asyncio
from datetime import datetime
from typing import Final

from isthmus.base.clock import sleep, utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.state.sync import QuotaSample, SyncState
from isthmus.wiring.environment.config import Config

__all__ = ["QuotaSample", "Sampler", "keep_quota_history", "quota_history", "quota_now"]

_EVERY_SECONDS: Final = 60.0
_log = get_logger("quota")


def quota_now(config: Config) -> QuotaSample:
    """
    Return the calls of the hour as known now. Blocks for a few milliseconds.

    Raises: StateBusy, StateBroken.
    """
    from isthmus.autotask import HOUR_NOTES, read_hour  # noqa: PLC0415 - loads the client
    from isthmus.fieldnation import RateSettings  # noqa: PLC0415
    from isthmus.fieldnation.bucket import TURN_NOTES, turns_left  # noqa: PLC0415
    from isthmus.wiring.vendors.clients import budget_of  # noqa: PLC0415

    budget = budget_of(config)
    notes, now = budget.look(HOUR_NOTES)
    hour = read_hour(notes[0][0], now) if notes else None
    field_notes, now = budget.look(TURN_NOTES)
    rate = RateSettings(per_minute=config.fieldnation_rate)
    turns = turns_left(field_notes[0][0], now, rate) if field_notes else None
    return QuotaSample(
        at=utc_now(),
        used=None if hour is None else hour.used,
        ours=None if hour is None else hour.ours,
        limit=None if hour is None else hour.limit,
        field_turns=turns,
        field_burst=None if turns is None else rate.burst,
    )


def quota_history(kept: SyncState, since: datetime, most: int = 2_000) -> tuple[QuotaSample, ...]:
    """Return the samples since then, the first first; where they are more, some evenly."""
    return kept.samples(since, most)


class Sampler:
    """Keeps a sample of the calls of the hour when something has changed, at most each minute."""

    def __init__(self, config: Config, kept: SyncState) -> None:
        self._config, self._kept = config, kept
        self._last: QuotaSample | None = None

    def __call__(self) -> None:
        """Look, and keep a sample where there is something new. Raises: StateBusy, StateBroken."""
        now = utc_now()
        if self._last is not None and (now - self._last.at).total_seconds() < _EVERY_SECONDS:
            return
        found = quota_now(self._config)
        if found.limit is None and found.field_turns is None:
            return
        before = self._kept.last_sample() if self._last is None else self._last
        self._last = found
        if before is None or _told(before) != _told(found):
            self._kept.add_sample(found)


def _told(sample: QuotaSample) -> tuple[int | None, ...]:
    return sample.used, sample.ours, sample.limit, sample.field_turns


async def keep_quota_history(config: Config, kept: SyncState) -> None:
    """Keep samples until cancelled: for a process that makes calls."""
    sampler = Sampler(config, kept)
    while True:
        try:
            await asyncio.to_thread(sampler)
        except IsthmusError as error:
            _log.warning("quota_not_sampled", what=error.what)
        await sleep(_EVERY_SECONDS)
