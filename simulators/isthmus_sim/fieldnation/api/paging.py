"""Pages of lists: page, per_page, and the block that describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import bad_parameter

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked

Doc = dict[str, Any]
MOST = 1_000_000_000


def page_of(a: Asked) -> tuple[int, int]:
    """
    Give page (from 1) and rows a page.

    Source: both parameters, a default of 25 and a cap of 100 (documented); that a larger
    per_page is cut and a wrong one refused is assumed.
    """
    most = int(a.world.switches["per_page_most"])
    size = _whole(a, "per_page", int(a.world.switches["per_page_default"]))
    return _whole(a, "page", 1), min(size, most)


def _whole(a: Asked, name: str, default: int) -> int:
    text = a.query(name)
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise bad_parameter(name, f"{name} takes a whole number from 1.")
    return int(text)


def block(a: Asked, total: int, *, sort: str = "id", order: str = "asc", name: str = "") -> Doc:
    """Give the metadata of a page. name: of the list."""
    page, size = page_of(a)
    return {
        "total": total,
        "page": page,
        "pages": -(-total // size),
        "per_page": size,
        "columns": a.query("columns"),
        "view": a.query("view", "list"),
        "sort": sort,
        "order": order,
        "list": name,
    }


def cut(a: Asked, rows: list[Any]) -> list[Any]:
    """Give the rows of the page asked for."""
    page, size = page_of(a)
    return rows[(page - 1) * size : page * size]


def listing(a: Asked, rows: list[Doc], **more: Any) -> Doc:
    """Give a page of a lookup list in the vendor's envelope."""
    return {
        "actions": [],
        "metadata": block(a, len(rows)),
        "params": [],
        "lists": [],
        "results": cut(a, rows),
        "search_text": "",
        "correlation_id": a.world.token_text("list", a.call.path, length=32),
        **more,
    }


def cursor_page(a: Asked, rows: list[Doc], key: str) -> Doc:
    """
    Give a page of a talent-pool list: limit, after, before, the cursors being keys.

    Source: the parameters and the block are in the published description; what a cursor
    looks like is assumed.
    """
    limit = _whole(a, "limit", 20)
    keys = [str(row[key]) for row in rows]
    start = keys.index(a.query("after")) + 1 if a.query("after") in keys else 0
    if a.query("before") in keys:
        start = max(0, keys.index(a.query("before")) - limit)
    chosen = rows[start : start + limit]
    more, less = start + limit < len(rows), start > 0
    pagination = {
        "limit": limit,
        "next_cursor": str(chosen[-1][key]) if more and chosen else None,
        "prev_cursor": str(chosen[0][key]) if less and chosen else None,
        "has_next_page": more,
        "has_prev_page": less,
    }
    return {"data": chosen, "pagination": pagination}
