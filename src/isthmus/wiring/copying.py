"""
What people set about datasets: kept or not, which columns, which records; others added, removed.

Settings are checked against what Autotask has, and hold from the next refresh on. Nothing here
reads records.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.base.errors import NeedsPerson
from isthmus.state.sync import DatasetChoice
from isthmus.sync.catalog import DATASETS, Dataset, Refresh, dataset_named, others
from isthmus.sync.rules.costing import plan_cost
from isthmus.sync.rules.only import Only, Term, only_of, parse_only, resolve_only, write_only
from isthmus.sync.rules.schema import plan_shape
from isthmus.sync.rules.scope import (
    ALL,
    FilterWrong,
    Scope,
    dated_fields,
    narrowed,
    needs_full,
    plan_scope,
    read_condition,
    scope_of,
    taken_back,
    write_condition,
    written_only,
)
from isthmus.sync.titles import meaning_of, title_of, words_of
from isthmus.warehouse.ports import Column, Origin, WarehouseBusy
from isthmus.wiring.build import House
from isthmus.wiring.listing import listed
from isthmus.wiring.stores import NothingHeld, open_warehouse

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
    "remove",
    "set_choice",
    "with_filter",
    "write_only",
]

_ORIGINS: Final = {Origin.LABEL: "label", Origin.UDF_LABEL: "label"}


class ChoiceWrong(NeedsPerson):
    """Something cannot be set as it was asked for; nothing was changed."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """
    One column of a dataset's table, there or to come.

    `label` is the name in words. `source` is Autotask's name of the field, which `left_out` lists;
    "" for what is taken over from another table. `why_not` says why it cannot be left out.
    """

    name: str
    label: str
    type: str
    origin: str
    source: str
    is_left_out: bool
    why_not: str = ""


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


@dataclass(frozen=True, slots=True)
class Addable:
    """A collection of Autotask that is not copied here."""

    name: str
    title: str
    refresh: Refresh


# What is set


def choice_of(house: House, name: str) -> DatasetChoice:
    """Return what is set about a dataset. Raises: ChoiceWrong: there is no such one."""
    dataset = _dataset(name)
    return house.copying.choices().get(dataset.name, DatasetChoice(dataset.name))


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
    `write_only(Only(terms, is_any))` makes it of parts. Raises: FilterWrong.
    """
    only = only.strip()
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
    raise NotImplementedError


# The columns


def columns_of(house: House, name: str) -> tuple[ColumnChoice, ...]:
    """
    Return the columns of a dataset's table, in order, those left out among them.

    Before there is a table Autotask is asked what there would be: two calls. Blocks; not in an
    event loop. Raises: ChoiceWrong, NotConnected, and the client's errors.
    """
    raise NotImplementedError


# Other collections


def addable(house: House) -> tuple[Addable, ...]:
    """Return the collections of Autotask that are not copied here, by title. Asks nobody."""
    raise NotImplementedError


def add(house: House, name: str, by: str) -> str:
    """Have another collection copied from now on; returns in sentences what follows."""
    raise NotImplementedError


def remove(house: House, name: str, by: str, *, drop: bool = False) -> str:
    """
    Have a dataset copied no more; returns in sentences what follows.

    Args: drop: its table goes too. Raises: StateBusy: a sync runs.
    """
    raise NotImplementedError
