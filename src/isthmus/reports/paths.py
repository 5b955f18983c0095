"""Ways through the joins from one table to another, and the SQL that goes them."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.reports.errors import ExploringWrong
from isthmus.warehouse.dialect import DATA_SCHEMA
from isthmus.warehouse.ports import Column, ColumnType, Origin

LONGEST: Final = 4
"""Joins in a path; longer ones multiply rows more than they tell."""

_MOST_PATHS: Final = 12
_TAKEN: Final = 5
_PLAIN: Final = re.compile(r"[A-Za-z]\w*")
_TELLING: Final = re.compile(r"(number|title|name)$", re.IGNORECASE)
_LABELS: Final = ("status", "priority", "queueid", "contracttype", "projecttype", "issuetype")
_MEASURES: Final = ("hoursworked", "units", "price", "startdate", "enddate", "createdate")


@dataclass(frozen=True, slots=True)
class Join:
    """`one`.id = `many`.`column`: each row of `many` belongs to at most one row of `one`."""

    one: str
    many: str
    column: str


@dataclass(frozen=True, slots=True)
class Step:
    """One join, gone from `start` to `end`; `is_multiplying`: one row may become several."""

    join: Join
    start: str
    end: str

    @property
    def is_multiplying(self) -> bool:
        """Tell whether it goes from the one to the many."""
        return self.start == self.join.one


class NoPath(ExploringWrong):
    """The joins do not lead from one table to the other."""


def paths_between(
    joins: Sequence[Join], start: str, end: str, longest: int = LONGEST
) -> tuple[tuple[Step, ...], ...]:
    """
    Return the ways from one dataset to another, short ones first, those that multiply rows last.

    No dataset is passed twice. Raises: NoPath.
    """
    known = {name.lower(): name for join in joins for name in (join.one, join.many)}
    if start.lower() not in known or end.lower() not in known:
        wrong = start if start.lower() not in known else end
        raise NoPath(
            f"No join leads to {wrong}.", where=wrong, remedy="isthmus joins lists the joins."
        )
    found = list(_ways(joins, known[start.lower()], known[end.lower()], longest))
    if not found:
        raise NoPath(
            f"No {longest} joins lead from {start} to {end}.",
            where=f"{start} to {end}",
            remedy="Go by way of a table between them; isthmus joins lists the joins.",
        )
    found.sort(key=lambda way: (len(way), sum(step.is_multiplying for step in way)))
    return tuple(found[:_MOST_PATHS])


def path_sql(
    start: str, steps: Sequence[Step], columns: Mapping[str, Sequence[Column]], limit: int = 100
) -> str:
    """
    Write the query that goes a path: one text, for DuckDB and PostgreSQL alike.

    Every row of the first table is kept. Of each table it takes what tells one row from another:
    numbers, names, labels. Args: columns: of each table, as `describe` gives them.
    """
    names = [start, *(step.end for step in steps)]
    aliases = dict(zip(names, _aliases(names), strict=True))
    taken = [
        f"{aliases[name]}.{column} as {name}_{column}"
        for name in names
        for column in telling_columns(columns.get(name, ()))
    ]
    lines = ["select", ",\n".join(f"  {part}" for part in taken)]
    lines.append(f"from {DATA_SCHEMA}.{start} {aliases[start]}")
    for step in steps:
        there, here = aliases[step.end], aliases[step.start]
        on = (
            f"{there}.{step.join.column} = {here}.id"
            if step.is_multiplying
            else f"{there}.id = {here}.{step.join.column}"
        )
        lines.append(f"left join {DATA_SCHEMA}.{step.end} {there} on {on}")
    lines.append(f"order by {aliases[start]}.id\nlimit {limit}")
    return "\n".join(lines)


def telling_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the columns that tell a person which row it is: id, number, name, labels, measures."""
    plain = [c for c in columns if _PLAIN.fullmatch(c.name) and not c.is_long]
    ranked = sorted((rank, c.name) for c in plain if (rank := _rank(c)) is not None)
    return ("id", *(name for _, name in ranked if name.lower() != "id"))[: _TAKEN + 1]


def _rank(column: Column) -> int | None:
    name = column.name.lower()
    if column.origin is Origin.FIELD and column.type is ColumnType.TEXT and _TELLING.search(name):
        return 0
    if column.origin is Origin.LABEL and name in _LABELS:
        return 1 + _LABELS.index(name)
    if name in _MEASURES:
        return 10 + _MEASURES.index(name)
    if column.origin is Origin.HYDRATED and name in {"companyname", "resourcefullname"}:
        return 9
    return None


def _ways(joins: Sequence[Join], start: str, end: str, longest: int) -> Iterator[tuple[Step, ...]]:
    waiting: deque[tuple[Step, ...]] = deque([()])
    while waiting:
        way = waiting.popleft()
        here = way[-1].end if way else start
        if way and here == end:
            yield way
            continue
        if len(way) == longest:
            continue
        passed = {start, *(step.end for step in way)}
        for join in joins:
            for one, other in ((join.one, join.many), (join.many, join.one)):
                if one == here and (other not in passed or (other == end and not passed & {end})):
                    waiting.append((*way, Step(join, one, other)))


def _aliases(names: Sequence[str]) -> Iterator[str]:
    """Give each table the capitals of its name, numbered where two have the same."""
    seen: dict[str, int] = {}
    for name in names:
        short = "".join(re.findall(r"[A-Z]", name)).lower() or name[:1].lower()
        short = f"{short}_" if short in {"as", "is", "in", "on", "or", "by", "to"} else short
        seen[short] = seen.get(short, 0) + 1
        yield short if seen[short] == 1 else f"{short}{seen[short]}"
