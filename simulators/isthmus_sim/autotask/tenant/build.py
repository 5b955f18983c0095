"""What the generator's parts share: plan, chance, calendar, ids and the rows made so far."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.shapes import Change, Row, Table, TenantPlan
from isthmus_sim.autotask.tenant.worktime import Worktime

T = TypeVar("T")

SCALE = 10_000  # storage form of decimals: ten-thousandths
ADMINISTRATOR = 4
OWN_COMPANY = 0

# Where ids begin. Source: user-made ids near 29,682,xxx observed; company 0 and resource 4 are
# the vendor's own; the rest assumed.
FIRST_IDS = {
    "Companies": 29_683_400,
    "CompanyLocations": 4_100,
    "Contacts": 30_682_900,
    "Resources": 29_682_885,
    "Roles": 29_682_834,
    "Contracts": 29_683_500,
    "ContractServices": 2_001,
    "ContractServiceUnits": 50_001,
    "ContractServiceBundles": 1_501,
    "ContractServiceBundleUnits": 20_001,
    "Services": 301,
    "Products": 29_683_100,
    "ConfigurationItems": 29_700_001,
    "Invoices": 10_001,
    "Projects": 29_650,
    "Phases": 39_000_001,
    "Tasks": 40_000_001,
    "Tickets": 7_601,
    "TicketNotes": 30_100_001,
    "TimeEntries": 12_001,
    "ServiceCalls": 5_001,
}


class Build:
    """The tenant under construction."""

    def __init__(self, plan: TenantPlan) -> None:
        self.plan = plan
        self.rng = Chance(f"tenant:{plan.seed}")
        self.time = Worktime(plan.epoch)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.streams: dict[str, Table] = {}
        self.overrides: dict[str, dict[int, Change]] = {}
        self._next: dict[str, int] = {}

    def fork(self, name: str) -> Chance:
        """Return chance of its own for one part, so that parts do not disturb each other."""
        return Chance(f"tenant:{self.plan.seed}:{name}")

    def add(self, collection: str, id: int | None = None, **values: Any) -> int:  # noqa: A002
        """Add a row in storage form; return its id (the next one unless given)."""
        if id is None:
            id = self._next.get(collection, FIRST_IDS.get(collection, 1))  # noqa: A001
        self._next[collection] = max(id + 1, self._next.get(collection, 0))
        self.rows.setdefault(collection, []).append({"id": id, **values})
        return id

    def skip(self, collection: str, ids: int = 1) -> None:
        """Leave a gap in the ids of a collection, as deletions leave one."""
        self._next[collection] = self._next.get(collection, FIRST_IDS.get(collection, 1)) + ids

    def ids(self, collection: str) -> list[int]:
        """Return the ids added so far."""
        return [row["id"] for row in self.rows.get(collection, ())]

    def table(self, collection: str) -> Table:
        """Return a collection's rows as a table: ascending ids, columns that hold something."""
        stream = self.streams.get(collection)
        if stream is not None:
            return stream
        rows = sorted(self.rows[collection], key=lambda row: int(row["id"]))
        filled: dict[str, None] = {"id": None}
        for row in rows:
            for name in [name for name in row if name not in filled]:
                if row[name] is not None:
                    filled[name] = None
        columns = tuple(filled)

        def tuples() -> Iterator[Row]:
            for row in rows:
                yield tuple(map(row.get, columns))

        return Table(collection, columns, tuples, len(rows))


def money(dollars: float) -> int:
    """Scale a price in dollars to storage form, exact to the cent."""
    return round(dollars * 100) * 100


def spread(rng: Chance, pool: Sequence[tuple[T, int]]) -> list[T]:
    """Repeat each value by its weight and shuffle: a pool to draw from by index."""
    drawn = [value for value, weight in pool for _ in range(weight)]
    rng.shuffle(drawn)
    return drawn
