"""What a publication does to the rows of a table."""

import pytest

from isthmus.warehouse.ports import Brake, Mode, TooManyRemovals
from tests.warehouse.building import NOON, Desk, column, number, shape

TICKETS = shape("Tickets", column("title"), number("companyID"))


def ticket(
    number: int, title: str | None = "printer", company: int | None = 0
) -> dict[str, object]:
    return {"id": number, "title": title, "companyID": company}


def test_a_first_publication_holds_every_row_and_its_watermark(desk: Desk) -> None:
    done = desk.publish(TICKETS, ticket(7), ticket(3), ticket(0))

    assert (done.received, done.inserted, done.updated, done.unchanged) == (3, 3, 0, 0)
    assert desk.table("Tickets", "id", "title") == [(0, "printer"), (3, "printer"), (7, "printer")]
    mark = desk.warehouse.watermark("Tickets")
    assert mark is not None
    assert (mark.at, mark.run_id) == (NOON, "run-0001")
    assert desk.warehouse.highest_id("Tickets") == 7


def test_a_dataset_never_published_has_no_watermark_no_columns_no_rows(desk: Desk) -> None:
    assert desk.warehouse.watermark("Tickets") is None
    assert desk.warehouse.known_columns("Tickets") == ()
    assert desk.warehouse.highest_id("Tickets") is None
    assert desk.warehouse.rehydrate(TICKETS) == 0
    assert desk.warehouse.describe() == ()


def test_an_empty_dataset_gets_a_table_all_the_same(desk: Desk) -> None:
    done = desk.publish(TICKETS, mode=Mode.REPLACE)

    assert done.inserted == 0
    assert desk.table("Tickets") == []
    assert desk.warehouse.highest_id("Tickets") is None
    assert desk.warehouse.watermark("Tickets") is not None


def test_only_new_and_changed_rows_are_counted_as_written(desk: Desk) -> None:
    desk.publish(TICKETS, ticket(1), ticket(2), ticket(3, None))

    done = desk.publish(TICKETS, ticket(2, "toner"), ticket(3, None), ticket(4))

    assert (done.inserted, done.updated, done.unchanged, done.deleted) == (1, 1, 1, 0)
    assert desk.table("Tickets", "id", "title") == [
        (1, "printer"),
        (2, "toner"),
        (3, None),
        (4, "printer"),
    ]


def test_a_value_that_becomes_null_is_a_change(desk: Desk) -> None:
    desk.publish(TICKETS, ticket(1))

    assert desk.publish(TICKETS, ticket(1, None)).updated == 1
    assert desk.publish(TICKETS, ticket(1, None)).unchanged == 1
    assert desk.table("Tickets", "title") == [(None,)]


@pytest.mark.parametrize("held", [(), ({"id": 9, "title": "x", "companyID": 1},)])
def test_of_several_lines_for_one_id_the_last_of_the_last_segment_wins(
    desk: Desk, held: tuple[dict[str, object], ...]
) -> None:
    desk.publish(TICKETS, *held)
    older = desk.segment(ticket(1, "first"), ticket(2, "other"), ticket(1, "second"))
    newer = desk.segment(ticket(1, "third"), ticket(1, "fourth"))

    done = desk.publish(TICKETS, segments=[older, newer])

    assert (done.received, done.duplicates, done.inserted) == (5, 3, 2)
    assert desk.table("Tickets", "id", "title")[:2] == [(1, "fourth"), (2, "other")]


def test_deleted_ids_go_even_if_their_rows_came_in_the_same_package(desk: Desk) -> None:
    desk.publish(TICKETS, *(ticket(n) for n in range(5)))

    done = desk.publish(TICKETS, ticket(4, "late"), ticket(9), deleted=[1, 4, 77])

    assert done.deleted == 2
    assert [row[0] for row in desk.table("Tickets", "id")] == [0, 2, 3, 9]


def test_a_re_read_removes_what_it_did_not_see(desk: Desk) -> None:
    desk.publish(TICKETS, *(ticket(n) for n in range(10)), mode=Mode.REPLACE)

    done = desk.publish(TICKETS, *(ticket(n) for n in range(5, 12)), mode=Mode.REPLACE)

    assert (done.inserted, done.unchanged, done.deleted) == (2, 5, 5)
    assert [row[0] for row in desk.table("Tickets", "id")] == list(range(5, 12))


def test_a_re_read_over_several_batches_remembers_all_it_saw(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.warehouse.segments._BATCH_BYTES", 1)
    desk.publish(TICKETS, *(ticket(n) for n in range(10)))
    parts = [desk.segment(ticket(n), ticket(n + 1)) for n in range(2, 6)]

    done = desk.publish(TICKETS, segments=parts, mode=Mode.REPLACE)

    assert done.deleted == 5
    assert [row[0] for row in desk.table("Tickets", "id")] == [2, 3, 4, 5, 6]


def test_the_brake_holds_when_too_much_would_go_and_nothing_changes(desk: Desk) -> None:
    desk.publish(TICKETS, *(ticket(n) for n in range(100)))
    before = desk.table("Tickets")

    with pytest.raises(TooManyRemovals, match="60 of 100 rows") as caught:
        desk.publish(TICKETS, *(ticket(n, "new") for n in range(40)), mode=Mode.REPLACE)

    assert caught.value.where == "Tickets"
    assert caught.value.remedy
    assert desk.table("Tickets") == before
    assert desk.warehouse.describe()[0].last_run is not None
    assert desk.rows("select count(*) from isthmus.runs") == [(1,)]


@pytest.mark.parametrize(
    ("left", "brake"),
    [(60, Brake(rows=100)), (85, Brake(rows=5)), (0, Brake(share=1.0, rows=0))],
)
def test_the_brake_needs_both_share_and_number(desk: Desk, left: int, brake: Brake) -> None:
    desk.publish(TICKETS, *(ticket(n) for n in range(100)))

    done = desk.publish(TICKETS, *(ticket(n) for n in range(left)), mode=Mode.REPLACE, brake=brake)

    assert done.deleted == 100 - left


@pytest.mark.parametrize("held", [1, 2, 60])
def test_no_table_becomes_empty_unasked(desk: Desk, held: int) -> None:
    desk.publish(TICKETS, *(ticket(n) for n in range(held)))

    with pytest.raises(TooManyRemovals):
        desk.publish(TICKETS, mode=Mode.REPLACE)


def test_names_are_found_whatever_their_case(desk: Desk) -> None:
    desk.publish(TICKETS, ticket(1))

    assert desk.rows("SELECT TITLE FROM AUTOTASK.TICKETS WHERE CompanyId = 0") == [("printer",)]
