"""Joins what people explore the tables with: readers, joins as data, saved reports, guides."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from isthmus.engine.database import open_database
from isthmus.reports.connecting import Guide, guides, reader_sql
from isthmus.reports.orphans import OrphanCounts
from isthmus.reports.paths import Join
from isthmus.reports.saved import SavedReports
from isthmus.state.saved_reports import SavedReportStore
from isthmus.sync.catalog import JOINS, dataset_named, others
from isthmus.wiring.connecting import datasets_of
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import Config
from isthmus.wiring.tables.reading import Readers

__all__ = [
    "JOINS_TO_EXPLORE",
    "datasets_of",
    "guides_of",
    "joins_between",
    "open_saved_reports",
    "orphan_counts",
    "saved_reports_of",
]

JOINS_TO_EXPLORE: Final = tuple(Join(join.one, join.many, join.column) for join in JOINS)
"""The catalogue's joins, for `reports.paths`."""


@cache
def _known_joins() -> tuple[Join, ...]:
    """Return the catalogue's joins, and what other collections are known to refer to."""
    more = [
        Join(target, dataset.name, column)
        for dataset in filter(None, map(dataset_named, others()))
        for column, target in dataset.references
    ]
    return (*JOINS_TO_EXPLORE, *more)


def joins_between(names: Collection[str]) -> tuple[Join, ...]:
    """Return the joins that are known between datasets, of the 22 or added."""
    return tuple(join for join in _known_joins() if join.one in names and join.many in names)


def orphan_counts(readers: Readers) -> OrphanCounts:
    """Return the counts of orphans of this home's joins; keep one for the whole process."""
    return OrphanCounts(_known_joins(), readers.reader)


def saved_reports_of(stores: Stores) -> SavedReports:
    """Return the saved reports of stores that are open. Raises: StateBusy, StateBroken."""
    return SavedReports(SavedReportStore.open(stores.state.engine))


@contextmanager
def open_saved_reports(config: Config) -> Iterator[SavedReports]:
    """
    Give the saved reports of a home while the block lasts; nothing else of it is opened.

    Raises: EngineUnavailable, EngineBroken, StateBroken, StateBusy.
    """
    place = config.dispatch_place
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(place.path / "dispatch.db" if place.is_file else place.address)
    try:
        yield SavedReports(SavedReportStore.open(engine))
    finally:
        engine.dispose()


def guides_of(config: Config) -> tuple[Guide, ...]:
    """Return how other programs are connected to this home's tables, without any password."""
    place = config.warehouse
    return guides(file=str(place.path)) if place.is_file else guides(address=place.address)


def reader_sql_of(config: Config) -> str:
    """Return what makes a role that only reads the tables; "" where they are in a file."""
    place = config.warehouse
    return "" if place.is_file else reader_sql(place.address)
