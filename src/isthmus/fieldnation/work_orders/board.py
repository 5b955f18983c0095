"""
Listings of work orders: never by what the vendor remembers, always by what was asked.

The vendor keeps filters for each user and falls back on them, ignores filters it does not know,
and answers stubs without columns; so list, `sticky=false` and columns are always sent, and each
answer's echo is checked before a row is used. Source: developer guide of 2026, and observed.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from isthmus.fieldnation import errors as err
from isthmus.fieldnation.calls import Call, Caller
from isthmus.fieldnation.decode import decode_object
from isthmus.fieldnation.filters import Filter
from isthmus.fieldnation.filters import ids as by_id
from isthmus.fieldnation.models import Raw, WorkOrder
from isthmus.fieldnation.parsing import parse_work_order
from isthmus.fieldnation.readout import number_of, object_of, rows_of, text_of
from isthmus.fieldnation.vocabulary import COLUMNS
from isthmus.fieldnation.work_orders.base import ORDERS, OrderCalls, options

_MOST_PAGES: Final = 10_000


class Listing:
    """
    Work orders of one list, read page by page while it is iterated; each comes once.

    `total` is what the vendor counted on the last page read, None before the first. `seen` counts
    what was yielded. Rows that leave the list meanwhile move others to a page already read: where
    `seen` is below `total` at the end, read it again, or read `workorders_all`, which none leaves.
    """

    def __init__(self, caller: Caller, query: dict[str, str]) -> None:
        self._caller = caller
        self._query = query
        self.total: int | None = None
        self.seen = 0

    async def __aiter__(self) -> AsyncIterator[WorkOrder]:
        """Yield every work order. Raises: FilterIgnored: its echo shows something else."""
        known: set[int] = set()
        self.seen = 0
        for page in range(1, _MOST_PAGES):
            fresh = [one for one in await self._page(page) if one.id not in known]
            # A page past the end may come back empty, or as the last one once more.
            if not fresh:
                return
            for order in fresh:
                if order.id not in known:
                    known.add(order.id)
                    self.seen += 1
                    yield order

    async def _page(self, number: int) -> list[WorkOrder]:
        call = Call("GET", ORDERS, {**self._query, "page": str(number)})
        found = await self._caller.fetch(call, decode_object)
        if self._caller.settings.check_echo:
            check_echo(self._query, found)
        total = number_of(object_of(found.get("metadata")).get("total"))
        self.total = None if total is None else int(total)
        return [order for row in rows_of(found) if (order := parse_work_order(row)) is not None]


class Board(OrderCalls):
    """The calls that list work orders."""

    def list(
        self,
        list: str = "workorders_all",  # noqa: A002 - the vendor's word for it
        *,
        filters: Filter | None = None,
        columns: tuple[str, ...] = COLUMNS,
        sort: str = "id",
        order: str = "asc",
        per_page: int | None = None,
        acting_user_id: int | None = None,
    ) -> Listing:
        """
        Return a listing to iterate; nothing is asked before.

        Args: list: one of `vocabulary.LISTS`. filters: from `f`, or the vendor's `f_` names.
        columns: what each row holds. per_page: 1 to 100.
        """
        query = {
            "list": list,
            "sticky": "false",
            "columns": ",".join(columns),
            "sort": sort,
            "order": order,
            "per_page": str(per_page or self._caller.settings.per_page),
            **options(acting_user_id=acting_user_id),
            **(filters or {}),
        }
        return Listing(self._caller, query)

    async def by_ids(
        self, ids: Sequence[int], columns: tuple[str, ...] = COLUMNS
    ) -> dict[int, WorkOrder]:
        """
        Return those of these work orders that a listing shows, by id: one call where it shows all.

        Args: ids: at most 100, none twice. Raises: FilterIgnored: its echo shows something else.
        """
        found: dict[int, WorkOrder] = {}
        if not ids:
            return found
        async for order in self.list(filters=by_id(*ids), columns=columns, per_page=len(ids)):
            found[order.id] = order
            if found.keys() >= set(ids):  # no other meets the filter
                break
        return found


def check_echo(query: Mapping[str, str], found: Raw) -> None:
    """
    Compare a listing's echo with what was asked.

    A filter that is understood comes back under its own name; an unknown one does not, and one
    we did not ask for was remembered from elsewhere.
    Raises: FilterIgnored.
    """
    listed = text_of(object_of(found.get("metadata")).get("list"))
    if listed and listed != query["list"]:
        raise _ignored(f"It answered with the list {listed} instead of {query['list']}")
    asked = {name for name in query if name.startswith("f_")}
    missing = sorted(name for name in asked if _is_off(_echo(found, name)))
    if missing:
        raise _ignored(f"It ignored the filter {', '.join(missing)}")
    others = sorted(
        name
        for name, value in found.items()
        if name.startswith("f_") and len(name) > 2 and name not in asked and not _is_off(value)
    )
    if others:
        raise _ignored(f"It applied a filter that was not asked for: {', '.join(others)}")


def _echo(found: Raw, name: str) -> Any:
    value = found.get(name)
    # A filter asked to be false is echoed as false, which elsewhere means that it is off.
    return "false" if value is False else value


def _is_off(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _ignored(what: str) -> err.FilterIgnored:
    return err.FilterIgnored(
        f"Field Nation did not list what was asked for. {what}.",
        where="GET work orders",
        remedy="Check the filter's name and value; the vendor ignores names it does not know.",
    )
