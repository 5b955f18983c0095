"""
What people set about datasets: kept or not, which columns, which records; others added, removed.

Settings are checked against what Autotask has, and hold from the next refresh on. Nothing here
reads records.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias

from isthmus.state.sync import DatasetChoice
from isthmus.sync.catalog import DATASETS, Dataset
from isthmus.sync.rules.costing import plan_cost
from isthmus.sync.rules.only import (
    Only,
    Term,
    check_size,
    only_of,
    parse_only,
    resolve_only,
    write_only,
)
from isthmus.sync.rules.scope import (
    FilterWrong,
    Scope,
    needs_full,
    plan_scope,
    read_condition,
    scope_of,
    taken_back,
    write_condition,
    written_only,
)
from isthmus.sync.titles import title_of
from isthmus.wiring.build import House
from isthmus.wiring.sync.adding import Addable, add, addable, remove, take_in
from isthmus.wiring.sync.choices import ChoiceWrong, choice_of, dataset_found
from isthmus.wiring.sync.columns import ColumnChoice, columns_of, fields_meant, has_table
from isthmus.wiring.vendors import waiting

__all__ = [
    "Addable",
    "ChoiceWrong",
    "ColumnChoice",
    "DatasetChoice",
    "Filter",
    "FilterWrong",
    "Only",
    "Term",
    "add",
    "addable",
    "choice_of",
    "columns_of",
    "filter_of",
    "has_table",
    "remove",
    "set_choice",
    "take_in",
    "with_filter",
    "write_only",
]

_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "Companies": frozenset({"companyname"}),
    "Resources": frozenset({"username", "firstname", "lastname"}),
}
"""What stands beside every reference. Source: docs/datasets.md, names beside ids."""


@dataclass(frozen=True, slots=True)
class Filter:
    """
    Which records are kept: all where it is empty.

    `only` is the filter as text; `terms` and `is_any` the same in parts. `terms` is empty where a
    filter is nested deeper than parts can say; `only` is its JSON then.
    """

    since: date | None = None
    only: str = ""
    terms: tuple[Term, ...] = ()
    is_any: bool = False


# What is set


def filter_of(choice: DatasetChoice) -> Filter:
    """Return the filter of a choice, as a form shows it."""
    since, where = read_condition(choice.condition)
    only = written_only(choice.condition)
    parts = Only() if where is None else only_of(where)
    if only is None:
        only = choice.condition if parts is None else write_only(parts)
    elif only:
        parts = parse_only(only)
    parts = parts or Only()
    return Filter(since, only, parts.terms, parts.is_any)


def with_filter(choice: DatasetChoice, since: date | None, only: str = "") -> DatasetChoice:
    """
    Return the choice with a filter as a person wrote it; `set_choice` holds it against Autotask.

    Args: only: like `status eq Complete and title contains "server"`, see docs/datasets.md;
    `write_only(Only(terms, is_any))` makes it of parts. Autotask's own JSON is taken too. Raises:
    FilterWrong.
    """
    only = only.strip()
    if only.startswith("{"):
        return replace(choice, condition=write_condition(since, read_condition(only)[1]))
    if only:
        parse_only(only)
    return replace(choice, condition=write_condition(since, None, only))


def set_choice(house: House, name: str, choice: DatasetChoice) -> str:
    """
    Set something about a dataset, and return in sentences what follows from it.

    Asks Autotask for its fields, and for the number of records where there is a filter: up to four
    calls. Blocks; not in an event loop. Args: choice: `by` is who sets it; `left_out` may name
    columns of the table or fields. Raises: ChoiceWrong, FilterWrong, QueryRefused, NotConnected
    and the client's errors; nothing is set then.
    """
    dataset = dataset_found(name)
    before = choice_of(house, dataset.name)
    wanted = replace(choice, dataset=dataset.name)
    if {one.lower() for one in wanted.left_out} != {one.lower() for one in before.left_out}:
        wanted = replace(wanted, left_out=fields_meant(house, dataset, wanted.left_out))
    found = _Found()
    if wanted.condition and wanted.condition != before.condition:
        found = waiting.run(_look(house, dataset, wanted))
        wanted = replace(wanted, condition=found.condition)
    line = house.copying.kept().get(dataset.name)
    new, old = _scope(wanted), _scope(before)
    house.copying.choose(wanted)
    if line is not None and old.left_out - new.left_out:
        house.copying.save_scope(dataset.name, taken_back(line.scope))
    is_filled = line is not None and line.ok_at is not None
    return " ".join(_follows(dataset, (before, old), (wanted, new), found, is_filled=is_filled))


@dataclass(frozen=True, slots=True)
class _Found:
    """What Autotask says of a filter: as it is kept, and how many records meet it, of how many."""

    condition: str = ""
    rows: int | None = None
    of_all: int | None = None


async def _look(house: House, dataset: Dataset, choice: DatasetChoice) -> _Found:
    """Hold a filter against the tenant's fields, and have the vendor count what meets it."""
    since, where = read_condition(choice.condition)
    only = written_only(choice.condition) or ""
    async with house.autotask(patient=False) as client:
        fields = await client.fields(dataset.name)
        udfs = await client.user_defined_fields(dataset.name)
        if only:
            where = resolve_only(parse_only(only), fields, udfs)
        elif where is not None:
            check_size(where)
        names = [field.name for field in fields if field.is_queryable]
        node = plan_scope(dataset, Scope(since, where), names)
        if node is None:
            return _Found()
        rows = await client.count(dataset.name, node)
        of_all = await client.count(dataset.name)
    return _Found(write_condition(since, where, only), rows, of_all)


