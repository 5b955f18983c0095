"""Which records a run asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from isthmus.autotask import query as q
from isthmus.sync.catalog import Dataset, DeletionLog, Refresh


@dataclass(frozen=True, slots=True)
class Held:
    """What the warehouse holds of a dataset: its mark (aware UTC), rows, highest id and fields."""

    mark: datetime | None
    rows: int
    highest_id: int | None
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Window:
    """
    What a run asks for: everything, or what may have changed since `start`.

    `start` is aware UTC on the vendor's clock, None for everything. `highest_id` is the highest
    id held, None when nothing is held.
    """

    start: datetime | None
    highest_id: int | None = None

    @property
    def is_full(self) -> bool:
        """Tell whether every record is asked for."""
        return self.start is None


EVERYTHING = Window(None)


def plan_window(
    dataset: Dataset,
    held: Held,
    overlap: timedelta,
    *,
    full: bool,
    since: datetime | None = None,
) -> Window:
    """
    Choose what the next run of a dataset asks for.

    Starts `overlap` before the mark, because a change may become visible later than its date says:
    a replica lags, a clock is read after the rows. Everything is asked for on a first run, and
    where the tenant's records have no change date. Args: since: look back to then (aware UTC) where
    that is further.
    """
    if full or held.mark is None or not follows_changes(dataset, held.fields):
        return EVERYTHING
    usual = held.mark - overlap
    return Window(usual if since is None else min(since, usual), held.highest_id)


def follows_changes(dataset: Dataset, fields: Collection[str]) -> bool:
    """Tell whether edits of a dataset can be asked for by date, given the names of its fields."""
    names = {name.lower() for name in fields}
    dated = any(name.lower() in names for name in dataset.change_fields)
    return dataset.refresh is Refresh.INCREMENTAL and dated


def plan_condition(dataset: Dataset, window: Window, fields: Collection[str]) -> q.Node:
    """
    Say a window in the vendor's terms.

    Change dates can be null and each of them misses something, so they are asked for together,
    with the creation date and with ids above the highest one held. Company id 0 exists, hence
    "from 0". Args: fields: the names the tenant's records have, in any case.

    Source: REST API help, best practices for change detection; nulls observed in live data.
    """
    if window.start is None:
        return q.gte("id", 0)
    held = {name.lower() for name in fields}
    stamp = utc_text(window.start)
    wanted = [*dataset.change_fields, *([dataset.created_field] if dataset.created_field else [])]
    conditions = [q.gte(name, stamp) for name in wanted if name.lower() in held]
    highest = -1 if window.highest_id is None else window.highest_id
    return q.or_(*conditions, q.gt("id", highest))


def plan_changed(dataset: Dataset, window: Window, fields: Collection[str]) -> q.Node | None:
    """
    Ask which of the records held may have changed in a window; None where nothing is held.

    For those that left a filter: the window itself, with the filter, does not bring them.
    """
    if window.start is None or window.highest_id is None:
        return None
    held = {name.lower() for name in fields}
    stamp = utc_text(window.start)
    dates = [q.gte(name, stamp) for name in dataset.change_fields if name.lower() in held]
    return q.and_(q.or_(*dates), q.lte("id", window.highest_id)) if dates else None


def plan_backfill(source: str, *, is_udf: bool) -> q.Node:
    """
    Ask for the records that have a value in a field the table did not know so far.

    They may have got it without their change date moving. Source: operator `exist`, for
    user-defined fields with `udf`, one such condition a query: REST API help, query and UDF pages.
    """
    return q.and_(q.gte("id", 0), q.exists(source, udf=is_udf))


def plan_deletions(log: DeletionLog, since: datetime) -> q.Node:
    """Ask a deletion log for what it wrote from `since` (aware UTC) on."""
    return q.gte(log.time_field, utc_text(since))


def utc_text(moment: datetime) -> str:
    """Write an aware UTC moment as the vendor reads it, to the millisecond, rounded down."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
