"""Opens the console of a home: what its pages work with, joined once."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_urlsafe

from isthmus.base.errors import IsthmusError
from isthmus.console.live import Live
from isthmus.console.rendering import compile_all
from isthmus.console.site import Site
from isthmus.dispatch.library import Library
from isthmus.reports.running import Kept
from isthmus.reports.shapes import CHOICES
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.bench import Bench
from isthmus.wiring.dispatch.drafting import drafts_of
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.exploring import orphan_counts, saved_reports_of
from isthmus.wiring.people import people_of, provider_of
from isthmus.wiring.simulated import Simulation
from isthmus.wiring.sync.syncing import Syncing
from isthmus.wiring.tending.markers import markers
from isthmus.wiring.tending.preferences import Preferences


@contextmanager
def open_site(
    house: House, stores: Stores, address: str = "", simulation: Simulation | None = None
) -> Iterator[Site]:
    """
    Give what the pages work with while the block lasts.

    Args: address: where people reach the console. simulation: of this home; whoever gives one, or
    has one begun, stops it. Raises: StateBroken, StateBusy.
    """
    people = people_of(stores)
    syncing = Syncing.of(stores)
    # Opened now: a house is not for several threads to open.
    _ = house.state, house.copying, house.readers
    library = Library(stores.definitions)
    bench = Bench(house, stores)
    site = Site(
        house=house,
        stores=stores,
        people=people,
        live=Live(lambda: markers(house, stores, syncing)),
        syncing=syncing,
        simulation=Simulation(house.config) if simulation is None else simulation,
        library=library,
        drafts=drafts_of(stores),
        bench=bench,
        kept=Kept(),
        saved=saved_reports_of(stores),
        orphans=orphan_counts(house.readers),
        preferences=Preferences.of(house, stores),
        provider=provider_of(house),
        setup_code=token_urlsafe(9) if people.is_empty() else "",
        address=address,
    )
    try:
        yield site
    finally:
        bench.close()


def warm(site: Site) -> None:
    """Do ahead what the first look at a page would wait for. Blocks."""
    compile_all()
    with suppress(IsthmusError), site.house.readers.reader() as reader:
        for name in CHOICES:
            with suppress(IsthmusError):  # of a column that is left out
                site.kept.choices(reader, name)
