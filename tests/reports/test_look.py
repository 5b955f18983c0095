"""A dataset as a page shows it."""

import pytest

from isthmus.reports.look import Look, NoSuchTable, Page, look, table_named
from isthmus.reports.look_conditions import Condition, ConditionWrong, Is
from isthmus.reports.look_places import PlaceWrong
from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.ports import Origin
from tests.warehouse.building import Desk


def see(reader: TableReader, **wanted: object) -> Page:
    asked = Look("tickets", **wanted)  # type: ignore[arg-type]
    return look(reader, table_named(reader.describe(), "tickets"), asked)


def ids(page: Page) -> list[object]:
    place = [column.name for column in page.columns].index("id")
    return [row[place] for row in page.rows]


def walk(reader: TableReader, **wanted: object) -> list[object]:
    """Go on to the end; return the ids of all pages."""
    found: list[object] = []
    after = ""
    while True:
        page = see(reader, after=after, **wanted)
        found += ids(page)
        if not page.next:
            return found
        after = page.next


def test_a_look_shows_the_newest_rows_with_labels_types_and_origins(
    tickets: Desk, reader: TableReader
) -> None:
    page = see(reader, size=10)

    assert ids(page) == [n * 3 for n in range(200, 190, -1)]
    assert (page.total, page.found) == (200, 200)
    kinds = {column.name: column.origin for column in page.columns}
    assert kinds["status"] is Origin.LABEL
    assert kinds["companyName"] is Origin.HYDRATED
    names = [column.name for column in page.columns]
    assert dict(zip(names, page.rows[1], strict=True))["companyName"] == "Bolt 100%"


def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    tickets: Desk, reader: TableReader
) -> None:
    for sort in ("id", "title", "createDate", "hours", "companyName", "isOpen"):
        for descending in (True, False):
            found = walk(reader, sort=sort, descending=descending, size=23)

            assert sorted(map(str, found)) == sorted(str(n * 3) for n in range(1, 201)), sort


@pytest.mark.parametrize("descending", [True, False])
def test_going_back_shows_the_page_that_was_seen(
    tickets: Desk, reader: TableReader, descending: bool
) -> None:
    for sort in ("id", "title", "companyName"):
        go_and_come_back(reader, sort, descending=descending)


def go_and_come_back(reader: TableReader, sort: str, *, descending: bool) -> None:
    pages = [see(reader, sort=sort, descending=descending, size=60)]
    while pages[-1].next:
        pages.append(see(reader, sort=sort, descending=descending, size=60, after=pages[-1].next))

    back = see(reader, sort=sort, descending=descending, size=60, before=pages[-1].previous)
    first = see(reader, sort=sort, descending=descending, size=60, before=pages[1].previous)

    assert len(pages) == 4
    assert ids(back) == ids(pages[2])
    assert ids(first) == ids(pages[0])
    assert first.previous == ""


def test_rows_without_a_value_come_last_either_way(tickets: Desk, reader: TableReader) -> None:
    for descending in (True, False):
        page = see(reader, sort="title", descending=descending, columns=("id", "title"), size=200)

        empty = [row[1] is None for row in page.rows]
        assert empty == sorted(empty)
        assert any(empty)


CONDITIONS = [
    (Condition("companyName", Is.EQUAL, "Acme"), 66),
    (Condition("companyname", Is.NOT_EQUAL, "Acme"), 134),
    (Condition("title", Is.CONTAINS, "printer 3"), 18),
    (Condition("title", Is.BEGINS, "=sum"), 86),
    (Condition("title", Is.EMPTY), 28),
    (Condition("title", Is.FILLED), 172),
    (Condition("companyName", Is.CONTAINS, "100%"), 67),
    (Condition("companyName", Is.CONTAINS, "%"), 67),
    (Condition("companyName", Is.CONTAINS, "_"), 0),
    (Condition("createDate", Is.FROM, "2026-03-28"), 7),
    (Condition("createDate", Is.TO, "2026-03-02T00:00:00+00:00"), 7),
    (Condition("hours", Is.FROM, "199.5"), 1),
    (Condition("isOpen", Is.EQUAL, "yes"), 100),
    (Condition("id", Is.EQUAL, "30"), 1),
    (Condition("status_code", Is.EQUAL, "2"), 50),
    (Condition("id", Is.BEGINS, "60"), 2),
]


