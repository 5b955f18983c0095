"""Decide what follows an attempt: another one, and when, or none. Pure.

Source: the vendor's delivery page, December 2025, unless a line says otherwise.
"""

from __future__ import annotations

DELAYS_S = (10, 20, 40, 80, 160, 320, 640)
RATE_OVER = 100  # attempts the success rate is made of; "about 100" documented
NO_ANSWER = 0
GONE = (404, 410)
MAYBE = (408, 429)  # retried by one page, not by another: a switch


def is_success(status: int) -> bool:
    """Tell whether the receiver took the delivery: any 2xx; the body does not matter."""
    return 200 <= status < 300


def is_retried(status: int, *, maybe: bool) -> bool:
    """
    Tell whether an attempt that ended so is made again.

    Args: status: HTTP status, 0 for no answer in time or no connection.
        maybe: 408 and 429 are retried.
    Source: 5xx, timeouts and lost connections documented; 1xx and 3xx assumed.
    """
    if is_success(status) or status in GONE:
        return False
    if status in MAYBE:
        return maybe
    return not 400 <= status < 500


def most_retries(outcomes: str) -> int:
    """
    Tell how many retries a delivery gets, by the endpoint's success rate.

    Args: outcomes: the latest attempts, `1` for each success, `0` for each failure.
    Source: 7 above 95 %, 5 from 80 %, 3 below, documented; all 7 before the rate is known, assumed.
    """
    latest = outcomes[-RATE_OVER:]
    if len(latest) < RATE_OVER:
        return len(DELAYS_S)
    rate = latest.count("1") / len(latest)
    if rate > 0.95:
        return 7
    return 5 if rate >= 0.80 else 3


def decide_retry(attempt: int, status: int, outcomes: str, *, maybe: bool) -> int | None:
    """
    Tell in how many seconds the next attempt is due; None when there is none.

    Args: attempt: the number of the attempt that just ended, from 1.
    """
    if not is_retried(status, maybe=maybe) or attempt > most_retries(outcomes):
        return None
    return DELAYS_S[attempt - 1]
