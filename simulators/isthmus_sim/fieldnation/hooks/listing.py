"""Lists of the webhooks API: filter, search, sort, page, choose fields. Pure.

Source: the parameters, their defaults and the 500 of the delivery logs are in the vendor's
webhooks description; that a wrong one answers 400 is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.hooks.errors import HookRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_PER_PAGE = 500
MOST = 2**53 - 1  # what a JSON number holds exactly
MANAGING = ("sortDirection", "sortBy", "page", "perPage", "search", "fields")


@dataclass(frozen=True)
class Listing:
    """What one list offers. numeric: filters whose value must be a number."""

    fields: tuple[str, ...]
    sorts: tuple[str, ...]
    sort: str
    filters: tuple[str, ...]
    searched: tuple[str, ...]
    per_page: int = 25
    numeric: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page of rows, how many there are in all, and the query as it was understood."""

    rows: list[dict[str, Any]]
    total: int
    query: dict[str, Any]


def make_page(rows: Sequence[dict[str, Any]], query: Mapping[str, str], listing: Listing) -> Page:
    """
    Give the page a query asks for.

    Raises: HookRefused (400): a value the parameter cannot take.
    """
    asked = _asked(query, listing)
    found = [row for row in rows if _fits(row, asked, listing)]
    found.sort(
        key=lambda row: _order(row, asked["sortBy"]), reverse=asked["sortDirection"] == "DESC"
    )
    start = (asked["page"] - 1) * asked["perPage"]
    chosen = asked.get("fields") or listing.fields
    page = [choose(row, chosen) for row in found[start : start + asked["perPage"]]]
    return Page(page, len(found), asked)


def choose(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Give the named fields of a row, in that order; unknown names are passed over."""
    return {name: row[name] for name in fields if name in row}


def fields_of(query: Mapping[str, str]) -> list[str]:
    """Read `fields`: repeated, or comma-separated, or both."""
    given = query.getall("fields", []) if hasattr(query, "getall") else [query.get("fields", "")]
    return [name.strip() for text in given for name in text.split(",") if name.strip()]


def _asked(query: Mapping[str, str], listing: Listing) -> dict[str, Any]:
    direction = query.get("sortDirection", "DESC").upper()
    if direction not in ("ASC", "DESC"):
        raise HookRefused(400, "sortDirection must be one of the following values: ASC, DESC")
    sort = query.get("sortBy") or listing.sort
    if sort not in listing.sorts:
        names = ", ".join(listing.sorts)
        raise HookRefused(400, f"sortBy must be one of the following values: {names}")
    asked: dict[str, Any] = {
        "sortDirection": direction,
        "sortBy": sort,
        "page": _whole(query, "page", 1, MOST),
        "perPage": _whole(query, "perPage", listing.per_page, MOST_PER_PAGE),
    }
    if query.get("search"):
        asked["search"] = query["search"]
    if fields := fields_of(query):
        asked["fields"] = fields
    for name in listing.filters:
        if query.get(name):
            asked[name] = _number(name, query[name]) if name in listing.numeric else query[name]
    return asked


def _whole(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name) or str(default)
    number = _number(name, text)
    if number < 1:
        raise HookRefused(400, f"{name} must not be less than 1")
    if number > most:
        raise HookRefused(400, f"{name} must not be greater than {most}")
    return number


def _number(name: str, text: str) -> int:
    digits = text if text.isascii() and text.isdecimal() and len(text) < 20 else ""
    if not digits or int(digits) > MOST:
        raise HookRefused(400, f"{name} must be a number")
    return int(digits)


def _fits(row: Mapping[str, Any], asked: Mapping[str, Any], listing: Listing) -> bool:
    if any(name in asked and str(row.get(name)) != str(asked[name]) for name in listing.filters):
        return False
    wanted = str(asked.get("search", "")).lower()
    return not wanted or any(wanted in str(row.get(name, "")).lower() for name in listing.searched)


def _order(row: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    """Sort by the field, then by what came first."""
    value = row.get(name)
    return ("" if value is None else value, row["id"])
