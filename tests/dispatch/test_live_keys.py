"""The secrets at hand, and when they are looked up anew."""

import asyncio
from datetime import timedelta

import pytest

from isthmus.dispatch.live_keys import LiveKeys
from isthmus.dispatch.receive import Keys
from isthmus.state import StateBusy


class Store:
    """Where secrets are kept, and how often it was asked."""

    def __init__(self) -> None:
        self.secret = "one"
        self.asked = 0
        self.error: Exception | None = None

    def load(self) -> Keys:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return Keys(autotask=(self.secret,))


@pytest.fixture
def store() -> Store:
    return Store()


async def test_they_are_loaded_once_for_many(store: Store) -> None:
    keys = LiveKeys(store.load)
    for _ in range(3):
        assert (await keys.current()).autotask == ("one",)
    await asyncio.gather(*(keys.current() for _ in range(9)))
    assert store.asked == 1


async def test_what_was_loaded_counts_only_so_long(store: Store) -> None:
    keys = LiveKeys(store.load, good_for=timedelta(0))
    await keys.current()
    store.secret = "two"
    assert (await keys.current()).autotask == ("two",)


async def test_fresh_ones_are_loaded_after_they_were_asked_for(store: Store) -> None:
    keys = LiveKeys(store.load)
    await keys.current()
    asked = store.asked
    for secret in ("two", "three"):
        store.secret = secret
        found = await asyncio.gather(*(keys.fresh() for _ in range(50)))
        assert {one.autotask for one in found} == {(secret,)}
    assert store.asked == asked + 2
    assert (await keys.current()).autotask == ("three",)


async def test_an_outage_leaves_those_at_hand(store: Store) -> None:
    keys = LiveKeys(store.load, good_for=timedelta(0))
    await keys.current()
    store.error = StateBusy("The state is busy.")
    assert (await keys.current()).autotask == ("one",)
    with pytest.raises(StateBusy):
        await keys.fresh()


async def test_without_any_an_outage_is_told(store: Store) -> None:
    store.error = StateBusy("The state is busy.")
    keys = LiveKeys(store.load)
    with pytest.raises(StateBusy):
        await keys.current()
    store.error = None
    assert (await keys.current()).autotask == ("one",)
