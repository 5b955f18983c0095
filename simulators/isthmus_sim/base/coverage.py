"""The shape of a line of a table, and of the part of one simulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Line = tuple[str, str, str, str]  # behaviour, status, source, test

STATUSES = ("documented", "observed", "assumed")


@dataclass(frozen=True)
class Part:
    """
    One simulator's part of the page.

    areas: lines by heading. operations: tells in Markdown which operations are served; called
    late, because it reads catalogues.
    """

    title: str
    intro: str
    areas: Mapping[str, Sequence[Line]]
    operations: Callable[[], str]


@dataclass(frozen=True)
class Behaviour:
    """One line of the table. test: file::function, below tests/sim."""

    area: str
    what: str
    status: str
    source: str
    test: str


def link(test: str) -> str:
    """Write a link to a test, as seen from simulators/COVERAGE.md."""
    file, name = test.split("::")
    return f"[{name.removeprefix('test_')}](../tests/sim/{file})"
