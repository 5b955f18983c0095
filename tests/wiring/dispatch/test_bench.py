"""The desk of those who write mappings: kept open while it is used, closed when not."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from threading import Event

import pytest

from isthmus.dispatch.desk import Desk
from isthmus.dispatch.library import Library
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.bench import Bench, NotConnected, Superseded, Trial, Trier
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.environment.config import load_config
from tests.console.shore import until
from tests.dispatch.conftest import shores
from tests.dispatch.shores import Shores, flowing

__all__ = ["shores"]


@pytest.fixture
def stores(shores: Shores) -> Iterator[tuple[House, Stores]]:
    with shores.house() as house, Stores.open(house) as opened:
        yield house, opened


async def _itself(trier: Trier) -> Trier:
    return trier


class Slow:
    """Opens desks that are ready when they are let; `opened` counts them."""

    def __init__(self) -> None:
        self.opened = 0
        self._goes = Event()
        self.let_go = self._goes.set

    @asynccontextmanager
    async def open(self, house: House, stores: Stores) -> AsyncIterator[Desk]:
        self.opened += 1
        await asyncio.to_thread(self._goes.wait)
        async with open_desk(house, stores) as desk:
            yield desk


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    given = Slow()
    monkeypatch.setattr("isthmus.wiring.dispatch.bench.open_desk", given.open)
    yield given
    given.let_go()


def test_who_is_ended_while_the_desk_opens_leaves_it_to_the_next(
    stores: tuple[House, Stores], slow: Slow
) -> None:
    with closing(Bench(*stores)) as bench, ThreadPoolExecutor() as pool:
        runs = [pool.submit(bench.do, _itself, "page", 1)]
        for number in (2, 3):
            until(lambda: slow.opened == 1)
            runs.append(pool.submit(bench.do, _itself, "page", number))
            with pytest.raises(Superseded):
                runs[-2].result(60)
        slow.let_go()
        assert bench.do(_itself) is runs[-1].result(60)
        assert slow.opened == 1


def test_an_older_run_that_comes_late_ends_no_newer_one(
    stores: tuple[House, Stores], slow: Slow
) -> None:
    with closing(Bench(*stores)) as bench, ThreadPoolExecutor() as pool:
        newer = pool.submit(bench.do, _itself, "page", 2)
        until(lambda: bool(bench._last))
        with pytest.raises(Superseded):
            bench.do(_itself, "page", 1)
        slow.let_go()
        assert bench.do(_itself) is newer.result(60)


def test_a_desk_that_is_closed_while_it_opens_is_not_waited_for(
    stores: tuple[House, Stores], slow: Slow
) -> None:
    bench = Bench(*stores)
    with ThreadPoolExecutor() as pool:
        run = pool.submit(bench.do, _itself)
        until(lambda: slow.opened == 1)
        bench.close()
        with pytest.raises(Superseded):
            run.result(60)


def test_one_desk_serves_all_who_come_until_it_is_closed(stores: tuple[House, Stores]) -> None:
    bench = Bench(*stores)
    first = bench.do(_itself)
    assert bench.do(_itself) is first
    bench.close()
    bench.close()


def test_a_desk_that_nobody_uses_is_closed_and_opened_anew(
    stores: tuple[House, Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.wiring.dispatch.bench._LOOK_SECONDS", 0.02)
    bench = Bench(*stores, idle=0.0)
    first = bench.do(_itself)
    second = first
    for _ in range(200):
        second = bench.do(_itself)
        if second is not first:
            break
        time.sleep(0.05)
    bench.close()
    assert second is not first


def test_where_a_vendor_is_not_known_it_says_so_and_can_be_asked_again(tmp_path: Path) -> None:
    with (
        House(load_config({"ISTHMUS_HOME": str(tmp_path)})) as house,
        Stores.open(house) as opened,
    ):
        bench = Bench(house, opened)
        for _ in range(2):
            with pytest.raises(NotConnected):
                bench.do(_itself)
        bench.close()


async def test_an_outbound_mapping_is_tried_at_what_happened_to_the_order(shores: Shores) -> None:
    async with flowing(shores) as flow:
        link = await flow.dispatched(shores.fit_tickets(1)[0]["id"])
        shores.assign(link.work_order_id or 0)
        mapping = Library(flow.stores.definitions).mapping("ticket_outbound")
        assert mapping is not None
        trier = Trier(flow.desk)
        trial: Trial = await trier.try_mapping(mapping, link.record_number)
        other = await trier.try_mapping(mapping, link.record_number, "expense.approved")
        await flow.idle()
    assert trial.event == "workorder.status.assigned"
    assert trial.result is not None
    assert trial.result.origins["ticket.status.label"].after == "Scheduled"
    assert "expense.approved" in trial.happened
    assert other.result is not None
    assert "charge.name" in other.result.origins
