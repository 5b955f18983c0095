"""Datasets as people see them: synced, stopped, taken up again, scheduled, looked into."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from isthmus.state.sync import Earlier, SyncState
from isthmus.sync import extract
from isthmus.wiring.people import Role
from isthmus_sim.in_thread import AutotaskSim
from tests.console.exploring import limited
from tests.console.shore import shore, until, worked
from tests.console.site import PHONE, WIDE, Served, Visitor, audit, shots, signed_in


def test_a_sync_is_watched_in_numbers_stopped_and_taken_up_where_it_was(
    autotask_sim_factory: Callable[..., Any], tmp_path: Path, browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(extract, "PAGE_SIZE", 20)
    sim = autotask_sim_factory(tickets=600, companies=12, latency_ms=300)
    with shore(tmp_path / "home", sim) as console:
        visitor = Visitor(browser, console)
        page = visitor.visit("/datasets/Tickets")
        page.get_by_role("button", name="Sync now").click()
        expect(page.locator("#dataset .progress .num")).to_contain_text(re.compile(r"\d+ of 600"))
        shots(page, "datasets/going")
        until(lambda: any(line.rows >= 60 for line in console.site.syncing.progress()))
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("button", name="Go on where it stopped")).to_be_visible(
            timeout=30_000
        )
        expect(page.get_by_text("A refresh is under way")).not_to_be_visible()
        expect(page.locator("#again").get_by_role("button", name="again")).to_be_visible()
        shots(page, "datasets/stopped")
        page.get_by_role("button", name="Go on where it stopped").click()
        expect(page.locator(".figure").first).to_contain_text("600", timeout=30_000)
        last = console.site.syncing.standing_of("Tickets").last
        assert last is not None
        assert last.rows_read < 600
        visitor.close()
        visitor.check()


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


def test_an_admin_says_when_and_the_cost_of_a_full_read_is_told_before_it(
    reader: Visitor, filled: Served
) -> None:
    page = reader.visit("/datasets/Companies")
    expect(page.get_by_text(re.compile("12 rows in about 6 calls"))).to_be_visible()
    shots(page, "datasets/one")
    page.get_by_label("on weekdays").check()
    page.get_by_label("at", exact=True).fill("06:30")
    page.get_by_label("Time zone of the clock").fill("Europe/Vienna")
    page.get_by_role("button", name="Save the schedule").click()
    expect(page.get_by_role("status").first).to_contain_text("on weekdays at 06:30 (Europe/Vienna)")
    page.get_by_role("button", name="Read all 12 rows again").click()
    page.get_by_role("dialog").get_by_role("button", name="Read all 12 rows again").click()
    expect(page.get_by_role("status").first).to_contain_text("read again")
    with worked(filled):
        until(lambda: not filled.site.syncing.asks())


def test_a_schedule_that_is_none_is_told(reader: Visitor) -> None:
    reader.forgive("422")
    page = reader.visit("/datasets/Products")
    page.get_by_label("by crontab").check()
    page.get_by_label("Crontab line").fill("now and then")
    page.get_by_role("button", name="Save the schedule").click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_columns_and_records_are_left_out_and_a_collection_is_added(
    reader: Visitor, filled: Served
) -> None:
    reader.forgive("422")
    page = reader.visit("/datasets/TimeEntries/columns")
    expect(page.get_by_label("Keep summaryNotes", exact=True)).not_to_be_visible()
    page.get_by_label("Search the columns").fill("summary")
    expect(page.get_by_text("1 column", exact=True)).to_be_visible()
    page.get_by_label("Keep summaryNotes", exact=True).uncheck()
    expect(page.get_by_text("1 changed, not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save the columns").click()
    expect(page.get_by_role("status").first).to_contain_text("1 field is left out")
    expect(page.get_by_label("Keep summaryNotes", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Keep hoursWorked", exact=True)).not_to_be_visible()
    page.get_by_label("Only those where").fill("hoursWorked gt")
    page.get_by_role("button", name="Save the filter").click()
    expect(page.get_by_role("alert")).to_contain_text("hoursWorked gt has no value")
    expect(page.get_by_label("Only those where")).to_have_value("hoursWorked gt")
    page.get_by_label("Only those where").fill("hoursWorked gt 1")
    page.get_by_role("button", name="Save the filter").click()
    expect(page.get_by_role("status").first).to_contain_text("records meet the filter")
    shots(page, "datasets/columns")
    page.goto(f"{filled.url}/datasets/add?q=opportunit")
    page.get_by_role("button", name=re.compile("^Add Opportunities")).click()
    expect(page.get_by_role("heading", name="Opportunities")).to_be_visible()
    page.goto(f"{filled.url}/datasets/Opportunities/columns")
    page.get_by_role("button", name="Leave it out, keep the table").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave it out").click()
    expect(page.get_by_role("status").first).to_contain_text("no longer copied")


def test_every_column_is_in_the_page_without_a_script_and_none_is_lost_when_it_is_sent(
    filled: Served,
) -> None:
    with signed_in(filled, Role.ADMIN) as (client, _):
        shown = client.get("/datasets/Tickets/columns").text
    with filled.house.readers.reader() as reader:
        columns = next(one for one in reader.describe() if one.dataset == "Tickets").columns
    for column in columns:
        assert f">{column.name}</th>" in shown
    assert "<strong>Names beside ids</strong>" in shown
    assert "<strong>User-defined fields</strong>" in shown


def test_where_times_are_shown_the_page_says_in_which_zone(filled: Served) -> None:
    number = "select id, createDate from Tickets"
    with signed_in(filled, Role.VIEWER) as (client, _):
        first = client.get("/datasets/Tickets/preview?columns=id&columns=createDate").text
        client.cookies.set("zone", "Europe%2FVienna")
        for path in ("/datasets/Tickets/rows/7601", f"/explore/sql?sql={number}"):
            assert client.get(path).text.count(">Europe/Vienna</span>") == 1, path
        assert "data-zone" not in client.get("/explore/sql?sql=select id from Tickets").text
    assert "Times are in <span data-zone>UTC</span>" in first


def test_a_warning_that_still_holds_stands_on_the_page_with_its_run(filled: Served) -> None:
    kept = SyncState.open(filled.stores.state.engine)
    line = kept.kept()["Companies"]
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    told = (
        Earlier("status: code 77 has no label here.", "run-77", at, ("status 77",)),
        Earlier("Texts: 2 broken character(s).", "run-78", at),
    )
    kept.keep(replace(line, earlier=told))
    with signed_in(filled, Role.VIEWER) as (client, _):
        shown = client.get("/datasets/Companies").text
        listed = client.get("/datasets").text
    kept.keep(line)
    assert "Still so, from earlier refreshes" in shown
    assert 'href="/activity?q=run-77"' in shown
    assert "Of one earlier refresh alone" in shown
    assert "with warnings" in listed


def test_what_the_brake_kept_is_let_go_on_the_page_and_a_day_is_read_again(
    autotask_sim: AutotaskSim, tmp_path: Path
) -> None:
    with shore(tmp_path / "home", autotask_sim) as console:
        syncing = console.site.syncing
        with signed_in(console, Role.ADMIN) as (http, token):

            def ask(path: str, **values: str) -> str:
                begun = len(done())
                answer = http.post(f"/datasets/Contacts{path}", data={"csrf": token, **values})
                assert answer.status_code == 303, answer.text
                until(lambda: len(done()) > begun)
                return http.get("/datasets/Contacts").text

            def done() -> set[str]:
                last = syncing.standing_of("Contacts").last_run
                ended.update({last} - {""})
                return ended

            ended: set[str] = set()
            ask("/full")
            hidden = {"kind": "permission_lost", "entity": "Contacts", "mode": "hide", "share": 0.7}
            autotask_sim.admin("POST", "faults", hidden)
            before = syncing.standing_of("Contacts").rows
            assert "They are really gone: remove them" in ask("/full")
            assert syncing.standing_of("Contacts").rows == before
            assert "They are really gone" not in ask("/release")
            assert (syncing.standing_of("Contacts").rows or 0) < (before or 0) / 2
            ask("/since", since="2020-01-01")
            last = syncing.standing_of("Contacts").last
            assert last is not None
            assert last.mode == "incremental"
            assert last.rows_read == syncing.standing_of("Contacts").rows
            wrong = http.post("/datasets/Contacts/since", data={"csrf": token, "since": "soon"})
            assert wrong.status_code == 422
            assert "is no day" in wrong.text


def test_each_role_may_do_what_it_may(filled: Served) -> None:
    deeds = {
        "/datasets/sync": Role.DISPATCHER,
        "/datasets/stop": Role.DISPATCHER,
        "/datasets/Tickets/full": Role.ADMIN,
        "/datasets/Tickets/since": Role.ADMIN,
        "/datasets/Tickets/release": Role.ADMIN,
        "/datasets/Tickets/schedule": Role.ADMIN,
        "/datasets/Tickets/columns": Role.ADMIN,
        "/datasets/Tickets/records": Role.ADMIN,
        "/datasets/Tickets/remove": Role.ADMIN,
        "/datasets/add": Role.ADMIN,
        "/connections/test": Role.ADMIN,
        "/connections/autotask/save": Role.ADMIN,
        "/connections/autotask/secret": Role.ADMIN,
        "/connections/autotask/forget": Role.ADMIN,
        "/connections/webhooks/install": Role.ADMIN,
        "/connections/webhooks/remove": Role.ADMIN,
        "/welcome/sync": Role.ADMIN,
        "/welcome/simulated": Role.ADMIN,
    }
    for role in (Role.VIEWER, Role.DISPATCHER):
        cookie = filled.cookie(role)
        session = filled.site.people.session(cookie["value"])
        assert session is not None
        with httpx2.Client(cookies={cookie["name"]: cookie["value"]}) as client:
            for path, least in deeds.items():
                if not role.covers(least):
                    answer = client.post(filled.url + path, data={"csrf": session.csrf})
                    assert answer.status_code == 403, (role, path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/datasets",
        "/datasets/Tickets",
        "/datasets/Tickets/preview",
        "/datasets/Tickets/preview?column=id&is=is+not&value=1&q=a&sort=title",
        "/datasets/Tickets/preview?column=id&is=is&value=x",
        "/datasets/Tickets/preview?column=id&is=is",
        "/datasets/Tickets/columns",
        "/datasets/add",
        "/datasets/Tickets/rows/7705",
        "/connections",
        "/connections/permissions",
        "/connections/quota",
        "/connections/webhooks",
        "/connections/autotask",
        "/connections/fieldnation",
        "/welcome",
        "/welcome/datasets",
        "/welcome/sync",
    ],
)
@pytest.mark.parametrize(
    "looks",
    [
        ((WIDE, "light"), (PHONE, "dark")),
        pytest.param(((WIDE, "dark"), (PHONE, "light")), marks=pytest.mark.long),
    ],
    ids=["light", "dark"],
)
def test_an_auditor_finds_nothing(
    reader: Visitor, path: str, looks: tuple[tuple[tuple[int, int], str], ...]
) -> None:
    reader.forgive("422")  # a condition that cannot be understood
    for size, scheme in looks:
        page = reader.visit(path, size=size, scheme=scheme)
        assert audit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shots(page, path)
