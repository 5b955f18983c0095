"""The rows of a dataset as people look at them: searched, sorted, narrowed, downloaded."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from isthmus.wiring.people import Role
from tests.console.exploring import limited, saved_to
from tests.console.site import Served, Visitor, shots, signed_in


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with limited(tmp_path_factory.mktemp("limited")) as console:
        yield console


@pytest.fixture
def reader(browser: Browser, filled: Served) -> Any:
    """Give a person before that console."""
    person = Visitor(browser, filled)
    yield person
    person.close()
    person.check()


def test_rows_are_searched_sorted_filtered_and_one_is_opened(reader: Visitor) -> None:
    page = reader.visit("/datasets/Tickets/preview", Role.VIEWER)
    shots(page, "preview")
    expect(page.get_by_text(re.compile("^150 of 150 rows"))).to_be_visible()
    header = page.locator("th", has=page.get_by_role("link", name="status", exact=True))
    expect(header).to_contain_text("label")
    page.get_by_role("link", name="title", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("title")
    page.go_back()
    page.get_by_label("Where").select_option("id")
    page.get_by_label("Is", exact=True).select_option("is not")
    page.get_by_label("Value").fill("1")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("id is not 1").first).to_be_visible()
    first = page.locator(".rows tbody th a").first
    number = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", name=f"Tickets {number}")).to_be_visible()
    shots(page, "preview/row")


def test_a_wrong_condition_is_told_above_the_form_which_keeps_all_that_was_typed(
    filled: Served,
) -> None:
    wrong = {"column": "createDate", "is": "from", "value": "yesterday"}
    conditions = ["id|is not|1", "title|is filled|"]
    with signed_in(filled, Role.VIEWER) as (client, _):
        asked = {"q": "printer", "where": conditions, "sort": "title", **wrong}
        answer = client.get("/datasets/Tickets/preview", params=asked)
        without = html.unescape(re.findall(r'href="([^"]*)">drop<', answer.text)[0])
        again = client.get(f"/datasets/Tickets/preview{without}")
    for shown in (answer, again):
        assert shown.status_code == 422
        above, _, form = html.unescape(shown.text).partition('<form class="filters"')
        assert "'yesterday' is no timestamp" in above
        assert 'role="alert"' in above
        for kept in (
            "<option selected>createDate</option>", "<option selected>from</option>",
            'name="value" value="yesterday"', 'name="sort" value="title"',
            *(f'name="where" value="{one}"' for one in conditions),
        ):  # fmt: skip
            assert kept in form, kept
    assert 'name="q" value="printer"' in answer.text
    assert 'name="q" value=""' in again.text


def test_a_condition_that_is_not_whole_stays_in_the_form_and_the_rows_are_shown(
    filled: Served,
) -> None:
    begun = {
        "Write the value that createDate is compared with": {"column": "createDate", "is": "from"},
        "Choose the column that has this value": {"is": "contains", "value": "x"},
        "Choose how title is compared": {"column": "title", "is": "like", "value": "x"},
    }
    with signed_in(filled, Role.VIEWER) as (client, _):
        for told, asked in begun.items():
            answer = client.get("/datasets/Tickets/preview", params=asked)
            assert answer.status_code == 200
            assert f"{told}.</p>" in answer.text
            assert "150 of 150 rows" in answer.text
            if "value" in asked:
                assert f'name="value" value="{asked["value"]}"' in answer.text
            if asked["is"] != "like":
                assert f"<option selected>{asked['is']}</option>" in answer.text
        plain = client.get("/datasets/Tickets/preview", params={"is": "is", "value": ""})
    assert 'id="h-typed"' not in plain.text


def test_a_column_that_is_not_there_is_told_above_the_form(filled: Served) -> None:
    with signed_in(filled, Role.VIEWER) as (client, _):
        for asked in ("sort=nope", "columns=nope", "column=nope&is=is&value=1", "after=x"):
            answer = client.get(f"/datasets/Tickets/preview?{asked}")
            assert answer.status_code == 422, asked
            assert 'role="alert"' in answer.text
            assert '<form class="filters"' in answer.text
            assert "Show all rows</a>" in answer.text


def test_a_time_in_a_condition_is_of_the_zone_that_the_page_shows(filled: Served) -> None:
    with filled.house.readers.reader() as reader:
        sql = "select id, createDate from autotask.Tickets order by id limit 1"
        ((number, at),) = reader.query(sql).rows
    assert isinstance(at, datetime)
    there = at.astimezone(ZoneInfo("Europe/Vienna")).replace(tzinfo=None)
    with signed_in(filled, Role.VIEWER) as (client, _):
        client.cookies.set("zone", "Europe%2FVienna")
        for way, value in (("is", there.isoformat()), ("begins with", f"{there}"[:19])):
            asked = {"column": "createDate", "is": way, "value": value}
            answer = client.get("/datasets/Tickets/preview", params=asked)
            assert f'href="/datasets/Tickets/rows/{number}"' in answer.text, way


def test_rows_are_downloaded_as_they_are_searched_filtered_and_sorted(
    reader: Visitor, tmp_path: Path
) -> None:
    page = reader.visit("/datasets/Contacts/preview", Role.VIEWER)
    page.get_by_label("Where").select_option("lastName")
    page.get_by_label("Is", exact=True).select_option("begins with")
    page.get_by_label("Value").fill("Müll")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="firstName", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("firstName")
    shown = page.locator(".rows tbody th").all_inner_texts()
    assert shown
    files = [saved_to(page, tmp_path, name) for name in ("CSV", "Parquet")]
    assert [file.name for file in files] == ["Contacts.csv", "Contacts.parquet"]
    read = duckdb.read_csv(str(files[0])), duckdb.read_parquet(str(files[1]))
    for rows in read:
        assert rows.columns == page.locator(".rows thead th a").all_inner_texts()
        assert [str(row[0]) for row in rows.project("id").fetchall()] == shown
        assert {row[0] for row in rows.project("lastName").fetchall()} == {"Müller"}


def test_both_forms_keep_the_order_and_how_many_rows_a_page_has(filled: Served) -> None:
    with signed_in(filled, Role.VIEWER) as (client, _):
        shown = client.get("/datasets/Tickets/preview?sort=title&way=up&size=25").text
    for kept in ('name="sort" value="title"', 'name="way" value="up"', 'name="size" value="25"'):
        assert shown.count(kept) == 2, kept


def test_there_are_no_downloads_but_those_offered(filled: Served) -> None:
    with signed_in(filled, Role.VIEWER) as (client, _):
        assert client.get("/datasets/Tickets/preview/xls").status_code == 409
        wrong = client.get("/datasets/Tickets/preview/csv?where=createDate|from|yesterday")
        assert wrong.status_code == 409
        assert "is no timestamp" in wrong.text
        empty = client.get("/datasets/Tickets/preview?where=id|is|1")
    assert "preview/csv" not in empty.text


def test_a_missing_permission_is_told_where_the_rows_are(reader: Visitor) -> None:
    page = reader.visit("/datasets/Invoices/preview", Role.VIEWER)
    expect(page.locator(".note.bad")).to_contain_text("may not read Invoices")
    expect(page.locator(".note.bad")).to_contain_text("Contracts > Invoices")
    shots(page, "preview/refused")
    page.goto(page.url.replace("Invoices", "Contacts"))
    expect(page.locator(".note.warn").first).to_contain_text("Rows are missing here")
    page.goto(re.sub("/datasets.*", "/connections/permissions", page.url))
    row = page.get_by_role("row", name=re.compile("^Invoices"))
    expect(row).to_contain_text("may not be read")
    expect(row).to_contain_text("right to query")
