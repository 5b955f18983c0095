"""The project's own description of REST v2, and the paths in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

ROOT = "/api/rest/v2"
TOKEN_PATH = "/authentication/api/oauth/token"  # noqa: S105 - a path
_FILE = Path(__file__).with_name("openapi.json")
_METHODS = ("get", "post", "put", "delete", "patch")


@dataclass(frozen=True)
class Operation:
    """One operation. pattern: the path's segments, parameters in braces."""

    operation_id: str
    method: str
    pattern: tuple[str, ...]
    takes_async: bool

    def ids(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Give the path's parameters when it fits, else None."""
        found = {}
        for part, segment in zip(self.pattern, segments, strict=True):
            if part.startswith("{"):
                found[part[1:-1]] = segment
            elif part != segment:
                return None
        return found


@cache
def raw() -> bytes:
    """Give the description as it is served."""
    return _FILE.read_bytes()


@cache
def document() -> dict[str, Any]:
    """Give the description; not to be changed."""
    read: dict[str, Any] = orjson.loads(raw())
    return read


@cache
def operations() -> tuple[Operation, ...]:
    """Give every operation; fixed segments before parameters."""
    found = [
        _operation(path, method, item[method])
        for path, item in document()["paths"].items()
        for method in _METHODS
        if method in item
    ]
    return tuple(sorted(found, key=lambda op: [part.startswith("{") for part in op.pattern]))


def _operation(path: str, method: str, said: dict[str, Any]) -> Operation:
    pattern = tuple(part for part in path.split("/") if part)
    takes = {one["name"] for one in said.get("parameters", [])}
    return Operation(said["operationId"], method.upper(), pattern, "async" in takes)


@cache
def by_length() -> dict[int, tuple[Operation, ...]]:
    """Give the operations by the number of their segments."""
    lengths = {len(op.pattern) for op in operations()}
    return {n: tuple(op for op in operations() if len(op.pattern) == n) for n in lengths}


def find(method: str, segments: tuple[str, ...]) -> tuple[Operation | None, dict[str, str], bool]:
    """Give the operation, its path parameters, and whether the path is known at all."""
    known = False
    for op in by_length().get(len(segments), ()):
        ids = op.ids(segments)
        if ids is not None:
            known = True
            if op.method == method:
                return op, ids, True
    return None, {}, known
