from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.autotask.soap.times import EASTERN, Times

eastern, utc = Times("eastern"), Times("utc")
moments = st.datetimes(
    datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2060-01-01")
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-01-15T12:00:00", "2026-01-15T17:00:00"),
        ("2026-07-15T12:00:00", "2026-07-15T16:00:00"),
        ("2026-07-15T22:14:36.24", "2026-07-16T02:14:36.240"),
        ("2026-07-15 12:00:00", "2026-07-15T16:00:00"),
        ("2026-07-15", "2026-07-15T04:00:00"),
        ("2026-03-08T01:59:59", "2026-03-08T06:59:59"),
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00"),
        ("2026-07-15T12:00:00-07:00", "2026-07-15T19:00:00"),
        ("2026-07-15T12:00:00Z", "2026-07-15T12:00:00"),
    ],
)
def test_a_time_is_of_the_us_east(told: str, meant: str) -> None:
    assert eastern.read(told) == at(meant)


def test_one_switch_turns_it_all_to_utc() -> None:
    assert utc.read("2026-07-15T12:00:00") == at("2026-07-15T12:00:00")
    assert utc.write(at("2026-07-15T12:00:00")) == "2026-07-15T12:00:00.000"
    assert not utc.is_doubtful("2026-11-01T01:30:00")


def test_a_day_is_moved_by_no_zone() -> None:
    assert eastern.read("2026-07-15T00:00:00", is_day=True) == at("2026-07-15T00:00:00")
    assert eastern.write(at("2026-07-15T00:00:00"), is_day=True) == "2026-07-15T00:00:00.000"


def test_the_hour_that_comes_twice_is_the_first_one_and_doubtful() -> None:
    assert eastern.read("2026-11-01T01:30:00") == at("2026-11-01T05:30:00")
    assert eastern.is_doubtful("2026-11-01T01:30:00")
    assert not eastern.is_doubtful("2026-11-01T00:59:59")
    assert not eastern.is_doubtful("2026-11-01T02:00:00")


def test_an_hour_that_spring_leaves_out_is_read_and_doubtful() -> None:
    assert eastern.read("2026-03-08T02:30:00") == at("2026-03-08T07:30:00")
    assert eastern.is_doubtful("2026-03-08T02:30:00")


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00:00", "2026-07-15T25:00:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        eastern.read(text)


@given(moments)
def test_what_is_written_is_read_again_but_for_the_doubled_hour(moment: datetime) -> None:
    text = eastern.write(moment)
    lost = timedelta(hours=1) if moment.astimezone(EASTERN).fold else timedelta(0)

    assert eastern.read(text) == moment - lost
    assert eastern.read(text).tzinfo is UTC


near_autumn = st.integers(-3 * 3600, 3 * 3600).map(
    lambda seconds: at("2026-11-01T06:00:00") + timedelta(seconds=seconds)
)


@given(near_autumn, near_autumn, st.sampled_from(["gt", "gte", "lt", "lte"]))
def test_a_bound_never_leaves_out_what_utc_would_find(
    bound: datetime, kept: datetime, op: str
) -> None:
    asked = datetime.fromisoformat(eastern.bound(op, bound))
    clock = kept.astimezone(EASTERN).replace(tzinfo=None)
    wanted = {"gt": kept > bound, "gte": kept >= bound, "lt": kept < bound, "lte": kept <= bound}
    found = {"gt": clock > asked, "gte": clock >= asked, "lt": clock < asked, "lte": clock <= asked}

    assert found[op] or not wanted[op]


@given(moments, st.sampled_from(["gt", "gte", "lt", "lte", "eq"]))
def test_a_bound_outside_the_doubled_hour_is_the_moment_itself(moment: datetime, op: str) -> None:
    if not eastern.is_doubtful(eastern.write(moment)):
        assert eastern.bound(op, moment) == eastern.write(moment)
