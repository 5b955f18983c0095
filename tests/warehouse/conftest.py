from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.ports import Warehouse
from tests.warehouse.building import Desk


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = DuckDBWarehouse.open(tmp_path / "warehouse.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def desk(warehouse: Warehouse, tmp_path: Path) -> Desk:
    return Desk(warehouse, tmp_path / "spool")
