"""Explore: a chart drawn, the rows behind it, downloads, other programs."""

import csv
import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from isthmus.console.pages import explore
from isthmus.console.turns import MOST
from isthmus.reports.catalogue import REPORTS
from isthmus.wiring.people import Role
from tests.console.exploring import TWINS, explored, fetched, saved_to
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, served, shots, signed_in

_ROWS = "/explore/tickets-by-client/rows?"
_SAVED = "/explore/saved/"
_PAGES = (
    "/explore",
    "/explore/ticket-flow",
    "/explore/hours-by-client",
    "/explore/sla-by-queue",
    "/explore/sql?sql=select+status,+count(*)+as+n+from+Tickets+group+by+1&chart=bar",
    "/explore/connect",
    _ROWS,
    _SAVED,
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with explored(tmp_path_factory.mktemp("explore")) as console:
        yield console


@pytest.fixture
def visitor(browser: Browser, filled: Served) -> Iterator[Visitor]:
    person = Visitor(browser, filled)
    yield person
    person.close()
    person.check()


def test_a_chart_leads_to_the_rows_behind_a_figure_and_both_are_downloaded(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.visit("/explore", Role.VIEWER)
    page.get_by_role("link", name="Tickets by client").click()
    expect(page.locator("figure.chart canvas")).to_be_visible()
    cells = page.locator(".figures-of tbody tr").first.locator("th, td")
    client, count = cells.nth(0).inner_text(), int(cells.nth(1).inner_text())
    figures = duckdb.read_csv(str(saved_to(page, tmp_path, "CSV"))).fetchall()
    assert (client, count) in figures
    assert duckdb.read_parquet(str(saved_to(page, tmp_path, "Parquet"))).fetchall() == figures

    cells.nth(1).get_by_role("link").click()
    expect(page.get_by_text(f"{count} rows.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(count)
    shots(page, "explore/rows")
    with saved_to(page, tmp_path, "CSV").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert {row["companyName"] for row in rows} == {client}
    page.get_by_role("link", name="Tickets by client").click()
    expect(page.get_by_role("heading", name="Tickets by client")).to_be_visible()


def test_a_click_into_the_chart_shows_the_rows_of_that_bar(visitor: Visitor) -> None:
    page = visitor.visit("/explore/tickets-by-client", Role.VIEWER)
    cells = page.locator(".figures-of tbody tr").first.locator("th, td")
    client = cells.nth(0).inner_text()
    over = page.locator(".u-over").bounding_box()
    places = page.locator(".figures-of tbody tr").count()
    assert over is not None
    page.mouse.move(over["x"] + over["width"] / places / 2, over["y"] + over["height"] - 10)
    expect(page.locator(".tip")).to_contain_text(client)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Tickets opened: {client}")


def test_a_report_is_narrowed_by_period_grain_and_choice_and_the_address_keeps_it(
    visitor: Visitor,
) -> None:
    page = visitor.visit("/explore/backlog-by-queue", Role.VIEWER)
    page.get_by_label("By", exact=True).select_option("month")
    expect(page).to_have_url(re.compile("grain=month"))
    page.get_by_label("Client", exact=True).select_option(index=1)
    expect(page).to_have_url(re.compile(r"company=\d+"))
    expect(page.get_by_role("link", name="As at first").first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Client", exact=True)).to_have_value("")
    expect(page.get_by_label("By", exact=True)).to_have_value("month")


def test_every_ready_report_is_shown_with_its_sql(filled: Served) -> None:
    for report in REPORTS:
        answer = fetched(filled, f"/explore/{report.name}")
        assert answer.status_code == 200, report.name
        assert "The SQL behind it" in answer.text
        assert "problem" not in answer.text.split("<main")[1]


def test_days_that_are_none_are_told_and_the_form_stays(filled: Served) -> None:
    answer = fetched(filled, "/explore/ticket-flow?first=soon")
    assert answer.status_code == 409
    assert "soon is no day" in answer.text
    assert 'name="grain"' in answer.text


def test_a_choice_among_many_is_found_by_its_name(filled: Served) -> None:
    with filled.house.readers.reader() as reader:
        _, name = filled.site.kept.choices(reader, "company")[0]
    assert name in fetched(filled, f"/explore/choices/company?company={name[:5]}").text
    narrowed = fetched(filled, f"/explore/ticket-flow?{urlencode({'company': name})}")
    assert narrowed.status_code == 200


def test_a_day_that_is_typed_counts_when_it_is_whole(visitor: Visitor) -> None:
    page = visitor.visit("/explore/ticket-flow", Role.VIEWER)
    gone: list[str] = []
    page.on("framenavigated", lambda frame: gone.append(frame.url))
    first = page.get_by_label("From", exact=True)
    for typed, day, key in (("03032026", "2026-03-03", "Tab"), ("04042026", "2026-04-04", "Enter")):
        first.focus()
        page.keyboard.type(typed)
        expect(first).to_have_value(day)
        assert gone == []
        # Keys go on within the box of a day: to the calendar, and then to the next box.
        for _ in range(2 if key == "Tab" else 1):
            page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"first={day}"))
        expect(first).to_have_value(day)
        assert [url.count(f"first={day}") for url in gone] == [1]
        gone.clear()


def test_a_day_that_is_picked_from_the_calendar_counts_at_once(visitor: Visitor) -> None:
    page = visitor.visit("/explore/ticket-flow", Role.VIEWER)
    first = page.get_by_label("From", exact=True)
    first.click()
    first.evaluate(
        "box => { box.value = '2026-03-03';"
        " box.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    expect(page).to_have_url(re.compile("first=2026-03-03"))


def test_sql_is_copied(visitor: Visitor) -> None:
    page = visitor.visit("/explore/ticket-flow", Role.VIEWER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("The SQL behind it").click()
    page.get_by_role("button", name="Copy the SQL").click()
    expect(page.locator("#toast")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".behind code").text_content()


def test_where_a_page_may_not_copy_the_sql_is_selected(visitor: Visitor) -> None:
    page = visitor.visit("/explore/ticket-flow", Role.VIEWER)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
    page.reload()
    page.get_by_text("The SQL behind it").click()
    page.get_by_role("button", name="Copy the SQL").click()
    expect(page.locator("#toast")).to_have_text("Selected: press Ctrl+C")
    selected = page.evaluate("getSelection().toString()")
    assert selected.strip() == (page.locator(".behind code").text_content() or "").strip()


def test_each_of_two_clients_of_one_name_can_be_chosen(
    visitor: Visitor, filled: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "_MOST_LISTED", 3)
    page = visitor.visit("/explore/tickets-by-client", Role.VIEWER)
    box = page.get_by_label("Client", exact=True)
    box.press_sequentially(TWINS[:9])
    offered = page.locator("#list-company option")
    expect(offered).to_have_count(2)
    names = [one.get_attribute("value") or "" for one in offered.all()]
    assert all(re.fullmatch(rf"{TWINS} \(\d+\)", name) for name in names), names
    for name in names:
        box.fill(name)
        box.press("Enter")
        expect(box).to_have_value(name)
        expect(page.locator(".behind code")).to_contain_text(f"= {name.rpartition('(')[2][:-1]}")


def test_a_name_that_two_have_is_asked_back_about_and_the_form_stays(filled: Served) -> None:
    asked = fetched(filled, f"/explore/tickets-by-client?{urlencode({'company': TWINS})}")
    assert asked.status_code == 409
    assert f"2 have the name {TWINS}." in asked.text
    assert 'name="technician"' in asked.text or 'name="queue"' in asked.text


def test_who_leaves_a_download_gives_their_turn_back(
    filled: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled.site.downloads, "patience", 60.0)
    sql = "select a.id, b.title from TimeEntries a cross join Tickets b cross join Companies c"
    with signed_in(filled, Role.VIEWER) as (client, _):
        for _ in range(MOST):
            with client.stream("GET", "/explore/sql/csv", params={"sql": sql}) as begun:
                assert begun.status_code == 200
        one = client.get("/explore/sql/csv", params={"sql": "select 1 as one"})
    assert one.text == "one\r\n1\r\n"


def test_other_programs_are_told_where_the_tables_are(filled: Served) -> None:
    shown = fetched(filled, "/explore/connect").text
    for program in ("Power BI", "Metabase", "Grafana", "Excel", "Python"):
        assert f"<h2>{program}</h2>" in shown
    assert "warehouse.duckdb" in shown


def test_without_tables_it_is_said_what_to_do(tmp_path: Path) -> None:
    with served(tmp_path / "home") as empty:
        for path in ("/explore", "/explore/ticket-flow", "/explore/sql", "/joins"):
            answer = fetched(empty, path)
            assert answer.status_code == 200
            assert "No table was read yet" in answer.text


@pytest.mark.parametrize("path", _PAGES)
def test_every_page_can_be_read_by_everybody_and_fits_a_phone(visitor: Visitor, path: str) -> None:
    if path == _ROWS:
        report = fetched(visitor.served, path.partition("/rows")[0]).text
        path = next(html.unescape(told) for told in re.findall('href="(.*?)"', report)
                    if told.startswith(_ROWS) and "point=" in told)  # fmt: skip
    if path == _SAVED:
        with visitor.served.house.readers.reader() as reader:
            sql = "select status, count(*) as n from Tickets group by 1"
            told = {"title": "By status", "author": "ann", "sql": sql, "chart": "bar"}
            path += visitor.served.site.saved.save(reader, **told).id
    for scheme in ("light", "dark"):
        for size in (WIDE, PHONE):
            page = visitor.visit(path, size=size, scheme=scheme)
            assert audit(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shots(page, path.partition("?")[0] if not path.startswith(_SAVED) else _SAVED)
    if path.startswith(_SAVED):
        visitor.served.site.saved.remove(path.removeprefix(_SAVED))


@pytest.mark.long
@pytest.mark.parametrize("name", [one.name for one in REPORTS])
def test_every_report_can_be_read_by_everybody_and_fits_a_phone(
    visitor: Visitor, name: str
) -> None:
    for size, scheme in ((WIDE, "light"), (PHONE, "dark")):
        page = visitor.visit(f"/explore/{name}", size=size, scheme=scheme)
        assert audit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shots(page, f"explore/{name}")


def test_outcomes_and_ages_stand_in_their_own_order_whatever_their_figures(filled: Served) -> None:
    for name in ("first-response-sla", "resolution-sla"):
        assert _heads(filled, name)[1:3] == ["met", "missed"]
    assert [head for head in _heads(filled, "open-ticket-age") if "day" in head] == [
        "0 to 1 day", "1 to 3 days", "3 to 7 days", "7 to 30 days", "30 to 90 days", "over 90 days",
    ]  # fmt: skip


def _heads(console: Served, report: str) -> list[str]:
    figures = fetched(console, f"/explore/{report}").text.partition("The figures</h2>")[2]
    return re.findall(r"<th[^>]*>([^<]+)</th>", figures)
