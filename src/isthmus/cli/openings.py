"""What a process opens: doors for the vendors, the console for people, at one address or two."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from isthmus.cli import heap
from isthmus.console import Site
from isthmus.console import make_app as make_console
from isthmus.console.opening import open_site, warm
from isthmus.dispatch.relay import Relay
from isthmus.listening import App, Listener, OneAddress
from isthmus.webhooks import make_app as make_doors
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.doors import open_reception
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.simulated import Simulation

_AT_THE_DOORS: Final = ("/hooks/", "/healthz")


@dataclass(frozen=True, slots=True)
class Openings:
    """What is to be opened."""

    doors: bool = True
    console: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """What listens. `site` is None without a console."""

    doors: Listener | None
    console: Listener | None
    site: Site | None

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Return each address once."""
        found = dict.fromkeys(one for one in (self.doors, self.console) if one is not None)
        return tuple(found)

    def start(self) -> None:
        """Listen. Blocks. Raises: AddressTaken."""
        for listener in self.listeners:
            listener.start()

    def load(self) -> None:
        """Load what the first pages need, and have it left out of collections. Blocks."""
        if self.site is not None:
            warm(self.site)
        heap.set_aside()

    def stop(self) -> None:
        """End what is being answered, and close. Blocks."""
        if self.site is not None:
            self.site.live.close()
        for listener in self.listeners:
            listener.stop()

    def told(self) -> Iterator[str]:
        """Give lines that say where people and vendors find what."""
        if self.doors is not None:
            yield f"Doors for webhooks and callouts: http://{self.doors.address}"
        if self.console is not None and self.site is not None:
            address = (self.site.address or f"http://{self.console.address}").rstrip("/")
            yield f"Console: {address}/"
            if self.site.setup_code:
                yield f"Make the first account: {address}/begin?code={self.site.setup_code}"


@contextmanager
def open_doors(
    house: House, stores: Stores, relay: Relay, openings: Openings, simulation: Simulation
) -> Iterator[Opened]:
    """Give what is to listen, not started yet; it is closed behind the block."""
    with ExitStack() as closing:
        doors = console = site = None
        if openings.doors:
            doors = make_doors(closing.enter_context(open_reception(house, stores, relay)))
        if openings.console:
            address = house.config.console_url or ""
            site = closing.enter_context(open_site(house, stores, address, simulation))
            console = make_console(site)
        yield Opened(*_listeners(house, doors, console), site)


def _listeners(
    house: House, doors: App | None, console: App | None
) -> tuple[Listener | None, Listener | None]:
    """Return who listens for the doors and for the console; the same where they share a port."""
    public, private = house.config.listen, house.config.console_listen
    proxies = house.config.proxies
    if doors is not None and console is not None and private is None:
        shared = OneAddress(dict.fromkeys(_AT_THE_DOORS, doors), console)
        what = "the console and the doors for webhooks"
        both = Listener(shared, public, what=what, proxies=proxies)
        return both, both
    setting = "ISTHMUS_LISTEN" if private is None else "ISTHMUS_CONSOLE_LISTEN"
    return (
        None if doors is None else Listener(doors, public, proxies=proxies),
        None
        if console is None
        else Listener(
            console, private or public, what="the console", setting=setting, proxies=proxies
        ),
    )
