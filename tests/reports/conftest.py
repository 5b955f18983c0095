"""A few tables of each kind of warehouse, and a reader of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.duckdb import DuckDBReader, DuckDBWarehouse
from isthmus.warehouse.ports import ColumnType, Warehouse
from isthmus.warehouse.postgres import PostgresReader, PostgresWarehouse
from tests.postgres import postgres_server, postgres_url
from tests.warehouse.building import Desk, column, looked_up, number, picklist, shape

__all__ = ["postgres_server", "postgres_url"]

TICKETS = shape(
    "Tickets",
    column("ticketNumber"),
    column("title"),
    *picklist("status"),
    number("companyID"),
    column("createDate", ColumnType.TIMESTAMP),
    column("hours", ColumnType.DECIMAL),
    column("isOpen", ColumnType.BOOLEAN),
    looked_up("companyName", "companyID", "Companies", "companyName"),
)
COMPANIES = shape("Companies", column("companyName"))


@pytest.fixture(params=["duckdb", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    opened: Warehouse
    if request.param == "duckdb":
        opened = DuckDBWarehouse.open(tmp_path / "warehouse.duckdb")
    else:
        url = request.getfixturevalue("postgres_url")
        opened = PostgresWarehouse.open(url, place="postgresql://here", spill=tmp_path / "spill")
    yield Desk(opened, tmp_path / "spool")
    opened.close()


@pytest.fixture
def reader(desk: Desk, request: pytest.FixtureRequest) -> Iterator[TableReader]:
    opened: DuckDBReader | PostgresReader
    if isinstance(desk.warehouse, DuckDBWarehouse):
        opened = desk.warehouse.reader()
    else:
        opened = PostgresReader.open(
            request.getfixturevalue("postgres_url"), place="postgresql://here"
        )
    yield opened
    opened.close()


@pytest.fixture
def tickets(desk: Desk) -> Desk:
    """Give 200 tickets of 3 companies, of which one is unknown; every seventh has no title."""
    desk.publish(COMPANIES, {"id": 1, "companyName": "Acme"}, {"id": 2, "companyName": "Bolt 100%"})
    rows = [
        {
            "id": n * 3,
            "ticketNumber": f"T{n:04}",
            "title": None if n % 7 == 0 else f"Printer {n % 10} on fire" if n % 2 else f"=SUM({n})",
            "status": n % 4,
            "companyID": n % 3 + 1,
            "createDate": f"2026-03-{n % 28 + 1:02}T12:00:00Z",
            "hours": f"{n}.25",
            "isOpen": n % 2 == 0,
        }
        for n in range(1, 201)
    ]
    desk.publish(TICKETS, *rows)
    return desk
