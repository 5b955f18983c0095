"""What the shared SQL asks of a back end: one connection, and three ways to say a load is void."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from isthmus.warehouse.dialect import Dialect
from isthmus.warehouse.ports import TableShape


class MisfitError(Exception):
    """A value does not fit its column's type; the transaction is void."""


class UnreadableError(Exception):
    """A line is no record, or its id no whole number; the transaction is void."""


class TooLongError(Exception):
    """A record is longer than the reader made room for; the transaction is void."""


class Session(Protocol):
    """One connection of a back end, as the shared SQL uses it. Placeholders are `?`."""

    dialect: Dialect

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        ...

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; return how many rows it wrote."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commit when the block ends, roll back when it raises."""
        ...

    def relation(
        self, shape: TableShape, segments: Sequence[Path], only: Sequence[int] = ()
    ) -> str:
        """
        Return a relation of the raw columns, typed, in the order of the lines; good until the next.

        `only` keeps those ids alone. Raises, here or when it is read: MisfitError,
        UnreadableError, TooLongError.
        """
        ...

    def misfits(self, shape: TableShape, segments: Sequence[Path]) -> dict[str, str]:
        """Return an example for each raw column with a value that does not fit its type."""
        ...

    def allow_longer(self, segments: Sequence[Path]) -> None:
        """Make room for the longest record of the segments."""
        ...
