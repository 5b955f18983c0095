"""What reading a dataset whole costs, said before it is done."""

from dataclasses import dataclass
from typing import Final

PAGE: Final = 500
AROUND: Final = 5
"""Calls beside the pages: the limit, counting, two of metadata, the log of deletions."""

SIDE_BY_SIDE_FROM: Final = 6_000
FINDING_ENDS: Final = 12
"""Calls that find how the ids lie, so that three readers can share a large collection."""

SECONDS_A_CALL: Final = 0.4
"""As long as nothing was measured: a page takes about a second, and three are under way at once."""


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What a full re-read costs. None where nothing is known yet.

    `share_of_hour` is the part of the tenant's calls of an hour it takes, 1.0 being all of them.
    `minutes` counts the waiting in, where they do not fit into one hour.
    """

    calls: int | None
    rows: int | None
    minutes: float | None
    share_of_hour: float | None


def plan_cost(
    rows: int | None, *, limit: int | None, share: float = 1.0, pace: float | None = None
) -> Cost:
    """
    Work it out.

    Args: rows: how many records there are. limit: the tenant's calls an hour. share: the part of
    them that we let all tools together reach. pace: seconds a call took, seen over a whole read.
    """
    if rows is None:
        return Cost(None, None, None, None)
    calls = rows // PAGE + 1 + AROUND + (FINDING_ENDS if rows >= SIDE_BY_SIDE_FROM else 0)
    seconds = calls * (SECONDS_A_CALL if pace is None else pace)
    if limit:
        hours_more = max(0, -(-calls // max(1, int(limit * share))) - 1)
        seconds += hours_more * 3600
    return Cost(calls, rows, round(seconds / 60, 1), round(calls / limit, 4) if limit else None)
