"""How datasets stand, in the words and colours of a page. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from isthmus.wiring.sync.syncing import STOPPED, Ask, Cost, DatasetStanding, Progress

_PHASES: Final = {
    "queued": "next",
    "reading": "reading",
    "loading": "storing",
    "waiting": "waits for calls",
}
_LATE: Final = timedelta(minutes=10)
"""How long after its time a refresh counts as late; another one may be at it."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    A state in a word, with its tone, and a sentence that says more; "" for none.

    `is_trouble` tells that somebody should look; a mere warning is no trouble.
    """

    text: str
    tone: str
    more: str = ""
    is_trouble: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """
    How far something is that was asked for, over all its datasets.

    `lines` go on or wait, `done` are through. `rows` counts those read by what goes on.
    """

    whole: int
    done: int
    rows: int
    expected: int | None
    calls: int
    lines: tuple[Progress, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """
    How something ended that was asked for, dataset by dataset.

    `stopped` are those that a person stopped, and those that nobody came to; `failed` those that
    could not be read, in the order they are shown.
    """

    read: int
    stopped: int
    failed: tuple[DatasetStanding, ...]

    @property
    def kind(self) -> str:
        """Return what it comes to: stopped, nothing, part or whole."""
        if self.stopped:
            return "stopped"
        if not self.read:
            return "nothing"
        return "part" if self.failed else "whole"


def told_of(one: DatasetStanding, now: datetime) -> Told:
    """Say how a dataset stands: the worst thing first."""
    if one.progress is not None:
        return Told(_PHASES.get(one.progress.phase, one.progress.phase), "busy")
    if not one.is_kept:
        return Told("not copied", "calm", "It is left out; its table stays as it was.")
    if one.is_waiting:
        return Told("waits its turn", "busy")
    found = _trouble(one)
    if found is not None:
        return replace(found, is_trouble=True)
    if one.rows is None:
        return Told("not read yet", "calm")
    if one.next_at is not None and now - one.next_at > _LATE:
        return Told("late", "warn", "Its refresh is overdue; does a worker run?", True)
    if one.warnings:
        return Told("with warnings", "warn", " ".join(one.warnings))
    return Told("up to date", "good")


def _trouble(one: DatasetStanding) -> Told | None:
    if one.permission is not None and one.permission.can_read == "no":
        return Told("may not be read", "bad", one.permission.remedy)
    if one.last is not None and one.last.status == "failed":
        error = one.last.error
        return Told("failed", "bad", "" if error is None else f"{error.what} {error.remedy}")
    if one.is_stopped:
        more = "What was read is kept; the next refresh goes on behind it." if one.resumes else ""
        return Told("stopped", "warn", more)
    if one.needs_full:
        return Told("to be read again", "warn", one.needs_full)
    if one.permission is not None and one.permission.can_read == "part":
        return Told("in part", "warn", one.permission.remedy)
    return None


def needs_look(standing: Iterable[DatasetStanding], now: datetime) -> list[DatasetStanding]:
    """Return the datasets something is wrong with, the bad before the doubtful."""
    found = [(told, one) for one in standing if (told := told_of(one, now)).is_trouble]
    return [one for tone in ("bad", "warn") for told, one in found if told.tone == tone]


def oldest(standing: Iterable[DatasetStanding]) -> datetime | None:
    """Return the time up to which everything is complete that is kept and was read."""
    times = [one.fresh_as_of for one in standing if one.is_kept and one.fresh_as_of is not None]
    return min(times, default=None)


def round_of(
    ask: Ask | None, progress: Sequence[Progress], standing: Iterable[DatasetStanding]
) -> Round | None:
    """Say how far something is that was asked for; None where nothing is under way."""
    lines = [one for one in progress if ask is None or one.asked == ask.key]
    if ask is None and not lines:
        return None
    whole = len(lines) if ask is None else len(ask.wanted)
    done = 0 if ask is None else sum(_is_through(ask, one) for one in standing)
    known = [one.expected for one in lines]
    expected = sum(one or 0 for one in known) if known and None not in known else None
    return Round(
        whole, done, sum(one.rows for one in lines), expected,
        sum(one.calls for one in lines), tuple(sorted(lines, key=_first)),
    )  # fmt: skip


def _is_through(ask: Ask, one: DatasetStanding) -> bool:
    is_over = one.progress is None and not one.is_waiting
    is_since = one.last_at is not None and one.last_at >= ask.at
    return one.name in ask.wanted and is_over and is_since


def ended(ask: Ask, standing: Sequence[DatasetStanding]) -> Ended:
    """
    Say how something ended that was asked for, by how its datasets stand now.

    What is tried again by itself narrows what is wanted, so all that ran since then counts too.
    """
    known = {one.name: _status_since(ask, one) for one in standing if one.name in ask.wanted}
    known |= {one.name: found for one in standing if (found := _status_since(ask, one))}
    is_refused = bool(ask.error) and ask.error != STOPPED
    left = {"stopped"} if is_refused else {"stopped", ""}
    return Ended(
        read=sum(one == "ok" for one in known.values()),
        stopped=sum(one in left for one in known.values()),
        failed=tuple(one for one in standing if known.get(one.name) == "failed"),
    )


def _status_since(ask: Ask, one: DatasetStanding) -> str:
    """Return how the last run of a dataset ended; "": none did since this was asked for."""
    is_since = one.last_at is not None and one.last_at >= ask.at
    return one.last.status if one.last is not None and is_since else ""


def _first(line: Progress) -> tuple[bool, str]:
    return line.phase == "queued", line.dataset


def cost_of_all(costs: Iterable[Cost]) -> Cost:
    """Return what reading several datasets costs together, as far as it is known."""
    known = [one for one in costs if one.calls is not None]
    if not known:
        return Cost(None, None, None, None)
    return Cost(
        sum(one.calls or 0 for one in known),
        sum(one.rows or 0 for one in known),
        sum(one.minutes or 0 for one in known),
        sum(one.share_of_hour or 0 for one in known),
    )


def cost_words(cost: Cost) -> str:
    """Say what a full read costs, in a sentence."""
    if cost.calls is None or cost.rows is None:
        return "How much it costs is known after the permissions were checked or it was read once."
    told = f"{cost.rows:,} rows in about {cost.calls:,} calls"
    if cost.share_of_hour is not None:
        told += f", {100 * cost.share_of_hour:.1f} % of the tenant's calls of an hour"
    if cost.minutes is None or cost.minutes < 1:
        return f"{told}; less than a minute."
    if cost.minutes < 90:
        return f"{told}; about {cost.minutes:.0f} min."
    return f"{told}; about {cost.minutes / 60:.1f} h, waiting for calls included."
