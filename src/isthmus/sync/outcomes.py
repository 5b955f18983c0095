"""What a run tells of itself: events while it goes, outcomes when a dataset is through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from isthmus.base.errors import IsthmusError
from isthmus.base.warned import Warned

Mode = Literal["full", "incremental", "reread"]
Status = Literal["ok", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class DatasetOutcome:
    """
    How one dataset fared in one run.

    `rows_read` counts records received, `inserted`, `updated`, `deleted` and `unchanged` rows of
    the table. `error` is None unless `status` is "failed"; then the table is as it was before. So
    it is when a person "stopped" it, and what was read is kept for the next run. `rows_held` and
    `fresh_as_of` (the vendor's clock) tell of the table afterwards, where they are known; `scope`
    is the part of the records it was filled with, `named` what metadata names (see `lasting`).
    """

    dataset: str
    mode: Mode
    status: Status
    rows_read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    calls: int = 0
    seconds: float = 0.0
    warnings: tuple[Warned, ...] = ()
    error: IsthmusError | None = None
    rows_held: int | None = None
    fresh_as_of: datetime | None = None
    scope: str = ""
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A whole run; its times are this machine's clock, aware UTC."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    outcomes: tuple[DatasetOutcome, ...]
    calls: int
    quota_used: int
    quota_limit: int

    @property
    def failed(self) -> tuple[DatasetOutcome, ...]:
        """Return the datasets that were not published."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")

    @property
    def stopped(self) -> tuple[DatasetOutcome, ...]:
        """Return the datasets that a person stopped."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "stopped")


class Observer(Protocol):
    """Who watches a run; every method returns at once and raises nothing."""

    def run_started(self, run_id: str, datasets: Sequence[str]) -> None:
        """The run knows what it will do."""

    def dataset_started(self, dataset: str, mode: Mode, expected_rows: int | None) -> None:
        """Reading begins; `expected_rows` is None where counting would cost a call."""

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        """So many more rows came, by so many calls."""

    def dataset_loading(self, dataset: str) -> None:
        """All rows are on disk; the warehouse takes them over."""

    def dataset_done(self, outcome: DatasetOutcome) -> None:
        """The dataset is published, or has failed and is unchanged."""

    def quota(self, used: int, limit: int) -> None:
        """The tenant's hour as last known, all integrations together."""

    def waiting(self, seconds: float, used: int, limit: int) -> None:
        """
        The hour's calls are used up, and the run waits: it goes on after so many seconds at most.

        Told again while it lasts, by each reader that waits; with 0 seconds when it goes on.
        `limit` is 0 where it is not known.
        """


@dataclass(slots=True)
class SilentObserver:
    """Watches and says nothing; keeps the outcomes for whoever asks."""

    outcomes: list[DatasetOutcome] = field(default_factory=list)

    def run_started(self, run_id: str, datasets: Sequence[str]) -> None:
        """Say nothing."""

    def dataset_started(self, dataset: str, mode: Mode, expected_rows: int | None) -> None:
        """Say nothing."""

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        """Say nothing."""

    def dataset_loading(self, dataset: str) -> None:
        """Say nothing."""

    def dataset_done(self, outcome: DatasetOutcome) -> None:
        """Keep the outcome."""
        self.outcomes.append(outcome)

    def quota(self, used: int, limit: int) -> None:
        """Say nothing."""

    def waiting(self, seconds: float, used: int, limit: int) -> None:
        """Say nothing."""
