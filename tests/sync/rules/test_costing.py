"""What a full read costs, said before."""

import pytest

from isthmus.sync.rules.costing import Cost, plan_cost


@pytest.mark.parametrize(
    ("rows", "calls"), [(0, 6), (499, 6), (500, 7), (5_999, 17), (6_000, 30), (1_000_000, 2_018)]
)
def test_calls_are_pages_and_what_stands_around_them(rows: int, calls: int) -> None:
    assert plan_cost(rows, limit=None) == plan_cost(rows, limit=None, share=0.1)
    assert plan_cost(rows, limit=None).calls == calls


def test_nothing_is_said_where_no_number_is_known() -> None:
    assert plan_cost(None, limit=10_000) == Cost(None, None, None, None)


def test_the_hours_that_are_waited_count_in() -> None:
    whole = plan_cost(1_000_000, limit=10_000, pace=0.1)
    assert (whole.minutes, whole.share_of_hour) == (3.4, 0.2018)
    shared = plan_cost(1_000_000, limit=10_000, share=0.1, pace=0.1)
    assert shared.minutes == 123.4  # 1,000 calls an hour: two hours are waited
