"""Refreshes of datasets as durable work: on their schedules, one at a time, never half done."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from isthmus.base.log import get_logger
from isthmus.dispatch.library import Library
from isthmus.dispatch.mirror import Mirror, changed_since
from isthmus.dispatch.rules.sweeping import CHANGED, OVERLAP
from isthmus.engine import Again, Agenda, Cron, Done, Every, Outcome, Run, Schedule
from isthmus.state import StateBusy
from isthmus.sync.catalog import DATASETS, Dataset, dataset_named
from isthmus.sync.outcomes import DatasetOutcome, Mode, RunSummary
from isthmus.sync.scheduling import Beat, default_beat
from isthmus.warehouse.ports import WarehouseBusy
from isthmus.wiring.build import House
from isthmus.wiring.dispatch import Stores

KIND: Final = "refresh"
PREFIX: Final = "refresh/"
REFRESH_PRIORITY: Final = 9
_BEGUN: Final = "schedules begun"
_BUSY: Final = timedelta(seconds=30)
_log = get_logger("refresh")


class Quiet:
    """An observer that leaves telling to the log."""

    def run_started(self, run_id: str, datasets: Sequence[str]) -> None:
        """Say nothing."""

    def dataset_started(self, dataset: str, mode: Mode, expected_rows: int | None) -> None:
        """Say nothing."""

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        """Say nothing."""

    def dataset_loading(self, dataset: str) -> None:
        """Say nothing."""

    def dataset_done(self, outcome: DatasetOutcome) -> None:
        """Write the summary line of a dataset."""
        _log.info(
            "refreshed",
            dataset=outcome.dataset,
            status=outcome.status,
            rows=outcome.rows_read,
            calls=outcome.calls,
            error="" if outcome.error is None else outcome.error.what,
        )

    def quota(self, used: int, limit: int) -> None:
        """Say nothing."""

    def waiting(self, seconds: float, used: int, limit: int) -> None:
        """Say nothing; the budget's own log says it."""


class Refresh:
    """
    The handler of refreshes; the item's key is the dataset's name.

    A refresh runs in a thread with an event loop of its own, so that work on links goes on beside
    it. What it saw change of records that are dispatched is handed on from the warehouse.
    """

    def __init__(self, home: Callable[[], House], stores: Stores, library: Library | None) -> None:
        self._home = home
        self._stores = stores
        self._library = library

    async def __call__(self, run: Run) -> Outcome:
        """Refresh one dataset. Raises: IsthmusError when nothing could be read: tried again."""
        dataset = dataset_named(run.item.key)
        if dataset is None:
            return Done()
        try:
            summary = await asyncio.to_thread(self._refresh, dataset)
        except (StateBusy, WarehouseBusy):  # a sync by hand, or a reader, holds it
            return Again(_BUSY)
        for outcome in summary.failed:
            if outcome.error is not None:
                raise outcome.error
        return Done()

    def _refresh(self, dataset: Dataset) -> RunSummary:
        with self._home() as house:
            summary = asyncio.run(house.sync([dataset], full=False, observer=Quiet()))
            if self._library is not None and dataset.name in CHANGED and not summary.failed:
                self._hand_on(house, self._library, dataset.name)
        return summary

    def _hand_on(self, house: House, library: Library, entity: str) -> None:
        """
        Have dispatch look at what changed; the first time nothing before this run counts.

        Times are the vendor's: the table's watermark, never this machine's clock.
        """
        stores, name = self._stores, f"mirrored/{entity}"
        reached = house.warehouse.watermark(entity)
        if reached is None:
            return
        before = stores.state.mark(name)
        since = reached.at if before is None else datetime.fromisoformat(before)
        rows = house.query(changed_since(entity, since - OVERLAP)).rows
        mirror = Mirror(stores.state, stores.inbox, stores.agenda)
        found = mirror.hand_on(library.rules(), entity, rows)
        stores.state.save_mark(name, reached.at.isoformat())
        _log.info("mirrored", entity=entity, changed=len(rows), handed_on=found)


def begin_schedules(stores: Stores) -> None:
    """Give every dataset of the catalogue its default schedule, once in the life of a home."""
    if stores.state.mark(_BEGUN) is not None:
        return
    for dataset in DATASETS:
        set_beat(stores.agenda, dataset.name, default_beat(dataset))
    stores.state.save_mark(_BEGUN, "yes")


def set_beat(agenda: Agenda, name: str, beat: Beat) -> None:
    """Have a dataset refreshed at these times. Raises: ScheduleWrong."""
    when: Every | Cron = (
        Cron(beat.cron, beat.zone)
        if beat.minutes is None
        else Every(timedelta(minutes=beat.minutes))
    )
    agenda.schedule(Schedule(f"{PREFIX}{name}", KIND, name, when, priority=REFRESH_PRIORITY))


def unset_beat(agenda: Agenda, name: str) -> None:
    """Have a dataset refreshed by hand only."""
    agenda.unschedule(f"{PREFIX}{name}")


def beats(agenda: Agenda) -> dict[str, tuple[Beat, datetime]]:
    """Return by dataset when it is refreshed, and its next time."""
    found: dict[str, tuple[Beat, datetime]] = {}
    for schedule, following in agenda.scheduled():
        if not schedule.name.startswith(PREFIX):
            continue
        when = schedule.when
        if isinstance(when, Every):
            beat = Beat(minutes=max(1, round(when.interval.total_seconds() / 60)))
        else:
            beat = Beat(cron=when.line, zone=when.zone)
        found[schedule.key] = (beat, following)
    return found
