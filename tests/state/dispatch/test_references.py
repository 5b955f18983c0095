"""What links were made from: found by collection and id, for open links alone."""

import pytest
from sqlalchemy import Engine

from isthmus.state.dispatch import CLOSED, LINKED, DispatchState, Link


@pytest.fixture
def state(database: Engine) -> DispatchState:
    opened = DispatchState.open(database)
    for number in (1, 2, 3):
        made = Link(f"isth-{number}", f"Tickets/{number}", "Tickets", number, state=LINKED)
        opened.save_link(made)
    return opened


def test_a_record_leads_to_the_links_that_were_made_from_it(state: DispatchState) -> None:
    references = state.references
    references.save("isth-1", {("Companies", 7): "a", ("Contacts", 7): "b"})
    references.save("isth-2", {("Companies", 7): "c", ("Companies", 8): "d"})

    found = references.readers("Companies", [7, 9])

    assert [(one.link_id, one.key, one.record_id, one.mark) for one in found] == [
        ("isth-1", "Tickets/1", 7, "a"), ("isth-2", "Tickets/2", 7, "c"),
    ]  # fmt: skip
    assert references.after("Companies", -1, 1) == (7,)
    assert references.after("Companies", 7, 9) == (8,)


def test_what_is_saved_later_stands_in_the_place_of_what_was(state: DispatchState) -> None:
    references = state.references
    references.save("isth-1", {("Companies", 7): "a"})
    references.save("isth-1", {("Contacts", 3): "b"})
    assert references.readers("Companies", [7]) == ()
    assert references.entities({"Companies", "Contacts"}) == {"Contacts"}
    references.save("isth-1", {})
    assert references.others(()) == ()


def test_links_that_are_over_are_left_out(state: DispatchState) -> None:
    references = state.references
    references.save("isth-1", {("Companies", 7): "a"})
    state.set_state("isth-1", CLOSED, "Nothing.")
    assert references.readers("Companies", [7]) == ()


def test_collections_are_listed_once_each_without_those_left_out(state: DispatchState) -> None:
    references = state.references
    for number in (1, 2, 3):
        read = {(entity, number): "a" for entity in ("Roles", "Companies", "Countries")}
        references.save(f"isth-{number}", read)
    assert references.others({"Companies"}) == ("Countries", "Roles")
