"""
How people and pages read the tables: what may be asked, within which limits, what comes back.

Every back end answers two kinds of question. `query` takes SQL of our own, with parameters, and
trusts it. `ask` takes SQL of a person and trusts nothing: it is read word by word first, and only
what is known to read and to stay within bounds is run. Both run in a transaction that cannot write.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from isthmus.base.clock import monotonic
from isthmus.warehouse.ports import QueryFailed, TableState

NOTHING: Mapping[str, object] = {}
LONGEST_SQL = 20_000
"""Characters of a statement of a person."""

_DEEPEST = 150

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")


class TooMuch(QueryFailed):
    """A query ran into a limit of time or memory; `remedy` says which."""


class NotPermitted(QueryFailed):
    """A statement of a person does something else than read the tables; `what` names it."""


class Kind(StrEnum):
    """What a column of an answer holds, as far as a page has to know."""

    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    YES_NO = "yes or no"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How much a query may take.

    `rows` and `size` (bytes, roughly) cut the answer short, which it says; None: no such limit.
    `seconds` and `memory_mb` end it with TooMuch; `seconds` None: as long as it takes. So do, where
    the answer goes to a file, `file` (bytes it may have) and `left` (bytes its disk must keep).
    """

    rows: int | None = 10_000
    seconds: float | None = 30.0
    size: int | None = 32 * 1024 * 1024
    memory_mb: int = 128
    file: int | None = None
    left: int | None = None


WHOLE = Limits(rows=None, seconds=None, size=None)
"""For answers that leave in a stream, or that are small by their SQL."""


class Cut(StrEnum):
    """Why an answer does not hold all rows."""

    NO = ""
    ROWS = "rows"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Answer:
    """Names, kinds and rows of plain values; `cut` tells when there were more rows than these."""

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[object, ...], ...]
    cut: Cut = Cut.NO
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer while it is read: batches of rows, until there are no more. Nothing is cut."""

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    batches: Iterator[Sequence[tuple[object, ...]]]


class TableReader(Protocol):
    """
    Reads the tables as they were last published. For several threads at once.

    `zone` is the time zone that `now()`, days and times without one are understood in.
    Raises: WarehouseAway, WarehouseBroken, QueryFailed and TooMuch, besides what is named.
    """

    is_folded: bool
    """Whether the database keeps names in lower case (PostgreSQL)."""

    is_columnar: bool
    """Whether a column of all rows is read in no time (DuckDB)."""

    def describe(self) -> tuple[TableState, ...]:
        """Return every dataset's table, by name, with the number of its rows."""
        ...

    def versions(self) -> dict[str, int]:
        """Return a number for each table that rises whenever its rows have changed."""
        ...

    def query(
        self,
        sql: str,
        parameters: Mapping[str, object] = NOTHING,
        limits: Limits = WHOLE,
        *,
        zone: str = "UTC",
    ) -> Answer:
        """Answer SQL of our own; a parameter is written `:name`."""
        ...

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] = NOTHING,
        limits: Limits = WHOLE,
        *,
        zone: str = "UTC",
    ) -> AbstractContextManager[Stream]:
        """Answer SQL of our own in batches while the block lasts."""
        ...

    def check(self, sql: str) -> str:
        """
        Return a person's statement as it may be run, without what ends it.

        Raises: NotPermitted; QueryFailed: it cannot be read.
        """
        ...

    def ask(self, sql: str, limits: Limits, *, zone: str = "UTC") -> Answer:
        """Answer SQL of a person. Raises: NotPermitted."""
        ...

    def ask_stream(
        self, sql: str, limits: Limits, *, zone: str = "UTC"
    ) -> AbstractContextManager[Stream]:
        """Answer SQL of a person in batches while the block lasts. Raises: NotPermitted."""
        ...

    def write_parquet(
        self,
        sql: str,
        target: Path,
        parameters: Mapping[str, object] = NOTHING,
        limits: Limits = WHOLE,
        *,
        zone: str = "UTC",
        is_asked: bool = False,
    ) -> int:
        """
        Write an answer to a Parquet file; return how many rows it has.

        Args: is_asked: the SQL is a person's. Raises: NotPermitted.
        """
        ...


def named(
    sql: str, parameters: Mapping[str, object], written: str
) -> tuple[str, dict[str, object]]:
    """
    Write parameters as a driver wants them, and return those that are used.

    Args: written: how `name` is written, with `{}` in its place.
    """
    if not parameters:
        return sql, {}
    used = {name: parameters[name] for name in _NAMED.findall(sql)}
    return _NAMED.sub(lambda found: written.format(found[1]), sql), used


def tidy(sql: str) -> str:
    """
    Return a person's statement without the semicolon that ends it.

    Raises: NotPermitted: it is empty, or so long or deep that a parser would choke on it.
    """
    text = sql.strip().rstrip(";").rstrip()
    if not text:
        raise NotPermitted("There is no statement.", remedy="Write one that begins with SELECT.")
    depth = deepest = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    if len(text) > LONGEST_SQL or deepest > _DEEPEST or "\0" in text:
        raise NotPermitted(
            f"The statement is too long or nested too deeply: {len(text)} characters,"
            f" {deepest} brackets deep.",
            remedy=f"Keep it below {LONGEST_SQL} characters and {_DEEPEST} brackets.",
        )
    return text


def gather(opening: AbstractContextManager[Stream], limits: Limits) -> Answer:
    """Open a stream and read it up to the limits."""
    started = monotonic()
    with opening as stream:
        rows, cut = _gathered(stream, limits)
    return Answer(stream.columns, stream.kinds, rows, cut, monotonic() - started)


def _gathered(stream: Stream, limits: Limits) -> tuple[tuple[tuple[object, ...], ...], Cut]:
    rows: list[tuple[object, ...]] = []
    size = 0
    for batch in stream.batches:
        for row in batch:
            if limits.rows is not None and len(rows) >= limits.rows:
                return tuple(rows), Cut.ROWS
            size += sum(_size(value) for value in row)
            if limits.size is not None and size > limits.size and rows:
                return tuple(rows), Cut.SIZE
            rows.append(row)
    return tuple(rows), Cut.NO


def kind_of(value: object) -> Kind:
    """Tell what kind of value it is."""
    if isinstance(value, bool):
        return Kind.YES_NO
    if isinstance(value, str):
        return Kind.TEXT
    if isinstance(value, date | datetime):
        return Kind.TIME
    return Kind.NUMBER if hasattr(value, "__float__") else Kind.OTHER


def _size(value: object) -> int:
    if isinstance(value, str | bytes):
        return 50 + len(value)
    if isinstance(value, list | tuple):
        return 50 + sum(map(_size, value))
    if isinstance(value, dict):
        return 100 + sum(_size(k) + _size(v) for k, v in value.items())
    return 30


def took_too_long(seconds: float | None) -> TooMuch:
    """Say that the time was up."""
    return TooMuch(
        f"The query was stopped after {seconds:g} seconds.",
        remedy="Ask for less at once: fewer rows (a WHERE on a date), fewer joins.",
    )


def took_too_much(memory_mb: int) -> TooMuch:
    """Say that the memory was used up."""
    return TooMuch(
        f"The query needed more than the {memory_mb} MB of memory it may use.",
        remedy="Ask for less at once: fewer rows or groups, no sorting of everything.",
    )
