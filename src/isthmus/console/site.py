"""What the pages of one home work with."""

from dataclasses import dataclass, field

from isthmus.console.live import Live
from isthmus.console.turns import Turns
from isthmus.dispatch.library import Library
from isthmus.reports.orphans import OrphanCounts
from isthmus.reports.running import Kept
from isthmus.reports.saved import SavedReports
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.bench import Bench
from isthmus.wiring.dispatch.drafting import Drafts
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.people import People, Provider
from isthmus.wiring.simulated import Simulation
from isthmus.wiring.sync.syncing import Syncing
from isthmus.wiring.tending.health import Pulse
from isthmus.wiring.tending.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Site:
    """
    The rooms behind the pages; everything in it may be used by several threads.

    `library`, `drafts` and `bench` are of mappings and rules: those in force, those being written,
    and where they are tried. `kept` holds answers of ready reports, `saved` queries that people
    saved, `orphans` counts rows that refer to nothing.
    `preferences` are the settings that people change; `pulse` knows which workers fell silent.
    `provider` is where people may log in instead.
    `simulation` is the simulated tenant that a person may try; who opened the site stops it.
    `questions` and `downloads` bound how many go on at once.
    `setup_code` lets somebody make the first account; the process that serves prints it.
    `address` is where people reach the console: https there makes the cookies travel by TLS only.
    """

    house: House
    stores: Stores
    people: People
    live: Live
    syncing: Syncing
    simulation: Simulation
    library: Library
    drafts: Drafts
    bench: Bench
    kept: Kept
    saved: SavedReports
    orphans: OrphanCounts
    preferences: Preferences
    pulse: Pulse = field(default_factory=Pulse)
    questions: Turns = field(default_factory=lambda: Turns("queries"))
    downloads: Turns = field(default_factory=lambda: Turns("downloads"))
    provider: Provider | None = None
    setup_code: str = field(default="", repr=False)
    address: str = ""
