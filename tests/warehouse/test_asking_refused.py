"""SQL of people that is no question on the tables: none of it gets through."""

from pathlib import Path

import duckdb
import pytest

from isthmus.warehouse.answering import (
    TableReader,
)
from isthmus.warehouse.ports import QueryFailed
from tests.warehouse.building import LIMITS, Desk

LONG = "'xxxxxxxxxx'"


BOTH = [
    "delete from autotask.Tickets",
    "update autotask.Tickets set title = 'x'",
    "insert into autotask.Tickets (id) values (1)",
    "drop table autotask.Tickets",
    "create table autotask.mine as select 1 as a",
    "truncate autotask.Tickets",
    "alter table autotask.Tickets add column a int",
    "select 1; select 2",
    "select 1; drop table autotask.Tickets",
    "with gone as (delete from autotask.Tickets returning id) select * from gone",
    "with made as (insert into autotask.Tickets (id) values (1) returning id) select * from made",
    "select * into mine from autotask.Tickets",
    "explain analyze delete from autotask.Tickets",
    "explain analyze insert into autotask.Tickets (id) values (1)",
    "copy autotask.Tickets to '{folder}/out.csv'",
    "copy (select 1) to '{folder}/out.csv'",
    "copy autotask.Tickets from '{folder}/in.csv'",
    "begin",
    "commit",
    "rollback",
    "set search_path = 'main'",
    "reset all",
    "call checkpoint()",
    "prepare p as select 1",
    "execute p",
    "vacuum",
    "analyze",
    "grant select on autotask.Tickets to public",
    "comment on table autotask.Tickets is 'x'",
    "select * from pg_catalog.pg_settings",
    "select * from pg_settings",
    "select * from pg_tables",
    "select current_setting('search_path')",
    "select nextval('s')",
    "select setval('s', 1)",
    "select pg_sleep(5)",
    "select repeat('x', 1000000000)",
    "select $1",
    "select * from autotask.Nowhere",
    "select * from other.autotask.Tickets",
    "selekt",
    "",
    ";",
    "select " + "(" * 500 + "1" + ")" * 500,
    "select " + "1 + " * 20000 + "1",
    "select '\0'",
]

ON_DUCKDB = [
    "select * from read_csv('{folder}/secret.csv')",
    "select * from read_csv_auto('{folder}/secret.csv')",
    "select * from read_text('{folder}/secret.csv')",
    "select * from read_blob('{folder}/*')",
    "select * from read_blob('{folder}/warehouse.duckdb')",
    "select * from read_json('{folder}/spool/*.ndjson')",
    "select * from read_ndjson_objects('{folder}/spool/*.ndjson')",
    "select * from read_parquet('{folder}/x.parquet')",
    "select * from parquet_metadata('{folder}/x.parquet')",
    "select * from sniff_csv('{folder}/secret.csv')",
    "select * from glob('{folder}/*')",
    "from '{folder}/secret.csv'",
    "select * from '/etc/passwd'",
    "from 'https://example.com/x.csv'",
    'with "/etc/passwd" as (select 1) select * from "/etc/passwd"',
    "select * from duckdb_settings, (with duckdb_settings as (select 1) select 1) as x",
    "export database '{folder}/out'",
    "import database '{folder}/out'",
    "attach '{folder}/other.duckdb' as other",
    "attach ':memory:' as other",
    "detach warehouse",
    "use memory",
    "install httpfs",
    "load httpfs",
    "force install spatial from community",
    "pragma database_list",
    "pragma version",
    "set memory_limit = '64GB'",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set allowed_directories = ['/']",
    "set operator_memory_limit = '64GB'",
    "reset operator_memory_limit",
    "select getenv('HOME')",
    "select getvariable('x')",
    "set variable x = 1",
    "create secret s (type http, bearer_token 'x')",
    "select * from duckdb_secrets()",
    "select * from which_secret('s3://x', 's3')",
    "select * from duckdb_settings()",
    "select * from duckdb_settings",
    "select * from duckdb_logs",
    "select * from duckdb_temporary_files()",
    "select * from query('select 1')",
    "select * from query_table('Tickets')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select json_serialize_sql('select 1')",
    "select * from pragma_storage_info('Tickets')",
    "select * from seq_scan('Tickets')",
    "select * from pandas_scan(1)",
    "select * from arrow_scan(1, 2, 3)",
    "select * from filled",
    "select * from LIMITS",
    "select write_log('x')",
    "call enable_logging()",
    "select sleep_ms(5000)",
    "show databases",
    "show all tables",
    "select * from system.information_schema.tables",
    "select * from Tickets at (version => 1)",
    "create macro f(x) as x",
    "create temp table t as select 1",
    "select range(1000000000)",
    "select list_sum(range(1000000000))",
    "select generate_series(1, 1000000000)",
    "select list_transform([1, 2], lambda x: x + 1)",
    "select [x + 1 for x in [1, 2]]",
    "select list_resize([1], 1000000000)",
    "select bitstring('1', 1000000000)",
    "select lpad('a', 1000000000, 'b')",
    "select rpad(title, hours, 'b') from Tickets",
    "select format('{{:>1000000000}}', 1)",
    "select printf('%1000000000d', 1)",
    "select null::int[100000]",
    f"select replace(replace(replace(title, 'x', {LONG}), 'x', {LONG}), 'x', {LONG}) from Tickets",
    "select regexp_replace(title, '.*', title, 'g') from Tickets",
    (
        "with a as (select title || title || title || title as t from Tickets),"
        " b as (select t || t || t || t as t from a), c as (select t || t || t || t as t from b),"
        " d as (select t || t || t || t as t from c) select t from d"
    ),
    (
        "with recursive t(s, n) as (select 'x', 1 union all select s || s, n + 1 from t"
        f" where n < 28) select length(replace(s, 'x', {LONG})) from t"
    ),
    "select concat(*columns(*), *columns(*), *columns(*)) from Tickets",
]

