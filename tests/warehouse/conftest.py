from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.ports import Warehouse
from isthmus.warehouse.postgres import PostgresWarehouse
from tests.postgres import postgres_server, postgres_url
from tests.warehouse.building import Desk

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """Give an empty warehouse of each kind."""
    opened: Warehouse
    if request.param == "duckdb":
        opened = DuckDBWarehouse.open(tmp_path / "warehouse.duckdb")
    else:
        url = request.getfixturevalue("postgres_url")
        opened = PostgresWarehouse.open(url, place="postgresql://here", spill=tmp_path / "spill")
    yield opened
    opened.close()


@pytest.fixture
def desk(warehouse: Warehouse, tmp_path: Path) -> Desk:
    return Desk(warehouse, tmp_path / "spool")


@pytest.fixture
def duckdb_desk(tmp_path: Path) -> Iterator[Desk]:
    opened = DuckDBWarehouse.open(tmp_path / "warehouse.duckdb")
    yield Desk(opened, tmp_path / "spool")
    opened.close()
