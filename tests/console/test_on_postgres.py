"""A console whose tables are in PostgreSQL: rows, columns, reports, downloads."""

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import httpx2
import pytest

from isthmus.warehouse.dialect import literal
from isthmus.wiring.people import Role
from tests.console.exploring import explored
from tests.console.site import Served, signed_in
from tests.postgres import Server, database, postgres_server

__all__ = ["postgres_server"]

PREVIEW = "/datasets/Tickets/preview"
SHOWN = re.compile(r'href="/datasets/Tickets/rows/(\d+)"')


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("postgres")
    with (
        database(postgres_server) as url,
        explored(folder, {"ISTHMUS_WAREHOUSE": url}) as console,
    ):
        yield console


@pytest.fixture
def client(filled: Served) -> Iterator[httpx2.Client]:
    with signed_in(filled, Role.VIEWER) as (http, _):
        http.cookies.set("zone", "Europe%2FVienna")
        yield http


def text_of(client: httpx2.Client, path: str, **asked: str) -> str:
    answer = client.get(path, params=asked) if asked else client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def walk(client: httpx2.Client, **asked: str) -> list[str]:
    """Go through all pages of tickets; return their ids."""
    found: list[str] = []
    address = f"{PREVIEW}?{urlencode(asked)}"
    while address:
        shown = text_of(client, address)
        found += SHOWN.findall(shown)
        on = re.search(r'rel="next" href="([^"]*)"', shown)
        address = PREVIEW + on[1] if on else ""
    return found


def asked_of(console: Served, sql: str) -> list[str]:
    with console.house.readers.reader() as reader:
        return [str(row[0]) for row in reader.query(sql).rows]


@pytest.mark.parametrize(
    ("sort", "way", "order"),
    [
        ("id", "", "id desc"),
        ("title", "", "title desc nulls last, id desc"),
        ("title", "up", "title nulls last, id"),
        ("lastActivityDate", "up", "lastActivityDate nulls last, id"),
    ],
)
def test_pages_of_rows_follow_each_other_in_their_order(
    filled: Served, client: httpx2.Client, sort: str, way: str, order: str
) -> None:
    wanted = asked_of(filled, f"select id from autotask.Tickets order by {order}")

    assert walk(client, sort=sort, way=way, size="25") == wanted


@pytest.mark.parametrize("sort", ["id", "title"])
def test_rows_are_searched_and_narrowed_by_what_is_typed(
    filled: Served, client: httpx2.Client, sort: str
) -> None:
    client_of_most, day = asked_of(
        filled,
        "select companyName from autotask.Tickets group by 1 order by count(*) desc, 1 limit 1",
    ) + asked_of(
        filled,
        "select cast(percentile_disc(0.5) within group (order by createDate)"
        " at time zone 'Europe/Vienna' as date) from autotask.Tickets",
    )
    wanted = asked_of(
        filled,
        f"select id from autotask.Tickets where companyName = {literal(client_of_most)} and"
        f" createDate >= timestamp '{day}' at time zone 'Europe/Vienna'",
    )

    typed = {"q": client_of_most, "column": "createDate", "is": "from", "value": day}
    found = walk(client, **typed, sort=sort, size="25")

    assert sorted(found) == sorted(wanted)
    assert wanted


def test_what_is_typed_wrong_is_told_in_the_form(client: httpx2.Client) -> None:
    answer = client.get(f"{PREVIEW}?column=createDate&is=to&value=soon&q=printer")

    assert answer.status_code == 422
    assert 'value="soon"' in answer.text
    assert 'value="printer"' in answer.text


def test_rows_are_downloaded_as_they_are_shown(client: httpx2.Client, tmp_path: Path) -> None:
    asked = {
        "columns": ["id", "title", "createDate", "status"],
        "where": ["title|is filled|", "createDate|from|2000-01-01"],
        "sort": "title",
        "size": "200",
    }
    shown = SHOWN.findall(client.get(PREVIEW, params=asked).text)
    lines = list(csv.DictReader(io.StringIO(client.get(f"{PREVIEW}/csv", params=asked).text)))
    file = tmp_path / "tickets.parquet"
    file.write_bytes(client.get(f"{PREVIEW}/parquet", params=asked).content)

    assert len(shown) > 100
    assert [line["id"] for line in lines] == shown
    assert re.search(r"\+0[12]:00$", lines[0]["createDate"])
    kept = duckdb.read_parquet(str(file))
    assert [str(row[0]) for row in kept.project("id").fetchall()] == shown


def test_a_row_the_columns_and_the_joins_are_shown(filled: Served, client: httpx2.Client) -> None:
    (number,) = asked_of(filled, "select max(id) from autotask.Tickets")

    assert "ticketNumber" in text_of(client, f"/datasets/Tickets/rows/{number}")
    columns = text_of(client, "/datasets/Tickets/columns")
    assert ">ticketNumber</th>" in columns
    assert "<strong>User-defined fields</strong>" in columns
    assert "Tickets" in text_of(client, "/joins")


@pytest.mark.parametrize("name", ["tickets-by-client", "hours-by-technician"])
def test_a_report_leads_to_its_rows_and_all_of_it_is_downloaded(
    client: httpx2.Client, tmp_path: Path, name: str
) -> None:
    shown = text_of(client, f"/explore/{name}")
    figures = list(csv.reader(io.StringIO(client.get(f"/explore/{name}/csv").text)))
    file = tmp_path / "figures.parquet"
    file.write_bytes(client.get(f"/explore/{name}/parquet").content)
    behind = re.search(rf'href="(/explore/{name}/rows\?[^"]*)">\s*([\d.,]+)', shown)

    assert len(duckdb.read_parquet(str(file)).fetchall()) == len(figures) - 1
    assert len(figures) > 1
    assert behind is not None
    rows = text_of(client, behind[1])
    assert re.search(r"\d+ rows?\.", rows)
    path, _, query = behind[1].partition("?")
    whole = list(csv.reader(io.StringIO(client.get(f"{path}/csv?{query}").text)))
    assert re.search(rf"\b{len(whole) - 1} rows?\.", rows)


def test_pages_after_a_rest_show_the_same(
    filled: Served, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = (PREVIEW, f"{PREVIEW}?q=a&sort=title", "/explore/ticket-flow")
    before = [SHOWN.findall(text_of(client, path)) for path in paths]
    monkeypatch.setattr(filled.house.readers, "_idle", 0.0)

    for _ in range(2):
        assert [SHOWN.findall(text_of(client, path)) for path in paths] == before
    answer = client.get("/explore/sql", params={"sql": "select count(*) as n from Tickets"})
    assert "<td" in answer.text
    assert answer.status_code == 200
