"""Refreshes of datasets as durable work: on their schedules, one at a time, never half done."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.log import get_logger
from isthmus.dispatch.library import Library
from isthmus.dispatch.mirror import Mirror, changed_since
from isthmus.dispatch.rules.sweeping import CHANGED, OVERLAP
from isthmus.engine import Again, Agenda, Cron, Done, Every, Item, Outcome, Run, Schedule
from isthmus.state import StateBusy
from isthmus.state.sync import Ask, SyncState
from isthmus.sync.catalog import DATASETS, Dataset, dataset_named
from isthmus.sync.noting import Who
from isthmus.sync.outcomes import DatasetOutcome, Mode, RunSummary
from isthmus.sync.scheduling import Beat, default_beat
from isthmus.warehouse.ports import WarehouseBusy
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores

KIND: Final = "refresh"
PREFIX: Final = "refresh/"
ASKED: Final = "ask/"
"""How the keys of items begin that a person asked for; no dataset's name has a slash."""

REFRESH_PRIORITY: Final = 9
ASK_PRIORITY: Final = 1
SCHEDULE: Final = "schedule"
_TRIES: Final = 12
_BEGUN: Final = "schedules begun"
_BUSY: Final = timedelta(seconds=30)
_SOON: Final = timedelta(seconds=5)
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
    The handler of refreshes; the item's key is the dataset's name, or of what a person asked for.

    A refresh runs in a thread with an event loop of its own, so that work on links goes on beside
    it. What it saw change of records that are dispatched is handed on from the warehouse. What is
    due at the same time is refreshed in one run: names are brought up to date once.
    """

    def __init__(self, home: Callable[[], House], stores: Stores, library: Library | None) -> None:
        self._home = home
        self._stores = stores
        self._library = library
        self._kept = SyncState.open(stores.state.engine)
        self._through: set[str] = set()
        """What a run did beside what it was for; the item that asks for it is still to come."""

    async def __call__(self, run: Run) -> Outcome:
        """Refresh one dataset, or what was asked for. Raises: Retryable: tried again."""
        if run.item.key.startswith(ASKED):
            return await self._asked(run.item)
        dataset = dataset_named(run.item.key)
        if dataset is None or dataset.name in self._through:
            self._through.discard(run.item.key)
            return Done()
        if dataset.name in await asyncio.to_thread(self._not_kept):
            return Done()
        beside = await asyncio.to_thread(self._due_beside, dataset)
        try:
            summary = await self._refresh([dataset, *beside], Who(SCHEDULE))
        except (StateBusy, WarehouseBusy):  # a sync by hand, or a reader, holds it
            return Again(_BUSY)
        failed = {outcome.dataset: outcome.error for outcome in summary.failed}
        self._through |= {one.name for one in beside if one.name not in failed}
        error = failed.get(dataset.name)
        if error is not None:
            _insist(error)
        return Done()

    def _due_beside(self, dataset: Dataset) -> list[Dataset]:
        """Return what else is due now, in the order of the catalogue."""
        now = utc_now()
        due = {
            one.key
            for one in self._stores.agenda.waiting(kind=KIND)
            if one.due_at is not None and one.due_at <= now and not one.running and not one.failures
        }
        due -= self._not_kept()
        found = [known for known in map(dataset_named, sorted(due)) if known is not None]
        return [one for one in found if one.name != dataset.name]

    def _not_kept(self) -> set[str]:
        return {name for name, choice in self._kept.choices().items() if not choice.is_kept}

    async def _asked(self, item: Item) -> Outcome:
        ask = await asyncio.to_thread(self._kept.find_ask, item.key)
        if ask is None or ask.state == "done":
            return Done()
        wanted = [found for found in map(dataset_named, ask.wanted) if found is not None]
        await asyncio.to_thread(self._kept.save_ask, replace(ask, state="running"))
        try:
            summary = await self._refresh(wanted, Who(ask.by, ask.key), ask)
        except (StateBusy, WarehouseBusy):
            await asyncio.to_thread(self._kept.save_ask, replace(ask, state="waiting"))
            return Again(_SOON)
        except IsthmusError as error:
            await self._settle(ask, item, [error], ask.wanted)
            return Done()
        left = [one.error for one in summary.failed if one.error is not None]
        names = [one.dataset for one in summary.failed if isinstance(one.error, Retryable)]
        await self._settle(replace(ask, run_id=summary.run_id), item, left, names)
        return Done()

    async def _settle(
        self, ask: Ask, item: Item, errors: Sequence[IsthmusError], names: Sequence[str]
    ) -> None:
        """Note that an ask is done; or have what may succeed later tried again, and only that."""
        later = next((error for error in errors if isinstance(error, Retryable)), None)
        is_over = later is None or item.failures >= _TRIES
        told = "" if not errors else f"{errors[0].what} {errors[0].remedy}".strip()
        state, wanted = ("done", ask.wanted) if is_over else ("waiting", tuple(names))
        await asyncio.to_thread(
            self._kept.save_ask, replace(ask, state=state, wanted=wanted, error=told)
        )
        if later is not None and not is_over:
            raise later

    async def _refresh(
        self, wanted: Sequence[Dataset], who: Who, ask: Ask | None = None
    ) -> RunSummary:
        return await asyncio.to_thread(self._in_thread, wanted, who, ask)

    def _in_thread(self, wanted: Sequence[Dataset], who: Who, ask: Ask | None) -> RunSummary:
        with self._home() as house:
            run = house.sync(
                wanted,
                full=ask is not None and ask.full,
                observer=Quiet(),
                who=who,
                since=None if ask is None else ask.since,
                release_brake=ask is not None and ask.release_brake,
            )
            summary = asyncio.run(run)
            done = {outcome.dataset for outcome in summary.outcomes if outcome.status == "ok"}
            if self._library is not None:
                for name in sorted(done & set(CHANGED)):
                    self._hand_on(house, self._library, name)
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


def _insist(error: IsthmusError) -> None:
    """
    Raise what may be gone a moment later.

    What needs a person is told where they look, and the next beat tries again.
    """
    if isinstance(error, Retryable):
        raise error


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