def test_conditions_narrow_what_is_seen(tickets: Desk, reader: TableReader) -> None:
    for condition, count in CONDITIONS:
        page = see(reader, conditions=(condition,), size=25)

        assert page.found == count, condition
        assert len(walk(reader, conditions=(condition,), size=25)) == count


IN_AUCKLAND = [
    (Condition("createDate", Is.FROM, "2026-03-29"), 7),
    (Condition("createDate", Is.TO, "2026-03-03"), 7),
    (Condition("createDate", Is.EQUAL, "2026-03-29T01:00"), 7),
    (Condition("createDate", Is.FROM, "2026-03-28T12:00:00Z"), 7),
    (Condition("createDate", Is.BEGINS, "2026-03-29 01:00:00"), 7),
    (Condition("createDate", Is.CONTAINS, "-29 01:"), 7),
    (Condition("createDate", Is.CONTAINS, "12:00"), 0),
]
"""There, 13 hours east, noon of Greenwich is one o'clock of the next day."""


def test_times_in_conditions_are_those_of_who_asks(tickets: Desk, reader: TableReader) -> None:
    for condition, count in IN_AUCKLAND:
        page = see(reader, conditions=(condition,), zone="Pacific/Auckland", sort="title")

        assert page.found == count, condition
        assert len(page.rows) == count


def test_the_first_day_of_all_begins_too_early_east_of_greenwich(
    tickets: Desk, reader: TableReader
) -> None:
    first = Condition("createDate", Is.FROM, "0001-01-01")

    assert see(reader, conditions=(first,)).found == 200
    with pytest.raises(ConditionWrong, match="0001-01-01"):
        see(reader, conditions=(first,), zone="Pacific/Auckland")


def test_a_search_looks_into_numbers_titles_and_names(tickets: Desk, reader: TableReader) -> None:
    by_number = see(reader, search="t0042")
    by_name = see(reader, search="bolt 100%", size=200)
    nothing = see(reader, search="no such thing")

    assert ids(by_number) == [126]
    assert by_number.is_done
    assert by_number.found == 1
    assert len(by_name.rows) == 67
    assert (nothing.rows, nothing.is_done, nothing.found, nothing.next) == ((), True, 0, "")
    assert by_number.searched[:2] == ("ticketNumber", "title")
    assert "companyName" in by_number.searched


def test_a_search_goes_on_where_it_stopped(
    tickets: Desk, reader: TableReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.reports.look._SEARCH_SECONDS", 0.0)
    monkeypatch.setattr("isthmus.reports.look._FIRST_SLICE", 10)

    page = see(reader, search="acme")
    assert not page.is_done
    assert page.seen is not None
    assert page.seen < 200
    assert page.found is None

    assert walk(reader, search="acme") == [n * 3 for n in range(198, 0, -3)]


def test_a_search_may_be_sorted_and_narrowed_too(tickets: Desk, reader: TableReader) -> None:
    found = walk(
        reader,
        search="acme",
        sort="title",
        conditions=(Condition("isOpen", Is.EQUAL, "yes"),),
        size=10,
    )

    assert sorted(map(str, found)) == sorted(str(n * 3) for n in range(6, 201, 6))


def test_an_empty_table_can_be_looked_at(desk: Desk, reader: TableReader) -> None:
    from tests.reports.conftest import TICKETS

    desk.publish(TICKETS)

    assert see(reader).rows == ()
    assert see(reader, search="x").rows == ()
    assert see(reader, sort="title").found == 0


def test_what_is_not_there_is_named(tickets: Desk, reader: TableReader) -> None:
    with pytest.raises(NoSuchTable, match="Nowhere"):
        table_named(reader.describe(), "Nowhere")
    with pytest.raises(NoSuchTable, match="nope"):
        see(reader, sort="nope")
    with pytest.raises(NoSuchTable, match="nope"):
        see(reader, columns=("nope",))
    with pytest.raises(ConditionWrong, match="nope"):
        see(reader, conditions=(Condition("nope", Is.EQUAL, "1"),))
    with pytest.raises(ConditionWrong, match="no integer"):
        see(reader, conditions=(Condition("id", Is.EQUAL, "1 or 1=1"),))


@pytest.mark.parametrize("place", ["x", "e30", "WzEsMl0x", "WyJ4IiwgInkiXQ", "'; drop table x"])
def test_a_place_that_was_tampered_with_is_refused(
    tickets: Desk, reader: TableReader, place: str
) -> None:
    with pytest.raises(PlaceWrong):
        see(reader, sort="hours", after=place)
