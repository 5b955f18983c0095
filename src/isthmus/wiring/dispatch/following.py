"""Sees the work on a link through, whoever does it; and says in whose name a command is given."""

import getpass
from datetime import timedelta

from isthmus.base.clock import monotonic
from isthmus.engine import Settings
from isthmus.engine.roll import Watch
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores, is_idle_within, work_until_idle


def person_here() -> str:
    """Return the name this machine knows the person by who gives a command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "somebody"


async def see_through(
    house: House,
    stores: Stores,
    key: str,
    patience: timedelta,
    silence: timedelta = Settings().silence,  # noqa: B008 - frozen
) -> bool:
    """
    Wait until the work on a link is done; where no worker lives, do it in this process.

    Args: silence: a worker without a sign of life for so long counts as dead.
    Returns: False: it is not done after `patience`.
    Raises: NotConnected: it is to be done here, and one of the two vendors is not known.
    """
    watch = Watch(silence.total_seconds())
    end = monotonic() + patience.total_seconds()

    def lives_any() -> bool:
        signs = stores.agenda.alive()
        return len(watch.silent(signs, monotonic())) < len(signs)

    if await is_idle_within(stores, key, timedelta(0)):
        return True
    if lives_any():
        if await is_idle_within(stores, key, patience, lives_any):
            return True
        if lives_any():
            return False
    return await work_until_idle(house, stores, key, timedelta(seconds=end - monotonic()))
