"""How often each dataset is refreshed unless somebody says otherwise, as data."""

from dataclasses import dataclass
from typing import Final

from isthmus.sync.catalog import Dataset, Refresh

INCREMENTAL_MINUTES: Final = 15
WHOLE_AT: Final = "0 2 * * *"
_DAYS: Final = {"*": "every day", "1-5": "on weekdays", "0,6": "on weekends", "6,0": "on weekends"}


@dataclass(frozen=True, slots=True)
class Beat:
    """When a dataset is refreshed: every so many minutes, or by a crontab line in a zone."""

    minutes: int | None = None
    cron: str = ""
    zone: str = "UTC"


def told(beat: Beat | None) -> str:
    """Say when a dataset is refreshed, as people say it; times are those of the beat's zone."""
    if beat is None:
        return "not by itself"
    if beat.minutes is not None:
        return _span(beat.minutes)
    minute, hour, day, month, weekday = beat.cron.split()
    is_daily = (day, month) == ("*", "*") and minute.isdigit() and hour.isdigit()
    if not is_daily or weekday not in _DAYS:
        return f"by crontab {beat.cron} ({beat.zone})"
    return f"{_DAYS[weekday]} at {int(hour):02}:{int(minute):02} ({beat.zone})"


def _span(minutes: int) -> str:
    if minutes % 1440 == 0:
        return "every day" if minutes == 1440 else f"every {minutes // 1440} days"
    if minutes % 60 == 0:
        return "every hour" if minutes == 60 else f"every {minutes // 60} hours"
    return "every minute" if minutes == 1 else f"every {minutes} minutes"


def default_beat(dataset: Dataset) -> Beat:
    """
    Return the schedule of a dataset that nobody has set one for.

    What tells its changes is asked every quarter of an hour, which costs a call; what has to be
    read whole is read in the night.
    """
    if dataset.refresh is Refresh.INCREMENTAL:
        return Beat(minutes=INCREMENTAL_MINUTES)
    return Beat(cron=WHOLE_AT)
