"""
Filters of a listing: each function returns one, `together` joins them.

They combine with AND. Text is never checked here; the listing checks the vendor's echo, because an
unknown filter is ignored by the vendor without a word.
"""

from collections.abc import Mapping
from datetime import date

Filter = Mapping[str, str]


def ids(*work_order_ids: int) -> Filter:
    """Ask for these work orders."""
    return {"f_work_order_id": ",".join(str(number) for number in work_order_ids)}


def search(text: str) -> Filter:
    """Ask for a word in title, description, location, type of work and more."""
    return {"f_search": text}


def one_of(name: str, *values: object) -> Filter:
    """Ask for any of these values of a filter by its name without `f_`, such as `state`."""
    return {f"f_{name}": ",".join(str(value) for value in values)}


def on(name: str, first: date, last: date | None = None) -> Filter:
    """
    Ask for days, both included; `name` is `created`, `schedule`, `assigned` and so on.

    Source: documented: taken as UTC days, then compared in the order's local time.
    """
    days = f"{first:%Y-%m-%d}" if last is None else f"{first:%Y-%m-%d},{last:%Y-%m-%d}"
    return {f"f_{name}": days}


def flag(name: str, value: bool = True) -> Filter:
    """Ask for a yes-or-no filter, such as `requests`."""
    return {f"f_{name}": "true" if value else "false"}


def together(*filters: Filter) -> Filter:
    """Return all of these as one; a later filter replaces an earlier one of the same name."""
    return {name: value for each in filters for name, value in each.items()}
