"""Forgets what is old, once a day."""

import asyncio
from datetime import timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.log import get_logger
from isthmus.engine import Done, Outcome, Run
from isthmus.state import KeyWrong
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.people import people_of
from isthmus.wiring.tending.activity import KEPT
from isthmus.wiring.tending.preferences import KEEP, Preferences

KIND: Final = "tidy"
EVERY: Final = timedelta(days=1)
_log = get_logger("worker")


class Tidy:
    """Forgets what is older than the settings keep it."""

    def __init__(self, house: House, stores: Stores, preferences: Preferences) -> None:
        self._house = house
        self._stores = stores
        self._preferences = preferences

    async def __call__(self, run: Run) -> Outcome:
        """Remove old messages, trails of dispatch and people, runs, calls, and unused secrets."""
        keep: timedelta = await asyncio.to_thread(self._preferences.get, KEEP)
        before = utc_now() - keep
        messages = await asyncio.to_thread(self._stores.inbox.forget, before)
        lines = await asyncio.to_thread(self._stores.state.forget_entries, before)
        await asyncio.to_thread(self._house.state.forget_runs, before)
        deeds = await asyncio.to_thread(people_of(self._stores).forget, before)
        await asyncio.to_thread(self._stores.calls.forget, utc_now() - KEPT)
        dropped = await asyncio.to_thread(self._settle)
        _log.info("tidied", messages=messages, lines=lines, deeds=deeds, secrets=len(dropped))
        return Done()

    def _settle(self) -> tuple[str, ...]:
        try:
            return hook_secrets(self._house, self._stores).settle_due(utc_now())
        except KeyWrong as error:  # the doctor tells it to people
            _log.warning("secrets_not_settled", what=error.what)
            return ()
