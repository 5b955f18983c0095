"""What the next pass of a dataset asks for: a window, a filter, or the rest of interrupted work."""

from dataclasses import dataclass
from datetime import datetime

from isthmus.autotask import query as q
from isthmus.state import Extraction
from isthmus.sync.catalog import Dataset, Refresh
from isthmus.sync.crossing import Crossing
from isthmus.sync.outcomes import Mode
from isthmus.sync.rules.scope import ALL, Scope, narrowed, needs_full, plan_scope
from isthmus.sync.rules.window import Held, Window, follows_changes, plan_window
from isthmus.sync.spool import Spool


@dataclass(slots=True)
class Meter:
    """Counts what reading one dataset costs and tells the observer."""

    crossing: Crossing
    dataset: str
    rows: int = 0
    calls: int = 0

    def page(self, rows: int) -> None:
        """Count one page of the dataset."""
        self.rows += rows
        self.calls += 1
        self.crossing.observer.page_read(self.dataset, rows, 1)
        self.crossing.observer.quota(*self.crossing.quota)

    def call(self, _rows: int = 0) -> None:
        """Count one call that brings none of the dataset's rows."""
        self.calls += 1
        self.crossing.observer.page_read(self.dataset, 0, 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What one pass asks for, and the spool it goes to; `resumed`: some of it is there already.

    `scope` is what is to be kept, `only` the same in the vendor's terms, None for all records.
    `refilled` tells that the table was filled with something else.
    """

    dataset: Dataset
    mode: Mode
    window: Window
    held: Held
    spool: Spool
    server_started_at: datetime
    resumed: bool
    scope: Scope = ALL
    only: q.Node | None = None
    refilled: bool = False


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is wanted of a dataset, before anything is begun."""

    dataset: Dataset
    held: Held
    scope: Scope
    only: q.Node | None
    refilled: bool
    mode: Mode
    window: Window


async def plan_pass(crossing: Crossing, dataset: Dataset, meter: Meter) -> Plan:
    """Decide what to ask for; go on with what an interrupted run began if that leads there."""
    held = await crossing.held(dataset.name)
    scope = crossing.scopes.wanted(dataset.name)
    only = await _in_vendors_terms(crossing, dataset, scope, meter)
    refilled = held.mark is not None and needs_full(crossing.scopes.before(dataset.name), scope)
    found = crossing.state.open_extraction(dataset.name)
    if found is not None:
        # A full re-read begun is ended first.
        goes_on = crossing.full or refilled or found.mode == "full"
        mode, window = _window(crossing, dataset, held, scope, full=goes_on)
        resumed = await _resumed(
            crossing, _Aim(dataset, held, scope, only, refilled, mode, window), found
        )
        if resumed is not None:
            return resumed
        Spool(crossing.spool_root, crossing.state, found).clear()
    mode, window = _window(crossing, dataset, held, scope, full=crossing.full or refilled)
    aim = _Aim(dataset, held, scope, only, refilled, mode, window)
    begun = _begin(crossing, dataset, mode, window)
    spool = Spool(crossing.spool_root, crossing.state, begun)
    spool.open()
    return _plan(aim, spool, begun, resumed=False)


def _plan(aim: _Aim, spool: Spool, found: Extraction, *, resumed: bool) -> Plan:
    return Plan(
        aim.dataset,
        aim.mode,
        aim.window,
        aim.held,
        spool,
        found.server_started_at,
        resumed,
        aim.scope,
        aim.only,
        aim.refilled,
    )


async def _in_vendors_terms(
    crossing: Crossing, dataset: Dataset, scope: Scope, meter: Meter
) -> q.Node | None:
    """Say a filter by the fields the tenant has now; the client checks its values by them too."""
    if not scope.is_narrow:
        return None
    fields = await crossing.client.fields(dataset.name)
    meter.call()
    return plan_scope(dataset, scope, [field.name for field in fields if field.is_queryable])


def _window(
    crossing: Crossing, dataset: Dataset, held: Held, scope: Scope, *, full: bool
) -> tuple[Mode, Window]:  # fmt: skip
    whole = full or scope.has_udf
    window = plan_window(dataset, held, crossing.settings.overlap, full=whole, since=crossing.since)
    if not window.is_full:
        return "incremental", window
    return "full" if full or held.mark is None else "reread", window


async def _resumed(crossing: Crossing, aim: _Aim, found: Extraction) -> Plan | None:
    """Return the plan that goes on with what an interrupted run began; None: begin anew."""
    spool = Spool(crossing.spool_root, crossing.state, found)
    if not crossing.scopes.is_being_read(aim.dataset.name) or aim.scope.has_udf:
        return None
    if not _leads_there(found, aim.dataset, aim.mode, aim.window, aim.held):
        return None
    if not await _still_holds(crossing, aim, spool):
        return None
    spool.open()
    return _plan(aim, spool, found, resumed=True)


def _leads_there(
    found: Extraction, dataset: Dataset, mode: Mode, window: Window, held: Held
) -> bool:
    """
    Tell whether interrupted work leads to the same table as work begun now.

    Only where edits since can be asked for: a re-read without change dates starts again. On a first
    run nothing is known of the tenant's fields, so the dataset's own word is taken.
    """
    same = found.mode == mode and found.window_start == window.start
    published = held.mark is not None and held.mark >= found.server_started_at
    dated = dataset.refresh is Refresh.INCREMENTAL and (
        not held.fields or follows_changes(dataset, held.fields)
    )
    return same and not published and dated


async def _still_holds(crossing: Crossing, aim: _Aim, spool: Spool) -> bool:
    """
    Tell whether what an interrupted run left is all on disk, and nothing of it was deleted since.

    Ids only grow, so a stretch that was read to its end can only lose records: its count tells.
    What came into a filter or left it meanwhile has changed, and the pass that follows asks for it.
    An incremental window holds few records, and deletions of these are followed anyway.
    """
    if not spool.is_whole:
        return False
    if not spool.is_of_everything:
        return True
    for stretch in spool.stretches:
        within = narrowed(aim.only, q.and_(q.gt("id", stretch.after), q.lte("id", stretch.upto)))
        if await crossing.client.count(aim.dataset.name, within) != stretch.rows:
            return False
    return True


def _begin(crossing: Crossing, dataset: Dataset, mode: Mode, window: Window) -> Extraction:
    fresh = Extraction(
        id=f"{dataset.name}-{crossing.run_id}",
        dataset=dataset.name,
        mode=mode,
        window_start=window.start,
        server_started_at=crossing.server_started_at,
    )
    crossing.scopes.begin(dataset.name)
    crossing.state.begin_extraction(fresh)
    return fresh
