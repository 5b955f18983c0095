"""The DuckDB file itself: its lock, its format, what a query may do."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.ledger import LAYOUT
from isthmus.warehouse.ports import QueryFailed, TableState, WarehouseBroken, WarehouseBusy
from tests.warehouse.building import Desk, column, shape

TABLE = shape("Tickets", column("title"))


def test_what_was_published_is_there_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "warehouse.duckdb"
    first = DuckDBWarehouse.open(path, spool=tmp_path / "spool")
    Desk(first, tmp_path / "spool").publish(TABLE, {"id": 1, "title": "kept"})
    first.close()

    assert not path.with_suffix(".duckdb.wal").exists()
    with duckdb.connect(str(path), read_only=True) as plain:
        assert plain.execute("select * from autotask.tickets").fetchall() == [(1, "kept")]
    again = DuckDBWarehouse.open(path)
    assert again.query("select title from autotask.Tickets").rows == (("kept",),)
    again.close()


def test_the_file_can_be_read_by_older_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    DuckDBWarehouse.open(path).close()

    with duckdb.connect() as plain:
        plain.execute(f"attach '{path}' as w (read_only)")
        tags = plain.execute(
            "select tags from duckdb_databases() where database_name = 'w'"
        ).fetchall()
    assert "v1.4.0" in str(tags)


def test_what_is_known_of_a_file_goes_on_while_nobody_else_writes_to_it(
    duckdb_desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "warehouse.duckdb"
    duckdb_desk.publish(TABLE, {"id": 1, "title": "a"})
    duckdb_desk.warehouse.close()

    def told() -> tuple[TableState, ...]:
        warehouse = DuckDBWarehouse.open(path)
        reader = warehouse.reader()
        warehouse.close()
        states = reader.describe()
        reader.close()
        return states

    first = told()
    assert told() is first
    with duckdb.connect(str(path)) as plain:
        plain.execute("insert into autotask.Tickets (id) values (2)")
    assert [state.rows for state in told()] == [2]

    killed = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]);"
        " c.execute('insert into autotask.Tickets (id) values (3)'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(path)], check=False)
    assert path.with_suffix(".duckdb.wal").exists()
    assert [state.rows for state in told()] == [3]


def test_a_file_in_use_is_named_with_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    DuckDBWarehouse.open(path).close()
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
        " sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseBusy, match=f"process {holder.pid}") as caught:
            DuckDBWarehouse.open(path)
        assert holder.stdin is not None
        holder.stdin.close()

    assert caught.value.where == str(path)
    assert caught.value.remedy
    DuckDBWarehouse.open(path).close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_text("not a database, and long enough to be looked at" * 100)

    with pytest.raises(WarehouseBroken) as caught:
        DuckDBWarehouse.open(path)

    assert caught.value.where == str(path)


def test_a_layout_from_the_future_is_refused(duckdb_desk: Desk, tmp_path: Path) -> None:
    duckdb_desk.warehouse.close()
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as plain:
        plain.execute(f"update isthmus.layout set version = {LAYOUT + 1}")

    with pytest.raises(WarehouseBroken, match="newer Isthmus"):
        DuckDBWarehouse.open(path)


def test_a_query_answers_with_names_and_plain_values(duckdb_desk: Desk) -> None:
    duckdb_desk.publish(TABLE, {"id": 1, "title": "a"})

    answer = duckdb_desk.warehouse.query("select id, upper(title) as loud from autotask.Tickets")

    assert answer.columns == ("id", "loud")
    assert answer.rows == ((1, "A"),)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from autotask.Tickets",
        "drop table autotask.Tickets",
        "select 1; select 2",
        "copy autotask.Tickets to 'out.csv'",
        "attach 'other.duckdb'",
        "set memory_limit = '1GB'",
        "explain analyze delete from autotask.Tickets",
        "select * from autotask.Nowhere",
        "selekt",
        "",
    ],
)
def test_a_query_changes_nothing_and_says_what_is_wrong(duckdb_desk: Desk, sql: str) -> None:
    duckdb_desk.publish(TABLE, {"id": 1, "title": "a"})

    with pytest.raises(QueryFailed):
        duckdb_desk.warehouse.query(sql)

    assert duckdb_desk.table("Tickets") == [(1, "a")]


@pytest.mark.parametrize(
    "sql", ["describe autotask.Tickets", "explain select 1", "from autotask.Tickets"]
)
def test_whatever_reads_is_answered(duckdb_desk: Desk, sql: str) -> None:
    duckdb_desk.publish(TABLE, {"id": 1, "title": "a"})

    assert duckdb_desk.warehouse.query(sql).rows


def test_too_little_memory_is_told_with_the_setting_that_mends_it(tmp_path: Path) -> None:
    tight = DuckDBWarehouse.open(tmp_path / "warehouse.duckdb", memory_limit="16MB")
    desk = Desk(tight, tmp_path / "spool")

    with pytest.raises(WarehouseBroken, match="memory") as caught:
        desk.publish(TABLE, {"id": 1, "title": "x"})

    assert "ISTHMUS_MEMORY_MB" in caught.value.remedy
    tight.close()