def _scope(choice: DatasetChoice) -> Scope:
    return scope_of(choice.condition, choice.left_out)


_Set: TypeAlias = tuple[DatasetChoice, Scope]


def _follows(
    dataset: Dataset, before: _Set, wanted: _Set, found: _Found, *, is_filled: bool
) -> Iterator[str]:
    """Say what will happen, in sentences."""
    (was, old), (choice, new) = before, wanted
    title = title_of(dataset.name)
    if not choice.is_kept:
        yield f"{title}: no longer refreshed; the table stays as it is."
    elif not was.is_kept:
        yield f"{title}: refreshed again, from where the table stands."
    yield from _follows_for_columns(dataset, old.left_out, new.left_out, is_filled=is_filled)
    if found.rows is not None:
        yield f"{found.rows:,} of {found.of_all:,} records meet the filter."
    if new.has_udf and (old.since, old.where) != (new.since, new.where):
        yield (
            "It is read whole each time: Autotask does not promise that a change of a user-defined"
            " field moves a date of change."
        )
    if is_filled and needs_full(old, new):
        calls = plan_cost(found.rows, limit=None).calls
        cost = f", about {calls:,} calls" if calls is not None else ""
        gone = " Rows that do not meet the filter go then." if new.is_narrow else ""
        yield f"The next refresh reads all that is kept again{cost}.{gone}"
    if choice == replace(was, by=choice.by, at=choice.at):
        yield f"{title}: nothing was changed."


def _follows_for_columns(
    dataset: Dataset, old: frozenset[str], new: frozenset[str], *, is_filled: bool
) -> Iterator[str]:
    more = len(new - old)
    if more and is_filled:
        yield (
            f"{_fields(more)} left out: the next refresh takes the values out of the table, where"
            " the columns stay, empty."
        )
    elif more:
        yield f"{_fields(more)} left out."
    if old - new:
        yield f"{_fields(len(old - new))} taken back in."
    users = _names_elsewhere(dataset, new - old)
    if users:
        yield f"What {users} take over from them becomes empty too."


def _fields(number: int) -> str:
    return "1 field is" if number == 1 else f"{number} fields are"


def _names_elsewhere(dataset: Dataset, left_out: frozenset[str]) -> str:
    """Name the tables that take over something that is left out."""
    if left_out & _NAMES.get(dataset.name, frozenset()):
        return "all tables that refer to it"
    found = [
        one.name
        for one in DATASETS
        if any(
            (lookup.dataset, lookup.source.lower() in left_out) == (dataset.name, True)
            for lookup in one.lookups
        )
    ]
    return ", ".join(found)
