import asyncio
import threading

import pytest

from isthmus.autotask.calls.slots import SlotPool, pool_for, slot
from isthmus.base import clock


def test_one_pool_serves_a_code_and_an_entity_and_keeps_no_code() -> None:
    assert pool_for("CODE-A", "Tickets") is pool_for("CODE-A", "tickets")
    assert pool_for("CODE-A", "Tickets") is not pool_for("CODE-A", "Companies")
    assert pool_for("CODE-A", "Tickets") is not pool_for("CODE-B", "Tickets")


async def test_those_who_wait_are_served_in_turn() -> None:
    pool = SlotPool()
    order: list[int] = []

    async def use(number: int) -> None:
        await pool.take()
        order.append(number)
        await asyncio.sleep(0)
        pool.give_back(0.0)

    await asyncio.gather(*(use(number) for number in range(9)))
    assert order == list(range(9))
    assert len(pool.free) == 3


async def test_a_slot_rests_before_it_is_used_again() -> None:
    for _ in range(3):
        async with slot("CODE-REST", "Tickets", rest=0.05):
            pass
    before = clock.monotonic()
    async with slot("CODE-REST", "Tickets", rest=0.0):
        assert clock.monotonic() - before > 0.01


@pytest.mark.parametrize("when", ["waiting", "given", "given and seen"])
async def test_a_caller_cancelled_in_the_queue_keeps_no_slot(when: str) -> None:
    pool = SlotPool()
    for _ in range(3):
        await pool.take()
    waiter = asyncio.create_task(pool.take())
    await asyncio.sleep(0.01)
    if when != "waiting":
        pool.give_back(0.0)
    if when == "given and seen":
        await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert waiter.cancelled()
    for _ in range(3 if when == "waiting" else 2):
        pool.give_back(0.0)
    await asyncio.sleep(0.01)
    assert len(pool.free) == 3


async def test_a_caller_cancelled_while_its_slot_rests_keeps_no_slot() -> None:
    pool = SlotPool(free=[clock.monotonic() + 60] * 3)
    waiter = asyncio.create_task(pool.take())
    await asyncio.sleep(0.01)
    assert len(pool.free) == 2
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert len(pool.free) == 3


def test_threads_with_loops_of_their_own_share_the_three() -> None:
    held: list[int] = []
    most: list[int] = []

    async def use() -> None:
        async with slot("CODE-THREADS", "Tickets", rest=0.0):
            held.append(1)
            most.append(len(held))
            await asyncio.sleep(0.005)
            held.pop()

    async def many() -> None:
        await asyncio.gather(*(use() for _ in range(6)))

    threads = [threading.Thread(target=lambda: asyncio.run(many())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 3
    assert len(most) == 24


def test_a_loop_that_ended_while_holding_leaves_its_slots_to_others() -> None:
    async def take_and_fail() -> None:
        async with slot("CODE-ENDED", "Tickets", rest=0.01):
            raise RuntimeError("ended")

    for _ in range(5):
        with pytest.raises(RuntimeError):
            asyncio.run(take_and_fail())
    assert len(pool_for("CODE-ENDED", "Tickets").free) == 3
