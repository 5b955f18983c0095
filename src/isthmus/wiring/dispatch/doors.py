"""Joins what stands behind the public doors: the secrets that count, the clerk, the relay."""

from collections.abc import Iterator
from contextlib import contextmanager

from isthmus.dispatch.hooks.secrets import CALLOUT, FIELDNATION, PREFIX
from isthmus.dispatch.identity import load_own
from isthmus.dispatch.live_keys import LiveKeys
from isthmus.dispatch.receive import Keys
from isthmus.dispatch.reception import Reception
from isthmus.dispatch.relay import Relay
from isthmus.state.dispatch import Clerk
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.dispatch.stores import Stores

AUTOTASK = f"{PREFIX}autotask/"


@contextmanager
def open_reception(house: House, stores: Stores, relay: Relay | None) -> Iterator[Reception]:
    """
    Give what the doors bring their deliveries to, while the block lasts.

    Args: relay: of this process, told of what was kept; None where another process hands it on.
    """
    is_tied = relay is not None and stores.is_shared
    clerk = Clerk(stores.inbox, then=relay.within if relay is not None and is_tied else None)
    try:
        keys = LiveKeys(lambda: load_keys(house, stores))
        yield Reception(clerk, keys, relay.tell if relay is not None else lambda: None)
    finally:
        clerk.close()


def load_keys(house: House, stores: Stores) -> Keys:
    """Return what proves a sender, and who we are to each vendor. Blocks. Raises: KeyWrong."""
    secrets = hook_secrets(house, stores)
    own = load_own(stores.state, *logins(house))
    return Keys(
        autotask=secrets.live(AUTOTASK),
        fieldnation=secrets.live(FIELDNATION),
        callout=secrets.live(CALLOUT),
        own_resource=own.resource,
        own_user=own.user,
    )


def logins(house: House) -> tuple[str, str]:
    """Return the names by which we log in at Autotask and at Field Nation."""
    reach, field = house.reach(), house.fieldnation_reach()
    return (
        "" if reach is None else reach.username,
        "" if field is None else field.username,
    )
