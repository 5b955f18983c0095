"""
A dataset as a page shows it: some rows, searched, filtered, sorted, and where to go on.

Rows are found by their id and sort key first and fetched afterwards, which keeps a table of a
million rows below a tenth of a second in DuckDB. A search goes through the newest rows first, for
so long as it may, and says how far it came; asked again from there, it goes on. PostgreSQL reads
whole rows, so there conditions go the same way, and sorting by anything but the id takes its
time.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from isthmus.base.clock import monotonic
from isthmus.reports.errors import ExploringWrong
from isthmus.reports.look_conditions import Condition, conditions_sql, searched_columns
from isthmus.reports.look_places import Place, place_of, place_sql, text_of
from isthmus.reports.names import quoted, table
from isthmus.warehouse.answering import Limits, TableReader, TooMuch
from isthmus.warehouse.ports import Column, TableState

SIZES: Final = (25, 50, 100, 200)
_SECONDS: Final = 10.0
_COUNT_SECONDS: Final = 0.05
_SEARCH_SECONDS: Final = 0.06
_FIRST_SLICE: Final = 5_000
_LARGEST_SLICE: Final = 500_000
_QUICK: Final = 0.015


class NoSuchTable(ExploringWrong):
    """The dataset was never read, or has no column of that name."""


@dataclass(frozen=True, slots=True)
class Look:
    """
    What is wanted of a dataset.

    `columns` are those to show; () all. `search` is looked for in names, numbers and titles.
    `sort` names a column. `after` and `before` are what a page gave as `next` and `previous`.
    `zone` is that of who asks, in which conditions on times are understood.
    """

    dataset: str
    columns: tuple[str, ...] = ()
    search: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = "id"
    descending: bool = True
    after: str = ""
    before: str = ""
    size: int = 50
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Page:
    """
    What was found.

    `total` is how many rows the table holds; `found` how many meet the conditions, None where
    counting them would have taken too long. `is_done` False: the search did not come to the end;
    `next` goes on. `searched` are the columns it looked into, and `seen` how many rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    total: int
    found: int | None
    next: str = ""
    previous: str = ""
    is_done: bool = True
    searched: tuple[str, ...] = ()
    seen: int | None = None
    seconds: float = 0.0


