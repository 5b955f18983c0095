"""From a door to the disk: a delivery is read, kept, and only then acknowledged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.dispatch.live_keys import LiveKeys
from isthmus.dispatch.receive import (
    CALLOUT_MOST,
    WEBHOOK_MOST,
    Delivery,
    Door,
    Refusal,
    read,
)
from isthmus.state.dispatch import Arrival, Clerk, Receipt

_log = get_logger("dispatch.receive")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door answers: a status and one short word that shows nothing of what came."""

    status: int
    word: str


KEPT: Final = Answer(200, "kept")
LATER: Final = Answer(503, "later")
TOO_LONG: Final = Answer(413, "long")


class Reception:
    """
    Takes deliveries from the doors, in one event loop.

    Args: told: called after something new was kept that is to be handed on; it must not block.
    """

    def __init__(
        self, clerk: Clerk, keys: LiveKeys, told: Callable[[], None] = lambda: None
    ) -> None:
        self._clerk = clerk
        self._keys = keys
        self._told = told

    @property
    def is_well(self) -> bool:
        """Tell whether a delivery would be kept now."""
        return self._clerk.is_well

    def most(self, door: Door) -> int:
        """Return how long a body may be, in bytes."""
        return CALLOUT_MOST if door is Door.CALLOUT else WEBHOOK_MOST

    def too_long(self, door: Door) -> Answer:
        """Return the answer to a body that is longer: a vendor is never told that it is wrong."""
        _log.warning("too_long", door=door.value, most=self.most(door))
        return TOO_LONG if door is Door.CALLOUT else LATER

    async def take(self, delivery: Delivery) -> Answer:
        """Return the answer once all is done; 200 only when it is on disk. Never raises."""
        try:
            found = await self._read(delivery)
            if isinstance(found, Refusal):
                _log.info("refused", door=delivery.door.value, word=found.word)
                return Answer(found.status, found.word)
            receipt = await self._clerk.keep(found)
        except IsthmusError as error:
            _log.warning("not_kept", door=delivery.door.value, what=error.what)
            return LATER
        except Exception as error:  # noqa: BLE001 - whatever it is, the vendor is to come again
            _log.error("not_kept", door=delivery.door.value, kind=type(error).__name__)
            return LATER
        self._tell(found, receipt)
        return KEPT

    async def _read(self, delivery: Delivery) -> Arrival | Refusal:
        """Read it; what the keys at hand keep out is held against the very latest."""
        found = read(delivery, await self._keys.current())
        if isinstance(found, Refusal) and found.may_be_stale:
            return read(delivery, await self._keys.fresh())
        return found

    def _tell(self, arrival: Arrival, receipt: Receipt) -> None:
        _log.info(
            "received",
            source=arrival.source,
            what=arrival.event,
            subject=arrival.subject,
            number=receipt.number,
            is_echo=arrival.is_echo,
            is_broken=arrival.is_broken,
            missed=receipt.missed,
        )
        if receipt.missed or (receipt.is_new and not arrival.is_echo):
            self._told()
