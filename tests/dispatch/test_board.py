"""The board: links and dead letters as people look for them, on both stores."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from isthmus.base.clock import utc_now
from isthmus.dispatch.board import (
    LetterFilter,
    LinkFilter,
    PageWrong,
    board,
    dead_letters,
    waits_for,
)
from isthmus.dispatch.queries import timeline
from isthmus.state.dispatch import DeadLetter, DispatchState, Entry, Inbox, Link
from tests.postgres import postgres_server, postgres_url
from tests.state.dispatch.conftest import database

__all__ = ["database", "postgres_server", "postgres_url"]


@pytest.fixture
def state(database: Engine) -> DispatchState:
    return DispatchState.open(database)


def link(number: int, **values: object) -> Link:
    made = Link(
        id=f"isth-{number}",
        key=f"Tickets/{number}",
        entity="Tickets",
        record_id=number,
        record_number=f"T2026.{number:04d}",
        title=f"Printer {number} down",
        work_order_id=9_000 + number,
        state="linked",
        rule="r",
    )
    return replace(made, **values)  # type: ignore[arg-type]


def names(found: tuple[Link, ...]) -> list[int]:
    return [one.record_id for one in found]


def letter(number: int, **values: object) -> DeadLetter:
    at = utc_now() + timedelta(seconds=number)
    made = DeadLetter(
        f"dl-{number}", f"Tickets/{number}", "validation", "State is no state", "here", "mend", at
    )
    return replace(made, **values)  # type: ignore[arg-type]


def test_pages_hold_every_link_once_the_latest_change_first(state: DispatchState) -> None:
    for number in range(1, 8):
        state.save_link(link(number))
    state.save_link(link(3, title="Printer 3 up"))

    first = board(state, limit=4)
    second = board(state, limit=4, page=first.following)

    assert names(first.links) == [3, 7, 6, 5]
    assert names(second.links) == [4, 2, 1]
    assert second.following == ""
    assert first.counts["linked"] == 7


def test_what_is_longest_in_its_state_comes_first_where_that_is_wanted(
    state: DispatchState,
) -> None:
    for number in (1, 2, 3):
        state.save_link(link(number, state="waiting"))
    state.save_link(link(1, state="linked"))
    state.save_link(link(2, state="waiting", title="another"))

    assert names(board(state, sort="oldest").links) == [2, 3, 1]
    assert names(board(state, sort="newest").links) == [1, 3, 2]
    page = board(state, sort="oldest", limit=1)
    assert names(board(state, sort="oldest", page=page.following).links) == [3, 1]


def test_a_link_that_is_parked_or_resumed_is_so_from_then_on(state: DispatchState) -> None:
    before = state.save_link(link(1))
    parked = state.set_state("isth-1", "parked", "a person")
    again = state.save_link(link(1, title="else"))

    assert before.since is not None
    assert parked.since is not None
    assert parked.since > before.since
    assert (again.state, again.since) == ("parked", parked.since)
    assert board(state, LinkFilter(text="else")).counts["parked"] == 1


def test_filters_narrow_and_counts_are_of_all_states(state: DispatchState) -> None:
    state.save_link(link(1, rule="a"))
    state.save_link(link(2, rule="a", state="stuck"))
    state.save_link(link(3, rule="b", entity="Tasks"))

    found = board(state, LinkFilter(states=("stuck",), rule="a"))

    assert names(found.links) == [2]
    assert (found.counts["linked"], found.counts["stuck"]) == (1, 1)
    assert names(board(state, LinkFilter(entity="Tasks")).links) == [3]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("T2026.0002", [2]),
        ("9003", [3]),
        ("Tickets/1", [1]),
        ("isth-1", [1]),
        ("printer", [3, 2, 1]),
        ("down PRINT 2", [3, 2, 1]),
        ("contoso", [3]),
        ("CONTOSO müller", [3]),
        ("100%", []),
        ("nothing", []),
    ],
)
def test_a_text_is_looked_for_in_number_title_company_and_ids(
    state: DispatchState, told: str, found: list[int]
) -> None:
    state.save_link(link(1))
    state.save_link(link(2))
    state.save_link(link(3, company="Contoso Müller"))

    assert names(board(state, LinkFilter(text=told)).links) == found
    assert board(state, LinkFilter(text=told)).counts["linked"] == len(found)


def test_of_very_many_hits_the_pages_are_right_too(
    state: DispatchState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.state.dispatch.board.MANY", 2)
    for number in range(1, 6):
        state.save_link(link(number, state="stuck" if number == 4 else "linked"))

    found = board(state, LinkFilter(text="printer", states=("linked",)), limit=2)

    assert names(found.links) == [5, 3]
    assert (found.counts["linked"], found.counts["stuck"]) == (4, 1)


def test_a_new_title_is_found_and_the_old_one_is_not(state: DispatchState) -> None:
    state.save_link(link(1, title="Old words"))
    state.save_link(link(1, title="New words"))

    assert board(state, LinkFilter(text="old")).links == ()
    assert names(board(state, LinkFilter(text="new")).links) == [1]


def test_what_names_no_page_is_refused(state: DispatchState) -> None:
    with pytest.raises(PageWrong):
        board(state, page="2026-13-01~x")


def test_tables_of_before_get_what_they_lack(database: Engine) -> None:
    state = DispatchState.open(database)
    state.save_link(link(1, company="Contoso"))
    with state.together() as session:
        for index in ("links_by_since", "links_by_change", "trail_by_link", "trail_of_few"):
            session.execute(text(f"DROP INDEX {index}"))
        session.execute(text("DROP TABLE link_texts"))
        session.execute(text("ALTER TABLE links DROP COLUMN since"))
        session.execute(text("ALTER TABLE links DROP COLUMN company"))

    again = DispatchState.open(database)

    (found,) = board(again, LinkFilter(text="printer")).links
    assert (found.since, found.company) == (found.updated_at, "")
    again.save_link(replace(found, company="Contoso"))
    assert names(board(again, LinkFilter(text="contoso")).links) == [1]


def test_a_link_says_what_it_waits_for() -> None:
    assert waits_for(link(1, order_status="Published")) == "a technician"
    assert waits_for(link(1, state="stuck", waits_for="A person")) == "A person"


# Dead letters


def test_dead_letters_are_found_by_kind_and_text_page_by_page(state: DispatchState) -> None:
    for number in range(1, 6):
        kind = "vendor" if number == 2 else "validation"
        state.save_dead_letter(letter(number, kind=kind, what=f"Wrong {number}% here"))

    first = dead_letters(state, limit=3)
    second = dead_letters(state, limit=3, page=first.following)

    assert [one.id for one in (*first.letters, *second.letters)] == [
        "dl-5", "dl-4", "dl-3", "dl-2", "dl-1",
    ]  # fmt: skip
    assert first.counts == {"validation": 4, "vendor": 1}
    assert [one.id for one in dead_letters(state, LetterFilter(kinds=("vendor",))).letters] == [
        "dl-2"
    ]
    assert len(dead_letters(state, LetterFilter(text="wrong 3%")).letters) == 1
    assert len(dead_letters(state, LetterFilter(text="Tickets/4")).letters) == 1
    assert dead_letters(state, LetterFilter(state="dismissed")).letters == ()


def test_dead_letters_are_found_whatever_the_case_of_any_letter(state: DispatchState) -> None:
    state.save_dead_letter(letter(1, what="No company is called M\u00dcLLER."))
    state.save_dead_letter(letter(2, what="No company is called Meier."))
    found = dead_letters(state, LetterFilter(text="m\u00fcller")).letters
    assert [one.id for one in found] == ["dl-1"]


# A link's story, page by page


def test_a_long_story_is_told_page_by_page(state: DispatchState, database: Engine) -> None:
    kept = state.save_link(link(1))
    early = [Entry(utc_now(), kept.key, "decision", f"before {n}") for n in range(3)]
    late = [Entry(utc_now(), "WorkOrders/9", "write", f"as {n}", {}, kept.id) for n in range(4)]
    other = [Entry(utc_now(), "Tickets/2", "write", "else", {}, "isth-2")]
    state.add_entries([*early, *other, *late])
    inbox = Inbox.open(database)

    last = timeline(state, inbox, kept, limit=5)
    first = timeline(state, inbox, kept, limit=5, before=last.earlier)

    told = [one.what for one in (*first.entries, *last.entries)]
    assert told == ["before 0", "before 1", "before 2", "as 0", "as 1", "as 2", "as 3"]
    assert (last.is_whole, first.is_whole, first.earlier) == (False, True, None)


def test_markers_move_with_what_they_stand_for(state: DispatchState) -> None:
    before = state.lookout.markers()
    state.save_link(link(1))
    state.save_dead_letter(letter(1))
    between = state.lookout.markers()
    state.mark_dead_letters("Tickets/1", "replayed", None)
    after = state.lookout.markers()

    assert before["links"] != between["links"] == after["links"]
    assert len({one["letters"] for one in (before, between, after)}) == 2
    assert before["letters"] == after["letters"]
