"""Looks after the webhooks that were installed: one that a vendor disabled is active again."""

import asyncio
from datetime import timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.log import get_logger
from isthmus.engine import Again, Done, Outcome, Run
from isthmus.state import KeyWrong
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.hooks import open_hooks
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.dispatch.stores import Stores

KIND: Final = "hooks"
EVERY: Final = timedelta(hours=1)
LOOKED: Final = "hooks looked at"
"""The mark that says when the webhooks were last looked at."""
_FOR_ANOTHER: Final = timedelta(minutes=1)
_log = get_logger("hooks")


class Attend:
    """
    The handler that looks after webhooks, once there are any.

    Of several processes only one that knows their address and secrets can: to another they would
    look wrong, and two would undo each other's work. What a webhook did not tell meanwhile is
    found by the sweeps.
    """

    def __init__(self, house: House, stores: Stores) -> None:
        self._house = house
        self._stores = stores

    @property
    def is_able(self) -> bool:
        """Tell whether this process knows where the vendors are to call."""
        return self._house.config.public_url is not None

    async def __call__(self, run: Run) -> Outcome:
        """Mend what is not as it ought to be. Raises: what the vendors' clients raise."""
        try:
            if not self.is_able or not hook_secrets(self._house, self._stores).names():
                return Done()
        except KeyWrong as error:
            _log.warning("hooks_not_looked_at", what=error.what, remedy=error.remedy)
            return Again(_FOR_ANOTHER) if self._stores.is_shared else Done()
        async with open_hooks(self._house, self._stores) as hooks:
            troubled = [one for one in await hooks.standing() if one.is_there and not one.is_well]
            await asyncio.to_thread(self._stores.state.save_mark, LOOKED, utc_now().isoformat())
            if not troubled:
                return Done()
            names = [one.name for one in troubled]
            _log.warning("hooks_mended", names=names, why=[one.troubles for one in troubled])
            for plan in await hooks.install():
                if plan.error is not None:
                    raise plan.error
        return Done()
