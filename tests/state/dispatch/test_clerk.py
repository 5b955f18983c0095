"""Those who wait at one moment share one commit, and hear of nothing but what is on disk."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine

from isthmus.state import StateBroken, StateBusy
from isthmus.state.dispatch import (
    Arrival,
    Clerk,
    ClerkBusy,
    Inbox,
    Message,
    Receipt,
    Session,
    Then,
)


def arrival(number: int) -> Arrival:
    return Arrival("autotask", f"hook:{number}", "Tickets.Update", f"Tickets/{number}", b"{}")


class Watched(Inbox):
    """Counts transactions, waits before each where told to, fails where told to."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.sizes: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.errors: list[Exception] = []
        self.refused = ""

    def keep(self, arrivals: Sequence[Arrival], then: Then | None = None) -> tuple[Receipt, ...]:
        self.begun.set()
        self.gate.wait(30)
        self.sizes.append(len(arrivals))
        if self.errors:
            raise self.errors.pop(0)
        if any(one.message_id == self.refused for one in arrivals):
            raise StateBroken("It cannot be kept.")
        return super().keep(arrivals, then)


@pytest.fixture
def watched(database: Engine) -> Watched:
    return Watched.open(database)


@pytest.fixture
def clerk(watched: Watched) -> Iterator[Clerk]:
    made = Clerk(watched, most_waiting=10, most_at_once=6)
    yield made
    watched.gate.set()
    made.close()


async def stalled(clerk: Clerk, watched: Watched, count: int) -> list[asyncio.Task[Receipt]]:
    """Have the clerk stand before one transaction, and so many more wait behind it."""
    watched.gate.clear()
    watched.begun.clear()
    tasks = [asyncio.create_task(clerk.keep(arrival(0)))]
    await asyncio.to_thread(watched.begun.wait, 30)
    tasks += [asyncio.create_task(clerk.keep(arrival(n + 1))) for n in range(count)]
    await asyncio.sleep(0)
    return tasks


async def until_not_well(clerk: Clerk) -> None:
    while clerk.is_well:  # noqa: ASYNC110 - another thread's doing
        await asyncio.sleep(0.001)


async def test_it_is_on_disk_when_it_is_told(clerk: Clerk, watched: Watched) -> None:
    receipt = await clerk.keep(arrival(1))
    assert [message.number for message in watched.search()] == [receipt.number]


async def test_all_who_wait_share_one_transaction(clerk: Clerk, watched: Watched) -> None:
    tasks = await stalled(clerk, watched, 6)
    watched.gate.set()
    receipts = await asyncio.gather(*tasks)
    assert watched.sizes == [1, 6]
    assert all(receipt.is_new for receipt in receipts)


async def test_more_than_go_into_one_transaction_take_several(
    clerk: Clerk, watched: Watched
) -> None:
    tasks = await stalled(clerk, watched, 9)
    watched.gate.set()
    await asyncio.gather(*tasks)
    assert watched.sizes == [1, 6, 3]


async def test_over_the_bound_it_refuses_and_loses_nothing(clerk: Clerk, watched: Watched) -> None:
    tasks = await stalled(clerk, watched, 10)
    await until_not_well(clerk)
    with pytest.raises(ClerkBusy):
        await clerk.keep(arrival(99))
    watched.gate.set()
    receipts = await asyncio.gather(*tasks)
    assert all(receipt.is_new for receipt in receipts)
    assert clerk.is_well
    assert {message.message_id for message in watched.search()} == {f"hook:{n}" for n in range(11)}


async def test_it_is_asked_from_loops_of_several_threads(clerk: Clerk, watched: Watched) -> None:
    async def some(start: int) -> list[Receipt]:
        return [await clerk.keep(arrival(start + n)) for n in range(5)]

    both = await asyncio.gather(
        asyncio.to_thread(asyncio.run, some(0)), asyncio.to_thread(asyncio.run, some(3)), some(8)
    )
    assert sum(receipt.is_new for told in both for receipt in told) == 13
    assert len(watched.search()) == 13


async def test_closing_keeps_what_waits_and_takes_nothing_more(
    clerk: Clerk, watched: Watched
) -> None:
    tasks = await stalled(clerk, watched, 8)
    closing = asyncio.create_task(asyncio.to_thread(clerk.close))
    await until_not_well(clerk)
    with pytest.raises(ClerkBusy):
        await clerk.keep(arrival(99))
    watched.gate.set()
    await asyncio.gather(*tasks, closing)
    assert len(watched.search()) == 9
    clerk.close()


async def test_a_busy_moment_is_tried_once_more(clerk: Clerk, watched: Watched) -> None:
    watched.errors = [StateBusy("A deadlock.")]
    assert (await clerk.keep(arrival(1))).is_new
    watched.errors = [StateBusy("A full disk."), StateBusy("A full disk.")]
    with pytest.raises(StateBusy):
        await clerk.keep(arrival(2))
    assert (await clerk.keep(arrival(3))).is_new, "and it goes on"


async def test_what_cannot_be_kept_costs_only_itself(clerk: Clerk, watched: Watched) -> None:
    watched.refused = "hook:3"
    tasks = await stalled(clerk, watched, 5)
    watched.gate.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(one, StateBroken) for one in told] == [n == 3 for n in range(6)]
    assert len(watched.search()) == 5


async def test_one_who_went_away_costs_the_others_nothing(clerk: Clerk, watched: Watched) -> None:
    tasks = await stalled(clerk, watched, 3)
    tasks[2].cancel()
    await asyncio.sleep(0)
    watched.gate.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(one, Receipt) for one in told) == 3


async def test_what_else_belongs_to_it_never_costs_an_arrival(database: Engine) -> None:
    inbox, calls = Inbox.open(database), list[int]()

    def fail(_session: Session, messages: Sequence[Message]) -> None:
        calls.append(len(messages))
        raise ZeroDivisionError

    clerk = Clerk(inbox, then=fail)
    assert (await clerk.keep(arrival(1))).is_new
    await asyncio.to_thread(clerk.close)
    assert calls == [1]
    assert inbox.count_unrelayed() == 1
