"""What the simulator does, how we know it of the vendor, and the test that shows it.

`python -m isthmus_sim.autotask.coverage` prints simulators/COVERAGE.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from isthmus_sim.autotask.coverage.reading import READING
from isthmus_sim.autotask.coverage.writing import BEHAVIOURS, HEAD
from isthmus_sim.autotask.store.catalog import catalog

STATUSES = ("documented", "observed", "assumed")


@dataclass(frozen=True)
class Behaviour:
    """One line of the table. test: file::function, below tests/sim."""

    area: str
    what: str
    status: str
    source: str
    test: str


def behaviours() -> list[Behaviour]:
    """Give every line, in order."""
    return [
        Behaviour(area, what, status, source, test)
        for area, lines in {**READING, **BEHAVIOURS}.items()
        for what, status, source, test in lines
    ]


def render() -> str:
    """Give the page as Markdown."""
    lines = behaviours()
    parts = [HEAD, _counts(lines), _routes()]
    for area, group in groupby(lines, key=lambda line: line.area):
        parts.append(f"## {area}\n\n| behaviour | status | how we know | test |\n|---|---|---|---|")
        parts[-1] += "".join(
            f"\n| {b.what} | {b.status} | {b.source} | {_link(b.test)} |" for b in group
        )
    return "\n\n".join(parts) + "\n"


def _counts(lines: list[Behaviour]) -> str:
    numbers = [f"{sum(b.status == s for b in lines)} {s}" for s in STATUSES]
    return f"{len(lines)} behaviours: {', '.join(numbers)}."


def _link(test: str) -> str:
    file, name = test.split("::")
    return f"[{name.removeprefix('test_')}](../tests/sim/{file})"


def _routes() -> str:
    """Count the operations of the catalogue."""
    known = list(catalog())
    letters = {"query": "Q", "create": "C", "update": "U", "delete": "D"}
    able = {verb: sum(letter in e.can for e in known) for verb, letter in letters.items()}
    below = sum(e.parent is not None for e in known)
    fields = sum(len(e.fields) for e in known)
    told = ", ".join(f"{verb} on {count}" for verb, count in able.items())
    return (
        "## Operations\n\n"
        f"{len(known)} collections with {fields} fields; {told}; {below} also hang below a "
        "parent. Names, types, routes and verbs are *documented* (the vendor's Swagger document "
        "of June 2026); required, read-only, length and reference flags are *observed* (field "
        "metadata of live tenants). All are shown by "
        f"{_link('test_coverage.py::test_every_collection_answers_as_its_metadata_says')} and "
        f"{_link('test_coverage.py::test_every_parent_route_answers')}."
    )
