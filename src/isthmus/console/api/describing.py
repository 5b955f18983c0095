"""The API's description in OpenAPI's words, made from the table of calls. Pure."""

import re
from typing import Any

from isthmus.console.api.table import CALLS, PREFIX, Call

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        paths.setdefault(PREFIX + call.path, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Isthmus", "version": "1"},
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Problem": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string"} for name in ("title", "detail", "where", "remedy")
                    }
                    | {"status": {"type": "integer"}},
                    "required": ["title", "status"],
                }
            },
        },
        "security": [{"token": []}],
    }


def _operation(call: Call) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": call.summary,
        "description": f"For the role {call.role} and above.",
        "operationId": call.answer.__name__,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", call.path)
        ]
        + [
            {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
            for name, text in call.query
        ],
        "responses": {
            "200": {
                "description": "What was asked for.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "default": {
                "description": "What happened, where, and what to do.",
                "content": {"application/problem+json": {"schema": _PROBLEM}},
            },
        },
    }
    if call.method == "POST":
        fields = {name: _field(kind, text) for name, kind, text in call.body}
        told["requestBody"] = {
            "required": any(name in {"number", "why", "ids"} for name in fields),
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object", "properties": fields, "additionalProperties": False,
                    }
                }
            },
        }  # fmt: skip
    return told


def _field(kind: str, text: str) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "description": text}
    return told | {"items": {"type": "string"}} if kind == "array" else told
