"""What every happening needs: a tenant, chance, somebody who acts, rows to act upon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.tenant import udfs
from isthmus_sim.autotask.tenant.build import ADMINISTRATOR

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.autotask.tenant.chance import Chance

SPARSE = {"Companies", "Resources"}  # ids 0 and 4 lie far from all others


@dataclass(frozen=True)
class Happening:
    """What a step touched first; `ids` where it changed many rows at once."""

    collection: str
    id: int
    ids: tuple[int, ...] = ()


class Life:
    """One step's view of the tenant."""

    def __init__(self, state: State, rng: Chance) -> None:
        self.state = state
        self.rng = rng

    @property
    def actor(self) -> int:
        """Draw somebody at work; the administrator where nobody is."""
        return self.pick("Resources", '"isActive" = 1 AND "licenseType" IN (3, 4)') or ADMINISTRATOR

    def pick(self, collection: str, where: str = "1", params: tuple[Any, ...] = ()) -> int | None:
        """Draw the id of a row that matches, without reading all; None where none does."""
        table = self.state.table(collection)
        if collection in SPARSE:
            ids = self.state.ids(collection, where, params)
            return self.rng.choice(ids) if ids else None
        low, high = self.state.sql(f"SELECT min(id), max(id) FROM {table}")[0]
        if low is None:
            return None
        start = self.rng.randrange(int(low), int(high) + 1)
        for bound in (start, int(low)):
            found = self.state.sql(
                f"SELECT id FROM {table} WHERE id >= ? AND ({where}) ORDER BY id LIMIT 1",
                (bound, *params),
            )
            if found:
                return int(found[0][0])
        return None

    def recent(self, collection: str, where: str = "1", most: int = 200) -> int | None:
        """Draw from the latest rows that match: what is still going on is recent."""
        found = self.state.sql(
            f"SELECT id FROM {self.state.table(collection)} WHERE {where} "
            f"ORDER BY id DESC LIMIT {most}"
        )
        return int(self.rng.choice(found)[0]) if found else None

    def row(self, collection: str, row_id: int | None) -> Row | None:
        """Read a row; None for no id."""
        return None if row_id is None else self.state.get(collection, row_id)

    def add(self, collection: str, **values: Any) -> Happening:
        """Create a row as an API or UI write would."""
        return Happening(collection, effects.insert(self.state, collection, values, self.actor))

    def change(self, collection: str, row_id: int | None, **values: Any) -> Happening | None:
        """Change a row as an API or UI write would."""
        if row_id is None:
            return None
        effects.update(self.state, collection, row_id, values, self.actor)
        return Happening(collection, row_id)

    def remove(self, collection: str, row_id: int | None) -> Happening | None:
        """Delete a row as a person would."""
        if row_id is None:
            return None
        effects.delete(self.state, collection, row_id, self.actor)
        return Happening(collection, row_id)

    def active_code(self, collection: str, field: str) -> int:
        """Draw an active value of an integer picklist."""
        codes = [e.value for e in self.state.picklist(collection, field) if e.is_active]
        return int(self.rng.choice(codes))

    def udf_value(self, collection: str) -> dict[str, str | None]:
        """Draw a value for one of the collection's user-defined fields; {} without any.

        Those for dispatch are left alone: a tenant dispatches nothing by itself.
        """
        known = [
            definition
            for definition in self.state.udf_definitions(collection)
            if definition.name not in udfs.DISPATCH_NAMES
        ]
        if not known:
            return {}
        definition = self.rng.choice(known)
        return {f"udf:{definition.name}": udfs.value(self.rng, definition)}

    def hours_from_now(self, hours: float) -> str:
        """Write the time in `hours` (or ago, when negative) in storage form, to the minute."""
        at = datetime.fromisoformat(self.state.now_text()[:16]) + timedelta(hours=hours)
        return f"{at:%Y-%m-%dT%H:%M}:00.000Z"

    def day_from_now(self, days: int) -> str:
        """Write midnight of the day in `days` days in storage form."""
        at = datetime.fromisoformat(self.state.now_text()[:10]) + timedelta(days=days)
        return f"{at:%Y-%m-%d}T00:00:00.000Z"
