"""A record with what it refers to, as one document for rules and mappings."""

import asyncio
from collections.abc import Sequence
from typing import Any

from isthmus.autotask import q
from isthmus.autotask.port import Record, Records
from isthmus.dispatch.reading import Reader
from isthmus.dispatch.rules import sources

_CALL_TICKETS = "ServiceCallTickets"
_OF_COMPANIES = frozenset({"Contacts", "CompanyLocations"})


class Hydrator:
    """Fetches related records by the paths that are needed, and no others."""

    def __init__(self, reader: Reader, records: Records) -> None:
        self._reader = reader
        self._records = records

    async def document(self, root: str, record: Record, needed: Sequence[str]) -> dict[str, Any]:
        """
        Return `{root: document}` with the related records that are there.

        Args: needed: paths below the root, such as `company` and `company.parentCompany`.
        """
        found: dict[str, Record] = {"": record}
        for depth in sorted({path.count(".") for path in needed}):
            paths = [path for path in needed if path.count(".") == depth]
            fetched = await asyncio.gather(*(self._below(found, path) for path in paths))
            found |= {path: one for path, one in zip(paths, fetched, strict=True) if one}
        return {root: _assembled(found)}

    async def _below(self, found: dict[str, Record], path: str) -> Record | None:
        above, _, name = path.rpartition(".")
        parent = found.get(above)
        if parent is None:
            return None
        if parent.entity == "ServiceCalls" and name == "ticket":
            return await self._ticket_of(parent.id)
        reference = sources.reference_of(name, await self._records.fields(parent.entity))
        number = None if reference is None else parent.values.get(reference[0])
        if reference is None or number is None:
            return None
        company = parent.values.get("companyID")
        if reference[1] in _OF_COMPANIES and company is not None:
            return await self._reader.of_company(reference[1], int(str(number)), int(str(company)))
        return await self._reader.related(reference[1], int(str(number)))

    async def _ticket_of(self, service_call: int) -> Record | None:
        """Return the first ticket of a service call; the two are tied by a third record."""
        ties = await self._records.find(_CALL_TICKETS, q.eq("serviceCallID", service_call), limit=1)
        number = ties[0].values.get("ticketID") if ties else None
        return None if number is None else await self._reader.record("Tickets", int(str(number)))


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
