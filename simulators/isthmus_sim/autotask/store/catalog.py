"""
The catalogue of the vendor's collections: fields, flags, routes.

Source: the vendor's own Swagger document (June 2026) for names, types and routes; live field
metadata (REST 2025, SOAP 2021) for required, read-only, length, picklist and reference flags.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VERBS = {"G": "GET", "P": "POST", "U": "PUT", "A": "PATCH", "D": "DELETE"}


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of a collection.

    type: integer, long, decimal, string, datetime, boolean or byte. length: characters, strings
    only. reference: the collection an id points into. metadata_name: its spelling in
    entityInformation/fields. values: the vendor's own picklist values, (value, label).
    """

    name: str
    type: str
    length: int | None = None
    required: bool = False
    read_only: bool = False
    queryable: bool = True
    picklist: bool = False
    reference: str | None = None
    metadata_name: str = ""
    picklist_parent: str | None = None
    webhook: bool = False
    values: tuple[tuple[int | str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChildRoute:
    """
    Where a collection hangs below another: /{url}/{id}/{segment}.

    collection: the parent collection (None where the parent is not a collection). field: the
    child's field that holds the parent's id (None where there is none). verbs: the methods on
    the list path, DELETE being on /{id} below it.
    """

    collection: str | None
    url: str
    segment: str
    field: str | None
    verbs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entity:
    """One collection. can: letters of QCUD. top_writes: writes exist at the top level too."""

    collection: str
    name: str
    legacy_name: str
    can: frozenset[str]
    fields: tuple[Field, ...]
    by_name: Mapping[str, Field]
    has_udfs: bool
    supports_webhooks: bool
    top_writes: bool
    parent: ChildRoute | None
    modified_fields: tuple[str, ...]
    created_field: str | None

    def field(self, name: str) -> Field | None:
        """Find a field by name in any case."""
        return self.by_name.get(name.lower())


@dataclass(frozen=True)
class Catalog:
    """All collections, found by name in any case."""

    entities: Mapping[str, Entity]
    children: Mapping[tuple[str, str], Entity]
    _lower: Mapping[str, Entity] = field(repr=False)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities.values())

    def __getitem__(self, collection: str) -> Entity:
        return self.entities[collection]

    def find(self, segment: str) -> Entity | None:
        """Find a collection by a path segment in any case."""
        return self._lower.get(segment.lower())

    def child(self, parent_segment: str, segment: str) -> Entity | None:
        """Find the collection at /{parent}/{id}/{segment}."""
        return self.children.get((parent_segment.lower(), segment.lower()))


@cache
def catalog() -> Catalog:
    """Load the catalogue once per process."""
    raw = orjson.loads(resources.files(__package__).joinpath("catalog.json").read_bytes())
    entities = {name: _entity(name, entry) for name, entry in raw.items()}
    children = {
        (e.parent.url.lower(), e.parent.segment.lower()): e
        for e in entities.values()
        if e.parent is not None
    }
    return Catalog(entities, children, {name.lower(): e for name, e in entities.items()})


def _entity(collection: str, raw: dict[str, Any]) -> Entity:
    fields = tuple(_field(entry) for entry in raw["fields"])
    modified = [raw["modified"]] if "modified" in raw else []
    return Entity(
        collection=collection,
        name=raw["entity"],
        legacy_name=raw.get("legacy", raw["entity"]),
        can=frozenset(raw["can"]),
        fields=fields,
        by_name=_names(fields),
        has_udfs=raw.get("udf", False),
        supports_webhooks=raw.get("webhooks", False),
        top_writes=raw.get("topWrites", False),
        parent=_parent(raw["parent"]) if "parent" in raw else None,
        modified_fields=(*modified, *raw.get("modifiedAlso", ())),
        created_field=raw.get("created"),
    )


def _names(fields: tuple[Field, ...]) -> dict[str, Field]:
    names = {f.metadata_name.lower(): f for f in fields}
    names.update((f.name.lower(), f) for f in fields)
    return names


def _parent(raw: dict[str, Any]) -> ChildRoute:
    return ChildRoute(
        collection=raw["collection"],
        url=raw["url"],
        segment=raw["segment"],
        field=raw["field"],
        verbs=frozenset(_VERBS[letter] for letter in raw["verbs"]),
    )


def _field(raw: dict[str, Any]) -> Field:
    return Field(
        name=raw["name"],
        type=raw["type"],
        length=raw.get("length"),
        required=raw.get("required", False),
        read_only=raw.get("readOnly", False),
        queryable=raw.get("queryable", True),
        picklist=raw.get("picklist", False),
        reference=raw.get("reference"),
        metadata_name=raw.get("metadataName", raw["name"]),
        picklist_parent=raw.get("picklistParent"),
        webhook=raw.get("webhook", False),
        values=tuple((value, label) for value, label in raw.get("values", ())),
    )
