"""Looking at a record around a write: as it is before, and whether it shows as asked after."""

import random
from collections.abc import Awaitable, Callable
from typing import Final

from isthmus.autotask.calls.caller import impatient
from isthmus.autotask.errors import NothingThere
from isthmus.autotask.port import Difference, Record
from isthmus.autotask.settings import WriteSettings
from isthmus.base import clock
from isthmus.base.errors import IsthmusError

_INVISIBLE: Final = (
    "written, but it does not show: it may take longer, or this API user may not see it"
)


class Look:
    """
    Looks at records by `fetch`, again for what may be too new to show.

    Source: a new row can be invisible for a moment, by null or 404 (observed).
    """

    def __init__(
        self, fetch: Callable[[str, int], Awaitable[Record | None]], settings: WriteSettings
    ) -> None:
        self._fetch = fetch
        self._settings = settings

    async def current(self, entity: str, record_id: int) -> Record:
        """
        Return a record as it is, looking again for one that may be too new to show.

        Raises: NothingThere.
        """
        for turn in range(self._settings.read_back_tries):
            if turn:
                await self._wait(turn)
            found = await self._fetch(entity, record_id)
            if found is not None:
                return found
        raise NothingThere(
            f"{entity} has no record {record_id}",
            where=f"{entity}/{record_id}",
            remedy="It is gone, or the API user may not see it.",
        )

    async def after(
        self,
        entity: str,
        record_id: int,
        compare: Callable[[Record], tuple[tuple[Difference, ...], bool]],
    ) -> tuple[Difference, ...]:
        """
        Look at a record just written until it shows as asked, or surely otherwise.

        Args: compare: returns what differs, and whether another look can change nothing.
        Never raises what reading raises, nor waits for the hour's limit: the write itself has
        succeeded, and whoever asked for it is to learn its id.
        """
        told: tuple[Difference, ...] = ()
        found: Record | None = None
        for turn in range(self._settings.read_back_tries):
            if turn:
                await self._wait(turn)
            try:
                with impatient():
                    found = await self._fetch(entity, record_id)
            except IsthmusError as error:
                return (_unseen(record_id, f"written, but not read back: {error.what}"),)
            if found is None:
                continue
            told, settled = compare(found)
            if settled or not told:
                return told
        return told if found is not None else (_unseen(record_id, _INVISIBLE),)

    async def _wait(self, turn: int) -> None:
        waits = self._settings.read_back_waits
        spread = random.uniform(0, waits.jitter)  # noqa: S311 - spreads load, no secret
        await clock.sleep(min(waits.first * 2 ** (turn - 1), waits.longest) + spread)


def _unseen(record_id: int, why: str) -> Difference:
    return Difference("id", record_id, None, why)
