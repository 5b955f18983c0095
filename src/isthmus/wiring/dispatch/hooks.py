"""Joins what webhooks are made with; and says plainly what is missing for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from isthmus.dispatch.hooks import Hooks, Site
from isthmus.dispatch.library import Library
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.vendors.clients import fieldnation_client, rest_records


def public_url_of(house: House) -> str:
    """Return where others reach us. Raises: SettingWrong: nobody said so."""
    url = house.config.public_url
    if url is None:
        raise SettingWrong(
            "Webhooks need an address under which the vendors reach Isthmus, and none is set.",
            where="environment variable ISTHMUS_PUBLIC_URL",
            remedy="Set it to the https address of your proxy, like https://isthmus.example.com."
            " Without webhooks dispatch works too: isthmus serve finds every change by polling,"
            " within ISTHMUS_SWEEP_S.",
        )
    return url


@asynccontextmanager
async def open_hooks(house: House, stores: Stores) -> AsyncIterator[Hooks]:
    """
    Give what makes and watches the webhooks of this home; both clients are open meanwhile.

    Raises: SettingWrong: no public address. NotConnected: one of the two vendors is not known.
    """
    url = public_url_of(house)
    connection, field = house.connection(), house.fieldnation_connection()
    async with (
        rest_records(house.config, connection, patient=False) as records,
        fieldnation_client(house.config, field, patient=False) as orders,
    ):
        yield Hooks(
            Site(
                records=records,
                orders=orders,
                secrets=hook_secrets(house, stores),
                state=stores.state,
                inbox=stores.inbox,
                library=Library(stores.definitions),
                public_url=url,
                autotask_login=connection.username,
                fieldnation_login=field.username,
            )
        )
