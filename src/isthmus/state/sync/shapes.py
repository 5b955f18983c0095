"""The shapes that cross from the state of copying to the rest. Times are aware, in UTC."""

from dataclasses import dataclass
from datetime import datetime

from isthmus.state.shapes import RunDataset


@dataclass(frozen=True, slots=True)
class Progress:
    """
    One dataset of a run that goes on now, in whichever process.

    `phase` is queued, reading, loading or waiting (for calls of the hour to come free, until about
    `waiting_until`). `expected` rows where a number is known. `asked` is the key of who asked, ""
    for none; `by` who that is. `since` is when the phase began, `at` when it was last heard of.
    """

    dataset: str
    run_id: str
    phase: str
    mode: str
    rows: int
    expected: int | None
    calls: int
    since: datetime
    at: datetime
    waiting_until: datetime | None = None
    asked: str = ""
    by: str = ""

    @property
    def waiting_s(self) -> int:
        """Return for how many seconds, at most, it waits for quota, as told at `at`."""
        if self.waiting_until is None:
            return 0
        return max(0, round((self.waiting_until - self.at).total_seconds()))


@dataclass(frozen=True, slots=True)
class Pace:
    """What the last full read of a dataset took."""

    rows: int
    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Earlier:
    """A warning of an earlier run; `about` names what of the rows it says that of (`Warned`)."""

    text: str
    run_id: str
    at: datetime
    about: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether what it says is still so."""
        return bool(self.about)


@dataclass(frozen=True, slots=True)
class Kept:
    """
    Where one dataset stands after its last run.

    `rows`, `fresh_as_of` (the vendor's clock), `ok_at` and `pace` are of the last run that
    published, `result` is of the last one at all. `scope` names what part of the records the
    table was filled with: "" for all. `earlier` are warnings of runs before the last one, `told`
    those of the last one that may outlast it.
    """

    dataset: str
    run_id: str
    by: str
    finished_at: datetime
    result: RunDataset
    rows: int | None = None
    fresh_as_of: datetime | None = None
    ok_at: datetime | None = None
    scope: str = ""
    pace: Pace | None = None
    earlier: tuple[Earlier, ...] = ()
    told: tuple[Earlier, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the last run warned of, and what runs before it did that is still so."""
        return (*self.result.warnings, *(one.text for one in self.earlier if one.holds))


@dataclass(frozen=True, slots=True)
class Ask:
    """
    A refresh that a person asked for.

    `state` is waiting, running or done. `run_id` is the run that did it; `error` says why nothing
    could be done at all. `since`: what changed from then on is read again. `release_brake`: rows
    that are gone go, however many.
    """

    key: str
    wanted: tuple[str, ...]
    full: bool
    by: str
    at: datetime
    state: str = "waiting"
    run_id: str = ""
    error: str = ""
    since: datetime | None = None
    release_brake: bool = False


@dataclass(frozen=True, slots=True)
class DatasetChoice:
    """
    What a person set about a dataset.

    `left_out` are the vendor's names of fields whose values are not kept. `condition` is a filter
    as JSON, "" for all records: Autotask's own grammar, or that as `filter` beside `since`, a day,
    and `only`, the filter as a person wrote it.
    """

    dataset: str
    is_kept: bool = True
    left_out: tuple[str, ...] = ()
    condition: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuotaSample:
    """
    The calls of the hour as known at a moment.

    `used` by all tools together, `ours` among them, both in the last hour; `limit` is the
    tenant's. `field_turns` calls may be made to Field Nation at once, `field_burst` after a rest.
    None where it is not known.
    """

    at: datetime
    used: int | None
    ours: int | None
    limit: int | None
    field_turns: int | None = None
    field_burst: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """
    What the API user may read of a dataset, as last checked.

    `can_read` is yes, part (rows are hidden), no or unknown. `sees_deletions` is None where the
    vendor keeps no log of them. `remedy` is the click path that mends it, "" when all is well.
    """

    dataset: str
    can_read: str
    sees_deletions: bool | None
    rows: int | None
    what: str
    remedy: str
    at: datetime
