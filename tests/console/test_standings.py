"""How datasets stand, in words; schedules and forms as they are read; which columns come first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from isthmus.console import connecting, rows, standings
from isthmus.console.pages.home import steps_of
from isthmus.console.pages.quota import gauge_of
from isthmus.console.schedules import ScheduleUnclear, beat_of, filled_of
from isthmus.sync.catalog import Refresh
from isthmus.wiring.connecting import CheckLine, Connected, Verdict
from isthmus.wiring.sync.syncing import (
    STOPPED,
    Ask,
    Beat,
    Cost,
    DatasetChoice,
    DatasetStanding,
    Permission,
    Progress,
    RunDataset,
)
from isthmus.wiring.tables.reading import Column, ColumnType, Origin
from isthmus.wiring.vendors.quota import QuotaSample

NOW = datetime(2026, 5, 27, 12, 0, tzinfo=UTC)


def standing(**changes: object) -> DatasetStanding:
    values: dict[str, object] = {
        "name": "Tickets", "title": "Tickets", "meaning": "", "group": "service desk",
        "refresh": Refresh.INCREMENTAL, "rows": 10, "last": RunDataset("Tickets", "full", "ok"),
        "last_at": NOW, "last_by": "ann", "last_run": "r", "ok_at": NOW, "fresh_as_of": NOW,
        "beat": None, "schedule": "", "next_at": None, "permission": None,
        "choice": DatasetChoice("Tickets"), "progress": None, "is_waiting": False, "is_own": False,
    }  # fmt: skip
    return DatasetStanding(**(values | changes))  # type: ignore[arg-type]


def progress(dataset: str, phase: str, rows: int, expected: int | None) -> Progress:
    return Progress(dataset, "r", phase, "full", rows, expected, 2, NOW, NOW, asked="ask/1")


REFUSED = Permission("Tickets", "no", None, None, "", "Grant it.", NOW)


@pytest.mark.parametrize(
    ("changes", "text", "is_trouble"),
    [
        ({}, "up to date", False),
        ({"progress": progress("Tickets", "reading", 1, 2)}, "reading", False),
        ({"choice": DatasetChoice("Tickets", is_kept=False)}, "not copied", False),
        ({"is_waiting": True}, "waits its turn", False),
        ({"permission": REFUSED}, "may not be read", True),
        ({"last": RunDataset("Tickets", "full", "failed")}, "failed", True),
        ({"last": RunDataset("Tickets", "full", "stopped")}, "stopped", True),
        ({"rows": None, "last": None}, "not read yet", False),
        ({"next_at": NOW - timedelta(hours=1)}, "late", True),
        ({"last": RunDataset("Tickets", "full", "ok"), "warnings": ("x",)}, "with warnings", False),
        ({"needs_full": "Other records are wanted."}, "to be read again", True),
    ],
)
def test_the_worst_is_said_first(changes: dict[str, object], text: str, is_trouble: bool) -> None:
    told = standings.told_of(standing(**changes), NOW)
    assert (told.text, told.is_trouble) == (text, is_trouble)


def test_how_far_a_sync_is_counts_what_is_through() -> None:
    ask = Ask("ask/1", ("A", "B", "C"), full=False, by="ann", at=NOW, state="running")
    lines = (progress("B", "reading", 40, 100), progress("C", "queued", 0, 50))
    whole = [
        standing(name="A", last_at=NOW),
        standing(name="B", last_at=NOW - timedelta(days=1), progress=lines[0]),
        standing(name="C", last_at=None, is_waiting=True),
        standing(name="D", last_at=NOW),
    ]
    found = standings.round_of(ask, lines, whole)
    assert found is not None
    assert (found.done, found.whole, found.rows, found.expected) == (1, 3, 40, 150)
    assert standings.round_of(None, (), whole) is None


def test_a_sync_that_has_just_begun_is_through_with_nothing() -> None:
    ask = Ask("ask/1", ("A", "B"), full=False, by="ann", at=NOW, state="running")
    earlier = NOW - timedelta(minutes=5)
    whole = [standing(name="A", last_at=earlier), standing(name="B", last_at=None)]
    found = standings.round_of(ask, (), whole)
    assert found is not None
    assert (found.done, found.whole) == (0, 2)


def test_what_a_full_read_costs_is_a_sentence() -> None:
    assert standings.cost_words(Cost(6, 12, 0.0, 0.0006)) == (
        "12 rows in about 6 calls, 0.1 % of the tenant's calls of an hour; less than a minute."
    )
    assert "waiting for calls included" in standings.cost_words(Cost(30_000, 9, 200, 3.0))
    assert "known after" in standings.cost_words(Cost(None, None, None, None))
    both = standings.cost_of_all([Cost(6, 12, 0.5, 0.1), Cost(None, None, None, None)])
    assert (both.calls, both.rows) == (6, 12)


@pytest.mark.parametrize(
    "beat",
    [Beat(minutes=15), Beat(cron="30 6 * * 1-5", zone="Europe/Vienna"),
     Beat(cron="0 2 * * *", zone="UTC"), Beat(cron="*/5 8-18 * * *", zone="UTC"), None],
)  # fmt: skip
def test_a_schedule_is_read_back_as_the_form_showed_it(beat: Beat | None) -> None:
    shown = filled_of(beat, "UTC")
    given = {"how": shown.how, "minutes": str(shown.minutes), "clock": shown.clock,
             "cron": shown.cron, "zone": shown.zone}  # fmt: skip
    assert beat_of(given) == beat


@pytest.mark.parametrize("given", [{"how": "every", "minutes": "0"}, {"how": "daily"}])
def test_a_schedule_without_a_time_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ScheduleUnclear):
        beat_of({"minutes": "", "clock": "25:00", "cron": "", "zone": "", **given})


def test_what_kept_a_connection_from_being_saved_is_named() -> None:
    lines = [
        CheckLine("zone", Verdict.OK, ""),
        CheckLine("credentials", Verdict.FAILED, ""),
        CheckLine("Tickets", Verdict.UNKNOWN, "", is_dataset=True),
    ]
    assert connecting.wrong_ones(lines) == "credentials"
    assert connecting.is_left_out(lines[2])
    assert connecting.subject_of(lines[1]) == "Credentials"


def test_a_zone_and_an_address_exclude_each_other() -> None:
    given = {"title": "", "username": "u", "secret": "", "integration_code": "", "zone": "5",
             "url": "https://x.example/", "api": ""}  # fmt: skip
    assert "zone" in connecting.autotask_of(given).wrong
    draft = connecting.autotask_of(given | {"url": ""}).draft
    assert draft is not None
    assert set(connecting.missing_secrets(draft)) == {"secret", "integration_code"}


def test_names_and_labels_come_before_codes() -> None:
    columns = [
        Column("apiVendorID", ColumnType.TEXT, Origin.LABEL),
        Column("id", ColumnType.INTEGER, Origin.FIELD),
        Column("status", ColumnType.TEXT, Origin.LABEL),
        Column("status_code", ColumnType.INTEGER, Origin.CODE),
        Column("description", ColumnType.TEXT, Origin.FIELD, is_long=True),
        Column("title", ColumnType.TEXT, Origin.FIELD),
    ]
    assert rows.first_columns(columns) == ("id", "title", "status", "apiVendorID")


def test_an_address_of_rows_keeps_what_is_asked_for() -> None:
    asked = rows.Asked("a&b", "title", descending=False, where=("id|is|5",), columns=(), size=100)
    assert asked.query() == "?q=a%26b&sort=title&way=up&where=id%7Cis%7C5&size=100"
    assert asked.query(q="", where=()) == "?sort=title&way=up&size=100"
    [condition] = rows.conditions_of(("id|is|5", "nonsense", "id|resembles|5"))
    assert rows.said(condition) == "id is 5"


def test_the_hour_is_split_into_ours_and_the_others() -> None:
    gauge = gauge_of(QuotaSample(NOW, used=9_500, ours=500, limit=10_000))
    assert gauge is not None
    assert (gauge.ours, gauge.others, gauge.left, gauge.tone) == (500, 9_000, 500, "bad")
    assert gauge_of(QuotaSample(NOW, None, None, None)) is None


@pytest.mark.parametrize(
    ("statuses", "error", "kind"),
    [
        ({"Tickets": "ok", "Invoices": "ok"}, "", "whole"),
        ({"Tickets": "ok", "Invoices": "failed"}, "Refused.", "part"),
        ({"Tickets": "failed", "Invoices": "failed"}, "Refused.", "nothing"),
        ({"Tickets": "ok", "Invoices": "stopped"}, "", "stopped"),
        ({"Tickets": "ok", "Invoices": ""}, "", "stopped"),
        ({"Tickets": "", "Invoices": ""}, STOPPED, "stopped"),
        ({"Tickets": "", "Invoices": ""}, "No key.", "nothing"),
    ],
)
def test_how_a_sync_ended_is_told_by_how_its_datasets_stand(
    statuses: dict[str, str], error: str, kind: str
) -> None:
    ask = Ask("ask/1", tuple(statuses), full=False, by="ann", at=NOW, state="done", error=error)
    lines = [
        standing(
            name=name,
            last=RunDataset(name, "full", status or "ok"),
            last_at=NOW + (1 if status else -1) * timedelta(minutes=1),
        )
        for name, status in statuses.items()
    ]
    assert standings.ended(ask, lines).kind == kind
    retried = replace(ask, wanted=("Tickets",))  # the rest was through before
    if statuses["Invoices"]:
        assert standings.ended(retried, lines) == standings.ended(ask, lines)


def test_the_next_step_is_the_first_that_is_missing() -> None:
    none, both = Connected("autotask", "nothing", None), Connected("autotask", "saved", None)
    field = Connected("fieldnation", "saved", None)
    done = {"is_read": True, "has_rules": True, "has_links": True}
    [step] = steps_of((none, none), **done)
    assert step.path == "/welcome"
    assert [one.path for one in steps_of((both, none), **done | {"is_read": False})] == [
        "/welcome/datasets", "/connections/fieldnation",
    ]  # fmt: skip
    assert steps_of((both, field), **done) == ()
