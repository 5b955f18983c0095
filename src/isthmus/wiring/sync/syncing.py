"""What a person may do about copying, and see of it: the same for the console and the CLI."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import NeedsPerson
from isthmus.base.ids import new_ordered_id
from isthmus.engine import Agenda
from isthmus.state.shapes import RunDataset
from isthmus.state.sync import (
    Ask,
    DatasetChoice,
    Earlier,
    Kept,
    Permission,
    Progress,
    QuotaSample,
    SyncState,
)
from isthmus.sync.catalog import DATASETS, Dataset, Refresh, dataset_named
from isthmus.sync.rules.costing import Cost, plan_cost
from isthmus.sync.rules.scope import FilterWrong, scope_of, why_full
from isthmus.sync.scheduling import Beat, told
from isthmus.sync.titles import meaning_of, title_of
from isthmus.warehouse.ports import TooManyRemovals
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.sync.refreshing import ASK_PRIORITY, ASKED, KIND, beats
from isthmus.wiring.tables.listing import listed

__all__ = [
    "STOPPED",
    "Ask",
    "Beat",
    "Cost",
    "DatasetChoice",
    "DatasetStanding",
    "Earlier",
    "NoSuchDataset",
    "Permission",
    "Progress",
    "QuotaSample",
    "RunDataset",
    "Syncing",
    "moment_of",
]

STOPPED: Final = "Stopped."
"""The error of what was asked for and stopped before it began."""
BRAKE_HELD: Final = TooManyRemovals.__name__
_WAITING: Final = "waiting"
_RUNNING: Final = "running"


def moment_of(text: str) -> datetime:
    """Read a day or a time as a person writes it, in UTC unless it says otherwise. ValueError."""
    found = datetime.fromisoformat(text)
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:  # before the first year, or after the last
        raise ValueError(text) from error


class NoSuchDataset(NeedsPerson):
    """A name that no collection of Autotask has, or one that is not copied here."""


@dataclass(frozen=True, slots=True)
class DatasetStanding:
    """
    Where one dataset stands. Times are aware, UTC; `fresh_as_of` is the vendor's clock.

    `last` is what the last run did, `last_at` when it ended, `last_by` who wanted it; `ok_at` is
    the end of the last run that published. `resumes` tells that what a stopped run read is kept
    and the next one goes on behind it. `needs_full` says why all of it has to be read again.
    `warnings` are those of the last run, and of runs before it those that are still so; `earlier`
    are all that is shown of runs before it.
    """

    name: str
    title: str
    meaning: str
    group: str
    refresh: Refresh
    rows: int | None
    last: RunDataset | None
    last_at: datetime | None
    last_by: str
    last_run: str
    ok_at: datetime | None
    fresh_as_of: datetime | None
    beat: Beat | None
    schedule: str
    next_at: datetime | None
    permission: Permission | None
    choice: DatasetChoice
    progress: Progress | None
    is_waiting: bool
    is_own: bool
    needs_full: str = ""
    warnings: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()

    @property
    def is_running(self) -> bool:
        """Tell whether a run is at it now."""
        return self.progress is not None

    @property
    def is_stopped(self) -> bool:
        """Tell whether a person stopped its last run."""
        return not self.is_running and self.last is not None and self.last.status == "stopped"

    @property
    def resumes(self) -> bool:
        """Tell whether the next run goes on where the stopped one was."""
        return self.is_stopped and self.refresh is Refresh.INCREMENTAL

    @property
    def is_braked(self) -> bool:
        """Tell whether its last run stopped before it would have removed too many rows."""
        error = None if self.last is None else self.last.error
        return not self.is_running and error is not None and error.kind == BRAKE_HELD

    @property
    def is_kept(self) -> bool:
        """Tell whether it is refreshed at all."""
        return self.choice.is_kept


class Syncing:
    """
    Refreshes as people ask for them, stop them and see them.

    For any thread. Nothing here asks the vendor or opens the warehouse. Blocks for milliseconds.
    Raises: StateBusy, StateBroken, EngineUnavailable, EngineBroken.
    """

    def __init__(self, agenda: Agenda, kept: SyncState) -> None:
        self._agenda = agenda
        self._kept = kept

    @classmethod
    def of(cls, stores: Stores) -> "Syncing":
        """Return it for a home whose stores are open."""
        return cls(stores.agenda, SyncState.open(stores.state.engine))

    # What a person may do

    def ask(
        self,
        datasets: Sequence[str] = (),
        *,
        by: str,
        full: bool = False,
        since: datetime | None = None,
        release_brake: bool = False,
    ) -> str:
        """
        Have datasets refreshed as soon as the worker is free; without any, all that are kept.

        One run does them all: metadata is read once, names are there when rows appear. The same
        thing asked for twice, while it waits, is one. Returns: the key of what was asked for.
        Args: full, since, release_brake: as of `House.sync`. Raises: NoSuchDataset.
        """
        wanted = tuple(one.name for one in self._named(datasets)) or tuple(self.names())
        fresh = Ask(
            f"{ASKED}{new_ordered_id()}", wanted, full, by, utc_now(), since=since,
            release_brake=release_brake,
        )  # fmt: skip
        ask = self._kept.ask(fresh)
        self._agenda.enqueue(KIND, ask.key, priority=ASK_PRIORITY)
        return ask.key

    def stop(self, dataset: str | None = None, *, by: str) -> bool:
        """
        Have a refresh end at its next page, or all of them; what was read is kept for the next.

        What only waits is dropped. Returns: whether there was anything to stop.
        """
        names = tuple(one.name for one in self._named([] if dataset is None else [dataset]))
        running = {line.dataset for line in self._kept.progress()}
        found = bool(running & set(names) if names else running)
        self._kept.stop(names, by)
        for ask in self._kept.open_asks():
            found = self._drop(ask, names) or found
        due = [one.key for one in self._agenda.waiting(kind=KIND) if not one.key.startswith(ASKED)]
        for key in due:
            if not names or key in names:
                found = self._agenda.cancel(KIND, key) or found
        return found

    def _drop(self, ask: Ask, names: Sequence[str]) -> bool:
        """Take names out of what was asked for; without any, all of it."""
        left = tuple(name for name in ask.wanted if name not in names) if names else ()
        if left == ask.wanted:
            return False
        if not left:
            self._agenda.cancel(KIND, ask.key)
        if ask.state == _WAITING:
            self._kept.save_ask(
                replace(ask, wanted=left) if left else replace(ask, state="done", error=STOPPED)
            )
        return True

    # What a person may see

    def asked(self, key: str) -> Ask | None:
        """Return how far something is that was asked for."""
        return self._kept.find_ask(key)

    def asks(self) -> tuple[Ask, ...]:
        """Return what was asked for and is not done."""
        return self._kept.open_asks()

    def is_worked(self) -> bool:
        """Tell whether a process is there that does what is asked for."""
        return bool(self._agenda.alive())

    def progress(self) -> tuple[Progress, ...]:
        """Return what goes on now, in whichever process, by dataset."""
        return self._kept.progress()

    def names(self) -> list[str]:
        """Return what is refreshed, in the order of the catalogue, added datasets last."""
        choices = self._kept.choices()
        removed = {name for name, choice in choices.items() if not choice.is_kept}
        return [one.name for one in self._all() if one.name not in removed]

    def standing(self) -> tuple[DatasetStanding, ...]:
        """Return where each of the 22 stands, and each dataset that was added."""
        kept, choices = self._kept.kept(), self._kept.choices()
        running = {line.dataset: line for line in self._kept.progress()}
        waiting = {
            name
            for ask in self._kept.open_asks()
            for name in ask.wanted
            if not _is_through(ask, kept.get(name))
        }
        known, allowed = beats(self._agenda), self._kept.permissions()
        found = []
        for dataset in listed(kept, choices):
            name = dataset.name
            choice = choices.get(name, DatasetChoice(name))
            line = kept.get(name)
            beat, following = known.get(name, (None, None))
            found.append(
                _standing(
                    dataset,
                    line,
                    choice,
                    (beat, following),
                    permission=allowed.get(name),
                    progress=running.get(name),
                    is_waiting=name in waiting - running.keys(),
                )
            )
        return tuple(found)

    def standing_of(self, dataset: str) -> DatasetStanding:
        """Return where one dataset stands. Raises: NoSuchDataset."""
        name = self._named([dataset])[0].name
        for one in self.standing():
            if one.name == name:
                return one
        raise NoSuchDataset(
            f"{name} is not copied here.", where=name, remedy=f"isthmus dataset add {name}"
        )

    def permissions(self) -> tuple[Permission, ...]:
        """Return what the API user may read, by dataset, as last checked; () before that."""
        found = self._kept.permissions()
        return tuple(found[one.name] for one in self._all() if one.name in found)

    def cost(self, dataset: str, rate_share: float = 1.0) -> Cost:
        """
        Return what reading all of a dataset again would cost. Makes no call.

        Args: rate_share: the part of the hour's calls that we may use. Raises: NoSuchDataset.
        """
        name = self._named([dataset])[0].name
        return self.costs([name], rate_share)[name]

    def costs(self, datasets: Sequence[str], rate_share: float = 1.0) -> dict[str, Cost]:
        """Return what `cost` says of several datasets, which are named as in the catalogue."""
        kept, allowed = self._kept.kept(), self._kept.permissions()
        sample = self._kept.last_sample()
        limit = None if sample is None else sample.limit
        return {
            name: _cost(kept.get(name), allowed.get(name), limit, rate_share) for name in datasets
        }

    def markers(self) -> dict[str, str]:
        """Return what moves with progress, with every run that ends, and with the quota."""
        going = [(one.dataset, one.phase, one.rows, one.calls) for one in self._kept.progress()]
        asked = [(one.key, one.state, one.wanted) for one in self._kept.open_asks()]
        ended = [(one.finished_at, one.run_id) for one in self._kept.kept().values()]
        sample = self._kept.last_sample()
        return {
            "progress": str((going, asked)),
            "runs": str(max(ended, default="")),
            "quota": "" if sample is None else sample.at.isoformat(),
        }

    # Names

    def _named(self, names: Sequence[str]) -> list[Dataset]:
        found = []
        for name in names:
            dataset = dataset_named(name)
            if dataset is None:
                raise NoSuchDataset(
                    f'There is no dataset "{name}".',
                    where="what was asked for",
                    remedy="isthmus datasets lists all.",
                )
            found.append(dataset)
        return found

    def _all(self) -> list[Dataset]:
        return listed(self._kept.kept(), self._kept.choices())


def _is_through(ask: Ask, line: Kept | None) -> bool:
    """Tell whether what goes on for somebody has this dataset behind it."""
    return ask.state == _RUNNING and line is not None and line.finished_at >= ask.at


def _cost(line: Kept | None, allowed: Permission | None, limit: int | None, share: float) -> Cost:
    rows = None if line is None else line.rows
    if rows is None and allowed is not None:
        rows = allowed.rows
    pace = None if line is None else line.pace
    per_call = None if pace is None or not pace.calls else pace.seconds / pace.calls
    return plan_cost(rows, limit=limit, share=share, pace=per_call)


def _standing(
    dataset: Dataset, line: Kept | None, choice: DatasetChoice,
    when: tuple[Beat | None, datetime | None], *, permission: Permission | None,
    progress: Progress | None, is_waiting: bool,
) -> DatasetStanding:  # fmt: skip
    name = dataset.name
    return DatasetStanding(
        name=name,
        title=title_of(name),
        meaning=meaning_of(name),
        group=dataset.group,
        refresh=dataset.refresh,
        rows=None if line is None else line.rows,
        last=None if line is None else line.result,
        last_at=None if line is None else line.finished_at,
        last_by="" if line is None else line.by,
        last_run="" if line is None else line.run_id,
        ok_at=None if line is None else line.ok_at,
        fresh_as_of=None if line is None else line.fresh_as_of,
        beat=when[0],
        schedule=told(when[0]) if choice.is_kept else told(None),
        next_at=when[1] if choice.is_kept else None,
        permission=permission,
        choice=choice,
        progress=progress,
        is_waiting=is_waiting,
        is_own=dataset not in DATASETS,
        needs_full=_why_full(line, choice),
        warnings=() if line is None else line.warnings,
        earlier=() if line is None else line.earlier,
    )


def _why_full(line: Kept | None, choice: DatasetChoice) -> str:
    if line is None or line.ok_at is None:
        return ""
    try:
        return why_full(line.scope, scope_of(choice.condition, choice.left_out))
    except FilterWrong as error:
        return error.what
