"""Look-ups at the same moment are one call."""

import asyncio
from collections.abc import Sequence

import pytest

from isthmus.base.observing import Seen, observed, observer
from isthmus.dispatch.batch import Batch


class Source:
    """Something that is asked, and remembers what for."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.trouble: Exception | None = None

    async def load(self, ids: Sequence[int]) -> dict[int, str]:
        self.asked.append(list(ids))
        if told := observer():
            told(Seen("GET", "http://x", 200, 1))
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        return {number: str(number) for number in ids if number != 13}


async def test_those_at_one_moment_share_a_call_and_get_their_own_answer() -> None:
    source = Source()
    batch = Batch(source.load, 100)
    found = await asyncio.gather(batch.get(1), batch.get(2), batch.get(1), batch.get(13))
    assert list(found) == ["1", "2", "1", None]
    assert source.asked == [[1, 2, 13]]


async def test_a_later_one_is_asked_for_anew() -> None:
    source = Source()
    batch = Batch(source.load, 100)
    await batch.get(1)
    await batch.get(1)
    assert source.asked == [[1], [1]]


async def test_no_call_asks_for_more_than_it_may() -> None:
    source = Source()
    batch = Batch(source.load, 2)
    await asyncio.gather(*(batch.get(number) for number in range(1, 6)))
    assert source.asked == [[1, 2], [3, 4], [5]]


async def test_an_error_is_everybodys_and_the_next_call_is_tried() -> None:
    source = Source()
    source.trouble = ValueError("no")
    batch = Batch(source.load, 100)
    found = await asyncio.gather(batch.get(1), batch.get(2), return_exceptions=True)
    assert [type(one) for one in found] == [ValueError, ValueError]
    source.trouble = None
    assert await batch.get(1) == "1"


async def test_everyone_who_asked_is_told_of_the_shared_call() -> None:
    source = Source()
    batch = Batch(source.load, 100)
    seen: list[list[Seen]] = [[], []]

    async def ask(number: int) -> None:
        with observed(seen[number].append):
            await batch.get(number)

    await asyncio.gather(ask(0), ask(1))
    assert [len(one) for one in seen] == [1, 1]
    assert len(source.asked) == 1


async def test_one_who_gives_up_leaves_the_others_their_answer() -> None:
    source = Source()
    batch = Batch(source.load, 100)
    first = asyncio.create_task(batch.get(1))
    second = asyncio.create_task(batch.get(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second == "2"
