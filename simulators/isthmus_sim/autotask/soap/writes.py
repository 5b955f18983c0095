"""
Create, update and delete: a list of entities, all of them or none.

Source: at most 200, required fields in both create and update, an update replaces, errors in
pairs that count records from 1 (all documented or observed). That one bad record leaves the
others unwritten is what two integrators saw. The REST API's writing does the work, so what a
write brings about is the same over both wires.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.soap.envelope import response
from isthmus_sim.autotask.soap.incoming import (
    NO_OBJECT,
    Reading,
    RecordRefused,
    missing,
    read_entities,
    udfs_of,
    values_of,
)
from isthmus_sim.autotask.soap.tables import kind_of
from isthmus_sim.autotask.soap.xmltext import child
from isthmus_sim.autotask.store.state import UDF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.soap.catalog import SoapEntity
    from isthmus_sim.autotask.soap.envelope import Request
    from isthmus_sim.autotask.soap.incoming import Sent
    from isthmus_sim.autotask.soap.tables import Tables
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.writing.writes import Writes as RestWrites
    from isthmus_sim.base.reply import Reply
    from isthmus_sim.base.switches import Switches

MOST = 200
DOING = {"create": "creating", "update": "updating", "delete": "deleting"}
DONE = {"create": "Created", "update": "Updated"}
# Writable by its metadata, but an update that leaves it out does not take it away (assumed).
KEPT = frozenset({("Ticket", "TicketNumber")})
# Required over REST, and not to be named over SOAP: taken from another field (assumed).
DERIVED = {"Opportunity": {"startDate": "createDate"}}
_LETTERS = {"create": "C", "update": "U", "delete": "D"}
_NAMES = re.compile(r"(?<=field )\w+|(?<=for )\w+|(?<=')\w+(?=')|\b[a-z]+[A-Z]\w*\b")
_ON_RECORD = re.compile(r" ?;? on record number \[\d+\]\.?$")


class BatchRefused(Exception):
    """A record that was refused, and so the whole list."""

    def __init__(self, number: int, causes: list[str], entity: SoapEntity) -> None:
        super().__init__("; ".join(causes))
        self.number = number
        self.causes = causes
        self.entity = entity


@dataclass
class Batches:
    """Runs lists of writes through the writing of the REST API."""

    state: State
    tables: Tables
    writes: RestWrites
    switches: Switches

    def run(self, request: Request, call: Call) -> Reply:
        """Answer a create, update or delete. Raises: SoapFault for types nobody knows."""
        strict = bool(self.switches["soap_strict_types"])
        batch = read_entities(request.edition, child(request.body, "Entities"), strict=strict)
        if not batch:
            return response(request, errors=(NO_OBJECT,))  # observed for a malformed create
        kind = kind_of(batch[0].entity)
        if len(batch) > MOST:
            text = f"The number of entities exceeds the maximum of {MOST} per call."
            return response(request, kind=kind, errors=(text,))
        try:
            ids = self._all(request.operation, call, batch)
        except BatchRefused as refused:
            verb = DOING[request.operation]
            pair = (*refused.causes, f"Error {verb} entity for record number [{refused.number}].")
            return response(request, kind=kind_of(refused.entity), errors=pair)
        if request.operation == "delete":
            return response(request, kind=kind)
        return self._written(request, batch, ids)

    def _all(self, operation: str, call: Call, batch: list[Sent]) -> list[int]:
        steps: dict[str, Callable[[Call, Sent, Entity], int]] = {
            "create": self._create,
            "update": self._update,
            "delete": self._delete,
        }
        step = steps[operation]
        ids = []
        with self.state.transaction():
            for number, sent in enumerate(batch, 1):
                try:
                    ids.append(step(call, sent, self._collection(operation, sent.entity)))
                except RecordRefused as refused:
                    raise BatchRefused(number, [str(refused)], sent.entity) from refused
                except errors.VendorError as refused:
                    causes = [_in_soap(text, sent.entity) for text in refused.errors]
                    raise BatchRefused(number, causes, sent.entity) from refused
        return ids

    def _collection(self, operation: str, entity: SoapEntity) -> Entity:
        if entity.rest is None or _LETTERS[operation] not in entity.can:
            raise RecordRefused(f"The entity type {entity.name} does not support {operation}.")
        return self.state.catalog[entity.rest]

    def _create(self, call: Call, sent: Sent, rest: Entity) -> int:
        values = self._values(sent, rest)
        body = _named(sent.entity, {k: v for k, v in values.items() if v is not None})
        body["id"] = sent.id
        body["userDefinedFields"] = udfs_of(sent) or []
        for name, source in DERIVED.get(sent.entity.name, {}).items():
            body.setdefault(name, body.get(source))
        return self.writes.create(call, rest, None, body)

    def _update(self, call: Call, sent: Sent, rest: Entity) -> int:
        """Replace: what may be written and was left out becomes null. Documented."""
        values = self._values(sent, rest)
        name = sent.entity.name
        left_out = {
            field.name: None
            for field in sent.entity.fields
            if not field.read_only and (name, field.name) not in KEPT
        }
        body = _named(sent.entity, {**left_out, **values})
        body["id"] = sent.id
        body["userDefinedFields"] = self._udfs(sent, rest)
        return self.writes.update(call, rest, None, body, full=False)

    def _delete(self, call: Call, sent: Sent, rest: Entity) -> int:
        return self.writes.delete(call, rest, None, sent.id)

    def _values(self, sent: Sent, rest: Entity) -> dict[str, Any]:
        trap = bool(self.switches["soap_empty_untyped"] == "refuse")
        values = values_of(sent, rest, Reading(self.tables.zone, self.tables.offsets, trap))
        for name in missing(sent, values):
            raise errors.required_value_missing(name)
        return values

    def _udfs(self, sent: Sent, rest: Entity) -> list[dict[str, Any]]:
        given = udfs_of(sent) or []
        named = {str(entry["name"]).casefold() for entry in given}
        held = self.state.get(rest.collection, sent.id) or {}
        changed = [entry for entry in given if not _is_held(held, entry)]
        if not self.switches["soap_update_clears_udfs"]:
            return changed
        known = (k.removeprefix(UDF) for k in self.state.keys(rest.collection) if UDF in k[:4])
        return [
            *({"name": name, "value": None} for name in known if name.casefold() not in named),
            *changed,
        ]

    def _written(self, request: Request, batch: list[Sent], ids: list[int]) -> Reply:
        """Give the entities back as they are now. Only their ids are to be trusted (documented)."""
        actual = self.switches["soap_database_action"] == "actual"
        action = DONE[request.operation] if actual else "None"
        pages = [
            self.tables.by_ids(request.edition, sent.entity, [row_id], action)
            for sent, row_id in zip(batch, ids, strict=True)
        ]
        return response(
            request,
            entities="".join(page.entities for page in pages),
            kind=pages[0].kind,
            infos="".join(page.infos for page in pages),
        )


def _is_held(row: Mapping[str, Any], entry: dict[str, Any]) -> bool:
    """Tell whether a record has just this value: what comes back as it was is not judged anew."""
    key = UDF + str(entry["name"])
    return key in row and row[key] == entry["value"]


def _named(entity: SoapEntity, values: dict[str, Any]) -> dict[str, Any]:
    """Give values by their REST names; a field REST does not have is passed over."""
    named = ((entity.by_name[name.lower()].rest, value) for name, value in values.items())
    return {name: value for name, value in named if name is not None}


def _in_soap(text: str, entity: SoapEntity) -> str:
    """Say a refusal of the shared rules with SOAP's names, without its own record number."""
    names = {field.rest: field.name for field in entity.fields if field.rest}
    told = _NAMES.sub(lambda found: names.get(found[0], found[0]), _ON_RECORD.sub("", text))
    return told.replace("logged in Resource", "logged in resource")
