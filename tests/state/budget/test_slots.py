"""Slots over several processes; here each `another()` stands for one."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, create_engine, select

from isthmus.state.budget import SharedBudget, statements
from isthmus.state.budget.keeper import Keeper
from isthmus.state.budget.statements import Wish
from isthmus.state.budget.tables import slots, waiting
from tests.state.budget.conftest import Open

SOON = 0.15  # long enough for one who may have a slot to get it, many times over


def take(budget: SharedBudget, *keys: str, rank: int = 3, rest: float = 0.0) -> "asyncio.Task[str]":
    """Begin to hold a slot, until the task is cancelled."""

    async def held() -> str:
        async with budget.hold(keys or ("Tickets",), of=3, rank=rank, rest=rest):
            return "held"

    return asyncio.create_task(held())


async def hold_all(budget: SharedBudget, held: AsyncExitStack, key: str = "Tickets") -> None:
    for _ in range(3):
        await held.enter_async_context(budget.hold([key], of=3, rank=3, rest=0.0))


async def is_kept_waiting(*tasks: "asyncio.Task[str]") -> bool:
    done, _ = await asyncio.wait(tasks, timeout=SOON)
    return not done


async def test_three_are_held_by_all_together_and_no_fourth(another: Open) -> None:
    one, two = another(), another()
    most, now = 0, 0

    async def use(budget: SharedBudget) -> None:
        nonlocal most, now
        async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.005)
            now -= 1

    await asyncio.gather(*(use(budget) for _ in range(20) for budget in (one, two)))
    assert most == 3


async def test_other_entities_have_slots_of_their_own(another: Open) -> None:
    one, two = another(), another()
    async with AsyncExitStack() as held:
        await hold_all(one, held)
        assert await take(two, "Companies") == "held"
        assert await is_kept_waiting(waiter := take(two, "Companies", "Tickets"))
    assert await waiter == "held"


async def test_who_wants_two_keys_holds_none_while_it_waits(another: Open) -> None:
    one, two = another(), another()
    async with AsyncExitStack() as held:
        await hold_all(one, held)
        waiter = take(two, "Companies", "Tickets")
        assert await is_kept_waiting(waiter)
        async with AsyncExitStack() as others:
            await asyncio.wait_for(hold_all_but_one(one, others, "Companies"), 60)
    assert await waiter == "held"


async def hold_all_but_one(budget: SharedBudget, held: AsyncExitStack, key: str) -> None:
    for _ in range(2):
        await held.enter_async_context(budget.hold([key], of=3, rank=3, rest=0.0))


@pytest.mark.parametrize("whose", ["of another process", "of the same process"])
async def test_a_lower_rank_comes_first(another: Open, whose: str) -> None:
    holder, bulk = another(), another()
    dispatch = another() if whose == "of another process" else bulk
    async with AsyncExitStack() as rest, AsyncExitStack() as held:
        await hold_all(holder, held)
        order: list[str] = []
        tasks = []
        for budget, rank in ((bulk, 3), (bulk, 2), (dispatch, 0)):
            task = asyncio.create_task(_stay(budget, rank, order, rest))
            tasks.append(task)
            assert await is_kept_waiting(task)
        await held.aclose()
        await asyncio.gather(*tasks)
    assert order == ["rank 0", "rank 2", "rank 3"]


async def _stay(budget: SharedBudget, rank: int, order: list[str], held: AsyncExitStack) -> str:
    await held.enter_async_context(budget.hold(["Tickets"], of=3, rank=rank, rest=0.0))
    order.append(f"rank {rank}")
    return "held"


async def test_a_free_slot_is_left_to_a_lower_rank_that_waits(another: Open) -> None:
    """The dispatch below waits for two entities, one of them taken: bulk leaves it the other."""
    holder, bulk, dispatch = another(), another(), another()
    async with AsyncExitStack() as held:
        await hold_all(holder, held, "Companies")
        first = take(dispatch, "Companies", "Tickets", rank=0)
        assert await is_kept_waiting(first)
        second = take(bulk, "Tickets")
        assert await is_kept_waiting(second)
    assert {await first, await second} == {"held"}


async def test_of_one_rank_the_one_who_waits_longest_comes_first(another: Open) -> None:
    busy, patient = another(), another()
    order: list[str] = []
    async with AsyncExitStack() as held:
        await hold_all(busy, held)
        waiter = asyncio.create_task(_use(patient, "patient", order))
        assert await is_kept_waiting(waiter)
        others = [asyncio.create_task(_use(busy, "busy", order)) for _ in range(24)]
        assert await is_kept_waiting(*others)
    await asyncio.gather(waiter, *others)
    assert order.index("patient") < 12


async def _use(budget: SharedBudget, name: str, order: list[str]) -> str:
    async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0):
        order.append(name)
        await asyncio.sleep(0.05)
    return "held"


async def test_a_slot_given_back_rests_wherever_it_goes_next(another: Open) -> None:
    one, two = another(), another()
    slept: list[float] = []
    for _ in range(3):
        async with one.hold(["Tickets"], of=3, rank=3, rest=0.4):
            pass
    one.close()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("isthmus.base.clock.sleep", _noted(slept))
        assert await take(two) == "held"
    assert len(slept) == 1
    assert 0 < slept[0] <= 0.4


def _noted(slept: list[float]) -> object:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return sleep


async def test_of_many_who_wait_in_a_process_only_the_first_asks_again(
    another: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = another(), another()
    asked: list[int] = []

    def noted(session: Any, me: str, wish: Wish, now: float) -> float | None:
        asked.append(wish.count)
        return take_slots(session, me, wish, now)

    take_slots = statements.take
    async with AsyncExitStack() as held:
        await hold_all(one, held)
        monkeypatch.setattr(statements, "take", noted)
        waiters = [take(two) for _ in range(20)]
        while len(asked) < 25:  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.01)
        assert set(asked) == {1}
    assert {await waiter for waiter in waiters} == {"held"}


async def test_who_is_cancelled_while_it_waits_keeps_no_slot(another: Open) -> None:
    one, two = another(), another()
    async with AsyncExitStack() as held:
        await hold_all(one, held)
        waiter = take(two)
        assert await is_kept_waiting(waiter)
        waiter.cancel()
        await asyncio.wait([waiter])
    async with AsyncExitStack() as again:
        await asyncio.wait_for(hold_all(another(), again), 60)


async def test_who_is_cancelled_with_its_slot_on_the_way_keeps_none(another: Open) -> None:
    one = another()
    for _ in range(3):
        waiter = take(one)
        await asyncio.sleep(0)  # it asks
        be_busy()  # and is answered, but cannot hear it
        waiter.cancel()
        await asyncio.wait([waiter])
        assert waiter.cancelled()
    async with AsyncExitStack() as again:
        await asyncio.wait_for(hold_all(another(), again), 60)


def be_busy() -> None:
    time.sleep(SOON)


def test_who_goes_away_while_its_slot_is_taken_keeps_none(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "b.db", lease=60, renew=20)
    wish = Wish(("Tickets",), of=1, rank=3)
    asked: list[Any] = []

    def go_away(note: str, _now: float) -> tuple[str, None]:
        while not asked:
            pass
        assert asked[0].cancel()
        return note, None

    asked.append(keeper.ask(wish, ("n", go_away)))
    keeper.ask(wish, None).result(timeout=60)
    keeper.stop()


async def test_a_lease_is_renewed_as_long_as_it_is_held(another: Open) -> None:
    one, two = another(lease=0.5, renew=0.1), another(lease=0.5, renew=0.1)
    async with AsyncExitStack() as held:
        await hold_all(one, held)
        waiter = take(two)
        for _ in range(10):
            assert await is_kept_waiting(waiter), "three leases have passed by now"
    assert await waiter == "held"


async def test_what_lapsed_and_went_to_another_stays_with_that_one(another: Open) -> None:
    stuck, other = another(lease=0.2, renew=600), another()
    async with AsyncExitStack() as kept:
        async with AsyncExitStack() as lapsed:
            await hold_all(stuck, lapsed)
            await hold_all(other, kept)
        assert await is_kept_waiting(waiter := take(stuck))
    assert await waiter == "held"


async def test_nobody_stands_in_the_way_who_waits_no_more(another: Open, where: str) -> None:
    holder, gone, other = another(), another(), another()
    async with AsyncExitStack() as held:
        await hold_all(holder, held)
        waiter = take(gone, rank=0)
        assert await is_kept_waiting(waiter)
        assert len(await rows(where, waiting)) == 1
        waiter.cancel()
        while await rows(where, waiting):  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.01)
    assert await take(other) == "held"


async def rows(where: str, table: Table) -> Sequence[Any]:
    """Return what a table holds."""
    engine = create_engine(where.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as session:
            return session.execute(select(table)).all()
    finally:
        engine.dispose()


async def test_rows_do_not_pile_up(another: Open, where: str) -> None:
    one, two = another(), another()
    await asyncio.gather(*(take(budget) for _ in range(10) for budget in (one, two)))
    one.close()
    two.close()
    assert await rows(where, waiting) == []
    assert [row.holder for row in await rows(where, slots)] == ["", "", ""]


async def test_a_clock_set_back_does_not_shut_slots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=1)
    one, two = SharedBudget(tmp_path / "b.db"), SharedBudget(tmp_path / "b.db")
    async with AsyncExitStack() as held:
        with monkeypatch.context() as patched:
            patched.setattr("isthmus.base.clock.utc_now", lambda: ahead)
            await hold_all(one, held)
        assert await take(two) == "held"
    one.close()
    two.close()
