"""
What a path and a verb mean.

Source: the vendor's Swagger document for the paths and verbs. A path with none is 404; one with
others is 405 in ASP.NET's shape (both observed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.writing.writes import Parent

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.catalog import Catalog, Entity

_ID = re.compile(r"-?\d{1,18}")
_SERVICES = {
    "zoneinformation": "zone",
    "thresholdinformation": "threshold",
    "modules": "modules",
    "version": "version",
    "entityinformation": "entities",
}
_METADATA = {"": "info", "fields": "fields", "userdefinedfields": "udfs"}
_DOCUMENTS = ("invoicepdf", "invoicemarkuphtml", "invoicemarkupxml")
_QUERY = {"": "query", "count": "count", "next": "next", "prev": "prev"}
_WRITES = {"POST": "create", "PUT": "replace", "PATCH": "update"}


@dataclass(frozen=True)
class Place:
    """A path: what each verb does there, on which collection, below which parent row."""

    verbs: dict[str, str] = field(default_factory=dict)
    entity: Entity | None = None
    parent: Parent | None = None
    row_id: int | None = None


@dataclass(frozen=True)
class Route:
    """A path with its verb: `action` names the handler."""

    action: str
    entity: Entity | None = None
    parent: Parent | None = None
    row_id: int | None = None


def find_place(known: Catalog, path: tuple[str, ...]) -> Place | None:
    """Find a path of segments below the version; None when nobody serves it."""
    lower = tuple(segment.lower() for segment in path)
    if len(lower) == 1 and lower[0] in _SERVICES:
        return Place({"GET": _SERVICES[lower[0]]})
    if not lower:
        return None
    if len(lower) == 3 and lower[0] == "invoices" and lower[2] in _DOCUMENTS:
        return Place({"GET": "invoice document"}, known["Invoices"])
    if len(lower) >= 3 and _ID.fullmatch(lower[1]):
        return _child(known, lower)
    entity = known.find(lower[0])
    return None if entity is None else _top(entity, lower[1:])


def take(place: Place | None, method: str, url: str, *, patch_by_id: bool = False) -> Route:
    """Choose what the verb does. Raises: AspNetError 404 or 405."""
    if place is None or not place.verbs:
        raise errors.no_route(url)
    action = place.verbs.get(method)
    if action is None and patch_by_id and method == "PATCH" and place.row_id is not None:
        action = "update"
    if action is None:
        raise errors.wrong_verb(method)
    return Route(action, place.entity, place.parent, place.row_id)


def _top(entity: Entity, rest: tuple[str, ...]) -> Place | None:
    if not rest:
        return Place(_top_writes(entity), entity)
    if _ID.fullmatch(rest[0]) and len(rest) == 1:
        verbs = {"GET": "one"} if "Q" in entity.can else {}
        if "D" in entity.can and entity.top_writes:
            verbs["DELETE"] = "delete"
        return Place(verbs, entity, row_id=int(rest[0]))
    if rest[0] == "entityinformation":
        return _named(_METADATA, rest[1:], entity, None, ("GET",))
    if rest[0] == "query" and "Q" in entity.can:
        return _named(_QUERY, rest[1:], entity, None, ("GET", "POST"))
    return None


def _top_writes(entity: Entity) -> dict[str, str]:
    if not entity.top_writes:
        return {}
    letters = {"POST": "C", "PUT": "U", "PATCH": "U"}
    return {verb: _WRITES[verb] for verb, letter in letters.items() if letter in entity.can}


def _child(known: Catalog, path: tuple[str, ...]) -> Place | None:
    entity = known.child(path[0], path[2])
    if entity is None or entity.parent is None:
        return None
    parent = Parent(entity.parent.collection, int(path[1]))
    rest = path[3:]
    verbs = entity.parent.verbs
    if not rest:
        listed = {verb: action for verb, action in _WRITES.items() if verb in verbs}
        return Place({**({"GET": "list"} if "GET" in verbs else {}), **listed}, entity, parent)
    if rest[0] == "entityinformation":
        return _named(_METADATA, rest[1:], entity, parent, ("GET",))
    if rest in (("next",), ("prev",)) and "GET" in verbs:
        return Place({"GET": f"list {rest[0]}"}, entity, parent)
    if len(rest) == 1 and _ID.fullmatch(rest[0]):
        actions = {"GET": "one", "DELETE": "delete"}
        below = {verb: action for verb, action in actions.items() if verb in verbs}
        return Place(below, entity, parent, int(rest[0]))
    return None


def _named(
    names: dict[str, str],
    rest: tuple[str, ...],
    entity: Entity,
    parent: Parent | None,
    verbs: tuple[str, ...],
) -> Place | None:
    action = names.get("/".join(rest))
    return None if action is None else Place(dict.fromkeys(verbs, action), entity, parent)