def look(reader: TableReader, state: TableState, wanted: Look) -> Page:
    """
    Look into a dataset. Raises: NoSuchTable; ConditionWrong: a condition cannot be understood.

    Args: state: of the dataset, from `reader.describe()`.
    """
    started = monotonic()
    finder = _Finder(reader, state, wanted)
    found = finder.sliced() if finder.goes_by_slices else finder.sorted()
    rows = finder.rows([place.id for place in found.places])
    return replace(found.page, rows=rows, seconds=monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Found:
    places: tuple[Place, ...]
    page: Page


class _Finder:
    def __init__(self, reader: TableReader, state: TableState, wanted: Look) -> None:
        self._reader = reader
        self._state = state
        self._wanted = wanted
        self._table = table(reader, state.dataset)
        self._id = quoted(reader, "id")
        self._sort = column_named(state, wanted.sort)
        self._shown = (
            tuple(column_named(state, name) for name in wanted.columns) if wanted.columns else ()
        ) or state.columns
        self._searched = searched_columns(state.columns) if wanted.search.strip() else ()
        self._where, self._values = conditions_sql(
            reader, state, wanted.conditions, wanted.search, self._searched, zone=wanted.zone
        )

    def sorted(self) -> _Found:
        """Find one page in the order of a column."""
        wanted = self._wanted
        backwards = bool(wanted.before)
        descending = wanted.descending != backwards
        start = place_of(wanted.before or wanted.after, self._sort)
        key = quoted(self._reader, self._sort.name)
        where, values = place_sql(key, self._id, start, descending=descending, last=not backwards)
        order = order_sql(key, self._id, descending=descending, nulls_last=not backwards)
        conditions = " AND ".join(filter(None, (self._where, where))) or "true"
        answer = self._reader.query(
            f"SELECT {key}, {self._id} FROM {self._table} WHERE {conditions}"
            f" ORDER BY {order} LIMIT {wanted.size + 1}",
            {**self._values, **values},
            Limits(rows=None, size=None, seconds=_SECONDS),
        )
        places = [Place(value, _number(row_id)) for value, row_id in answer.rows]
        more = len(places) > wanted.size
        places = places[: wanted.size]
        if backwards:
            places.reverse()
        return _Found(tuple(places), self._page(places, more=more, backwards=backwards))

    @property
    def goes_by_slices(self) -> bool:
        """Tell whether going through all rows at once might take long, and need not be."""
        wanted = self._wanted
        in_order = wanted.sort.lower() == "id" and wanted.descending and not wanted.before
        return in_order and bool(self._searched or (self._where and not self._reader.is_columnar))

    def sliced(self) -> _Found:
        """Go through the rows from the newest on, slice by slice, while there is time."""
        wanted, end = self._wanted, monotonic() + _SEARCH_SECONDS
        lowest, highest = self._span()
        start = place_of(wanted.after, self._sort)
        top = min(highest, start.id - 1) if start is not None else highest
        per_id = self._state.rows / max(1, highest - lowest + 1)
        rows = _FIRST_SLICE
        places: list[Place] = []
        while top >= lowest and len(places) <= wanted.size:
            began = monotonic()
            bottom = max(lowest, top - max(1, int(rows / per_id)))
            places += self._slice(bottom, top, wanted.size + 1 - len(places))
            top = bottom - 1
            if monotonic() > end:
                break
            if monotonic() - began < _QUICK:
                rows = min(_LARGEST_SLICE, rows * 4)
        more = len(places) > wanted.size
        places = places[: wanted.size]
        is_done = not more and top < lowest
        last = places[-1] if more else Place(top + 1, top + 1)
        found = len(places) if is_done and not wanted.after else None
        if found is None and not self._searched:
            found = self._count()
        page = Page(
            self._shown, (), self._state.rows,
            found=found,
            next="" if is_done else text_of(last),
            is_done=more or is_done,
            searched=tuple(column.name for column in self._searched),
            seen=self._state.rows if is_done else int((highest - top) * per_id),
        )  # fmt: skip
        return _Found(tuple(places), page)

    def rows(self, ids: list[int]) -> tuple[tuple[object, ...], ...]:
        """Fetch the columns to be shown, in the order of the ids."""
        if not ids:
            return ()
        names = ", ".join(quoted(self._reader, column.name) for column in self._shown)
        listed = ", ".join(map(str, ids))
        if self._reader.is_columnar:  # as a join it reads a third of what a list has it read
            listed = f"SELECT unnest([{listed}])"
        answer = self._reader.query(
            f"SELECT {self._id}, {names} FROM {self._table} WHERE {self._id} IN ({listed})"
        )
        held = {row[0]: row[1:] for row in answer.rows}
        return tuple(held[one] for one in ids if one in held)

    def _page(self, places: list[Place], *, more: bool, backwards: bool) -> Page:
        first, last = (text_of(places[0]), text_of(places[-1])) if places else ("", "")
        begins = not (self._wanted.after or self._wanted.before)
        return Page(
            columns=self._shown,
            rows=(),
            total=self._state.rows,
            found=self._count(),
            next=last if more or backwards else "",
            previous="" if begins or (backwards and not more) else first,
            searched=tuple(column.name for column in self._searched),
        )

    def _count(self) -> int | None:
        if not self._where:
            return self._state.rows
        with suppress(TooMuch):
            answer = self._reader.query(
                f"SELECT count(*) FROM {self._table} WHERE {self._where}",
                self._values,
                Limits(seconds=_COUNT_SECONDS),
            )
            return _number(answer.rows[0][0])
        return None

    def _slice(self, bottom: int, top: int, size: int) -> list[Place]:
        answer = self._reader.query(
            f"SELECT {self._id} FROM {self._table} WHERE {self._id} BETWEEN {bottom} AND {top}"
            f" AND {self._where} ORDER BY {self._id} DESC LIMIT {size}",
            self._values,
        )
        return [Place(row[0], _number(row[0])) for row in answer.rows]

    def _span(self) -> tuple[int, int]:
        answer = self._reader.query(f"SELECT min({self._id}), max({self._id}) FROM {self._table}")
        lowest, highest = answer.rows[0]
        return (0, -1) if lowest is None else (_number(lowest), _number(highest))


def order_sql(key: str, row_id: str, *, descending: bool, nulls_last: bool = True) -> str:
    """
    Return by what rows are ordered: a key, and among equals their ids.

    By ids alone nothing is said of NULLs, or PostgreSQL has no use for their index. Args: key,
    row_id: names of columns, quoted.
    """
    way, nulls = "DESC" if descending else "ASC", "LAST" if nulls_last else "FIRST"
    by_key = f"{key} {way} NULLS {nulls}, " if key != row_id else ""
    return f"{by_key}{row_id} {way}"


def table_named(states: tuple[TableState, ...], dataset: str) -> TableState:
    """Return what is held of a dataset, whatever its case. Raises: NoSuchTable."""
    found = {state.dataset.lower(): state for state in states}.get(dataset.lower())
    if found is None:
        raise NoSuchTable(
            f"There is no table {dataset} yet.",
            where=dataset,
            remedy="Refresh the dataset; isthmus test tells whether it may be read.",
        )
    return found


def column_named(state: TableState, name: str) -> Column:
    """Return a column of a table, whatever its case. Raises: NoSuchTable."""
    found = {column.name.lower(): column for column in state.columns}.get(name.lower())
    if found is None:
        raise NoSuchTable(
            f"{state.dataset} has no column {name}.",
            where=state.dataset,
            remedy="The page of the dataset lists its columns.",
        )
    return found


def _number(value: object) -> int:
    return int(str(value))
