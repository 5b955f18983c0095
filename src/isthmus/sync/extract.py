"""A window of one dataset, from the vendor into the spool, by one or several readers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from isthmus.autotask import AutotaskClient
from isthmus.autotask import query as q
from isthmus.autotask.models import Page
from isthmus.base.errors import IsthmusError
from isthmus.sync.rules.normalize import mend_row, needs_mending
from isthmus.sync.rules.ranges import FIRST, IdRange, plan_ranges, steal
from isthmus.sync.rules.without import strip_row
from isthmus.sync.spool import SegmentWriter, Spool

PAGE_SIZE = 500
"""Most records in one answer. Source: REST API help, query limits."""

PARALLEL_FROM = 6_000
"""Below so many records the calls that find the id bounds cost more than readers save."""

READERS = 3
"""Calls in flight per collection. Source: REST API help, thread limiting."""

SEGMENT_PAGES = 4
"""Pages between two checkpoints: after a crash at most so many per reader are read again."""

PageSeen = Callable[[int], None]
"""Called with the number of rows of each page, one call each."""


@dataclass(slots=True)
class Mended:
    """How many things in the records no store could have kept as they were."""

    nul_characters: int = 0
    lone_surrogates: int = 0


@dataclass(slots=True)
class _Shared:
    """What the readers of one collection share."""

    client: AutotaskClient
    entity: str
    where: q.Node
    spool: Spool
    on_page: PageSeen
    proves: bool = True
    without: frozenset[str] = frozenset()
    highest: int = 0
    free: list[IdRange] = field(default_factory=list)
    busy: list[IdRange] = field(default_factory=list)
    mended: Mended = field(default_factory=Mended)


async def extract(
    client: AutotaskClient,
    entity: str,
    where: q.Node,
    spool: Spool,
    *,
    expected: int | None,
    on_page: PageSeen,
    extra: bool = False,
    without: frozenset[str] = frozenset(),
) -> Mended:
    """
    Read every record that meets `where` and is not in the spool yet.

    Args: expected: how many records there are, None when unknown; it decides on parallel reading.
    extra: these records come on top of the spool's own window, whatever is in it.
    without: names, in lower case, of fields whose values are not to be kept anywhere.
    Raises: the client's errors; what is in the spool by then is kept for the next run.
    """
    shared = _Shared(client, entity, where, spool, on_page, proves=not extra, without=without)
    readers = READERS if expected is not None and expected >= PARALLEL_FROM else 1
    highest = await _find_highest(shared) if readers > 1 else None
    shared.highest = highest or 0
    shared.free = plan_ranges([] if extra else spool.covered, highest, readers)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(readers):
                group.create_task(_read_ranges(shared))
    except ExceptionGroup as errors:
        # The first reader's error tells it all; the others were stopped for it.
        raise errors.exceptions[0] from None
    return shared.mended


async def _find_highest(shared: _Shared) -> int:
    """
    Find an id near the end of a collection by doubling; about ten one-row calls.

    The vendor sorts by id upwards only, so the end cannot be asked for.
    """
    known = FIRST
    step = PARALLEL_FROM
    while True:
        page = await _ask(shared, IdRange(known + step, None), page_size=1)
        if not page.ids:
            return known + step
        known, step = page.ids[-1], step * 2


async def _read_ranges(shared: _Shared) -> None:
    """Go through free ranges, then help out with the widest that is being read."""
    while (taken := _next_range(shared)) is not None:
        shared.busy.append(taken)
        try:
            await _read_range(shared, taken)
        finally:
            shared.busy.remove(taken)


def _next_range(shared: _Shared) -> IdRange | None:
    if shared.free:
        return shared.free.pop(0)
    if shared.highest == 0:
        return None
    return steal(shared.busy, shared.highest, least=4 * PAGE_SIZE)


async def _read_range(shared: _Shared, taken: IdRange) -> None:
    """Read one range to its end, with a checkpoint every so many pages."""
    done = taken.is_done
    while not done:
        with shared.spool.new_segment(taken) as writer:
            try:
                while not done and writer.pages < SEGMENT_PAGES:
                    page = await _ask(shared, taken, PAGE_SIZE)
                    done = _keep_page(shared, page, taken, writer)
            except (asyncio.CancelledError, IsthmusError):
                if writer.pages:  # stopped, or held up: the next run goes on behind it
                    await shared.spool.keep(writer, taken, done=False, proves=shared.proves)
                raise
            await shared.spool.keep(writer, taken, done=done, proves=shared.proves)


def _keep_page(shared: _Shared, page: Page, taken: IdRange, writer: SegmentWriter) -> bool:
    """Write one page and tell whether the range is at its end; a short page proves nothing."""
    rows = list(page.rows)
    ids = page.ids
    if taken.below is not None and ids and ids[-1] >= taken.below:
        # Another reader took the upper part over while this page was under way.
        kept = sum(1 for known in ids if known < taken.below)
        rows, ids = rows[:kept], ids[:kept]
        ended = True
    else:
        ended = not ids or (not page.more and len(ids) < PAGE_SIZE)
    shared.on_page(len(ids))
    if ids:
        rows = _mend(shared.mended, rows)
        if shared.without:
            rows = [strip_row(row, shared.without) for row in rows]
        writer.write(rows, ids[-1])
        taken.after = ids[-1]
    return ended or taken.is_done


def _mend(mended: Mended, rows: list[bytes]) -> list[bytes]:
    """Replace what no store could keep, where there is any; count it."""
    if not needs_mending(b"\n".join(rows)):
        return rows
    result = []
    for row in rows:
        better = mend_row(row)
        mended.nul_characters += better.nul_count
        mended.lone_surrogates += better.surrogate_count
        result.append(better.raw)
    return result


async def _ask(shared: _Shared, taken: IdRange, page_size: int) -> Page:
    conditions = [shared.where, q.gt("id", taken.after)]
    if taken.below is not None:
        conditions.append(q.lt("id", taken.below))
    return await shared.client.query_page(shared.entity, q.and_(*conditions), page_size=page_size)
