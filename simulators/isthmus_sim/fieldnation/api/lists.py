"""GET /workorders: lists, filters that stick, sorting, pages, columns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.filters import FILTERS
from isthmus_sim.fieldnation.api.paging import block, cut
from isthmus_sim.fieldnation.base.errors import bad_parameter
from isthmus_sim.fieldnation.base.statuses import (
    APPROVED,
    ASSIGNED,
    DELETED,
    DRAFT,
    PAID,
    PUBLISHED,
    ROUTED,
    STATUS_IDS,
    WORK_DONE,
)
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]
PROBLEM = "workorders_problem"
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "workorders_in_flight": ("In-Flight", (PUBLISHED, ROUTED, ASSIGNED, WORK_DONE)),
    "workorders_draft": ("Draft", (DRAFT,)),
    "workorders_published_routed": ("Published / Routed", (PUBLISHED, ROUTED)),
    "workorders_assigned": ("Assigned", (ASSIGNED,)),
    PROBLEM: ("Problem", ()),
    "workorders_work_done": ("Work Done", (WORK_DONE,)),
    "workorders_approved": ("Approved", (APPROVED, PAID)),
    "workorders_all": ("All", tuple(name for name in STATUS_IDS if name != DELETED)),
}
"""List -> label, statuses. Source: names documented; what in flight holds is assumed."""

_SORTS: dict[str, Callable[[Doc], Any]] = {
    "id": lambda order: order["id"],
    "work_order_id": lambda order: order["id"],
    "title": lambda order: order["title"].lower(),
    "status": lambda order: order["status"],
    "schedule": lambda order: (order["schedule"] or {}).get("start", ""),
    "created": lambda order: order["milestones"]["created"],
    "updated": lambda order: order["updated"],
    "city": lambda order: (order["location"] or {}).get("city", ""),
    "state": lambda order: (order["location"] or {}).get("state", ""),
}
_BY_ID = ("id", "work_order_id")


def matching(a: Asked, test: Callable[[Doc], bool]) -> list[Doc]:
    """Give the stored orders that fit, deleted ones left out."""
    each = a.world.store.each("work_order")
    return [order for order in each if order["status"] != DELETED and test(order)]


def _listed(a: Asked, name: str) -> list[Doc]:
    """Give the orders of a list, by id."""
    if name == PROBLEM:
        return matching(a, _has_problem)
    store, statuses = a.world.store, LISTS[name][1]
    return store.derived(
        f"list {name}",
        "work_order",
        lambda: [order for order in store.each("work_order") if order["status"] in statuses],
    ).copy()


def _has_problem(order: Doc) -> bool:
    return any(not problem["resolved_at"] for problem in order["problems"])


def work_orders(a: Asked) -> Doc:
    """
    Give a page of work orders.

    Source: filters and list stick to the user unless sticky=false, `f_=` clears them; an
    unknown filter is ignored, a known one echoed (documented). Without columns rows are stubs
    (observed; switch `list_rows`).
    """
    name, filters = _state(a)
    found = _listed(a, name)
    for key, value in filters.items():
        found = FILTERS[key](a.world, found, value)
    _sort(a, found)
    shown = show_list(a, found, a.columns(), name)
    for key, value in filters.items():
        shown |= {key: value, "fs_" + key[2:]: True}
    shown["search_text"] = filters.get("f_search", "")
    return shown


def show_list(a: Asked, found: list[Doc], columns: Sequence[str], name: str) -> Doc:
    """Give a page of orders in the list's envelope."""
    sort, order = _sorting(a)
    return {
        "actions": [],
        "metadata": block(a, len(found), sort=sort, order=order, name=name),
        "params": [],
        "lists": list(_lists(a, name)),
        "results": [_row(a, one, columns) for one in cut(a, found)],
        "loading_time": 0,
        "timings": [],
        "tags": [],
        "custom_fields": [],
        "search_text": "",
        "correlation_id": a.world.token_text("work orders", length=32),
        "saved_filters": {"filter_id": "", "template": "", "user_id": str(a.by), "filters": []},
    }


def _row(a: Asked, order: Doc, columns: Sequence[str]) -> Doc:
    if columns or a.world.switches["list_rows"] == "whole":
        return show(a.world, order, columns)
    status = a.world.status_id(order["status"])
    return {"id": order["id"], "schedule": {"status_id": status}}


def _sorting(a: Asked) -> tuple[str, str]:
    sort, order = a.query("sort", "id"), a.query("order", "asc").lower()
    if order not in ("asc", "desc"):
        raise bad_parameter("order", "order takes asc or desc.")
    return (sort if sort in _SORTS else "id"), order


def _sort(a: Asked, found: list[Doc]) -> None:
    """Sort orders that come by id; what is equal stays by id, up or down as the rest."""
    sort, order = _sorting(a)
    if order == "desc":
        found.reverse()
    if sort not in _BY_ID:
        found.sort(key=_SORTS[sort], reverse=order == "desc")


def _state(a: Asked) -> tuple[str, dict[str, str]]:
    """Give list and filters: asked for, else kept from the user's last call."""
    query = a.call.query
    key = f"sticky:{a.by}:{a.query('stickyName')}"
    sticky = a.query("sticky", "true").lower() not in ("false", "0")
    kept = (a.world.store.meta_get(key) if sticky else None) or {"list": "", "filters": {}}
    filters = {} if "f_" in query else dict(kept["filters"])
    for name, value in query.items():
        if name in FILTERS:
            filters[name] = value
    filters = {name: value for name, value in filters.items() if value}
    asked = query.get("list", "") or kept["list"]
    chosen = asked if asked in LISTS else str(a.world.switches["list_default"])
    state = {"list": asked if asked in LISTS else "", "filters": filters}
    if sticky and state != kept:
        a.world.store.meta_set(key, state)
    return chosen, filters


def _lists(a: Asked, selected: str) -> Iterable[Doc]:
    for name, count in _counts(a).items():
        yield {
            "id": name,
            "label": LISTS[name][0],
            "count": count,
            "actions": [],
            "empty_message": "No work orders",
            "selected": name == selected,
            "custom_tab_id": None,
        }


def _counts(a: Asked) -> dict[str, int]:
    store = a.world.store
    return store.derived("list counts", "work_order", lambda: _counted(store.each("work_order")))


def _counted(orders: list[Doc]) -> dict[str, int]:
    by_status = Counter([order["status"] for order in orders])
    troubled = sum(_has_problem(o) for o in orders if o["problems"] and o["status"] != DELETED)
    return {
        name: troubled if name == PROBLEM else sum(by_status[status] for status in statuses)
        for name, (_label, statuses) in LISTS.items()
    }


def lists(a: Asked) -> list[Doc]:
    """Give the lists with how many orders each holds."""
    default = a.world.switches["list_default"]
    return [
        {
            "id": name,
            "label": LISTS[name][0],
            "count": count,
            "actions": [],
            "default": name == default,
        }
        for name, count in _counts(a).items()
    ]


SERVED: dict[str, Handler] = {"v2_woList_get": work_orders, "v2_woListing_get": lists}
