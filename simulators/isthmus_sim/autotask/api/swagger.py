"""
The API's own description at /swagger/docs/v1, made from the catalogue.

Paths, verbs, parameters, bodies and answers, so that a tool can drive the API from it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.api.routes import find_place

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.catalog import Catalog, Entity, Field

_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"format": "int32", "type": "integer"},
    "long": {"format": "int64", "type": "integer"},
    "short": {"format": "int32", "type": "integer"},
    "decimal": {"format": "double", "type": "number"},
    "double": {"format": "double", "type": "number"},
    "boolean": {"type": "boolean"},
    "datetime": {"type": "string"},  # with and without a zone: no format says both
    "byte": {"format": "byte", "type": "string"},
}
_SERVICES = ("ZoneInformation", "ThresholdInformation", "Modules", "Version", "EntityInformation")
_TEXTS = {"type": "array", "items": {"type": "string"}}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
_NULLABLE_TEXT = {"type": "string", "x-nullable": True}
_SHARED: dict[str, Any] = {
    "Errors": {"type": "object", "required": ["errors"], "properties": {"errors": _TEXTS}},
    "Message": {
        "type": "object",
        "required": ["Message"],
        "properties": {"Message": {"type": "string"}},
    },
    "Filter": {
        "type": "object",
        "required": ["op"],
        "properties": {
            "op": {"type": "string"},
            "field": {"type": "string"},
            "value": {},
            "udf": {"type": "boolean"},
            "items": {"type": "array", "items": {"$ref": "#/definitions/Filter"}},
        },
    },
    "Query": {
        "type": "object",
        "required": ["filter"],
        "properties": {
            "filter": {"type": "array", "items": {"$ref": "#/definitions/Filter"}},
            "maxRecords": {"type": "integer", "minimum": 1, "maximum": 500},
            "includeFields": _TEXTS,
        },
    },
    "PageDetails": {
        "type": "object",
        "required": ["count", "requestCount", "prevPageUrl", "nextPageUrl"],
        "properties": {
            "count": {"type": "integer"},
            "requestCount": {"type": "integer"},
            "prevPageUrl": _NULLABLE_TEXT,
            "nextPageUrl": _NULLABLE_TEXT,
        },
    },
    "Count": {
        "type": "object",
        "required": ["queryCount"],
        "properties": {"queryCount": {"type": "integer"}},
    },
    "Written": {
        "type": "object",
        "required": ["itemId"],
        "properties": {"itemId": {"type": "integer"}},
    },
    "Info": {
        "type": "object",
        "required": ["info"],
        "properties": {"info": {"type": "object"}},
    },
    "Fields": {"type": "object", "required": ["fields"], "properties": {"fields": _OBJECTS}},
    "Udf": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "value": {}},
    },
}
_ANSWERS = {
    "info": "Info",
    "fields": "Fields",
    "udfs": "Fields",
    "count": "Count",
    "create": "Written",
    "update": "Written",
    "replace": "Written",
    "delete": "Written",
}
_REFUSALS: dict[str, Any] = {
    "401": {"description": "Not signed in"},
    "404": {"description": "No such route", "schema": {"$ref": "#/definitions/Message"}},
    "405": {"description": "No such verb", "schema": {"$ref": "#/definitions/Message"}},
    "429": {"description": "Over a limit", "schema": {"$ref": "#/definitions/Errors"}},
    "500": {"description": "Refused", "schema": {"$ref": "#/definitions/Errors"}},
    "501": {"description": "Not simulated", "schema": {"$ref": "#/definitions/Errors"}},
}


def document(known: Catalog, host: str, base_path: str) -> dict[str, Any]:
    """Describe every path the simulator serves. host: as the caller wrote it."""
    paths = {f"/V1.0/{name}": _operations(known, name, None) for name in _SERVICES}
    for entity in known:
        for path in _entity_paths(entity):
            paths[f"/V1.0/{path}"] = _operations(known, path, entity)
    definitions = dict(_SHARED)
    for entity in known:
        definitions |= _models(entity)
    return {
        "swagger": "2.0",
        "info": {"version": "v1", "title": "Datto|Autotask PSA Rest API (simulated)"},
        "host": host,
        "basePath": base_path.rstrip("/"),
        "schemes": ["http"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": {path: verbs for path, verbs in paths.items() if verbs},
        "definitions": definitions,
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


def _operations(known: Catalog, path: str, entity: Entity | None) -> dict[str, Any]:
    segments = tuple(path.replace("{parentId}", "1").replace("{id}", "1").split("/"))
    place = find_place(known, segments)
    if place is None:
        return {}
    tag = entity.collection if entity else path
    return {
        verb.lower(): {
            "tags": [tag],
            "operationId": f"{tag}_{action.title().replace(' ', '')}_{verb.title()}{len(segments)}",
            "parameters": [*_in_path(path), *_given(verb, action, entity)],
            "responses": {"200": _answer(action, entity), **_REFUSALS},
        }
        for verb, action in place.verbs.items()
    }


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "type": "integer", "format": "int64"}
        for name in ("parentId", "id")
        if f"{{{name}}}" in path
    ]


def _given(verb: str, action: str, entity: Entity | None) -> list[dict[str, Any]]:
    """Describe the body or the query of an operation."""
    if action == "zone":
        return [{"name": "user", "in": "query", "required": True, "type": "string"}]
    if action in {"query", "count"}:
        if verb == "GET":
            return [{"name": "search", "in": "query", "required": True, "type": "string"}]
        return [_body("Query")]
    if action in {"create", "update", "replace"} and entity is not None:
        return [_body(f"{entity.name}Model")]
    return []


def _body(model: str) -> dict[str, Any]:
    schema = {"$ref": f"#/definitions/{model}"}
    return {"name": "body", "in": "body", "required": True, "schema": schema}


def _answer(action: str, entity: Entity | None) -> dict[str, Any]:
    model = _ANSWERS.get(action)
    if entity is not None and action in {"query", "list"}:
        model = f"{entity.name}Page"
    elif entity is not None and action == "one":
        model = f"{entity.name}Item"
    schema = {"$ref": f"#/definitions/{model}"} if model else {"type": "object"}
    return {"description": "Done", "schema": schema}


def _models(entity: Entity) -> dict[str, Any]:
    """Describe one record, one answer with a record, and a page of them."""
    properties = {field.name: _property(field) for field in entity.fields}
    if entity.has_udfs:
        udf = {"$ref": "#/definitions/Udf"}
        properties["userDefinedFields"] = {"type": "array", "items": udf}
    model = {"$ref": f"#/definitions/{entity.name}Model"}
    items = {"type": "array", "items": model}
    page = {"items": items, "pageDetails": {"$ref": "#/definitions/PageDetails"}}
    # Files answer with `items` where all else answers with `item`; so neither is required.
    one = {"item": {"x-nullable": True, **model}, "items": items}
    return {
        f"{entity.name}Model": {"type": "object", "properties": properties},
        f"{entity.name}Item": {"type": "object", "properties": one},
        f"{entity.name}Page": {"type": "object", "required": list(page), "properties": page},
    }


def _property(field: Field) -> dict[str, Any]:
    return {**_TYPES.get(field.type, {"type": "string"}), "x-nullable": True}
