"""The API's own description at /swagger/docs/v1, made from the catalogue: names and verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.api.routes import find_place

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.catalog import Catalog, Entity

_TYPES: dict[str, dict[str, str]] = {
    "integer": {"format": "int32", "type": "integer"},
    "long": {"format": "int64", "type": "integer"},
    "decimal": {"format": "double", "type": "number"},
    "boolean": {"type": "boolean"},
    "datetime": {"format": "date-time", "type": "string"},
    "byte": {"format": "byte", "type": "string"},
}
_SERVICES = ("ZoneInformation", "ThresholdInformation", "Modules", "Version", "EntityInformation")


def document(known: Catalog, host: str, base_path: str) -> dict[str, Any]:
    """Describe every path the simulator serves. host: as the caller wrote it."""
    paths = {f"/V1.0/{name}": _operations(known, (name,), name) for name in _SERVICES}
    for entity in known:
        for path in _entity_paths(entity):
            paths[f"/V1.0/{path}"] = _operations(known, _filled(path), entity.collection)
    return {
        "swagger": "2.0",
        "info": {"version": "v1", "title": "Datto|Autotask PSA Rest API (simulated)"},
        "host": host,
        "basePath": base_path.rstrip("/"),
        "schemes": ["http"],
        "paths": {path: verbs for path, verbs in paths.items() if verbs},
        "definitions": {f"{entity.name}Model": _model(entity) for entity in known},
    }


def _entity_paths(entity: Entity) -> list[str]:
    top = entity.collection
    bases = [f"{top}/query", f"{top}/query/count", top, f"{top}/{{id}}"]
    roots = [top]
    if entity.parent is not None:
        below = f"{entity.parent.url}/{{parentId}}/{entity.parent.segment}"
        bases += [below, below + "/{id}"]
        roots.append(below)
    tails = ("", "/fields", "/userDefinedFields")
    return bases + [f"{root}/entityInformation{tail}" for root in roots for tail in tails]


def _filled(path: str) -> tuple[str, ...]:
    return tuple(path.replace("{parentId}", "1").replace("{id}", "1").split("/"))


def _operations(known: Catalog, path: tuple[str, ...], tag: str) -> dict[str, Any]:
    place = find_place(known, path)
    if place is None:
        return {}
    return {
        verb.lower(): {
            "tags": [tag],
            "operationId": f"{tag}_{action.title().replace(' ', '')}_{len(path)}",
            "produces": ["application/json"],
            "responses": {code: {"description": ""} for code in ("200", "401", "403")},
        }
        for verb, action in place.verbs.items()
    }


def _model(entity: Entity) -> dict[str, Any]:
    properties: dict[str, Any] = {
        field.name: dict(_TYPES.get(field.type, {"type": "string"})) for field in entity.fields
    }
    if entity.has_udfs:
        properties["userDefinedFields"] = {"type": "array", "items": {"type": "object"}}
    return {"type": "object", "properties": properties}
