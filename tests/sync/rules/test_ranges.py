"""Readers share a collection by id, and a crash leaves gaps, never holes in the proof."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from isthmus.sync.rules.ranges import FIRST, Covered, IdRange, plan_ranges, split, steal


def test_an_untouched_collection_is_one_open_range() -> None:
    assert plan_ranges([], None, 3) == [IdRange(FIRST, None)]


def test_three_readers_get_three_ranges_that_touch_and_the_last_stays_open() -> None:
    ranges = plan_ranges([], 9_000, 3)

    assert len(ranges) == 3
    assert ranges[0].after == FIRST
    assert ranges[-1].below is None
    for lower, upper in itertools.pairwise(ranges):
        assert lower.below == upper.after + 1


def test_what_is_on_disk_is_not_read_again() -> None:
    covered = [Covered(FIRST, 499), Covered(2_999, 3_500)]

    assert plan_ranges(covered, None, 1) == [IdRange(499, 3_000), IdRange(3_500, None)]


def test_nothing_is_left_when_the_end_was_reached() -> None:
    assert plan_ranges([Covered(FIRST, None)], 10, 3) == []


def test_an_idle_reader_takes_the_upper_half_of_the_widest_range() -> None:
    narrow, wide = IdRange(0, 100), IdRange(100, 1_101)

    taken = steal([narrow, wide], 5_000, least=10)

    assert taken == IdRange(600, 1_101)
    assert wide == IdRange(100, 601)


def test_a_narrow_range_is_left_to_its_reader() -> None:
    assert steal([IdRange(0, 50)], 100, least=500) is None
    assert steal([], 100, least=1) is None


ids = st.integers(min_value=0, max_value=400)


@given(st.lists(st.tuples(ids, ids), max_size=8), st.integers(0, 500), st.integers(1, 5))
def test_every_id_is_either_covered_or_in_exactly_one_range(
    pieces: list[tuple[int, int]], highest: int, readers: int
) -> None:
    covered = [Covered(min(piece) - 1, max(piece)) for piece in pieces]
    ranges = plan_ranges(covered, highest, readers)

    for candidate in range(FIRST + 1, 600):
        holders = [
            taken
            for taken in ranges
            if taken.after < candidate and (taken.below is None or candidate < taken.below)
        ]
        is_covered = any(piece.after < candidate <= (piece.upto or 0) for piece in covered)
        assert len(holders) == (0 if is_covered else 1)


@given(st.integers(-1, 100), st.one_of(st.none(), st.integers(0, 300)), st.integers(0, 400))
def test_a_split_loses_no_id(after: int, below: int | None, highest: int) -> None:
    taken = IdRange(after, below)
    upper = split(taken, highest)
    if upper is not None:
        assert taken.below == upper.after + 1
        assert upper.below == below
        assert taken.after == after
