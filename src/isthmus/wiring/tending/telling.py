"""Tells people what needs them, by the channels that are set at the time."""

import asyncio
from datetime import timedelta
from typing import Final

from isthmus.dispatch.alert import Alert
from isthmus.engine import Again, Done, Outcome, Run
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.tending.preferences import Preferences

_FOR_ANOTHER: Final = timedelta(minutes=1)
_SWEEPS_MISSED: Final = 3
_LEAST_SILENCE: Final = timedelta(minutes=10)


class Tell:
    """The handler of alerts: tells people by the channels that are set now."""

    def __init__(self, stores: Stores, preferences: Preferences) -> None:
        self._stores = stores
        self._preferences = preferences

    async def __call__(self, run: Run) -> Outcome:
        """Tell what was not told yet. Raises: AlertNotSent: it is tried again."""
        config = await asyncio.to_thread(self._preferences.in_force)
        if not config.alerts.are_set:  # the environment of another process may name some
            return Again(_FOR_ANOTHER) if self._stores.is_shared else Done()
        silence = max(_LEAST_SILENCE, _SWEEPS_MISSED * config.sweep)
        stores, note = self._stores, self._preferences.note_tried
        return await Alert(stores.state, stores.inbox, config.alerts, silence, note)(run)
