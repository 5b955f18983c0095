"""Opens the warehouse that the settings name; drivers are imported where they are used."""

from pathlib import Path

from isthmus.warehouse.ports import Warehouse
from isthmus.wiring.config import Config
from isthmus.wiring.settings import SettingWrong


def open_warehouse(config: Config) -> Warehouse:
    """Open or make the warehouse. Raises: WarehouseBusy, WarehouseAway, ..., SettingWrong."""
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.warehouse.is_file:
        return open_duckdb(config.warehouse.path, config.memory_mb)
    return _open_postgres(config)


def open_duckdb(path: Path, memory_mb: int) -> Warehouse:
    """Open or make a DuckDB file."""
    from isthmus.warehouse.duckdb import DuckDBWarehouse  # noqa: PLC0415

    return DuckDBWarehouse.open(path, memory_limit=f"{memory_mb}MB")


def _open_postgres(config: Config) -> Warehouse:
    try:
        from isthmus.warehouse.postgres import PostgresWarehouse  # noqa: PLC0415
    except ImportError as error:
        raise SettingWrong(
            "PostgreSQL's driver is not installed.",
            where="environment variable ISTHMUS_WAREHOUSE",
            remedy="pip install 'isthmus[postgres]'",
        ) from error
    return PostgresWarehouse.open(
        config.warehouse.address,
        place=config.warehouse.url,
        spill=config.home / "spill",
        memory_limit=f"{config.memory_mb}MB",
    )
