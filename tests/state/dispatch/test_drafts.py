"""Drafts: one for each name, shared, never written over unseen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import DispatchState, Link
from isthmus.state.dispatch.drafts import DraftMoved, Drafts


@pytest.fixture
def state(database: Engine) -> DispatchState:
    return DispatchState.open(database)


@pytest.fixture
def drafts(database: Engine, state: DispatchState) -> Drafts:
    assert state.engine is database
    return Drafts.open(database)


def test_a_draft_is_kept_for_all_and_forgotten_when_it_is_dropped(drafts: Drafts) -> None:
    assert drafts.find("rule", "a") is None
    made = drafts.save("rule", "a", "one", by="ann", based_on="v1")
    assert drafts.find("rule", "a") == made
    assert drafts.find("mapping", "a") is None
    assert drafts.all("rule") == (made,)
    assert drafts.drop("rule", "a", made.revision) is None
    assert drafts.drop("rule", "a", made.revision) is None
    assert drafts.all("rule") == ()


def test_what_was_saved_since_is_not_forgotten_with_what_was_before_it(drafts: Drafts) -> None:
    first = drafts.save("rule", "a", "one", by="ann", page="p", based_on="v1")
    second = drafts.save("rule", "a", "two", by="bo", page="q", seen=first.revision)
    assert drafts.drop("rule", "a", first.revision) == second
    assert drafts.drop("rule", "a", first.revision, page="p") == second
    assert drafts.find("rule", "a") == second
    assert drafts.drop("rule", "a", first.revision, page="q") is None
    assert drafts.find("rule", "a") is None


def test_what_was_written_since_a_publication_goes_on_from_it(drafts: Drafts) -> None:
    first = drafts.save("rule", "a", "one", by="ann", page="p", based_on="v1")
    again = drafts.save("rule", "a", "one", by="ann", page="p", based_on="v1")
    assert again.revision == first.revision + 1
    assert drafts.settle(first, "v2") is None
    assert drafts.find("rule", "a") is None
    first = drafts.save("rule", "a", "one", by="ann", page="p", based_on="v1")
    second = drafts.save("rule", "a", "two", by="ann", page="p", based_on="v1")
    left = drafts.settle(first, "v2")
    assert left is not None
    assert left == drafts.find("rule", "a")
    assert (left.content, left.revision, left.based_on) == ("two", second.revision, "v2")
    with pytest.raises(DraftMoved):
        drafts.save("rule", "a", "three", by="bo", page="q", seen=left.revision, based_on="v1")
    assert drafts.save("rule", "a", "three", by="ann", page="p", based_on="v1").based_on == "v2"


def test_who_read_an_earlier_saving_writes_nothing_over_a_later_one(drafts: Drafts) -> None:
    first = drafts.save("rule", "a", "one", by="ann", page="p")
    second = drafts.save("rule", "a", "two", by="bo", page="q", seen=first.revision)
    with pytest.raises(DraftMoved, match="bo saved this draft"):
        drafts.save("rule", "a", "three", by="ann", page="p", seen=first.revision)
    assert drafts.find("rule", "a") == second


def test_a_draft_begun_after_another_was_thrown_away_is_not_taken_for_it(drafts: Drafts) -> None:
    gone = drafts.save("rule", "a", "one", by="ann", page="p", based_on="v1")
    assert drafts.drop("rule", "a", gone.revision) is None
    begun = drafts.save("rule", "a", "two", by="bo", page="q", based_on="v1")
    assert drafts.drop("rule", "a", gone.revision, page="p") == begun
    with pytest.raises(DraftMoved, match="bo saved this draft"):
        drafts.save("rule", "a", "three", by="ann", page="p", seen=gone.revision, based_on="v1")
    left = drafts.settle(gone, "v2")
    assert left is not None
    assert (left.content, left.by) == ("two", "bo")
    assert drafts.find("rule", "a") == left


def test_a_page_is_not_in_its_own_way(drafts: Drafts) -> None:
    first = drafts.save("rule", "a", "one", by="ann", page="p")
    drafts.save("rule", "a", "two", by="ann", page="p")
    third = drafts.save("rule", "a", "three", by="ann", page="p")
    assert (third.revision, third.content) == (first.revision + 2, "three")


def test_of_several_at_once_that_read_the_same_saving_one_is_kept(drafts: Drafts) -> None:
    first = drafts.save("rule", "a", "zero", by="ann")

    def save(number: int) -> bool:
        try:
            drafts.save("rule", "a", str(number), by="x", page=f"p{number}", seen=first.revision)
        except DraftMoved:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(save, range(8))) == 1


def test_uses_count_links_by_rule_and_tell_the_last(state: DispatchState, drafts: Drafts) -> None:
    assert drafts.uses() == {}
    for number in (1, 2, 3):
        rule = "a" if number < 3 else "b"
        state.save_link(Link(f"l{number}", f"Tickets/{number}", "Tickets", number, rule=rule))
    found = drafts.uses()
    assert {name: use.links for name, use in found.items()} == {"a": 2, "b": 1}
    last = found["a"].last
    assert last is not None
    assert utc_now() - last < timedelta(hours=1)
