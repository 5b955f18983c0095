"""The tenant's rows as this wire reads them: queries, entities by id, and how they are spelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.soap.conditions import Conditions
from isthmus_sim.autotask.soap.envelope import element
from isthmus_sim.autotask.soap.queryxml import QueryRefused
from isthmus_sim.autotask.soap.records import EntityWriter, Spelling
from isthmus_sim.autotask.soap.times import EASTERN, Shown
from isthmus_sim.autotask.soap.xmltext import escaper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.soap.catalog import Edition, SoapEntity
    from isthmus_sim.autotask.soap.queryxml import QueryXml
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.base.switches import Switches

MOST_ROWS = 500
# Recorded in lower case; Project and Task as written. That the rest are as written is assumed.
OLDER = frozenset(
    {
        "Account",
        "AccountToDo",
        "Appointment",
        "Contact",
        "Resource",
        "ServiceCall",
        "ServiceCallTicket",
        "ServiceCallTicketResource",
        "Ticket",
    }
)


@dataclass(frozen=True)
class Page:
    """Entities of one answer: finished XML of them and of what is told about each."""

    kind: str
    entities: str
    infos: str


@dataclass
class Tables:
    """Reads for the operations; sees only what permissions and faults let be seen."""

    state: State
    faults: Faults
    switches: Switches
    _writers: dict[tuple[Any, ...], EntityWriter] = field(default_factory=dict, init=False)
    _shown: dict[tzinfo | None, Shown] = field(default_factory=dict, init=False)

    @property
    def zone(self) -> tzinfo | None:
        """Give the zone of times on this wire; None for UTC."""
        return EASTERN if self.switches["soap_times"] == "eastern" else None

    @property
    def offsets(self) -> bool:
        """Tell whether an offset on a time counts."""
        return bool(self.switches["soap_offsets"] == "honoured")

    def query(self, edition: Edition, wanted: QueryXml) -> Page:
        """
        Answer a query: at most 500 rows, ascending by id. Source: documented.

        Raises: QueryRefused, and VendorError when the right to query was taken away.
        """
        entity = self._entity(edition, wanted)
        if entity.rest is None:
            return self._page(entity, [], [])
        refusal = self.faults.refused(entity.rest, "query")
        if refusal is not None:
            raise refusal
        rest = self.state.catalog[entity.rest]
        compiler = Conditions(self.state, entity, rest, self.zone, self.offsets, self.state.now())
        where, params = compiler.compile(wanted.items)
        parts = [
            where,
            self.faults.hidden_sql(entity.rest),
            self.faults.lag_sql(entity.rest),
        ]
        seen = " AND ".join(f"({part})" for part in parts if part)
        return self._select(edition, entity, f"{seen} ORDER BY id LIMIT {MOST_ROWS}", params)

    def by_ids(self, edition: Edition, entity: SoapEntity, ids: Sequence[int], action: str) -> Page:
        """Give entities in the order of ids, as they are. action: what was done to them."""
        pages = [self._select(edition, entity, "id = ?", [row_id], action) for row_id in ids]
        return Page(
            kind_of(entity),
            "".join(page.entities for page in pages),
            "".join(page.infos for page in pages),
        )

    def writer(self, edition: Edition, entity: SoapEntity) -> EntityWriter:
        """Give what writes an entity, made anew when its table's shape changed."""
        collection = entity.rest or ""
        self.state.table(collection)
        spelled = (
            self.zone,
            str(self.switches["soap_control_characters"]),
            str(self.switches["soap_carriage_returns"]),
        )
        version = self.state.shape_version.get(collection, 0)
        key = (edition.key, entity.name, *spelled)
        known = self._writers.get((*key, version))
        if known is None:
            self._writers = {k: w for k, w in self._writers.items() if k[:-1] != key}
            times = self._shown.setdefault(self.zone, Shown(self.zone))
            days = self._shown.setdefault(None, Shown(None))
            spelling = Spelling(times, days, escaper(spelled[1], spelled[2]))
            known = self._writers[*key, version] = EntityWriter(self.state, entity, spelling)
        return known

    def _entity(self, edition: Edition, wanted: QueryXml) -> SoapEntity:
        entity = edition.find(wanted.entity)
        if entity is None:
            raise QueryRefused(f"The entity {wanted.entity} does not exist.")
        if "Q" not in entity.can:
            raise QueryRefused(f"The entity {entity.name} cannot be queried.")
        return entity

    def _select(
        self,
        edition: Edition,
        entity: SoapEntity,
        where: str,
        params: list[Any],
        action: str = "None",
    ) -> Page:
        writer = self.writer(edition, entity)
        table = self.state.table(entity.rest or "")
        rows = self.state.sql(f"SELECT {writer.columns} FROM {table} WHERE {where}", params)
        ids = [row[0] for row in rows]
        return self._page(entity, ids, [writer.write(rows)], action)

    def _page(
        self, entity: SoapEntity, ids: list[int], entities: list[str], action: str = "None"
    ) -> Page:
        infos = "".join(info(entity, row_id, action) for row_id in ids)
        return Page(kind_of(entity), "".join(entities), infos)


def kind_of(entity: SoapEntity) -> str:
    """Give the name an answer carries. Source: recorded, lower case for older entities."""
    return entity.name.lower() if entity.name in OLDER else entity.name


def info(entity: SoapEntity, row_id: int, action: str = "None") -> str:
    """Say what was done to one entity. Source: recorded; tickets carry two more elements."""
    ticket = entity.name == "Ticket"
    match, message = ("<MatchInfo />", "<Message />") if ticket else ("", "")
    return element(
        "EntityReturnInfo",
        f"<EntityId>{row_id}</EntityId><DatabaseAction>{action}</DatabaseAction>"
        f"<DuplicateStatus><Found>false</Found>{match}<Ignored>false</Ignored></DuplicateStatus>"
        f"{message}",
    )
