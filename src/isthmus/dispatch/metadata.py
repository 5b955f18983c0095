"""What both sides have at present: fields, labels, lists; read once and believed for a while."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Final

from isthmus.autotask import PermissionDenied
from isthmus.autotask.port import Records
from isthmus.base.clock import monotonic
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.check_events import root_of
from isthmus.dispatch.rules.known import ROOTS, CompanyLists, EntityShape, Known
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.rule import Rule, paths_needed
from isthmus.dispatch.rules.shapes import INBOUND, Mapping
from isthmus.dispatch.rules.sources import TIED, reference_of
from isthmus.fieldnation.company import Company

_BELIEVED_SECONDS: Final = 900.0
_FRESH_SECONDS: Final = 30.0


class Metadata:
    """Reads what the mappings and rules in force touch; runs that ask at once share a reading."""

    def __init__(self, records: Records, company: Company, library: Library) -> None:
        self._records = records
        self._company = company
        self._library = library
        self._known: Known | None = None
        self._read_at = float("-inf")
        self._stamp: tuple[str, ...] = ()
        self._lock = asyncio.Lock()

    async def known(self) -> Known:
        """Return what is known, at most a quarter of an hour old."""
        return await self._get(_BELIEVED_SECONDS)

    async def fresh(self) -> Known:
        """Return what is known, read anew unless that was a moment ago."""
        return await self._get(_FRESH_SECONDS)

    async def _get(self, age: float) -> Known:
        async with self._lock:
            mappings = self._library.mappings()
            rules = self._library.rules(enabled_only=False)
            stamp = tuple(
                sorted(
                    [
                        *(f"{one.name}@{one.version}" for one in mappings),
                        *(f"{one.name}@{one.version}" for one in rules),
                    ]
                )
            )
            is_old = monotonic() - self._read_at >= age or stamp != self._stamp
            if self._known is None or is_old:
                self._known = await read_known(
                    self._records, self._company, mappings, rules, age=age
                )
                self._read_at, self._stamp = monotonic(), stamp
            return self._known


async def read_known(
    records: Records,
    company: Company,
    mappings: Iterable[Mapping],
    rules: Iterable[Rule] = (),
    *,
    age: float = 0.0,
) -> Known:
    """
    Read the fields of the entities that mappings and rules touch, and the company's lists.

    An entity whose fields the API user may not see is left out and named in `unread`.
    Args: age: how many seconds old what the client read of an entity may be.
    """
    reading = _Reading(records, age)
    _, lists = await asyncio.gather(reading.everything(mappings, rules), _lists(company))
    return Known(reading.entities, lists, frozenset(reading.unread))


class _Reading:
    def __init__(self, records: Records, age: float) -> None:
        self._records = records
        self._age = age
        self.entities: dict[str, EntityShape] = {}
        self.unread: set[str] = set()

    async def everything(self, mappings: Iterable[Mapping], rules: Iterable[Rule]) -> None:
        """Read what mappings read and write, and what rules read."""
        for mapping in mappings:
            await self.follow(mapping.root, needs(mapping))
            for entity in _targets(mapping):
                await self.shape(entity)
        for rule in rules:
            await self.follow(rule.root, paths_needed(rule))

    async def follow(self, root: str, related: Iterable[str]) -> None:
        """Read a root's entity and those that paths below it lead to, parents first."""
        entity = ROOTS.get(root)
        if entity is None:
            return  # a check tells of it
        await self.shape(entity)
        found = {"": entity}
        for path in related:
            above, _, name = path.rpartition(".")
            parent = self.entities.get(found.get(above, ""))
            if parent is None:
                continue
            reference = reference_of(name, parent.fields)
            target = TIED.get((found[above], name)) if reference is None else reference[1]
            if target is not None:
                found[path] = target
                await self.shape(target)

    async def shape(self, entity: str) -> None:
        """Read an entity's fields, once."""
        if entity in self.entities or entity in self.unread:
            return
        try:
            fields = await self._records.fields(entity, age=self._age)
            udfs = await self._records.user_defined_fields(entity)
        except PermissionDenied:
            self.unread.add(entity)
            return
        self.entities[entity] = EntityShape(fields, udfs)


def _targets(mapping: Mapping) -> Iterator[str]:
    if mapping.direction == INBOUND:
        return
    for root in sorted({root_of(row.target) for row in mapping.rows}):
        if root in ROOTS:
            yield ROOTS[root]


async def _lists(company: Company) -> CompanyLists:
    return CompanyLists(
        projects=await company.projects(),
        templates=await company.templates(),
        types_of_work=await company.types_of_work(),
        managers=await company.managers(),
        clients=await company.clients(),
        custom_fields=await company.custom_fields(),
    )