ON_POSTGRES = [
    "select pg_read_file('/etc/passwd')",
    "select \"pg_read_file\"('/etc/passwd')",
    "select U&\"\\0070g_read_file\"('/etc/passwd')",
    "select pg_catalog.pg_read_file('/etc/passwd')",
    'select "pg_catalog"."pg_read_file"(\'/etc/passwd\')',
    "select pg_read_binary_file('/etc/passwd')",
    "select pg_ls_dir('/')",
    "select pg_stat_file('/etc/passwd')",
    "select pg_sleep/* */(5)",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '{folder}/out')",
    "select ('/etc/passwd'::text).lo_import",
    "select (array['/etc/passwd'])[1].lo_import",
    "copy (select 1) to program 'touch {folder}/out'",
    "copy autotask.Tickets to program 'touch {folder}/out'",
    "select * from dblink('dbname=x', 'select 1') as t(a int)",
    "select dblink_connect('dbname=x')",
    "select query_to_xml('drop table autotask.tickets', true, true, '')",
    "select table_to_xml('pg_shadow', true, true, '')",
    "select database_to_xml(true, true, '')",
    "select * from ts_stat('select 1')",
    "select set_config('transaction_read_only', 'off', false)",
    "select set_config('statement_timeout', '0', false)",
    "set transaction read write",
    "set local statement_timeout = 0",
    "select pg_advisory_lock(1)",
    "select pg_terminate_backend(pid) from pg_stat_activity",
    "select pg_cancel_backend(1)",
    "select pg_notify('x', 'y')",
    "select pg_reload_conf()",
    "select pg_switch_wal()",
    "select * from pg_shadow",
    "select * from pg_authid",
    "select * from pg_stat_activity",
    "select * from pg_hba_file_rules",
    'select * from "pg_shadow"',
    "select * from information_schema.user_mapping_options",
    "select * from secret",
    "select * from public.secret",
    'select * from "public".secret',
    "select lower(public.reveal())",
    "select public.reveal()",
    "select reveal()",
    "select distinct on (1) reveal() from tickets",
    "select 1 as one, reveal()",
    "select * from tickets, lateral reveal()",
    "select $$a$$",
    "select $tag$a$tag$",
    "select xmlparse(document 'x')",
    "select * from tickets for update",
    "do $$ begin end $$",
    "listen x",
    "notify x",
    "lock table autotask.tickets",
    "show all",
    "discard all",
    "declare c cursor for select 1",
    "select /* not closed",
    "select 'not closed",
    "select E'a\\'; drop table autotask.tickets; --'; drop table autotask.tickets",
    "select lpad('x', 900000000)",
]


def refused(reader: TableReader, sql: str) -> None:
    with pytest.raises(QueryFailed):
        reader.ask(sql, LIMITS)
    with pytest.raises(QueryFailed), reader.ask_stream(sql, LIMITS) as stream:
        list(stream.batches)


def untouched(desk: Desk, folder: Path, before: set[str]) -> None:
    assert desk.rows("select count(*), sum(hours) from autotask.Tickets") == [(300, 44850)]
    assert {path.name for path in folder.iterdir()} - before <= {"spill"}


@pytest.mark.parametrize("sql", BOTH, ids=lambda sql: sql[:60])
def test_what_is_no_question_on_the_tables_is_refused(
    filled: Desk, reader: TableReader, tmp_path: Path, sql: str
) -> None:
    before = {path.name for path in tmp_path.iterdir()}

    refused(reader, sql.replace("{folder}", str(tmp_path)))

    untouched(filled, tmp_path, before)


@pytest.mark.parametrize("sql", ON_DUCKDB, ids=lambda sql: sql[:60])
def test_duckdb_gives_nothing_away(filled_duckdb: Desk, tmp_path: Path, sql: str) -> None:
    before = {path.name for path in tmp_path.iterdir()}
    reader = filled_duckdb.warehouse.reader()  # type: ignore[attr-defined]

    try:
        refused(reader, sql.replace("{folder}", str(tmp_path)))
    finally:
        reader.close()

    untouched(filled_duckdb, tmp_path, before)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{folder}/secret.csv')",
        "from '{folder}/secret.csv'",
        "select * from glob('{folder}/*')",
        "copy (select 1) to '{folder}/out.csv'",
        "attach '{folder}/other.duckdb' as other",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '64GB'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set allowed_directories = ['/']",
        "from filled_duckdb",
        "create secret s (type http, bearer_token 'x')",
        "call enable_logging()",
    ],
)
def test_the_instance_itself_is_shut_in_should_a_check_fail(
    filled_duckdb: Desk, tmp_path: Path, sql: str
) -> None:
    instance = filled_duckdb.warehouse._instance  # type: ignore[attr-defined]

    with instance.connection.cursor() as cursor, pytest.raises((duckdb.Error, RuntimeError)):
        cursor.execute(sql.replace("{folder}", str(tmp_path))).fetchall()


@pytest.mark.parametrize("sql", ON_POSTGRES, ids=lambda sql: sql[:60])
def test_postgresql_gives_nothing_away(
    postgres_reader: TableReader, tmp_path: Path, sql: str
) -> None:
    refused(postgres_reader, sql.replace("{folder}", str(tmp_path)))

    assert not (tmp_path / "out").exists()
    assert postgres_reader.ask("select count(*) from tickets", LIMITS).rows == ((300,),)
