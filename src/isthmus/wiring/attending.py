"""Looks after the webhooks that were installed: one that a vendor disabled is active again."""

from datetime import timedelta
from typing import Final

from isthmus.base.log import get_logger
from isthmus.dispatch.hooks import HookSecrets
from isthmus.engine import Done, Outcome, Run
from isthmus.wiring.build import House
from isthmus.wiring.dispatch import Stores
from isthmus.wiring.hooks import open_hooks

KIND: Final = "hooks"
EVERY: Final = timedelta(hours=1)
_log = get_logger("hooks")


class Attend:
    """
    The handler that looks after webhooks, once there are any.

    What a webhook did not tell meanwhile is found by the sweeps.
    """

    def __init__(self, house: House, stores: Stores) -> None:
        self._house = house
        self._stores = stores

    async def __call__(self, run: Run) -> Outcome:
        """Mend what is not as it ought to be. Raises: what the vendors' clients raise."""
        if self._house.config.public_url is None or not HookSecrets(self._house.state).names():
            return Done()
        async with open_hooks(self._house, self._stores) as hooks:
            troubled = [one for one in await hooks.standing() if one.is_there and not one.is_well]
            if not troubled:
                return Done()
            names = [one.name for one in troubled]
            _log.warning("hooks_mended", names=names, why=[one.troubles for one in troubled])
            for plan in await hooks.install():
                if plan.error is not None:
                    raise plan.error
        return Done()
