"""Opens the warehouse that the settings name; drivers are imported where they are used."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from isthmus.base.errors import NeedsPerson
from isthmus.warehouse.ports import Warehouse
from isthmus.warehouse.reading import Counts
from isthmus.wiring.environment.config import Config
from isthmus.wiring.environment.settings import SettingWrong

if TYPE_CHECKING:
    from isthmus.warehouse.duckdb import DuckDBReader
    from isthmus.warehouse.postgres import PostgresReader


_READING_THREADS: Final = 2
"""Where a person waits for an answer; a refresh waits for the vendor, and has one."""


class NothingHeld(NeedsPerson):
    """The warehouse was not made yet."""


def open_warehouse(config: Config) -> Warehouse:
    """Open or make the warehouse. Raises: WarehouseBusy, WarehouseAway, ..., SettingWrong."""
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.warehouse.is_file:
        return open_duckdb(config.warehouse.path, config.memory_mb, config.spool)
    return _open_postgres(config)


def open_duckdb(path: Path, memory_mb: int, spool: Path) -> Warehouse:
    """Open or make a DuckDB file; records are read from the folder `spool` alone."""
    from isthmus.warehouse.duckdb import DuckDBWarehouse  # noqa: PLC0415

    return DuckDBWarehouse.open(path, memory_limit=f"{memory_mb}MB", spool=spool)


def open_reader(config: Config, counts: Counts) -> "DuckDBReader | PostgresReader":
    """
    Open a reader of the tables there are. Raises: NothingHeld, WarehouseBusy, ...

    Args: counts: kept for the next reader, where counting takes long.
    """
    place = config.warehouse
    if not place.is_file:
        return _open_postgres_reader(config, counts)
    if not place.path.exists():
        raise nothing_held(place.path)
    from isthmus.warehouse.duckdb import DuckDBWarehouse  # noqa: PLC0415

    warehouse = DuckDBWarehouse.open(
        place.path,
        memory_limit=f"{config.memory_mb}MB",
        threads=_READING_THREADS,
        spool=config.spool,
    )
    try:
        return warehouse.reader()
    finally:
        warehouse.close()


def nothing_held(path: Path) -> NothingHeld:
    """Say that there are no tables yet."""
    return NothingHeld(
        "There are no tables yet.", where=str(path), remedy="isthmus sync makes them."
    )


def _open_postgres_reader(config: Config, counts: Counts) -> "PostgresReader":
    try:
        from isthmus.warehouse.postgres import PostgresReader  # noqa: PLC0415
    except ImportError as error:
        raise _no_driver() from error
    place = config.warehouse
    return PostgresReader.open(place.address, place=place.url, counts=counts)


def _no_driver() -> SettingWrong:
    return SettingWrong(
        "PostgreSQL's driver is not installed.",
        where="environment variable ISTHMUS_WAREHOUSE",
        remedy="pip install 'isthmus[postgres]'",
    )


def _open_postgres(config: Config) -> Warehouse:
    try:
        from isthmus.warehouse.postgres import PostgresWarehouse  # noqa: PLC0415
    except ImportError as error:
        raise _no_driver() from error
    return PostgresWarehouse.open(
        config.warehouse.address,
        place=config.warehouse.url,
        spill=config.home / "spill",
        memory_limit=f"{config.memory_mb}MB",
    )
