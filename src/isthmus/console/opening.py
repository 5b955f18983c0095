"""Opens the console of a home: what its pages work with, joined once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_urlsafe

from isthmus.console.live import Live
from isthmus.console.site import Site
from isthmus.wiring.build import House
from isthmus.wiring.dispatch import Stores
from isthmus.wiring.people import people_of, provider_of


@contextmanager
def open_site(house: House, stores: Stores, address: str = "") -> Iterator[Site]:
    """
    Give what the pages work with while the block lasts.

    Args: address: where people reach the console. Raises: StateBroken, StateBusy.
    """
    people = people_of(stores)
    house.state  # noqa: B018 - opened now: a house is not for several threads to open
    yield Site(
        house=house,
        stores=stores,
        people=people,
        live=Live(lambda: markers(stores)),
        provider=provider_of(house),
        setup_code=token_urlsafe(9) if people.is_empty() else "",
        address=address,
    )


def markers(stores: Stores) -> Mapping[str, str]:
    """Return by topic what moves when something of it changes. Blocks."""
    del stores
    return {}
