"""
Where writes go: at the entity's own collection, or below its parent.

`child_routes.json` holds the entities that are written below a parent alone: the parent's
collection, its spelling in a path, the segment below it, the field that names the parent, and the
verbs there: G list, P create, U replace, A update, D delete.
Source: the vendor's own API description, June 2026.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from isthmus.autotask.errors import CallRefused, ValidationFailed
from isthmus.autotask.port import Value

ATTACHMENTS: Final = "Attachments"
VERBS: Final = {"POST": "P", "PATCH": "A", "DELETE": "D", "PUT": "U", "GET": "G"}


class ChildRoute(msgspec.Struct, frozen=True):
    """How a child entity hangs below its parent."""

    parent: str
    path: str
    segment: str
    field: str
    verbs: str


@cache
def child_routes() -> Mapping[str, ChildRoute]:
    """Return the routes of all child entities, by their collection."""
    raw = resources.files(__package__).joinpath("child_routes.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, ChildRoute])


@cache
def _folded() -> Mapping[str, ChildRoute]:
    return {name.casefold(): route for name, route in child_routes().items()}


def route_of(entity: str) -> ChildRoute | None:
    """Return how an entity hangs below its parent; None when it is written at its own top."""
    return _folded().get(entity.casefold())


def attachments_of(entity: str) -> tuple[str, ChildRoute]:
    """
    Return the collection that holds an entity's files, and its route.

    Raises: CallRefused: the entity takes none.
    """
    for name, route in child_routes().items():
        if route.segment == ATTACHMENTS and route.parent.casefold() == entity.casefold():
            return name, route
    raise CallRefused(
        f"{entity} take no files",
        where=f"{entity} attachments",
        remedy="Put the file at a ticket, task, note, time entry or another that takes one.",
    )


def check_verb(entity: str, route: ChildRoute, method: str) -> None:
    """Raise CallRefused where the vendor has no such verb for a child entity."""
    if VERBS[method] not in route.verbs:
        word = {"POST": "create", "PATCH": "update", "DELETE": "delete"}[method]
        raise CallRefused(
            f"Autotask has no {word} for {entity}",
            where=f"{method} {route.path}/.../{route.segment}",
            remedy="Delete it and create it anew, where that is offered."
            if word == "update"
            else "Do it in Autotask itself.",
        )


def collection_path(
    entity: str, route: ChildRoute | None, parent_id: int | None, method: str
) -> str:
    """Return the path of the collection to write at. Raises: CallRefused: no such verb there."""
    if route is None:
        return entity
    check_verb(entity, route, method)
    assert parent_id is not None  # noqa: S101 - told to the type checker
    return f"{route.path}/{int(parent_id)}/{route.segment}"


def parent_in(entity: str, route: ChildRoute, values: Mapping[str, Value]) -> int:
    """
    Return the id of the parent from a record or from what is to be one.

    Raises: ValidationFailed: it names none.
    """
    folded = route.field.casefold()
    found = next((value for name, value in values.items() if name.casefold() == folded), None)
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValidationFailed(
            f"{entity} are written below {route.parent}, and {route.field} names none",
            where=f"{entity}.{route.field}",
            remedy=f"Give the id of the record of {route.parent} as {route.field}.",
        )
    return found
