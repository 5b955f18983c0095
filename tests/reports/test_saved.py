"""Queries that people save."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from isthmus.engine.database import open_database
from isthmus.reports.saved import (
    NoSuchSavedReport,
    SavedReports,
    SavedWrong,
    run_saved,
)
from isthmus.state.saved_reports import SavedReportStore
from isthmus.warehouse.answering import NotPermitted, TableReader
from isthmus.warehouse.ports import QueryFailed
from tests.warehouse.building import Desk

SQL = "select status, count(*) as n from Tickets group by 1;"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    place = (
        tmp_path / "dispatch.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    opened = open_database(place)
    yield opened
    opened.dispose()


@pytest.fixture
def saved(engine: Engine) -> SavedReports:
    SavedReportStore.open(engine)
    return SavedReports(SavedReportStore.open(engine))


def test_a_query_is_saved_found_changed_run_and_removed(
    saved: SavedReports, tickets: Desk, reader: TableReader
) -> None:
    made = saved.save(
        reader, title=" Tickets by state ", author="dana", sql=SQL, chart="bar", x="status"
    )
    other = saved.save(reader, title="All", author="eli", sql="select 1 as one")

    assert (made.title, made.author, made.chart, made.x) == (
        "Tickets by state",
        "dana",
        "bar",
        "status",
    )
    assert saved.find(made.id) == made
    assert [report.title for report in saved.all()] == ["All", "Tickets by state"]
    assert len(run_saved(reader, made).rows) == 4

    changed = saved.change(reader, made.id, title="States", sql=SQL, chart="")
    assert (changed.title, changed.author, changed.created_at) == (
        "States",
        "dana",
        made.created_at,
    )
    assert changed.updated_at >= made.updated_at

    saved.remove(other.id)
    assert saved.all() == (changed,)
    for gone in (saved.find, saved.remove):
        with pytest.raises(NoSuchSavedReport):
            gone(other.id)


def test_what_may_not_be_asked_is_not_saved(
    saved: SavedReports, tickets: Desk, reader: TableReader
) -> None:
    for sql, error in (
        ("delete from autotask.Tickets", NotPermitted),
        ("select 1; select 2", NotPermitted),
        ("", QueryFailed),
    ):
        with pytest.raises(error):
            saved.save(reader, title="x", author="dana", sql=sql)
    for title, chart in (("", "bar"), ("x" * 201, ""), ("x", "pie")):
        with pytest.raises(SavedWrong):
            saved.save(reader, title=title, author="dana", sql="select 1", chart=chart)
    assert saved.all() == ()
