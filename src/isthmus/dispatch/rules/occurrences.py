"""
What has happened to a work order, read off the order itself, so that a lost webhook is no loss.

An occurrence has a key that is the same however often and by whatever way we learn of it: from a
milestone's time, a stay's or a problem's id. What leaves no trace in the order (a refusal, a tag)
is known from its message alone, by the message's id.
Source: milestones, stays, problems and sub-statuses of the published description; sub-status texts
beyond "At risk", "Delayed" and "Checked in" are not verified, so codes are compared.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from isthmus.dispatch.rules.values import plain
from isthmus.fieldnation.models import WorkOrder
from isthmus.fieldnation.parsing import parse_time_logs
from isthmus.fieldnation.readout import id_of, object_of, rows_of, text_of
from isthmus.fieldnation.times import read_time

_EVER: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
STATUS: Final = "workorder.status."
SCHEDULE: Final = "workorder.schedule_updated"
_MILESTONES: Final = {
    "published": "published",
    "routed": "routed",
    "assigned": "assigned",
    "workdone": "work_done",
    "approved": "approved",
    "paid": "paid",
    "canceled": "cancelled",
}
_STONES: Final = frozenset(f"{STATUS}{name}" for name in _MILESTONES.values())
_DONE: Final = frozenset({"Work Done", "Approved", "Paid"})
_DONE_STONES: Final = ("workdone", "approved", "paid")
_SIGNS: Final = {
    "confirmed": ("confirmed",),
    "on_my_way": ("on_my_way", "onmyway", "on my way"),
    "delayed": ("delayed", "running_late", "running late"),
    "at_risk": ("at_risk", "atrisk", "at risk"),
}
TRACED: Final = frozenset(
    {
        *(f"{STATUS}{name}" for name in (*_MILESTONES.values(), *_SIGNS)),
        f"{STATUS}checked_in",
        f"{STATUS}checked_out",
        f"{STATUS}draft",
        "workorder.created",
        "workorder.routed",
        "workorder.problem_reported",
        "workorder.problem_resolved",
        "workorder.message_posted",
        "workorder.provider_upload",
        SCHEDULE,
    }
)
"""
Events whose trace the order keeps; a message about one of them only says: look.

