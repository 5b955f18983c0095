"""The calls of the hour: ours, the other tools', what is left, and how it went before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.responses import Response

from isthmus.base.clock import utc_now
from isthmus.console.asking import Ask
from isthmus.console.pages.connections import HERE as CONNECTIONS
from isthmus.console.pages.connections import TABS, known_of
from isthmus.console.routes import page
from isthmus.wiring.vendors.quota import QuotaSample, quota_history, quota_now

HERE: Final = f"{CONNECTIONS}/quota"
SPANS: Final = {"6": "6 hours", "24": "a day", "168": "a week", "720": "30 days"}
_FULL: Final = 0.9
_MUCH: Final = 0.7
_IN_TABLE: Final = 48


@dataclass(frozen=True, slots=True)
class Gauge:
    """The hour in parts of a thousand, for a bar; `left` calls are free. None: not known yet."""

    ours: int
    others: int
    ours_width: int
    others_width: int
    left: int
    limit: int
    tone: str


def gauge_of(sample: QuotaSample | None) -> Gauge | None:
    """Return what a bar shows of the hour; None while nothing is known of it."""
    if sample is None or sample.used is None or not sample.limit:
        return None
    ours = min(sample.ours or 0, sample.used)
    others, limit = sample.used - ours, sample.limit
    part = sample.used / limit
    tone = "bad" if part >= _FULL else "warn" if part >= _MUCH else "good"
    ours_width = min(1000, round(1000 * ours / limit))
    others_width = min(1000 - ours_width, round(1000 * others / limit))
    left = max(0, limit - sample.used)
    return Gauge(ours, others, ours_width, others_width, left, limit, tone)


def series_of(samples: Sequence[QuotaSample]) -> dict[str, list[float | None]]:
    """Return the samples as a chart takes them: one list for each line; times in seconds."""
    known = [one for one in samples if one.used is not None]
    return {
        "at": [one.at.timestamp() for one in known],
        "ours": [one.ours for one in known],
        "others": [(one.used or 0) - min(one.ours or 0, one.used or 0) for one in known],
        "limit": [one.limit for one in known],
    }


def quota(ask: Ask) -> Response:
    """Show the hour, and the hours before it."""
    house = ask.site.house
    now = quota_now(house.config)
    values: dict[str, Any] = {
        "sample": now,
        "gauge": gauge_of(now),
        "found": known_of(ask, "autotask"),
    }
    if ask.is_fragment:
        return ask.show("connecting/gauge.html", **values)
    hours = ask.query("hours", "24")
    hours = hours if hours in SPANS else "24"
    since = utc_now() - timedelta(hours=int(hours))
    samples = quota_history(house.copying, since)
    return ask.show(
        "connecting/quota.html",
        tabs=TABS,
        spans=SPANS,
        hours=hours,
        series=series_of(samples),
        latest=[(one.at, gauge_of(one)) for one in samples[-_IN_TABLE:]][::-1],
        **values,
    )


ROUTES: Final = (page(HERE, quota),)
