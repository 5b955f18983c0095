"""The PostgreSQL back end's own: two programs, a lost server, who may do what, what is told."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from isthmus.sync.catalog import JOINS
from isthmus.sync.rules.joins import views_sql
from isthmus.warehouse.ledger import LAYOUT, Ledger
from isthmus.warehouse.ports import (
    QueryFailed,
    WarehouseAway,
    WarehouseBroken,
    WarehouseBusy,
)
from isthmus.warehouse.postgres import PostgresWarehouse
from tests.postgres import Server
from tests.warehouse.building import NOON, Desk, column, number, shape

TABLE = shape("Tickets", column("title"), column("companyName"))
PLACE = "postgresql://me@here/msp"


def opened(url: str, folder: Path) -> PostgresWarehouse:
    return PostgresWarehouse.open(url, place=PLACE, spill=folder / "spill")


@pytest.fixture
def desk(postgres_url: str, tmp_path: Path) -> Iterator[Desk]:
    warehouse = opened(postgres_url, tmp_path)
    yield Desk(warehouse, tmp_path / "spool")
    warehouse.close()


def cut_off(url: str) -> None:
    """End every other connection of the database, as a restart of the server does."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_query_without_quotes_finds_tables_and_columns(desk: Desk, postgres_url: str) -> None:
    desk.publish(TABLE, {"id": 1, "title": "a", "companyName": "Own"})

    with psycopg.connect(postgres_url) as plain:
        rows = plain.execute("select ID, companyName from autotask.Tickets").fetchall()
        kept = plain.execute("select dataset, name from isthmus.columns order by position")
        assert kept.fetchall()[2] == ("Tickets", "companyName")

    assert rows == [(1, "Own")]


def test_what_was_published_is_there_for_the_next_to_open(
    desk: Desk, postgres_url: str, tmp_path: Path
) -> None:
    desk.publish(TABLE, {"id": 1, "title": "kept"})
    desk.warehouse.close()

    again = opened(postgres_url, tmp_path)

    assert again.query("select title from autotask.Tickets").rows == (("kept",),)
    watermark = again.watermark("Tickets")
    assert watermark is not None
    assert watermark.at == NOON
    again.close()


def test_of_two_writers_the_second_is_told_until_the_first_is_gone(
    desk: Desk, postgres_url: str, tmp_path: Path
) -> None:
    desk.publish(TABLE, {"id": 1, "title": "first"})
    other = opened(postgres_url, tmp_path)
    second = Desk(other, tmp_path / "second")

    with pytest.raises(WarehouseBusy) as caught:
        second.publish(TABLE, {"id": 2, "title": "second"})
    with pytest.raises(WarehouseBusy):
        other.rehydrate(TABLE)

    assert (caught.value.where, bool(caught.value.remedy)) == (PLACE, True)
    assert other.highest_id("Tickets") == 1
    desk.warehouse.close()
    assert second.publish(TABLE, {"id": 2, "title": "second"}).inserted == 1
    other.close()


def test_another_program_reads_the_old_rows_until_the_new_ones_are_whole(
    desk: Desk, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(TABLE, {"id": 1, "title": "old"})
    reader = opened(postgres_url, tmp_path)
    seen: list[object] = []
    plain = Ledger.save_run

    def look_first(ledger: Ledger, *given: object) -> None:
        looking = threading.Thread(
            target=lambda: seen.extend(reader.query("select title from autotask.Tickets").rows)
        )
        looking.start()
        looking.join()
        plain(ledger, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "save_run", look_first)
    desk.publish(TABLE, {"id": 1, "title": "new"}, {"id": 2, "title": "new"})

    assert seen == [("old",)]
    assert reader.query("select title from autotask.Tickets").rows == (("new",), ("new",))
    reader.close()


def test_a_server_lost_on_the_way_undoes_all_and_is_found_again(
    desk: Desk, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(TABLE, {"id": 1, "title": "old"})
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "set_aside", lambda *_: cut_off(postgres_url))
        with pytest.raises(WarehouseAway) as caught:
            desk.publish(TABLE, {"id": 1, "title": "new"})

    assert (caught.value.where, bool(caught.value.remedy)) == (PLACE, True)
    with pytest.raises(WarehouseAway):
        desk.table("Tickets")
    assert desk.table("Tickets", "title") == [("old",)]
    assert desk.publish(TABLE, {"id": 1, "title": "new"}).updated == 1


@pytest.mark.parametrize("user", ["me:hu%40sh", "hush"])
def test_a_server_out_of_reach_is_told_without_the_password(user: str, tmp_path: Path) -> None:
    with pytest.raises(WarehouseAway) as caught:
        opened(f"postgresql://{user}@127.0.0.1:1/msp", tmp_path)

    told = f"{caught.value}{caught.value.__cause__!r}"
    assert "hu%40sh" not in told
    assert "hu@sh" not in told
    assert caught.value.where == PLACE
    assert caught.value.remedy


def test_who_is_not_let_in_is_told_what_to_correct(postgres_server: Server, tmp_path: Path) -> None:
    with pytest.raises(WarehouseBroken, match="does not exist") as caught:
        opened(postgres_server.url("no_such_database"), tmp_path)

    assert "ISTHMUS_WAREHOUSE" in caught.value.remedy
    assert caught.value.where == PLACE


def test_a_layout_from_the_future_is_refused(desk: Desk, postgres_url: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres_url) as plain:
        plain.execute("UPDATE isthmus.layout SET version = %s", [LAYOUT + 1])

    with pytest.raises(WarehouseBroken, match="newer Isthmus"):
        opened(postgres_url, tmp_path)


def test_someone_who_may_only_read_can(
    desk: Desk, postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    desk.publish(TABLE, {"id": 1, "title": "a"})
    role = postgres_url.rpartition("/")[2].partition("?")[0] + "_reader"
    with psycopg.connect(postgres_url) as plain:
        plain.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'hush'".encode())
        for schema in ("autotask", "isthmus"):
            plain.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}".encode())
            plain.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}".encode())
    login, _, rest = postgres_url.removeprefix("postgresql://").partition("@")

    reader = opened(f"postgresql://{role}:hush@{rest}", tmp_path)

    assert login
    assert reader.query("select title from autotask.Tickets").rows == (("a",),)
    assert [state.rows for state in reader.describe()] == [1]
    desk.warehouse.close()
    with pytest.raises(WarehouseBroken, match="permission denied"):
        Desk(reader, tmp_path / "theirs").publish(TABLE, {"id": 2})
    reader.close()
    with psycopg.connect(postgres_url) as plain:
        plain.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


