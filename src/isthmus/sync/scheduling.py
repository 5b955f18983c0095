"""How often each dataset is refreshed unless somebody says otherwise, as data."""

from dataclasses import dataclass
from typing import Final

from isthmus.sync.catalog import Dataset, Refresh

INCREMENTAL_MINUTES: Final = 15
WHOLE_AT: Final = "0 2 * * *"


@dataclass(frozen=True, slots=True)
class Beat:
    """When a dataset is refreshed: every so many minutes, or by a crontab line in a zone."""

    minutes: int | None = None
    cron: str = ""
    zone: str = "UTC"


def default_beat(dataset: Dataset) -> Beat:
    """
    Return the schedule of a dataset that nobody has set one for.

    What tells its changes is asked every quarter of an hour, which costs a call; what has to be
    read whole is read in the night.
    """
    if dataset.refresh is Refresh.INCREMENTAL:
        return Beat(minutes=INCREMENTAL_MINUTES)
    return Beat(cron=WHOLE_AT)