What people say and upload is carried over by its own ids, see `talk`.
"""
MARKED: Final = (
    "title", "status", "schedule", "location", "assignee", "pay", "custom_fields", "milestones",
    "incident_id", "description", "time_logs", "attachments", "problems", "messages",
    "closing_notes",
)  # fmt: skip
"""The parts of an order that a sweep asks for and rules may read."""
_NOISE: Final = frozenset({"actions", "correlation_id", "link", "thumbnail", "delay"})
OVER: Final = frozenset({"Paid", "Cancelled", "Deleted"})
"""Statuses after which nothing more is expected of a work order."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message of Field Nation: its event, its id, when, and the order as it was."""

    event: str
    message_id: str
    at: datetime
    order: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened, once. `key` tells it from every other; `at` is aware UTC."""

    event: str
    key: str
    at: datetime


def occurrences(
    order: WorkOrder,
    told: Sequence[Told],
    known: frozenset[str],
    now: datetime,
    again: frozenset[str] = frozenset(),
) -> tuple[Occurrence, ...]:
    """
    Return what happened and is not among the known keys, the earliest first.

    What has no time of its own has that of the latest thing that has: the vendor's clock, never
    compared with ours.
    Args: now: stands in where nothing has a time. again: known keys that are returned all the same.
    """
    found: dict[str, Occurrence] = {}
    timed = [*_milestones(order), *_stays(order)]
    latest = max((one.at for one in timed), default=now)
    for one in (*timed, *_untimed(order, latest, known), *_messages(told, order)):
        if one.key not in known or one.key in again:
            found.setdefault(one.key, one)
    return tuple(sorted(found.values(), key=lambda one: (one.at, _rank(one.event), one.key)))


def latest_stone(keys: Iterable[str]) -> datetime | None:
    """
    Return when the latest milestone among keys of occurrences was reached.

    A milestone counts by the vendor's clock; what a technician entered as the time of a stay, which
    may be later, does not make it out of date.
    """
    found = [read for one in keys if (read := _stone_at(one)) is not None]
    return max(found, default=None)


def is_stone(event: str) -> bool:
    """Tell whether an event is a milestone of the order."""
    return event in _STONES


def _stone_at(key: str) -> datetime | None:
    event, _, at = key.partition("@")
    return datetime.fromisoformat(at) if event in _STONES else None


def mark_of(order: Mapping[str, Any]) -> str:
    """
    Return a hash of what an order says; equal for a list's row, a webhook's body and the order.

    What only the reader's rights or the moment change is left out.
    """
    return digest({name: _bare(order[name]) for name in MARKED if name in order})


def _bare(value: Any) -> Any:
    """Return a part without what says nothing about the order: actions, tokens, links to files."""
    if isinstance(value, Mapping):
        return {name: _bare(one) for name, one in value.items() if name not in _NOISE}
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return value


def digest(value: object) -> str:
    """Return 16 hex digits for a plain value; the order of an object's keys does not count."""
    text = json.dumps(_spelled(plain(value)), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _spelled(value: Any) -> Any:
    """Return a value with each number in one spelling: 150, whether it came as 150.0 or not."""
    if isinstance(value, Mapping):
        return {name: _spelled(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _milestones(order: WorkOrder) -> Iterator[Occurrence]:
    for milestone, name in _MILESTONES.items():
        at = order.milestones.get(milestone)
        if at is not None:
            yield _once(f"{STATUS}{name}", at.isoformat(), at)


def _untimed(order: WorkOrder, at: datetime, known: frozenset[str]) -> Iterator[Occurrence]:
    yield from _signs(order, at)
    yield from _problems(order, at)
    yield from _schedule(order, at, known)


def _stays(order: WorkOrder) -> Iterator[Occurrence]:
    """
    Yield what stays tell.

    One that was entered for earlier counts from the assignment on; of an order that is done, one
    that was entered for later counts as before that.
    """
    first = order.milestones.get("assigned", _EVER)
    last = max(first, _done_at(order))
    for stay in parse_time_logs(object_of(order.raw.get("time_logs"))):
        if stay.start is not None:
            yield _once(f"{STATUS}checked_in", str(stay.id), min(max(stay.start, first), last))
        if stay.end is not None:
            yield _once(f"{STATUS}checked_out", str(stay.id), min(max(stay.end, first), last))


def _done_at(order: WorkOrder) -> datetime:
    """Return the moment before the work was done; the end of time while it goes on, or anew."""
    if order.status is None or order.status.name not in _DONE:
        return _NEVER
    stones = [order.milestones[one] for one in _DONE_STONES if one in order.milestones]
    return min(stones) - timedelta(microseconds=1) if stones else _NEVER


def _signs(order: WorkOrder, at: datetime) -> Iterator[Occurrence]:
    """Yield what the present sub-status says; once for each assignment and stay."""
    status = order.status
    if status is None or order.assignee is None:
        return
    said = {status.code.casefold(), status.sub_status.casefold()}
    if status.confirmed:
        said.add("confirmed")
    for name, spellings in _SIGNS.items():
        if said & set(spellings):
            yield _once(f"{STATUS}{name}", _visit(name, order.raw, order), at)


def _visit(sign: str, raw: Mapping[str, Any], order: WorkOrder) -> str:
    """Return which assignment a sign is about, and which stay; what is confirmed is the plan."""
    assigned = order.milestones.get("assigned")
    part: object = sum(1 for _ in rows_of(raw.get("time_logs")))
    if sign == "confirmed":  # it stays so while the technician comes and goes
        part = digest(_bare(object_of(raw.get("schedule")).get("service_window")))
    return f"{'' if assigned is None else assigned.isoformat()}/{part}"


def _problems(order: WorkOrder, latest: datetime) -> Iterator[Occurrence]:
    for row in rows_of(order.raw.get("problems")):
        number = id_of(row.get("id"))
        if number is None:
            continue
        at = read_time(row.get("created")) or read_time(row.get("created_at")) or latest
        yield _once("workorder.problem_reported", str(number), at)
        solved = object_of(row.get("resolution"))
        if text_of(solved.get("status")).casefold() == "resolved":
            yield _once("workorder.problem_resolved", str(number), max(at, latest))


def _schedule(order: WorkOrder, at: datetime, known: frozenset[str]) -> Iterator[Occurrence]:
    """
    Yield the present schedule, keyed by the one known before it too.

    So one that comes back happens again, and is the same however often we look.
    """
    window = object_of(object_of(order.raw.get("schedule")).get("service_window"))
    if not window:
        return
    mark = digest(window)
    before = next((one for one in known if one.startswith(f"{SCHEDULE}@")), "")
    kept = before.partition("@")[2]
    if before and kept.partition("<")[0] != mark:
        kept = f"{mark}<{digest(before)}"
    yield _once(SCHEDULE, kept or mark, at)


def shows_schedule(order: WorkOrder, sent: Mapping[str, Any]) -> bool:
    """
    Tell whether an order is scheduled as we sent it: somebody may have moved it since.

    Only moments that were sent in UTC can be held against what is shown; of others it is believed.
    """
    shown, wanted = (
        object_of(object_of(one).get("service_window")) for one in (order.raw.get("schedule"), sent)
    )
    for side in ("start", "end"):
        moments = [read_time(object_of(one.get(side)).get("utc")) for one in (shown, wanted)]
        if None not in moments and moments[0] != moments[1]:
            return False
    return True


def _messages(told: Sequence[Told], order: WorkOrder) -> Iterator[Occurrence]:
    for one in told:
        name = one.event.removeprefix(STATUS)
        if one.event.startswith(STATUS) and name in _SIGNS:
            yield _once(one.event, _visit(name, one.order or order.raw, order), one.at)
        elif one.event not in TRACED:
            yield _once(one.event, f"#{one.message_id}", one.at)


def _once(event: str, what: str, at: datetime) -> Occurrence:
    return Occurrence(event, f"{event}@{what}", at.astimezone(UTC))


_ORDER: Final = (
    "created", "draft", "published", "routed", "assigned", "confirmed", "on_my_way",
    "checked_in", "checked_out", "work_done", "approved", "paid", "cancelled",
)  # fmt: skip


def _rank(event: str) -> int:
    """Return the place of an event in an order's life, for what happened in the same second."""
    name = event.rpartition(".")[2]
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
