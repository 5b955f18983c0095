"""The box for people's own SQL: run, drawn, saved, downloaded, refused, and never lost."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from isthmus.wiring.people import Role
from tests.console.exploring import explored, fetched
from tests.console.site import Served, Visitor, served, shots

LISTS = "select string_split(title, ' ') as w, count(*) as n from Tickets group by 1"
INFINITE = (
    "select status, count(*) as n, sum(1.0) / (count(*) - count(*)) as endless,"
    " cast('nan' as double) as none from Tickets group by 1"
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


def test_a_chart_over_lists_is_drawn_and_saved(filled: Served) -> None:
    shown = fetched(filled, f"/explore/sql?{urlencode({'sql': LISTS, 'chart': 'bar'})}")
    assert shown.status_code == 200
    assert 'class="chart"' in shown.text
    with filled.house.readers.reader() as reader:
        kept = filled.site.saved.save(reader, title="Words", author="ann", sql=LISTS, chart="bar")
    assert fetched(filled, f"/explore/saved/{kept.id}").status_code == 200
    filled.site.saved.remove(kept.id)


def test_figures_that_are_infinite_are_listed_not_drawn_and_the_page_goes_on(
    visitor: Visitor,
) -> None:
    asked = urlencode({"sql": INFINITE, "chart": "bar"})
    page = visitor.visit(f"/explore/sql?{asked}", Role.VIEWER)
    expect(page.locator("figure.chart canvas")).to_be_visible()
    row = page.get_by_role("region", name="The answer").locator("tbody tr").first
    expect(row.locator("td").nth(2)).to_have_text("inf")
    expect(row.locator("td").nth(3)).to_have_text("nan")
    page.get_by_label("SQL", exact=True).fill("select 1 as one")
    page.get_by_label("SQL", exact=True).press("Control+Enter")
    expect(page.get_by_role("columnheader", name="one")).to_be_visible()


def test_a_small_figure_is_not_shown_as_nothing(filled: Served) -> None:
    shown = fetched(filled, "/explore/sql?sql=select 1.0/300 as small")
    assert '<td class="num">0.00333</td>' in shown.text


def test_sql_that_writes_is_refused_and_stays_in_the_box(visitor: Visitor) -> None:
    visitor.forgive("422")
    page = visitor.visit("/explore/sql", Role.VIEWER)
    page.get_by_label("SQL", exact=True).fill("delete from Tickets")
    page.get_by_label("SQL", exact=True).press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("SQL", exact=True)).to_have_value("delete from Tickets")
    shots(page, "explore/refused")


def test_a_query_is_run_drawn_saved_changed_and_removed(visitor: Visitor, filled: Served) -> None:
    page = visitor.visit("/explore/sql", Role.DISPATCHER)
    page.get_by_label("SQL", exact=True).fill(
        "select status, count(*) as n from Tickets group by 1 order by 2 desc"
    )
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Show it as").select_option("bar")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("figure.chart canvas")).to_be_visible()
    page.get_by_label("Save it as a report").fill("Tickets by state")
    page.get_by_role("button", name="Save the report").click()
    expect(page.get_by_text("Saved as Tickets by state.")).to_be_visible()
    expect(page.locator("figure.chart canvas")).to_be_visible()
    shots(page, "explore/saved")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Title of the report").fill("Tickets by status")
    page.get_by_role("button", name="Save the changes").click()
    (kept,) = filled.site.saved.all()
    assert (kept.title, kept.chart, kept.author) == (
        "Tickets by status", "bar", "dispatcher@example.com",
    )  # fmt: skip
    read = fetched(filled, f"/explore/saved/{kept.id}")
    assert "Remove" not in read.text
    assert fetched(filled, f"/explore/saved/{kept.id}/csv").text.startswith("status,n\r\n")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Tickets by status is removed.")).to_be_visible()


def test_a_viewer_asks_but_saves_nothing(filled: Served) -> None:
    cookie = filled.cookie(Role.VIEWER)
    session = filled.site.people.session(cookie["value"])
    assert session is not None
    shown = fetched(filled, "/explore/sql?sql=select 1 as one")
    assert "Save the report" not in shown.text
    with httpx2.Client(cookies={cookie["name"]: cookie["value"]}) as client:
        form = {"csrf": session.csrf, "sql": "select 1", "title": "Mine"}
        refused = client.post(f"{filled.url}/explore/sql/save", data=form)
    assert refused.status_code == 403
    assert filled.site.saved.all() == ()


def test_the_box_says_what_limits_there_are_where_the_tables_are(
    filled: Served, tmp_path: Path
) -> None:
    assert "At most 30 seconds, 128 MB and 10,000 rows." in fetched(filled, "/explore/sql").text
    nowhere = {"ISTHMUS_WAREHOUSE": "postgresql://nobody:x@127.0.0.1:1/none"}
    with served(tmp_path / "home", nowhere) as console:
        shown = fetched(console, "/explore/sql").text
    assert "At most 30 seconds and 10,000 rows. Each sort or hash takes at most 128 MB" in shown


def test_a_long_answer_says_that_it_was_cut_and_its_download_is_whole(filled: Served) -> None:
    sql = "select a.id from Tickets a cross join Tickets b"
    shown = fetched(filled, f"/explore/sql?sql={sql}")
    assert "More than 10,000 rows" in shown.text
    assert shown.text.count("<tr>") < 310
    assert fetched(filled, f"/explore/sql/csv?sql={sql}").text.count("\r\n") == 150 * 150 + 1
    refused = fetched(filled, "/explore/sql/parquet?sql=select * from read_csv('/etc/passwd')")
    assert refused.status_code == 422


def test_the_tables_beside_the_box_are_searched_by_their_columns(visitor: Visitor) -> None:
    page = visitor.visit("/explore/sql", Role.VIEWER)
    page.get_by_label("Tables and columns").last.fill("hourstobill")
    expect(page.locator("#tables details:visible")).to_have_count(1)
    expect(page.locator("#tables li:visible")).to_contain_text("hoursToBill")


LONG = "select " + ", ".join(f"{n} as a_long_name_of_a_column_{n}" for n in range(500))


def test_sql_that_no_address_can_hold_is_answered_downloaded_and_kept_in_the_box(
    filled: Served,
) -> None:
    cookie = filled.cookie(Role.VIEWER)
    session = filled.site.people.session(cookie["value"])
    assert session is not None
    jar = {cookie["name"]: cookie["value"]}
    with httpx2.Client(base_url=filled.url, cookies=jar, timeout=60) as client:
        form = {"csrf": session.csrf, "sql": LONG}
        assert len(LONG) > 16_384
        answer = client.post("/explore/sql", data=form)
        assert answer.status_code == 200
        assert LONG in answer.text
        assert "a_long_name_of_a_column_499</th>" in answer.text
        assert 'action="/explore/sql/csv"' in answer.text
        csv = client.post("/explore/sql/csv", data=form)
        assert csv.text.splitlines()[1].endswith(",499")
        wrong = client.post("/explore/sql", data=form | {"sql": f"{LONG} from nowhere"})
        assert wrong.status_code == 422
        assert "from nowhere</textarea>" in wrong.text
        longer = client.post("/explore/sql", data=form | {"sql": LONG * 2})
        assert longer.status_code == 422
        assert "below 20000 characters" in longer.text
        short = client.post("/explore/sql", data=form | {"sql": "select 1"})
        assert (short.status_code, short.headers["location"]) == (303, "/explore/sql?sql=select+1")


def test_short_sql_has_an_address_that_can_be_passed_on_and_long_sql_none(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.visit("/explore/sql", Role.VIEWER)
    box = page.get_by_label("SQL", exact=True)
    box.fill("select 1 as one")
    page.get_by_role("button", name="Run").click()
    expect(page).to_have_url(f"{visitor.served.url}/explore/sql?sql=select+1+as+one")
    box.fill(LONG)
    page.get_by_role("button", name="Run").click()
    expect(page).to_have_url(f"{visitor.served.url}/explore/sql")
    expect(page.get_by_role("columnheader", name="column_499")).to_be_attached()
    with page.expect_download() as coming:
        page.get_by_role("button", name="CSV").click()
    coming.value.save_as(tmp_path / "answer.csv")
    assert (tmp_path / "answer.csv").read_text("utf-8").splitlines()[1].endswith(",499")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shots(page, "sql-long")
