"""SQL of people: what reads is answered, within its limits."""

import threading
from pathlib import Path

import duckdb
import pytest

from isthmus.warehouse.answering import (
    Cut,
    Kind,
    Limits,
    NotPermitted,
    TableReader,
    TooMuch,
)
from isthmus.warehouse.ports import QueryFailed
from isthmus.warehouse.postgres import PostgresReader
from tests.warehouse.building import ASKED, LIMITS, Desk

LONG = "'xxxxxxxxxx'"


READS = [
    "select * from Tickets",
    "select * from autotask.Tickets where hours in (1, 2) order by id desc limit 5;",
    "with a as (select id from tickets), b as (select count(*) as n from a) select n from b",
    "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select * from t",
    "select t.* from (values (1, 'a')) as t(a, b)",
    (
        "select date_trunc('week', createDate at time zone 'UTC') as week, count(*) filter (where"
        " hours > 3), percentile_cont(0.9) within group (order by hours) from tickets group by 1"
    ),
    (
        "select sum(hours) over (partition by title order by id), rank() over (order by hours)"
        " from tickets"
    ),
    (
        "select case when (hours > 1) then 'a' else 'b' end, cast(hours as numeric(10, 2)),"
        " extract(year from createDate), coalesce(title, '-') from tickets"
    ),
    "select * from generate_series(1, 10) as g(x)",
    "select replace(title, ',', ';'), upper(title) || ' ' || lower(title) from tickets",
    "select string_agg(title, ', ' order by id) from tickets group by hours",
    "select 'it''s' as a, 2 as a -- what; is this",
    "/* one */ select /* two */ 1 as one",
    "select table_name from information_schema.tables",
    "select * from isthmus.runs",
    "explain select * from tickets",
    "table tickets",
    "select distinct on (hours) hours, title from tickets",
    "select exists (select 1 from tickets where id = 5), now(), current_date",
]


@pytest.mark.parametrize("sql", READS)
def test_what_reads_the_tables_is_answered(filled: Desk, reader: TableReader, sql: str) -> None:
    assert reader.ask(sql, LIMITS).rows


# Limits

ENDLESS = [
    "select count(*) from generate_series(1, 1000000000000) as g(x)",
    "select count(*) from Tickets a, Tickets b, Tickets c, Tickets d",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t",
    "select * from Tickets a, Tickets b, Tickets c order by a.title || b.title || c.title",
    "select max(length(a.title || b.title)) from Tickets a, Tickets b, Tickets c, Tickets d",
]


@pytest.mark.parametrize("sql", ENDLESS, ids=lambda sql: sql[:60])
def test_what_takes_too_long_or_too_much_is_stopped_and_says_so(
    filled: Desk, reader: TableReader, sql: str
) -> None:
    with pytest.raises(TooMuch) as caught:
        reader.ask(sql, Limits(rows=10, seconds=0.3, memory_mb=64))

    assert caught.value.remedy
    assert reader.ask("select 1", LIMITS).rows == ((1,),)


def test_a_query_that_gathers_too_much_is_stopped_by_its_memory(filled_duckdb: Desk) -> None:
    reader = filled_duckdb.warehouse.reader()  # type: ignore[attr-defined]
    sql = "select list(a.title || b.title) from Tickets a, Tickets b, Tickets c"

    with pytest.raises(TooMuch, match="64 MB"):
        reader.ask(sql, Limits(seconds=60, memory_mb=64))

    reader.close()


def test_an_answer_cut_short_says_so(filled: Desk, reader: TableReader) -> None:
    whole = reader.ask("select id from Tickets", Limits(rows=300))
    cut = reader.ask("select id from Tickets order by id", Limits(rows=299))
    small = reader.ask("select title from Tickets", Limits(size=2000))

    assert (len(whole.rows), whole.cut) == (300, Cut.NO)
    assert (len(cut.rows), cut.cut) == (299, Cut.ROWS)
    assert small.cut is Cut.SIZE
    assert 0 < len(small.rows) < 300


def test_a_row_too_large_for_this_process_is_not_fetched(postgres_reader: TableReader) -> None:
    sql = "select string_agg(lpad(title, 10000), '') from tickets"

    with pytest.raises(TooMuch, match="1 MB"):
        postgres_reader.ask(sql, LIMITS)


