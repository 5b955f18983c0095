"""
Everything that went on, searched at once: runs of sync, their calls, and the trail of dispatch.

Newest first, page by page. Each of the three is read by an index of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Final, Literal

from isthmus.dispatch.board import PageWrong
from isthmus.dispatch.story import side_of, tell
from isthmus.state import RunFilter, RunRecord
from isthmus.state.calls import KEPT, MOST, Call, CallFilter
from isthmus.state.dispatch import Entry, Message, TrailFilter
from isthmus.sync.catalog import dataset_named
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores

__all__ = [
    "KEPT",
    "KINDS",
    "MOST",
    "Activity",
    "ActivityFilter",
    "Happening",
    "Kind",
    "activity",
    "mark_now",
]

Kind = Literal["run", "call", "message", "decision", "write", "error", "person"]
KINDS: Final[tuple[Kind, ...]] = (
    "run", "call", "message", "decision", "write", "error", "person",
)  # fmt: skip
_TRAIL: Final = frozenset({"message", "decision", "write", "error", "person"})
_RECORDS: Final = ("Tickets", "Tasks", "ServiceCalls", "WorkOrders")
_APART: Final = "~"
_NO_NUMBER: Final = 2**63


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """
    What is meant; what is empty narrows nothing.

    `text` is as a whole a ticket's number, a work order's, a key or id of a link (its correlation
    id), a dataset, the id of a run or dead letter, or a message's id at its sender. `kinds`: all
    where empty. `failed`: only what went wrong.
    """

    text: str = ""
    kinds: tuple[Kind, ...] = ()
    since: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """
    One thing that went on.

    `what` is a sentence without a full stop, `more` are details in words. `side` is autotask,
    fieldnation or "". `key` is of a link, `number` its record's, `link_id` the link's id where it
    is known. `run` is the run's id, of sync or of the work on a link. `detail` is what is kept of
    it, without secrets. `place` names it among those of its kind.
    """

    at: datetime
    kind: Kind
    what: str
    more: tuple[str, ...] = ()
    side: str = ""
    key: str = ""
    number: str = ""
    link_id: str = ""
    run: str = ""
    is_failed: bool = False
    ms: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """
    A page of what went on, the newest first.

    `meaning` says what the text was taken for, "" for no text. `messages` came under that id.
    `following` names the next page, "" for none. `mark` is what to give as `above` to be told only
    of what is newer.
    """

    items: tuple[Happening, ...]
    following: str
    mark: str
    meaning: str = ""
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a text stands for, by the columns it is found by."""

    what: str = ""
    numbers: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    link_ids: tuple[str, ...] = ()
    dataset: str = ""
    run: str = ""
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a page ends: the last of each source. None: its beginning."""

    run: tuple[datetime, str] | None = None
    call: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        run = "" if self.run is None else f"{self.run[0].isoformat()}|{self.run[1]}"
        numbers = ("" if one is None else str(one) for one in (self.call, self.entry))
        return _APART.join((run, *numbers))


@dataclass(frozen=True, slots=True)
class _Look:
    """What each source is asked."""

    wanted: ActivityFilter
    meant: _Meant
    limit: int
    before: _Mark
    over: _Mark

    def wants(self, kind: Kind) -> bool:
        return not self.wanted.kinds or kind in self.wanted.kinds


def activity(
    house: House,
    stores: Stores,
    wanted: ActivityFilter = ActivityFilter(),
    *,
    limit: int = 50,
    page: str = "",
    above: str = "",
) -> Activity:
    """
    Return a page of what went on. Blocks.

    Args: page: what the page before named as the following one. above: a mark, to be told only of
    what is newer. Raises: PageWrong, StateBusy, StateBroken.
    """
    meant = _meaning(stores, wanted.text)
    look = _Look(wanted, meant, limit + 1, _read(page), _read(above))
    found = merge(
        _runs(house, look),
        _calls(stores, look),
        _entries(stores, look),
        key=lambda one: one.at,
        reverse=True,
    )
    items = tuple(islice(found, limit + 1))
    is_more = len(items) > limit
    items = items[:limit]
    following = str(_after(look.before, items)) if is_more else ""
    return Activity(items, following, mark_now(house, stores), meant.what, meant.messages)


def mark_now(house: House, stores: Stores) -> str:
    """Return the mark of the newest there is, of all kinds."""
    newest = house.state.find_runs(RunFilter(), 1)
    trail = int(stores.state.lookout.markers()["trail"])
    run = (newest[0].started_at, newest[0].id) if newest else None
    return str(_Mark(run, stores.calls.last(), trail))


# What a text stands for


def _meaning(stores: Stores, text: str) -> _Meant:
    told = text.strip()
    if not told:
        return _Meant()
    links = stores.state.find_links(told)
    if links:
        return _Meant(
            ", ".join(link.record_number or link.key for link in links),
            numbers=tuple({link.record_number for link in links if link.record_number}),
            keys=tuple({_key(link.key) for link in links}),
            link_ids=tuple(link.id for link in links),
        )
    dataset = dataset_named(told)
    if dataset is not None:
        return _Meant(f"dataset {dataset.name}", dataset=dataset.name)
    letter = stores.state.dead_letter(told)
    if letter is not None:
        return _Meant(f"dead letter of {letter.record_number or letter.key}", keys=(letter.key,))
    messages = stores.inbox.named(told)
    if messages:
        keys = tuple(dict.fromkeys(one.key for one in messages if one.key))
        return _Meant("a message's id", keys=keys or ("",), messages=messages)
    keys = (told,)
    if told.isascii() and told.isdigit():
        keys = (told, *(f"{entity}/{told}" for entity in _RECORDS))
    return _Meant(told, numbers=(told,), keys=keys, link_ids=(told,), run=told)


def _key(key: str) -> str:
    return key.partition("#")[0]


# The three sources


def _runs(house: House, look: _Look) -> Sequence[Happening]:
    wanted, meant, over = look.wanted, look.meant, look.over
    by_text = bool(meant.what) and not (meant.dataset or meant.run)
    if by_text or not look.wants("run"):
        return ()
    above = None if over.run is None else over.run[0]
    runs = RunFilter(meant.run, meant.dataset, wanted.failed, wanted.since, above)
    found = house.state.find_runs(runs, look.limit, look.before.run)
    return [_of_run(one, meant.dataset) for one in found]


def _calls(stores: Stores, look: _Look) -> Sequence[Happening]:
    wanted, meant = look.wanted, look.meant
    keys = tuple(one for one in meant.keys if one)
    if not look.wants("call") or (meant.what and not (keys or meant.run or meant.dataset)):
        return ()
    least = 0 if wanted.since is None else stores.calls.number_before(wanted.since)
    calls = CallFilter(
        runs=(meant.run,) if meant.run else (),
        keys=keys,
        entities=(meant.dataset,) if meant.dataset else (),
        failed=wanted.failed,
        since=wanted.since,
        above=max(least, look.over.call or 0),
    )
    return [_of_call(one) for one in stores.calls.page(calls, look.limit, look.before.call)]


def _entries(stores: Stores, look: _Look) -> Sequence[Happening]:
    wanted, meant = look.wanted, look.meant
    kinds = tuple(one for one in (wanted.kinds or KINDS) if one in _TRAIL)
    if wanted.failed:
        kinds = tuple(one for one in kinds if one == "error")
    if not kinds or meant.dataset:
        return ()
    lookout = stores.state.lookout
    least = 0 if wanted.since is None else lookout.trail_before(wanted.since)
    above = max(least, look.over.entry or 0)
    trail = TrailFilter(meant.numbers, meant.keys, meant.link_ids, kinds, wanted.since, above)
    return [_of_entry(one) for one in lookout.trail(trail, look.limit, look.before.entry)]


# Told alike


def _of_run(run: RunRecord, dataset: str) -> Happening:
    shown = [one for one in run.datasets if not dataset or one.dataset == dataset]
    names = [one.dataset for one in shown] or [dataset] if dataset else list(run.wanted)
    rows = sum(one.rows_read for one in shown)
    wrong = [f"{one.dataset}: {one.error.what}" for one in shown if one.error is not None]
    took = None if run.finished_at is None else run.finished_at - run.started_at
    few = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return Happening(
        at=run.started_at,
        kind="run",
        what=f"Refreshed {few}" if run.status != "running" else f"Refreshing {few}",
        more=(run.status, f"{rows:,} rows", f"{run.calls:,} calls", *wrong),
        side="autotask",
        run=run.id,
        is_failed=run.status in {"failed", "partial", "interrupted"},
        ms=None if took is None else round(took.total_seconds() * 1000),
        place=run.id,
    )


def _of_call(call: Call) -> Happening:
    status = str(call.status) if call.status else "no answer"
    again = (f"try {call.attempt}",) if call.attempt > 1 else ()
    rows = () if call.rows is None else (f"{call.rows:,} rows",)
    return Happening(
        at=call.at,
        kind="call",
        what=f"{call.method} {call.path}",
        more=(status, f"{call.ms:,} ms", *rows, *again),
        side=call.vendor,
        key=call.key,
        run=call.run,
        is_failed=call.is_failed,
        ms=call.ms,
        detail={"status": call.status, "bytes": call.size, "rows": call.rows},
        place=str(call.number),
    )


def _of_entry(entry: Entry) -> Happening:
    told = tell([entry], entry.key.partition("/")[0], bodies=False)
    side = side_of(entry.what) if entry.kind == "call" else told[0].side if told else ""
    return Happening(
        at=entry.at,
        kind=entry.kind,  # type: ignore[arg-type]
        what=told[0].what if told else entry.what,
        more=told[0].more if told else (),
        side=side,
        key=entry.key,
        number=entry.record_number,
        link_id=entry.link_id,
        is_failed=entry.kind == "error",
        detail=entry.detail,
        place=str(entry.number),
    )


# Pages


def _after(before: _Mark, items: Sequence[Happening]) -> _Mark:
    """Return where a page ends; a source with nothing on it goes on from where it was."""
    last: dict[str, Happening] = {
        "trail" if one.kind in _TRAIL else one.kind: one for one in items
    }  # fmt: skip
    run, call, entry = before.run, before.call, before.entry
    if "run" in last:
        run = (last["run"].at, last["run"].place)
    if "call" in last:
        call = int(last["call"].place)
    if "trail" in last:
        entry = int(last["trail"].place)
    return _Mark(run, call, entry)


def _read(text: str) -> _Mark:
    if not text:
        return _Mark()
    try:
        run, call, entry = text.split(_APART)
        began = _began(run) if run else None
        return _Mark(began, _number(call), _number(entry))
    except (ValueError, OverflowError):
        what = f"There is no page {text[:80]!r}"
        raise PageWrong(what, remedy="Begin with the first page.") from None


def _began(text: str) -> tuple[datetime, str]:
    at, _, run_id = text.partition("|")
    moment = datetime.fromisoformat(at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC), run_id


def _number(text: str) -> int | None:
    """Return a number of a line. Raises: ValueError: none, or more than databases count."""
    number = int(text) if text else None
    if number is not None and not 0 <= number < _NO_NUMBER:
        raise ValueError
    return number
