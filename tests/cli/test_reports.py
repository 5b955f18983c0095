"""`isthmus report`, and `isthmus query` as it may be asked."""

from pathlib import Path

import duckdb
import pytest

from isthmus.reports.catalogue import REPORTS
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.tables.warehouse import open_warehouse
from tests.cli.conftest import Run
from tests.reports.conftest import TICKETS
from tests.warehouse.building import Desk, column, number, shape

CALLS = shape("Invoices", column("invoiceNumber"), number("companyID"))


@pytest.fixture
def filled(isthmus: Run, home: Path) -> Run:
    config = load_config({"ISTHMUS_HOME": str(home)})
    warehouse = open_warehouse(config)
    rows = [
        {"id": n, "title": "x", "companyID": 1, "createDate": "2026-03-01T12:00:00Z"}
        for n in range(5)
    ]
    Desk(warehouse, config.spool).publish(TICKETS, *rows)
    warehouse.close()
    return isthmus


def test_reports_are_listed_and_shown(isthmus: Run) -> None:
    listed = isthmus("report", "list")
    answer = isthmus("report", "list", "--json").json()
    shown = isthmus("report", "show", "ticket-flow")

    assert all(report.name in listed.out for report in REPORTS)
    assert [one["report"] for one in answer["reports"]] == [report.name for report in REPORTS]
    assert "select p.period" in shown.out
    assert "--param queue=NUMBER" in shown.out


@pytest.mark.parametrize("into", ["", "nowhere/out.csv"])
def test_a_place_that_takes_no_file_is_named(filled: Run, tmp_path: Path, into: str) -> None:
    refused = filled("report", "run", "tickets-by-client", "--csv", str(tmp_path / into))

    assert refused.code != 0
    assert str(tmp_path / into) in refused.err
    assert list(tmp_path.glob("**/*.csv*")) == []


def test_a_report_runs_as_a_table_as_json_and_into_files(filled: Run, tmp_path: Path) -> None:
    days = ("--first", "2026-02-20", "--last", "2026-03-10")
    table, parquet = tmp_path / "out.csv", tmp_path / "out.parquet"

    shown = filled("report", "run", "tickets-by-client", *days)
    answer = filled("report", "run", "tickets-by-client", *days, "--json").json()
    written = filled(
        "report", "run", "tickets-by-client", *days, "--csv", str(table), "--parquet", str(parquet)
    )

    assert shown.out == "client,tickets\n(unknown client),5\n"
    assert answer["rows"] == [["(unknown client)", 5]]
    assert (answer["first"], answer["last"], answer["cut"]) == ("2026-02-20", "2026-03-10", "")
    assert written.code == 0
    assert table.read_bytes() == b"client,tickets\r\n(unknown client),5\r\n"
    with duckdb.connect() as plain:
        found = plain.execute(f"select * from '{parquet}'").fetchall()
    assert found == [("(unknown client)", 5)]


def test_the_sql_shown_can_be_asked(filled: Run) -> None:
    sql = filled("report", "run", "tickets-by-client", "--last", "2026-03-10", "--sql").out

    assert filled("query", sql).out == "client,tickets\n(unknown client),5\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope",), "no report nope"),
        (("hours-by-client",), "needs TimeEntries"),
        (("tickets-by-client", "--zone", "Mars"), "no time zone Mars"),
        (("tickets-by-client", "--param", "queue"), "--param queue"),
        (("tickets-by-client", "--param", "planet=1"), "--param planet=1"),
        (("tickets-by-client", "--param", "service=1"), "cannot be narrowed by service"),
    ],
)
def test_what_cannot_be_run_is_said_with_exit_code_2(
    filled: Run, words: tuple[str, ...], said: str
) -> None:
    ended = filled("report", "run", *words)

    assert ended.code == 2
    assert said in " ".join(ended.err.split())


def test_before_the_first_sync_a_report_says_what_makes_tables(isthmus: Run) -> None:
    ended = isthmus("report", "run", "ticket-flow")

    assert "isthmus sync" in ended.err
    assert ended.code != 0


def test_wrong_sql_is_told_in_plain_words_and_in_those_of_the_database(filled: Run) -> None:
    ended = filled("query", "select titel from Tickets")

    assert ended.code == 2
    assert "There is no column titel." in ended.err
    assert "The database says" in ended.err
    assert "Binder Error" in ended.err


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{file}')",
        "from '{file}'",
        "copy (select 1) to '{file}2'",
        "pragma database_list",
        "delete from autotask.Tickets",
    ],
)
def test_a_query_reads_no_file_and_changes_nothing(filled: Run, tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("hunter2")

    ended = filled("query", sql.replace("{file}", str(secret)))

    assert ended.code == 2
    assert "hunter2" not in ended.out + ended.err
    assert filled("query", "select count(*) as n from Tickets").out == "n\n5\n"
