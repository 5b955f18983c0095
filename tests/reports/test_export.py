"""Downloads hold every row, and nothing a spreadsheet would run."""

import csv
import io
import tempfile
from pathlib import Path

import duckdb
import psycopg
import pytest

from isthmus.reports.export import EXPORTING, csv_of, of_dataset, of_question, parquet_of
from isthmus.reports.look import Look, NoSuchTable, look, table_named
from isthmus.reports.look_conditions import Condition, Is
from isthmus.warehouse.answering import Limits, NotPermitted, TableReader, TooMuch
from tests.warehouse.building import Desk


def rows_of(pieces: list[bytes]) -> list[list[str]]:
    text = b"".join(pieces).decode()
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_holds_every_row_with_a_heading(tickets: Desk, reader: TableReader) -> None:
    state = table_named(reader.describe(), "Tickets")

    rows = rows_of(
        list(csv_of(reader, of_dataset(reader, state, Look("Tickets", descending=False))))
    )

    assert len(rows) == 201
    assert rows[0][:3] == ["id", "ticketNumber", "title"]
    assert rows[1][:2] == ["3", "T0001"]
    assert "2026-03-02 12:00:00+00:00" in rows[1]


def test_a_download_of_a_dataset_keeps_its_columns_conditions_and_search(
    tickets: Desk, reader: TableReader
) -> None:
    state = table_named(reader.describe(), "Tickets")
    wanted = Look(
        "Tickets",
        columns=("ticketNumber", "id"),
        search="acme",
        conditions=(Condition("isOpen", Is.EQUAL, "yes"),),
        descending=False,
    )

    rows = rows_of(list(csv_of(reader, of_dataset(reader, state, wanted))))

    assert rows[0] == ["ticketNumber", "id"]
    assert rows[1:] == [[f"T{n:04}", str(n * 3)] for n in range(6, 201, 6)]


@pytest.mark.parametrize("descending", [True, False])
def test_a_download_of_a_dataset_has_the_order_and_the_zone_of_its_page(
    tickets: Desk, reader: TableReader, descending: bool
) -> None:
    state = table_named(reader.describe(), "Tickets")
    wanted = Look(
        "Tickets",
        columns=("id", "createDate"),
        conditions=(Condition("createDate", Is.FROM, "2026-03-28"),),
        sort="title",
        descending=descending,
        size=200,
        zone="Pacific/Auckland",
    )

    rows = rows_of(list(csv_of(reader, of_dataset(reader, state, wanted))))

    shown = [row[0] for row in look(reader, state, wanted).rows]
    assert [int(row[0]) for row in rows[1:]] == shown
    assert {row[1] for row in rows[1:]} == {
        "2026-03-28 01:00:00+13:00",
        "2026-03-29 01:00:00+13:00",
    }


@pytest.mark.parametrize("desk", ["postgresql"], indirect=True)
@pytest.mark.parametrize("descending", [True, False])
def test_postgresql_reads_a_whole_table_by_the_index_of_its_ids(
    tickets: Desk, reader: TableReader, request: pytest.FixtureRequest, descending: bool
) -> None:
    state = table_named(reader.describe(), "Tickets")
    source = of_dataset(reader, state, Look("Tickets", descending=descending))

    with psycopg.connect(request.getfixturevalue("postgres_url")) as connection:
        connection.execute("SET enable_sort = off")  # or so few rows are sorted all the same
        plan = str(connection.execute(f"EXPLAIN {source.sql}".encode()).fetchall())

    assert "Index Scan" in plan
    assert "Sort" not in plan


def test_a_download_of_a_column_that_is_not_there_is_refused(
    tickets: Desk, reader: TableReader
) -> None:
    state = table_named(reader.describe(), "Tickets")

    for wanted in (Look("Tickets", columns=("nope",)), Look("Tickets", sort="nope")):
        with pytest.raises(NoSuchTable, match="nope"):
            of_dataset(reader, state, wanted)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_is_made_plain(
    tickets: Desk, reader: TableReader, text: str
) -> None:
    from tests.reports.conftest import COMPANIES

    tickets.publish(COMPANIES, {"id": 1, "companyName": text})
    source = of_question("select companyName, -5 as number from Companies where id = 1")

    (_, safe) = rows_of(list(csv_of(reader, source)))
    (_, plain) = rows_of(list(csv_of(reader, source, is_plain=True)))

    assert safe == [f"'{text}", "-5"]
    assert plain == [text, "-5"]


