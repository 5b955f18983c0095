"""The document of a query: filter, page size and wanted fields, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.reading.filters import Compiler, find_udf

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import State

MOST_ROWS = 500
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Query:
    """
    A checked query.

    where, params: SQL over the collection's table. page_size: 1 to 500. include: field names in
    catalogue spelling and include_udfs: user-defined ones, or both None for whole records.
    """

    where: str
    params: tuple[Any, ...]
    page_size: int
    include: frozenset[str] | None = None
    include_udfs: tuple[str, ...] | None = None


def parse_query(
    state: State, entity: Entity, raw: bytes | str, *, lenient: bool, empty: str
) -> Query:
    """
    Read and check a query. empty: `accept` or `refuse` a filter without a condition.

    Raises: VendorError.
    """
    document = _document(raw)
    nodes = document.get("filter")
    if not nodes:
        if empty == "refuse":
            raise errors.invalid_query("At least one filter condition is required.")
        nodes = []
    if _depth(nodes) > DEEPEST:
        raise errors.invalid_query(f"Groups may be nested {DEEPEST} deep.")
    where, params = Compiler(state, entity, lenient).compile(nodes)
    include, udfs = _include(state, entity, document.get("includefields"))
    return Query(where, tuple(params), _page_size(document.get("maxrecords")), include, udfs)


def _document(raw: bytes | str) -> dict[str, Any]:
    if not raw:
        raise errors.invalid_query("There is no query.")
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
        raise errors.unparsable(text.strip()[:1]) from error
    if not isinstance(document, dict):
        raise errors.invalid_query("A query is an object.")
    return {str(key).lower(): value for key, value in document.items()}


def _depth(nodes: Any) -> int:
    depth = 0
    level = nodes if isinstance(nodes, list) else [nodes]
    while level and depth <= DEEPEST:
        depth += 1
        level = [
            item
            for node in level
            if isinstance(node, dict)
            for key, items in node.items()
            if str(key).lower() == "items" and isinstance(items, list)
            for item in items
        ]
    return depth


def _page_size(raw: Any) -> int:
    """Source: limits and text observed; a number sent as text is read (assumed)."""
    if raw is None:
        return MOST_ROWS
    if isinstance(raw, str) and raw.strip().lstrip("-").isdigit():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= MOST_ROWS:
        raise errors.page_size_out_of_range()
    return raw


def _include(
    state: State, entity: Entity, raw: Any
) -> tuple[frozenset[str] | None, tuple[str, ...] | None]:
    """Source: vendor page on query features; user-defined names there are assumed to work."""
    if not raw:
        return None, None
    if not isinstance(raw, list):
        raise errors.invalid_query("IncludeFields is a list of field names.")
    fields, udfs = set(), []
    for name in raw:
        known = entity.field(str(name))
        udf = None if known else find_udf(state, entity.collection, str(name))
        if known is not None:
            fields.add(known.name)
        elif udf is not None:
            udfs.append(udf.name)
        else:
            raise errors.unknown_field(str(name), entity.name)
    return frozenset(fields), tuple(udfs) or None
