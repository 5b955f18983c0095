"""Finds out whom our calls act as, and goes on looking until it is known."""

import asyncio
from datetime import timedelta
from typing import Final

from isthmus.autotask.spending import Priority, spending
from isthmus.base.clock import sleep
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.identity import Own, load_own, own_resource, own_user, save_own
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.doors import logins
from isthmus.wiring.dispatch.stores import Stores

_FIRST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(hours=1)
_log = get_logger("worker")


async def find_own(house: House, stores: Stores, desk: Desk) -> bool:
    """
    Find out whom our calls act as, so that our own writes coming back are told as such.

    Returns: whether both are known now.
    """
    resource_of, user_of = logins(house)
    own = await asyncio.to_thread(load_own, stores.state, resource_of, user_of)
    resource, user = own.resource, own.user
    with spending(Priority.SWEEP):
        try:
            resource = resource or await own_resource(desk.records, resource_of)
        except IsthmusError as error:  # an outage must not keep the work from beginning
            _log.warning("own_resource_not_found", what=error.what)
        try:
            user = user or await own_user(desk.orders, user_of)
        except IsthmusError as error:
            _log.warning("own_user_not_found", what=error.what)
    await asyncio.to_thread(save_own, stores.state, Own(resource, user), resource_of, user_of)
    return resource is not None and user is not None


async def seek_own(house: House, stores: Stores, desk: Desk, pause: timedelta = _FIRST) -> None:
    """Look again until it is known: after an outage soon, later once an hour."""
    while True:
        await sleep(pause.total_seconds())
        pause = min(2 * pause, _LONGEST)
        try:
            if await find_own(house, stores, desk):
                return
        except IsthmusError as error:  # the state, too, may be away for a while
            _log.warning("own_ids_not_sought", what=error.what)
