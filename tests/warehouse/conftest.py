from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.duckdb import DuckDBReader, DuckDBWarehouse
from isthmus.warehouse.ports import Warehouse
from isthmus.warehouse.postgres import PostgresReader, PostgresWarehouse
from tests.postgres import postgres_server, postgres_url
from tests.warehouse.building import ASKED, Desk, column, number, shape

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


@pytest.fixture
def reader(warehouse: Warehouse, request: pytest.FixtureRequest) -> Iterator[TableReader]:
    """Give a reader of the warehouse of the test."""
    opened: DuckDBReader | PostgresReader
    if isinstance(warehouse, DuckDBWarehouse):
        opened = warehouse.reader()
    else:
        opened = PostgresReader.open(
            request.getfixturevalue("postgres_url"), place="postgresql://here"
        )
    yield opened
    opened.close()


@pytest.fixture
def postgres_reader(postgres_url: str, tmp_path: Path) -> Iterator[PostgresReader]:
    """Give a reader of 300 tickets, in a database that holds a secret and a way to it."""
    opened = PostgresWarehouse.open(
        postgres_url, place="postgresql://here", spill=tmp_path / "spill"
    )
    table = shape("Tickets", column("title"), number("hours"))
    rows = [{"id": n, "title": f"ticket {n}", "hours": n} for n in range(300)]
    Desk(opened, tmp_path / "spool").publish(table, *rows)
    opened.close()
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("create table public.secret as select 'hunter2' as password")
        server.execute(
            "create function public.reveal() returns text language sql as"
            " 'select password from public.secret'"
        )
    reader = PostgresReader.open(postgres_url, place="postgresql://here")
    yield reader
    reader.close()


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Give a warehouse of each kind with 300 tickets."""
    rows = [
        {"id": n, "title": f"ticket {n}", "hours": n, "createDate": "2026-01-01T00:00:00Z"}
        for n in range(300)
    ]
    desk.publish(ASKED, *rows)
    return desk


@pytest.fixture
def filled_duckdb(duckdb_desk: Desk, tmp_path: Path) -> Desk:
    """Give one in a file, with a secret beside it."""
    rows = [{"id": n, "title": f"ticket {n}", "hours": n} for n in range(300)]
    duckdb_desk.publish(ASKED, *rows)
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    return duckdb_desk
