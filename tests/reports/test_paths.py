"""Ways through the joins, and how many rows refer to nothing."""

from contextlib import nullcontext

import pytest

from isthmus.reports.orphans import OrphanCounts
from isthmus.reports.paths import Join, NoPath, path_sql, paths_between, telling_columns
from isthmus.sync.catalog import JOINS as CATALOGUE
from isthmus.warehouse.answering import Limits, TableReader
from tests.reports.conftest import COMPANIES, TICKETS
from tests.warehouse.building import Desk

JOINS = [Join(join.one, join.many, join.column) for join in CATALOGUE]
NAMES = sorted({name for join in JOINS for name in (join.one, join.many)})


def test_the_shortest_way_comes_first_and_no_table_is_passed_twice() -> None:
    ways = paths_between(JOINS, "TimeEntries", "companies")

    assert [len(way) for way in ways] == sorted(len(way) for way in ways)
    assert {ways[0][0].end, ways[1][0].end} == {"Contracts", "Tickets"}
    for way in ways:
        passed = ["TimeEntries", *(step.end for step in way)]
        assert len(passed) == len(set(passed))
        assert passed[-1] == "Companies"


@pytest.mark.parametrize("start", NAMES)
def test_every_table_leads_to_every_other(start: str) -> None:
    missing = [end for end in NAMES if end != start and not _leads(start, end)]

    assert missing == []


def _leads(start: str, end: str) -> bool:
    try:
        return bool(paths_between(JOINS, start, end, longest=5))
    except NoPath:
        return False


def test_what_no_join_reaches_is_named() -> None:
    with pytest.raises(NoPath, match="Products"):
        paths_between(JOINS, "Tickets", "Products")
    with pytest.raises(NoPath):
        paths_between([Join("A", "B", "aID"), Join("C", "D", "cID")], "A", "D")


def test_the_sql_of_a_path_runs_as_it_is_and_keeps_every_first_row(
    tickets: Desk, reader: TableReader
) -> None:
    columns = {state.dataset: state.columns for state in reader.describe()}
    joins = [Join("Companies", "Tickets", "companyID")]

    (up,) = paths_between(joins, "Tickets", "Companies")
    (down,) = paths_between(joins, "Companies", "Tickets")
    there = reader.ask(path_sql("Tickets", up, columns, limit=1000), Limits())
    back = reader.ask(path_sql("Companies", down, columns, limit=1000), Limits())

    assert len(there.rows) == 200
    assert len(back.rows) == 133
    assert not up[0].is_multiplying
    assert down[0].is_multiplying
    names = [name.lower() for name in there.columns]
    assert {"tickets_id", "tickets_ticketnumber", "tickets_status"} <= set(names)
    assert "companies_companyname" in names


def test_two_tables_of_the_same_capitals_get_two_aliases() -> None:
    ways = paths_between(JOINS, "Contracts", "Contacts")

    sql = path_sql("Contracts", ways[0], {})

    assert "autotask.Contracts c\n" in sql
    assert "c2 on c2.id = c.companyID" in sql
    assert "c3 on c3.companyID = c2.id" in sql


def test_telling_columns_are_few_and_begin_with_the_id() -> None:
    assert telling_columns(TICKETS.columns)[:3] == ("id", "ticketNumber", "title")
    assert telling_columns(()) == ("id",)


def test_orphans_are_counted_once_and_again_after_a_change(
    tickets: Desk, reader: TableReader
) -> None:
    join = Join("Companies", "Tickets", "companyID")
    counts = OrphanCounts(
        [join, Join("Tickets", "TimeEntries", "ticketID")], lambda: nullcontext(reader)
    )

    (first, lacking) = counts.now(wait=30)
    (again, _) = counts.now(wait=0)
    tickets.publish(COMPANIES, {"id": 3, "companyName": "Third"})
    (stale, _) = counts._told(reader.versions())
    (mended, _) = counts.now(wait=30)

    assert (first.referring, first.orphans, first.is_current) == (200, 67, True)
    assert again.at == first.at
    assert lacking.missing == ("TimeEntries",)
    assert lacking.orphans is None
    assert (stale.orphans, stale.is_current) == (67, False)
    assert (mended.orphans, mended.is_current) == (0, True)


def test_a_join_that_cannot_be_counted_says_why_and_those_behind_it_are_counted(
    tickets: Desk, reader: TableReader
) -> None:
    joins = [Join("Companies", "Tickets", "ownerID"), Join("Companies", "Tickets", "companyID")]
    counts = OrphanCounts(joins, lambda: nullcontext(reader))

    (failed, counted) = counts.now(wait=30)
    (again, _) = counts.now(wait=0)

    assert "ownerID" in failed.error or "ownerid" in failed.error
    assert (failed.referring, failed.orphans, failed.is_current) == (None, None, True)
    assert (counted.referring, counted.orphans, counted.error) == (200, 67, "")
    assert again == failed
    tickets.publish(COMPANIES, {"id": 3, "companyName": "Third"})
    (anew, _) = counts.now(wait=30)
    assert anew.at != failed.at