def test_an_answer_tells_what_its_columns_hold(filled: Desk, reader: TableReader) -> None:
    answer = reader.ask(
        "select id, title, createDate, hours / 2.0 as half, hours > 1 as many from Tickets"
        " where id = 3",
        LIMITS,
    )

    assert [name.lower() for name in answer.columns] == [
        "id",
        "title",
        "createdate",
        "half",
        "many",
    ]
    assert answer.kinds == (Kind.NUMBER, Kind.TEXT, Kind.TIME, Kind.NUMBER, Kind.YES_NO)


def test_days_begin_where_the_reader_is(filled: Desk, reader: TableReader) -> None:
    sql = "select cast(min(createDate) as date) from Tickets"

    there = reader.ask(sql, LIMITS, zone="America/New_York").rows[0][0]
    here = reader.ask(sql, LIMITS, zone="UTC").rows[0][0]

    assert (str(there), str(here)) == ("2025-12-31", "2026-01-01")


MISTAKES = [
    ("select\n  nope from Tickets", "There is no column nope.", "line 2 of the query, column 3"),
    ("select id from Tickets\nwhere (", "The query ", "line 2 of the query, column"),
    ("select hours, count(*) from Tickets", "hours is neither grouped", "line 1 of the query"),
    ("explain select nope from Tickets", "There is no column nope.", "column 16"),
    ("select 'ä', nope from Tickets", "There is no column nope.", "column 13"),
]


@pytest.mark.parametrize(("sql", "what", "where"), MISTAKES)
def test_a_mistake_is_told_in_plain_words_with_its_place(
    filled: Desk, reader: TableReader, sql: str, what: str, where: str
) -> None:
    with pytest.raises(QueryFailed) as caught:
        reader.ask(sql, LIMITS)

    assert not isinstance(caught.value, NotPermitted)
    assert caught.value.what.removeprefix("Tickets.").removeprefix("tickets.").startswith(what)
    assert where in caught.value.where
    assert "LINE" not in caught.value.engine


def test_several_threads_read_at_once_what_was_published_last(
    filled: Desk, reader: TableReader
) -> None:
    seen: list[int] = []

    def count() -> None:
        for _ in range(20):
            rows = reader.query("select count(*) from autotask.Tickets").rows
            seen.append(int(str(rows[0][0])))

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for n in range(300, 310):
        filled.publish(ASKED, {"id": n, "title": "later", "hours": 1})
    for thread in threads:
        thread.join()

    assert len(seen) == 120
    assert set(seen) <= set(range(300, 311))
    assert reader.query("select count(*) from autotask.Tickets").rows == ((310,),)
    assert reader.versions()["Tickets"] == 11


@pytest.mark.parametrize("is_asked", [True, False])
def test_parquet_holds_the_answer_whole(
    filled: Desk, reader: TableReader, tmp_path: Path, is_asked: bool
) -> None:
    target = tmp_path / "tickets.parquet"

    count = reader.write_parquet(
        "select id, title, createDate, hours * 1.5 as more, null as nothing, ''  as empty"
        " from autotask.Tickets order by id",
        target,
        is_asked=is_asked,
    )

    with duckdb.connect() as plain:
        plain.execute("set timezone = 'UTC'")
        rows = plain.execute(f"select * from '{target}'").fetchall()
        types = [row[1] for row in plain.execute(f"describe from '{target}'").fetchall()]
    assert count == len(rows) == 300
    assert rows[2][:2] == (2, "ticket 2")
    assert float(rows[2][3]) == 3.0
    assert rows[2][4:] == (None, "")
    assert types[0] == "BIGINT"
    assert types[2] == "TIMESTAMP WITH TIME ZONE"


def test_a_file_is_shared_within_a_process_and_let_go_of_by_the_last(
    filled_duckdb: Desk, tmp_path: Path
) -> None:
    first = filled_duckdb.warehouse.reader()  # type: ignore[attr-defined]
    second = filled_duckdb.warehouse.reader()  # type: ignore[attr-defined]
    filled_duckdb.warehouse.close()
    first.close()
    first.close()

    assert second.query("select count(*) from autotask.Tickets").rows == ((300,),)
    second.close()
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as plain:
        assert plain.execute("select count(*) from autotask.Tickets").fetchall() == [(300,)]


def test_each_sort_and_hash_of_a_query_has_its_limit_in_postgresql_and_never_a_wider_one(
    postgres_url: str,
) -> None:
    reader = PostgresReader.open(postgres_url, place="postgresql://here")
    asked = "select current_setting('work_mem'), current_setting('hash_mem_multiplier')"
    for given, found in ((3, "3MB"), (1024, "4MB")):
        answer = reader.query(asked, limits=Limits(memory_mb=given))
        assert answer.rows == ((found, "1"),), "4 MB is what a server gives by itself"
    reader.close()
