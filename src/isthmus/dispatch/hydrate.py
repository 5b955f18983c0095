"""A record with what it refers to, as one document for rules and mappings."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from isthmus.autotask import q
from isthmus.autotask.port import Record, Records
from isthmus.dispatch.reading import Reader
from isthmus.dispatch.rules import sources
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.seen import seen_of

TIES = "ServiceCallTickets"
_OF_COMPANIES = frozenset({"Contacts", "CompanyLocations"})


@dataclass(slots=True)
class Reads:
    """
    Which related records were read for a link, each by collection and id with a hash of it.

    `known` is how they were when the link was last looked at. The tie of a service call counts
    under the call's own id.
    """

    known: Mapping[tuple[str, int], str] = field(default_factory=dict)
    seen: dict[tuple[str, int], str] = field(default_factory=dict)

    def is_other(self, found: Record) -> bool:
        """Tell whether a record is otherwise than it was when the link was last looked at."""
        mark = seen_of(found)
        return self.known.get((found.entity, found.id), mark) != mark

    def note(self, found: Record) -> None:
        """Note a record that was read."""
        self.seen[found.entity, found.id] = seen_of(found)


def tie_mark(ticket: object) -> str:
    """Return what is noted of the ticket that a service call is tied to; None for no ticket."""
    return digest(str(ticket))


class Hydrator:
    """Fetches related records by the paths that are needed, and no others."""

    def __init__(self, reader: Reader, records: Records) -> None:
        self._reader = reader
        self._records = records

    async def document(
        self, root: str, record: Record, needed: Sequence[str], reads: Reads | None = None
    ) -> dict[str, Any]:
        """
        Return `{root: document}` with the related records that are there.

        Args: needed: paths below the root, such as `company` and `company.parentCompany`. reads:
        where it is noted what was read. One that is otherwise there than in our short memory is
        read anew: another process may know better.
        """
        noting = Reads() if reads is None else reads
        found: dict[str, Record] = {"": record}
        for depth in sorted({path.count(".") for path in needed}):
            paths = [path for path in needed if path.count(".") == depth]
            fetched = await asyncio.gather(*(self._below(found, path, noting) for path in paths))
            found |= {path: one for path, one in zip(paths, fetched, strict=True) if one}
        return {root: _assembled(found)}

    async def _below(self, found: dict[str, Record], path: str, reads: Reads) -> Record | None:
        above, _, name = path.rpartition(".")
        parent = found.get(above)
        if parent is None:
            return None
        if parent.entity == "ServiceCalls" and name == "ticket":
            return await self._ticket_of(parent.id, reads)
        reference = sources.reference_of(name, await self._records.fields(parent.entity))
        number = None if reference is None else parent.values.get(reference[0])
        if reference is None or number is None:
            return None
        collection, company = reference[1], parent.values.get("companyID")
        one = await self._related(collection, int(str(number)), company)
        if one is not None and reads.is_other(one):
            self._reader.forget(one.entity, one.id)
            one = await self._related(collection, int(str(number)), company)
        if one is not None:
            reads.note(one)
        return one

    async def _related(self, entity: str, number: int, company: object) -> Record | None:
        if entity in _OF_COMPANIES and company is not None:
            return await self._reader.of_company(entity, number, int(str(company)))
        return await self._reader.related(entity, number)

    async def _ticket_of(self, service_call: int, reads: Reads) -> Record | None:
        """Return the first ticket of a service call; the two are tied by a third record."""
        ties = await self._records.find(TIES, q.eq("serviceCallID", service_call), limit=1)
        number = ties[0].values.get("ticketID") if ties else None
        reads.seen[TIES, service_call] = tie_mark(number)
        ticket = None if number is None else await self._reader.record("Tickets", int(str(number)))
        if ticket is not None:
            reads.note(ticket)
        return ticket


def _assembled(found: dict[str, Record]) -> dict[str, Any]:
    """Return the record's document with the documents of those below it inside."""
    documents: dict[str, dict[str, Any]] = {}
    for path in sorted(found, key=lambda one: (-one.count("."), one == "")):
        inner = {
            below.rpartition(".")[2]: document
            for below, document in documents.items()
            if below.rpartition(".")[0] == path and below != path
        }
        documents[path] = sources.of_record(found[path], inner)
    return documents[""]