def test_quotes_commas_and_lines_survive(tickets: Desk, reader: TableReader) -> None:
    from tests.reports.conftest import COMPANIES

    hard = 'a "b", c\r\nd; ü'
    tickets.publish(COMPANIES, {"id": 1, "companyName": hard})

    rows = rows_of(
        list(csv_of(reader, of_question("select companyName from Companies where id = 1")))
    )

    assert rows[1] == [hard]


def test_parquet_holds_every_row(tickets: Desk, reader: TableReader, tmp_path: Path) -> None:
    state = table_named(reader.describe(), "Tickets")
    target = tmp_path / "out" / "tickets.parquet"
    target.parent.mkdir()

    count = parquet_of(reader, of_dataset(reader, state, Look("Tickets")), target)

    with duckdb.connect() as plain:
        found = plain.execute(f"select count(*), sum(id) from '{target}'").fetchall()
    assert found == [(count, sum(n * 3 for n in range(1, 201)))]
    assert count == 200


def test_parquet_is_written_in_parts_that_memory_can_hold_however_wide_rows_are(
    tickets: Desk, reader: TableReader, tmp_path: Path
) -> None:
    many = of_question("select a.id from Tickets a, Tickets b where b.id <= 330")

    assert parquet_of(reader, many, tmp_path / "x.parquet") == 22_000

    with duckdb.connect() as plain:
        sql = f"select max(row_group_num_rows) from parquet_metadata('{tmp_path / 'x.parquet'}')"
        ((most,),) = plain.execute(sql).fetchall()
    assert most < 13_000


def test_what_may_not_be_asked_is_not_downloaded_either(
    tickets: Desk, reader: TableReader, tmp_path: Path
) -> None:
    source = of_question("delete from autotask.Tickets")

    with pytest.raises(NotPermitted):
        list(csv_of(reader, source))
    with pytest.raises(NotPermitted):
        parquet_of(reader, source, tmp_path / "x.parquet")
    assert list(tmp_path.glob("**/*.parquet")) == []


def test_a_download_that_takes_too_long_ends_with_an_error_and_not_early(
    tickets: Desk, reader: TableReader, tmp_path: Path
) -> None:
    endless = of_question("select a.id from Tickets a, Tickets b, Tickets c, Tickets d")
    limits = Limits(rows=None, size=None, seconds=0.3)

    with pytest.raises(TooMuch):
        for _ in csv_of(reader, endless, limits):
            pass
    with pytest.raises(TooMuch):
        parquet_of(reader, endless, tmp_path / "x.parquet", limits)
    assert list(tmp_path.glob("**/*.parquet")) == []


def left_in(folder: Path) -> list[Path]:
    return [one for one in folder.glob("**/*") if "export" in one.name or "rows." in one.name]


def test_a_file_that_grows_too_large_is_stopped_while_it_is_written_and_nothing_stays(
    tickets: Desk, reader: TableReader, tmp_path: Path
) -> None:
    endless = of_question(
        "select md5(concat(a.id, '-', b.id, '-', c.id, '-', d.id)) as noise"
        " from Tickets a, Tickets b, Tickets c, Tickets d"
    )
    limits = Limits(rows=None, size=None, seconds=300.0, file=2**20)

    with pytest.raises(TooMuch, match=r"its file grew over 1 MB") as told:
        parquet_of(reader, endless, tmp_path / "x.parquet", limits)

    assert told.value.where
    assert told.value.remedy
    assert not (tmp_path / "x.parquet").exists()
    assert left_in(tmp_path) == []


def test_a_file_that_would_fill_its_disk_is_stopped_and_nothing_stays(
    tickets: Desk, reader: TableReader, tmp_path: Path
) -> None:
    limits = Limits(rows=None, size=None, seconds=300.0, left=2**62)

    with pytest.raises(TooMuch, match=r"its disk would have less than .* left"):
        parquet_of(reader, of_question("select id from Tickets"), tmp_path / "x.parquet", limits)

    assert not (tmp_path / "x.parquet").exists()
    assert left_in(tmp_path) == []


def test_no_export_is_written_to_the_folder_of_the_system(
    tickets: Desk, reader: TableReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    assert parquet_of(reader, of_question("select id from Tickets"), tmp_path / "x.parquet") == 200
    assert EXPORTING.file == 2 * 2**30
    assert EXPORTING.left == 2**30
