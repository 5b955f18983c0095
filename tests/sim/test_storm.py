"""The plan of a storm, and how one is asked for; what it does is told at each vendor."""

import pytest

from isthmus_sim.base.asked import AdminRefused
from isthmus_sim.base.storm import Storm, read_storm

MANY = range(1, 2_001)


def test_a_storm_repeats_loses_and_puts_off_the_shares_it_was_asked_for() -> None:
    storm = Storm(copies=5, drop=0.1, reorder=0.2, late_s=30, seed=7)
    plans = [storm.plan(number) for number in MANY]
    lost = sum(not plan for plan in plans)
    copies = [late for plan in plans for late in plan]
    assert {len(plan) for plan in plans} == {0, 5}
    assert 0.08 < lost / len(plans) < 0.12
    assert 0.18 < sum(late > 0 for late in copies) / len(copies) < 0.22
    assert 0 <= min(copies) < max(copies) <= 30


def test_the_same_seed_does_the_same_to_the_same_delivery() -> None:
    one, same, other = (Storm(3, 0.2, 0.5, 30, seed) for seed in (1, 1, 2))
    assert [one.plan(n) for n in MANY] == [same.plan(n) for n in reversed(MANY)][::-1]
    assert [one.plan(n) for n in MANY] != [other.plan(n) for n in MANY]


def test_copies_in_time_come_before_those_that_are_late() -> None:
    storm = Storm(copies=5, drop=0, reorder=0.5, late_s=30, seed=1)
    assert all(list(plan) == sorted(plan) for plan in map(storm.plan, MANY))


def test_what_is_not_given_is_calm() -> None:
    storm = read_storm({}, seed=3)
    assert storm == Storm(copies=1, drop=0, reorder=0, late_s=30, seed=3)
    assert {storm.plan(number) for number in MANY} == {(0.0,)}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"copies": 0}, "copies takes"),
        ({"copies": 101}, "copies takes"),
        ({"copies": "5"}, "copies takes"),
        ({"drop": 1.5}, "drop takes a share"),
        ({"drop": True}, "drop takes a share"),
        ({"reorder": -0.1}, "reorder takes a share"),
        ({"late_s": -1}, "late_s takes seconds"),
        ({"seed": "x"}, "seed takes"),
        ({"thunder": 1}, "unknown: thunder"),
    ],
)
def test_a_storm_that_makes_no_sense_is_refused(body: dict[str, object], said: str) -> None:
    with pytest.raises(AdminRefused, match=said):
        read_storm(body, seed=1)