@pytest.mark.parametrize(
    "sql",
    [
        "delete from autotask.Tickets",
        "drop table autotask.Tickets",
        "select 1; select 2",
        "select 1; delete from autotask.Tickets",
        "with gone as (delete from autotask.Tickets returning id) select * from gone",
        "select * into autotask.copy from autotask.Tickets",
        "explain analyze delete from autotask.Tickets",
        "copy autotask.Tickets to stdout",
        "select set_config('transaction_read_only', 'off', false)",
        "set default_transaction_read_only = off",
        "commit",
        "select * from autotask.Nowhere",
        "select 1 / 0",
        "select 'open",
        "selekt",
        "-- nothing",
        "",
    ],
)
def test_a_query_changes_nothing_and_says_what_is_wrong(desk: Desk, sql: str) -> None:
    desk.publish(TABLE, {"id": 1, "title": "a"})

    with pytest.raises(QueryFailed):
        desk.warehouse.query(sql)

    assert desk.table("Tickets", "id", "title") == [(1, "a")]


@pytest.mark.parametrize(
    "sql",
    [
        "(select 1)",
        "-- a look\n/* at\n all */ SELECT 1;",
        "with t as (select 1) select * from t",
        "table autotask.Tickets",
        "explain select 1",
        "show timezone",
        "select 'a % and a ?'",
    ],
)
def test_whatever_reads_is_answered(desk: Desk, sql: str) -> None:
    desk.publish(TABLE, {"id": 1, "title": "a"})

    assert desk.warehouse.query(sql).rows


def test_nothing_is_left_of_what_was_sent(desk: Desk, tmp_path: Path) -> None:
    desk.publish(TABLE, {"id": 1, "title": "a"})
    desk.publish(TABLE, {"id": 1, "title": "b"}, {"id": 1, "title": "c"})

    assert list((tmp_path / "spill").iterdir()) == []
    assert desk.rows("select relname from pg_class where relname like 'isthmus\\_%'") == []
    assert desk.table("Tickets", "title") == [("c",)]


def test_a_nul_that_slipped_through_is_left_out(desk: Desk) -> None:
    desk.publish(TABLE, {"id": 1, "title": "a\0b"})

    assert desk.table("Tickets", "title") == [("ab",)]


def test_a_view_that_keeps_a_column_from_widening_is_told_and_nothing_changes(
    desk: Desk, postgres_url: str
) -> None:
    counted = shape("Tickets", number("n"))
    desk.publish(counted, {"id": 1, "n": 5})
    with psycopg.connect(postgres_url) as plain:
        plain.execute("CREATE VIEW theirs AS SELECT n FROM autotask.Tickets")

    with pytest.raises(WarehouseBroken, match="view") as caught:
        desk.publish(counted, {"id": 2, "n": 7.5})

    assert "drop them" in caught.value.remedy
    assert desk.table("Tickets", "id", "n") == [(1, 5)]
    with psycopg.connect(postgres_url) as plain:
        plain.execute("DROP VIEW theirs")
    assert desk.publish(counted, {"id": 2, "n": 7.5}).inserted == 1


def test_views_of_the_joins_can_be_made(desk: Desk, postgres_url: str) -> None:
    tickets, companies = shape("Tickets", number("companyID")), shape("Companies", column("phone"))
    desk.publish(tickets, {"id": 1, "companyID": 7})
    desk.publish(companies, {"id": 7, "phone": "555"})
    columns = {
        table.dataset: [c.name for c in table.columns] for table in desk.warehouse.describe()
    }

    with psycopg.connect(postgres_url) as plain:
        plain.execute(views_sql(JOINS, columns, folded=True).encode())
        found = plain.execute("select Companies_phone from autotask_joined.Tickets_company")
        assert found.fetchall() == [("555",)]
