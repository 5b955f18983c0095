"""What is to be thought of an installation: the facts in, sentences out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from isthmus.wiring.tending.unheard import Unheard

SIDES: Final[Mapping[str, str]] = {"autotask": "Autotask", "fieldnation": "Field Nation"}
SERVE: Final = "Start isthmus serve, best as a service that starts by itself."
_MEND_CHANNEL: Final = (
    "Mend the address or the log-in under Settings, Alerts, or by isthmus settings set; then send a"
    " test there, or by isthmus settings test."
)
_LATE: Final = timedelta(minutes=10)
_SWEEPS_MISSED: Final = 3
_HOOKS_LATE: Final = timedelta(hours=3)
_ROOM_SCARCE: Final = 2 * 10**9
_ROOM_GONE: Final = 200 * 10**6


class Verdict(StrEnum):
    """How it is: GOOD; WARNING: somebody should look; BAD: something does not work."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Reason:
    """What is not as it should be, in a sentence, and what to do about it in another."""

    verdict: Verdict
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Database:
    """Something kept. `size` is in bytes, None where it cannot be seen now; 0: not made yet."""

    name: str
    place: str
    size: int | None


@dataclass(frozen=True, slots=True)
class WorkerSign:
    """A worker. `beats` are its signs of life so far, one every few seconds."""

    name: str
    beats: int
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What was found. `free` are bytes left on the disk of the home.

    `needs` are the sides that are to be swept; `begun` is since when. `hooks_at` is when the
    webhooks were last looked at, None where there are none to look at. `unheard` are the channels
    by which alerts do not go out.
    """

    version: str
    python: str
    databases: tuple[Database, ...]
    free: int
    workers: tuple[WorkerSign, ...]
    doors: str
    public_url: str | None
    swept: Mapping[str, datetime | None]
    needs: tuple[str, ...]
    begun: datetime | None
    sweep: timedelta
    hooks_at: datetime | None
    dead_letters: int
    unrelayed_since: datetime | None
    is_connected: bool
    locked: str = ""
    unheard: tuple[Unheard, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """The facts and what is to be thought of them, the worst first; no reasons: all is well."""

    facts: Facts
    reasons: tuple[Reason, ...]
    at: datetime

    @property
    def verdict(self) -> Verdict:
        """Return the worst there is."""
        return self.reasons[0].verdict if self.reasons else Verdict.GOOD

    @property
    def sentence(self) -> str:
        """Return it in a sentence."""
        return {
            Verdict.GOOD: "All is well.",
            Verdict.WARNING: "It works, and something needs a look.",
            Verdict.BAD: "Something does not work.",
        }[self.verdict]


def reasons_of(facts: Facts, now: datetime) -> list[Reason]:
    """Return what is not as it should be. Pure."""
    found = [*_of_workers(facts), *_of_places(facts), *_of_sweeps(facts, now)]
    found += _of_alerts(facts, now)
    if facts.unrelayed_since is not None and now - facts.unrelayed_since > _LATE:
        text = f"What came in {_span(now - facts.unrelayed_since)} ago was not taken up yet."
        found.append(_bad(text, f"A process that runs does it. {SERVE}"))
    if facts.dead_letters:
        one = facts.dead_letters == 1
        text = "1 dead letter waits" if one else f"{facts.dead_letters:,} dead letters wait"
        remedy = "Dead letters, or isthmus deadletters, shows each with its remedy."
        found.append(_warn(f"{text} for a person.", remedy))
    if facts.hooks_at is not None and facts.public_url and now - facts.hooks_at > _HOOKS_LATE:
        text = f"The webhooks were last looked at {_span(now - facts.hooks_at)} ago."
        found.append(_warn(text, "A worker looks every hour; its log says what stops it."))
    if not facts.is_connected:
        found.append(
            _warn(
                "Autotask is not connected.",
                "Do so under Connections, or by isthmus connect autotask.",
            )
        )
    return found


def _of_workers(facts: Facts) -> list[Reason]:
    at_work = [one for one in facts.workers if not one.is_silent]
    if not at_work:
        text = "No worker runs, so nothing is refreshed or dispatched."
        return [_bad(text, SERVE)]
    silent = len(facts.workers) - len(at_work)
    if silent:
        text = "1 worker has fallen silent." if silent == 1 else f"{silent} workers fell silent."
        return [_warn(text, "The others take up its work. Look at its machine and its log.")]
    return []


def _of_places(facts: Facts) -> list[Reason]:
    found = []
    if facts.free < _ROOM_SCARCE:
        told = f"Only {facts.free // 10**6:,} MB are left on the disk of the home."
        remedy = "Make room; a full disk stops everything, and loses nothing."
        found.append((_bad if facts.free < _ROOM_GONE else _warn)(told, remedy))
    found += [
        _bad(f"The database of the {one.name} cannot be reached.", f"Look at {one.place}.")
        for one in facts.databases
        if one.size is None
    ]
    return found


def _of_sweeps(facts: Facts, now: datetime) -> list[Reason]:
    found = []
    patience = max(_LATE, _SWEEPS_MISSED * facts.sweep)
    remedy = f"Dead letters and the log of the worker say what stops it. Else: {SERVE}"
    for side in facts.needs:
        at, name = facts.swept.get(side), SIDES[side]
        due = f"that is due every {_span(facts.sweep)}"
        if at is not None and now - at > patience:
            text = f"{name} was last asked for changes {_span(now - at)} ago; {due}."
            found.append(_bad(text, remedy))
        elif at is None and facts.begun is not None and now - facts.begun > patience:
            found.append(_bad(f"{name} was never asked for changes; {due}.", remedy))
    return found


def _of_alerts(facts: Facts, now: datetime) -> list[Reason]:
    found = []
    if facts.locked:
        found.append(_bad("The channels for alerts cannot be read.", facts.locked))
    for one in facts.unheard:
        since = _span(now - one.since)
        text = f"Alerts do not go out by {one.channel}, first seen {since} ago. {one.what}."
        found.append(_bad(text, _MEND_CHANNEL))
    return found


def _bad(text: str, remedy: str) -> Reason:
    return Reason(Verdict.BAD, text, remedy)


def _warn(text: str, remedy: str) -> Reason:
    return Reason(Verdict.WARNING, text, remedy)


def _span(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
