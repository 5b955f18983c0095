"""Deliveries dropped, doubled, late or out of order: one by one, in a storm, in an outage."""

from collections import Counter

import pytest

from isthmus_sim.base.storm import Storm
from isthmus_sim.fieldnation.faults.faults import Faults
from isthmus_sim.fieldnation.hooks import deliveries
from isthmus_sim.fieldnation.hooks.mischief import Deed
from tests.sim.fieldnation.bench import Bench
from tests.sim.fieldnation.receiver import Receiver

# Mischief


async def orders_after(bench: Bench, receiver: Receiver, *deeds: Deed) -> list[int]:
    bench.hook(receiver.url)
    for deed in deeds:
        bench.engine.mischief.add(deed)
    for order in (1, 2, 3, 4):
        bench.happen(order=order)
    await bench.advance(0)
    return [one.json["workorder"]["id"] for one in receiver.arrived]


async def test_deliveries_can_be_dropped(bench: Bench, receiver: Receiver) -> None:
    assert await orders_after(bench, receiver, Deed("drop", 2)) == [3, 4]


async def test_a_doubled_delivery_is_the_same_delivery_again(
    bench: Bench, receiver: Receiver
) -> None:
    assert await orders_after(bench, receiver, Deed("double", 1)) == [1, 1, 2, 3, 4]
    first, second = (one.headers["X-FN-Delivery-Id"] for one in receiver.arrived[:2])
    assert (first.partition(":")[0], first[-2:]) == (second.partition(":")[0], ":1")
    assert second.endswith(":2")


async def test_deliveries_can_be_delayed(bench: Bench, receiver: Receiver) -> None:
    assert await orders_after(bench, receiver, Deed("delay", 1, 60)) == [2, 3, 4]
    await bench.advance(60)
    assert receiver.arrived[-1].json["workorder"]["id"] == 1


async def test_deliveries_can_be_reordered(bench: Bench, receiver: Receiver) -> None:
    assert await orders_after(bench, receiver, Deed("reorder", 3)) == [3, 2, 1, 4]


async def test_what_waits_to_be_reordered_can_be_let_go(bench: Bench, receiver: Receiver) -> None:
    assert await orders_after(bench, receiver, Deed("reorder", 9)) == []
    assert bench.engine.let_go() == 4
    await bench.advance(0)
    assert [one.json["workorder"]["id"] for one in receiver.arrived] == [4, 3, 2, 1]


async def test_mischief_can_be_about_one_event(bench: Bench, receiver: Receiver) -> None:
    bench.hook(receiver.url)
    bench.engine.mischief.add(Deed("drop", 1, event="workorder.message_posted"))
    bench.happen("workorder.created")
    bench.happen("workorder.message_posted")
    await bench.advance(0)
    assert receiver.events == ["workorder.created"]


# A storm, an outage


async def stormed(bench: Bench, receiver: Receiver, storm: Storm) -> list[int]:
    bench.hook(receiver.url)
    bench.engine.mischief.begin_storm(storm)
    for order in range(1, 21):
        bench.happen(order=order)
    await bench.advance(0)
    return [one.json["workorder"]["id"] for one in receiver.arrived]


async def test_a_storm_repeats_every_delivery_as_further_attempts(
    bench: Bench, receiver: Receiver
) -> None:
    arrived = await stormed(bench, receiver, Storm(3, 0, 0, 30, seed=1))
    assert arrived == [order for order in range(1, 21) for _ in range(3)]
    ids = [one.headers["X-FN-Delivery-Id"].split(":") for one in receiver.arrived[:3]]
    assert [number for _uuid, number in ids] == ["1", "2", "3"]
    assert len({uuid for uuid, _number in ids}) == 1
    assert len({one.body for one in receiver.arrived[:3]}) == 1


async def test_a_storm_loses_deliveries_for_good(bench: Bench, receiver: Receiver) -> None:
    arrived = await stormed(bench, receiver, Storm(2, 0.5, 0, 30, seed=1))
    states = Counter(bench.states())
    assert 4 < states["dropped"] < 16
    assert len(arrived) == states["delivered"] == 2 * (20 - states["dropped"])
    await bench.advance(3_600)
    assert len(receiver.arrived) == len(arrived)


async def test_a_storm_lets_later_deliveries_overtake(bench: Bench, receiver: Receiver) -> None:
    in_time = await stormed(bench, receiver, Storm(1, 0, 0.5, 60, seed=1))
    assert 4 < len(in_time) < 16
    await bench.advance(60)
    orders = [one.json["workorder"]["id"] for one in receiver.arrived]
    assert sorted(orders) == list(range(1, 21))
    assert orders != sorted(orders)


async def test_a_lifted_storm_is_over(bench: Bench, receiver: Receiver) -> None:
    await stormed(bench, receiver, Storm(2, 0, 0, 30, seed=1))
    bench.engine.let_go()
    bench.happen(order=99)
    await bench.advance(0)
    assert [one.json["workorder"]["id"] for one in receiver.arrived].count(99) == 1


async def test_in_an_outage_nothing_is_sent_and_nothing_is_lost(
    bench: Bench, receiver: Receiver
) -> None:
    faults = Faults(bench.ground)
    bench.engine.down_until = faults.down_until
    bench.hook(receiver.url)
    faults.add({"kind": "outage", "seconds": 600})
    bench.happen(order=1)
    await bench.advance(599)
    assert receiver.arrived == []
    await bench.advance(1)
    assert len(receiver.arrived) == 1


async def test_a_twin_that_waits_keeps_its_body_when_old_deliveries_are_forgotten(
    bench: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_KEPT", 10)
    bench.hook(receiver.url)
    bench.engine.mischief.begin_storm(Storm(2, 0, 0.5, 60, seed=4))
    for order in range(1, 60):
        bench.happen(order=order)
    await bench.advance(0)
    await bench.advance(60)
    assert len(receiver.arrived) == 118
    assert all(one.json["workorder"]["id"] for one in receiver.arrived)
