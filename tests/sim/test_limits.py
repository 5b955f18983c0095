from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from isthmus_sim.autotask.base.limits import Limits, ThreadRefused
from isthmus_sim.autotask.base.switches import SWITCHES
from isthmus_sim.base.clock import SimClock, parse_time
from isthmus_sim.base.switches import Switches, SwitchRefused
from isthmus_sim.in_thread import AutotaskSim


class Kept:
    """Values kept beyond the life of a Limits."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def meta_get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def meta_set(self, key: str, value: Any) -> None:
        self.values[key] = value


@pytest.fixture
def clock() -> SimClock:
    return SimClock(frozen_at=parse_time("2026-06-15T15:00:00Z"))


@pytest.fixture
def switches() -> Switches:
    return Switches(SWITCHES, {"hourly_limit": 100})


@pytest.fixture
def limits(clock: SimClock, switches: Switches) -> Limits:
    return Limits(Kept(), clock, switches)


def test_latency_grows_at_half_and_at_three_quarters(limits: Limits) -> None:
    waits = [limits.hour().latency_s for _ in range(100)]
    assert waits == [0.0] * 49 + [0.5] * 25 + [1.0] * 26


def test_the_call_over_the_limit_is_refused_until_the_hour_has_passed(
    limits: Limits, clock: SimClock
) -> None:
    limits.spend(100)
    verdict = limits.hour()
    assert verdict.refused is not None
    assert verdict.refused.status == 429
    assert limits.used() == 100
    clock.advance(3611)
    assert limits.hour().refused is None
    assert limits.used() == 1


def test_the_hour_rolls_call_by_call(limits: Limits, clock: SimClock) -> None:
    limits.spend(60)
    clock.advance(1800)
    limits.spend(30)
    clock.advance(1811)
    assert limits.used() == 30


def test_the_latency_can_be_scaled_away(limits: Limits, switches: Switches) -> None:
    switches.change({"added_latency_scale": 0})
    limits.spend(90)
    assert limits.hour().latency_s == 0


def test_the_count_survives_a_restart(clock: SimClock, switches: Switches) -> None:
    kept = Kept()
    first = Limits(kept, clock, switches)
    first.spend(42)
    first.save()
    assert Limits(kept, clock, switches).used() == 42


def test_the_threshold_tells_limit_minutes_and_use(limits: Limits) -> None:
    limits.spend(7)
    assert limits.threshold() == {
        "externalRequestThreshold": 100,
        "requestThresholdTimeframe": 60,
        "currentTimeframeRequestCount": 7,
    }


def test_the_fourth_call_at_once_is_refused_per_code_and_entity(limits: Limits) -> None:
    with limits.slot("CODE", "Tickets"), limits.slot("code", "tickets"):
        with limits.slot("CODE", "Tickets"):
            with pytest.raises(ThreadRefused) as refused, limits.slot("code", "Tickets"):
                pass
            assert refused.value.reply.status == 429
            assert b"thread threshold of 3 threads has been exceeded" in refused.value.reply.body
            with limits.slot("code", "Companies"), limits.slot("other", "Tickets"):
                pass
        with limits.slot("CODE", "Tickets"):
            pass


async def test_a_slot_can_be_freed_late(limits: Limits, switches: Switches) -> None:
    switches.change({"slot_release_delay_ms": 60_000, "slots": 1, "slot_limit_status": 500})
    with limits.slot("code", "Tickets"):
        pass
    with pytest.raises(ThreadRefused) as refused, limits.slot("code", "Tickets"):
        pass
    assert refused.value.reply.status == 500


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"nope": 1}, "hourly_limit"),
        ({"hourly_limit": "many"}, "int"),
        ({"hourly_limit": -1}, "not negative"),
        ({"slot_limit_status": 418}, "429"),
        ({"patch_by_id": 1}, "bool"),
    ],
)
def test_a_switch_tells_what_it_takes(
    switches: Switches, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(SwitchRefused, match=told):
        switches.change(change)


def test_switches_change_together_or_not_at_all(switches: Switches) -> None:
    with pytest.raises(SwitchRefused):
        switches.change({"hourly_limit": 5, "nope": 1})
    assert switches["hourly_limit"] == 100


# Over HTTP


def test_threshold_information_counts_itself(autotask_sim: AutotaskSim) -> None:
    first = autotask_sim.get("ThresholdInformation").json
    second = autotask_sim.get("ThresholdInformation").json
    used = "currentTimeframeRequestCount"
    assert second[used] == first[used] + 1
    assert second["externalRequestThreshold"] == 10_000


def test_over_the_hour_every_call_is_refused(autotask_sim: AutotaskSim) -> None:
    autotask_sim.admin("PATCH", "switches", {"hourly_limit": 2, "added_latency_scale": 0})
    assert [autotask_sim.get("Tickets/1").status for _ in range(3)] == [200, 200, 429]
    autotask_sim.admin("POST", "clock", {"advance_s": 3700})
    assert autotask_sim.get("Tickets/1").status == 200


def test_three_calls_of_an_entity_run_at_once_and_no_fourth(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    sim = autotask_sim_factory(latency_ms=1_500)
    paths = ("Tickets/1", "Tickets/entityInformation", "Tickets/2", "Tickets/3", "Companies/0")
    with ThreadPoolExecutor(len(paths)) as pool:
        statuses = [answer.status for answer in pool.map(sim.get, paths)]
    assert sorted(statuses[:4]) == [200, 200, 200, 429]
    assert statuses[4] == 200
