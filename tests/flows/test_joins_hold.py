"""Every join of the map holds: orphans are exactly the rows whose reference points nowhere."""

from pathlib import Path

import duckdb
import pytest

from chaos.harness import Home, Simulator, must
from chaos.oracle import Row
from isthmus.sync.catalog import DATASETS, JOINS, Join


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[Row]]]:
    folder = tmp_path_factory.mktemp("joins")
    with Simulator(folder, "--seed", "8", "--companies", "25", "--tickets", "900") as simulator:
        home = Home(folder / "home", simulator)
        must(home.connect())
        must(home.run("sync", "--json"))
        raw = {d.name: simulator.admin("GET", f"state/{d.name}") for d in DATASETS}
    return folder / "home" / "warehouse.duckdb", raw


def raw_value(join: Join, row: Row, raw: dict[str, list[Row]]) -> int | None:
    """Read the reference off the vendor's own rows; two tables get it from the row between."""
    between = {
        ("ServiceCallTaskResources", "serviceCallID"): ("serviceCallTaskID", "ServiceCallTasks"),
        ("ServiceCallTicketResources", "serviceCallID"): (
            "serviceCallTicketID",
            "ServiceCallTickets",
        ),
        ("ServiceCallTicketResources", "ticketID"): ("serviceCallTicketID", "ServiceCallTickets"),
    }.get((join.many, join.column))
    if between is None:
        value: int | None = row[join.column]
        return value
    key, table = between
    return next((other[join.column] for other in raw[table] if other["id"] == row[key]), None)


@pytest.mark.parametrize("join", JOINS, ids=lambda join: f"{join.one}-{join.many}.{join.column}")
def test_a_join_has_the_orphans_the_vendor_has_and_no_other(
    join: Join, synced: tuple[Path, dict[str, list[Row]]]
) -> None:
    file, raw = synced
    known = {row["id"] for row in raw[join.one]}
    dangling = sorted(
        row["id"]
        for row in raw[join.many]
        if (value := raw_value(join, row, raw)) is not None and value not in known
    )

    with duckdb.connect(str(file), read_only=True) as warehouse:
        orphans = warehouse.execute(
            f'select m.id from autotask."{join.many}" m '
            f'anti join autotask."{join.one}" o on o.id = m."{join.column}" '
            f'where m."{join.column}" is not null order by 1'
        ).fetchall()
        joined = warehouse.execute(
            f'select count(*) from autotask."{join.many}" m '
            f'join autotask."{join.one}" o on o.id = m."{join.column}"'
        ).fetchone()

    assert [row[0] for row in orphans] == dangling
    assert joined is not None
    assert joined[0] > 0
