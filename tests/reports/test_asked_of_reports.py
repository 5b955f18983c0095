"""What people ask of reports is understood, or refused with the way out."""

from datetime import date, datetime
from urllib.parse import urlsplit

import psycopg
import pytest

from isthmus.reports.catalogue import REPORTS, NoSuchReport, report_named
from isthmus.reports.connecting import guides, reader_sql
from isthmus.reports.running import AskedWrong, ReportLacks, missing, point_of, prepare
from isthmus.reports.shapes import CHOICES, Asked
from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.ports import TableState
from tests.warehouse.building import Desk

STATES = tuple(
    TableState(name, 0, (), None, None) for report in REPORTS for name in report.datasets
)


def test_names_are_unique_and_every_part_of_a_report_is_there() -> None:
    assert len({report.name for report in REPORTS}) == len(REPORTS)
    for report in REPORTS:
        assert report.question.endswith("?")
        assert set(report.filters) <= set(CHOICES)
        assert all(measure.drill for measure in report.measures)
        assert "{filters}" in report.sql


def test_a_report_that_lacks_a_dataset_says_which() -> None:
    report = report_named("Hours-By-Client")
    without = tuple(state for state in STATES if state.dataset != "TimeEntries")

    assert missing(report, without) == ("TimeEntries",)
    with pytest.raises(ReportLacks, match="TimeEntries") as caught:
        prepare(report, Asked(), without)
    assert "isthmus test" in caught.value.remedy


def test_a_report_that_lacks_a_column_says_so(tickets: Desk, reader: TableReader) -> None:
    from isthmus.reports.running import run

    report = report_named("tickets-by-issue")
    ready = prepare(report, Asked(), reader.describe())

    with pytest.raises(ReportLacks, match=r"(?i)issueType"):
        run(reader, ready)


WRONG = [
    (Asked(zone="Mars/Olympus"), "Mars"),
    (Asked(zone="../../etc/passwd"), "passwd"),
    (Asked(grain="year"), "year"),
    (Asked(first=date(2026, 2, 1), last=date(2026, 1, 1)), "after"),
    (Asked(first=date(1900, 1, 1), last=date(2026, 1, 1), grain="day"), "too many"),
    (Asked(first=date.min, last=date.min, zone="Asia/Tokyo"), "too far"),
    (Asked(last=date.max), "too far"),
    (Asked(choices={"service": "1"}), "narrowed"),
    (Asked(choices={"queue": "1 or 1=1"}), "no queue"),
]


@pytest.mark.parametrize(("asked", "said"), WRONG, ids=str)
def test_what_cannot_be_used_is_named_with_a_remedy(asked: Asked, said: str) -> None:
    with pytest.raises(AskedWrong, match=said) as caught:
        prepare(report_named("ticket-flow"), asked, STATES)

    assert caught.value.remedy


def test_an_empty_choice_is_none() -> None:
    ready = prepare(report_named("ticket-flow"), Asked(choices={"queue": ""}), STATES)

    assert ready.choices == {}


def test_an_answer_is_kept_until_a_table_changes(tickets: Desk, reader: TableReader) -> None:
    from isthmus.reports.running import Kept
    from tests.reports.conftest import TICKETS

    kept = Kept(most=2)
    report = report_named("tickets-by-client")
    asked = Asked(first=date(2026, 1, 1), last=date(2026, 12, 31))
    first = kept.run(reader, prepare(report, asked, reader.describe()))
    again = kept.run(reader, prepare(report, asked, reader.describe()))
    tickets.publish(TICKETS, {"id": 1, "companyID": 1, "createDate": "2026-03-01T00:00:00Z"})
    after = kept.run(reader, prepare(report, asked, reader.describe()))

    assert again is first
    assert after is not first
    assert ("Acme", 66) in first.rows
    assert ("Acme", 67) in after.rows


def test_an_unknown_report_is_named() -> None:
    with pytest.raises(NoSuchReport, match="nope"):
        report_named("nope")


def test_a_point_in_an_address_is_a_day_or_a_name() -> None:
    flow = prepare(report_named("ticket-flow"), Asked(), STATES)
    clients = prepare(report_named("tickets-by-client"), Asked(), STATES)

    assert point_of(flow, "2026-03-02") == datetime.fromisoformat("2026-03-02")
    assert point_of(clients, "Acme, Inc.") == "Acme, Inc."
    for text in ("soon", "0001-01-01", "9999-12-31"):
        with pytest.raises(AskedWrong):
            point_of(flow, text)


def test_connection_strings_name_the_place_and_no_password() -> None:
    file = guides(file="/srv/isthmus/warehouse.duckdb")
    server = guides(address="postgresql://sync:s%40cret@db.example.com:6432/msp?sslmode=require")

    assert [guide.program for guide in file] == [guide.program for guide in server]
    assert "access_mode=read_only" in str(file)
    assert "/srv/isthmus/warehouse.duckdb" in str(file)
    assert "db.example.com:6432" in str(server)
    assert "sslmode=require" in str(server)
    for secret in ("s%40cret", "s@cret", "sync"):
        assert secret not in str(server)


def test_the_role_for_readers_sees_tables_made_later_and_changes_nothing(
    postgres_url: str,
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("drop role if exists reports")
        owner.execute("create schema isthmus; create schema autotask")
        try:
            me = owner.execute("select current_user").fetchone()
            assert me is not None
            address = urlsplit(postgres_url)._replace(netloc=f"{me[0]}:s3cret@db").geturl()
            script = reader_sql(address)
            assert "s3cret" not in script
            owner.execute(script.encode())
            owner.execute("create table autotask.tickets as select 1 as id")
            owner.execute("set role reports")
            assert owner.execute("select id from autotask.tickets").fetchall() == [(1,)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("delete from autotask.tickets")
        finally:
            owner.execute("reset role")
            owner.execute("drop schema autotask cascade; drop schema isthmus cascade")
            owner.execute("drop owned by reports; drop role reports")
