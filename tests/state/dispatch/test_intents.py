"""What is to be made once: no second worker undoes what was done, and what was doubled is said."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import DONE, DeadLetter, DispatchState, Intent, Link, Session
from isthmus.state.errors import DoneMeanwhile, MadeTwice, StateBroken

LINK = Link("isth-1", "Tickets/1", "Tickets", 1)
BEGUN = Intent(LINK.id, "order", "order", LINK.id, tries=1)
DONE_ONCE = replace(BEGUN, state=DONE, target="77", content="a")


@pytest.fixture
def state(database: Engine) -> DispatchState:
    opened = DispatchState.open(database)
    opened.save_link(LINK)
    return opened


def kept(state: DispatchState) -> Intent:
    found = state.intent(LINK.id, "order", "order")
    assert found is not None
    return replace(found, at=None)


def test_a_record_has_one_link_whoever_is_quicker(state: DispatchState) -> None:
    with pytest.raises(StateBroken):
        state.save_link(replace(LINK, id="isth-2"))
    assert state.link_counts() == {"waiting": 1}


def test_a_work_order_has_one_link(state: DispatchState) -> None:
    state.save_link(replace(LINK, work_order_id=77))
    with pytest.raises(StateBroken):
        state.save_link(replace(LINK, id="isth-2", key="Tickets/2", work_order_id=77))


def test_what_is_done_gets_no_other_target(state: DispatchState) -> None:
    state.save_intent(DONE_ONCE)
    with pytest.raises(MadeTwice, match="77 is kept, 78 is one too many"):
        state.save_intent(replace(DONE_ONCE, target="78"))
    with pytest.raises(MadeTwice):
        state.save_link(replace(LINK, title="x"), done=(replace(DONE_ONCE, target="78"),))
    assert kept(state) == DONE_ONCE
    link = state.link(LINK.id)
    assert link is not None
    assert link.title == "", "nothing of that moment is kept"


def test_what_is_done_is_not_begun_again(state: DispatchState) -> None:
    state.save_intent(DONE_ONCE)
    with pytest.raises(DoneMeanwhile, match="77"):
        state.save_intent(replace(BEGUN, tries=2))
    state.drop_intent(BEGUN)
    assert kept(state) == DONE_ONCE


def test_what_is_done_is_kept_up(state: DispatchState) -> None:
    state.save_intent(DONE_ONCE)
    state.save_intent(replace(DONE_ONCE, content="b"))
    assert kept(state).content == "b"


def test_nothing_is_kept_of_a_transaction_whose_last_word_is_no(state: DispatchState) -> None:
    class TooLate(BaseException):
        pass

    def no(session: Session) -> None:
        raise TooLate

    with pytest.raises(TooLate):
        state.save_intent(BEGUN, (), no)
    assert state.intent(LINK.id, "order", "order") is None
    state.save_intent(BEGUN)
    with pytest.raises(TooLate):
        state.drop_intent(BEGUN, no)
    assert kept(state) == BEGUN


def letter(number: int, kind: str, what: str) -> DeadLetter:
    return DeadLetter(f"dl-{number}", LINK.key, kind, what, "", "", utc_now())


def test_what_was_made_twice_is_not_settled_by_what_goes_well(state: DispatchState) -> None:
    state.save_dead_letter(letter(1, "double", "The order was made twice"))
    state.save_dead_letter(letter(2, "double", "The note was made twice"))
    state.save_dead_letter(letter(3, "vendor", "Nobody answers"))
    state.save_link(LINK, settled=True)
    assert {one.id for one in state.dead_letters()} == {"dl-1", "dl-2"}
    assert state.mark_dead_letters(LINK.key, "replayed") == 2


def test_a_mark_is_noted_changed_and_forgotten(state: DispatchState) -> None:
    for value in ("1", "2"):
        state.save_mark("gate", value)
        assert state.marks(["gate", "other"]) == {"gate": value}
    state.save_mark("gate", None)
    assert state.mark("gate") is None


def test_of_many_who_note_the_same_at_once_one_is_first_and_writes_the_letter(
    state: DispatchState,
) -> None:
    def note(number: int) -> bool:
        return state.save_first_mark("refused", str(number), letter(number, "credentials", "No"))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(note, range(8))) == 1
    (kept_one,) = state.dead_letters()
    assert kept_one.id == f"dl-{state.mark('refused')}"
