"""The secrets that count now, although another process changes them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from isthmus.base.clock import monotonic, sleep
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.dispatch.receive import Keys

_GATHER_SECONDS: Final = 0.05
_log = get_logger("dispatch.receive")


class LiveKeys:
    """
    Keeps the keys at hand for one event loop, and loads them anew in a thread.

    Args: load: reads them from where they are kept; it blocks. good_for: how long what was loaded
    counts unasked, so that a secret that was withdrawn counts at most so much longer.
    """

    def __init__(
        self, load: Callable[[], Keys], good_for: timedelta = timedelta(seconds=30)
    ) -> None:
        self._load = load
        self._good_for = good_for.total_seconds()
        self._keys: Keys | None = None
        self._loaded_at = 0.0
        self._coming: asyncio.Task[Keys] | None = None

    async def current(self) -> Keys:
        """
        Return the keys, loaded not long ago.

        Where they cannot be loaded again, those at hand go on to count. Raises: what loading
        raises, where there are none.
        """
        if self._keys is not None and monotonic() - self._loaded_at < self._good_for:
            return self._keys
        try:
            return await self.fresh()
        except IsthmusError as error:
            if self._keys is None:
                raise
            _log.warning("keys_not_loaded", what=error.what)
            return self._keys

    async def fresh(self) -> Keys:
        """
        Return the keys as they are now: loading begins after this was called.

        All who ask within a moment share it, so that forgeries in number cost few.
        """
        if self._coming is None:
            self._coming = asyncio.create_task(self._after_a_moment())
        return await asyncio.shield(self._coming)

    async def _after_a_moment(self) -> Keys:
        if self._keys is not None:
            await sleep(_GATHER_SECONDS)
        self._coming = None  # who asks from now on gets a later one
        at = monotonic()
        keys = await asyncio.to_thread(self._load)
        if at >= self._loaded_at:
            self._keys, self._loaded_at = keys, at
        return keys
