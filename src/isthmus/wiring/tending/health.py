"""How an installation is: what it is made of, what it last did, and what needs a look and why."""

import platform
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from isthmus import __version__
from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import IsthmusError
from isthmus.dispatch.alert import SWEEPS_BEGUN
from isthmus.dispatch.queries import standing
from isthmus.engine import Settings
from isthmus.engine.database import size_of
from isthmus.engine.roll import Watch
from isthmus.state import KeyWrong
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.attending import LOOKED
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.place import DispatchPlace
from isthmus.wiring.tables.reading import NothingHeld
from isthmus.wiring.tending.preferences import Preferences
from isthmus.wiring.tending.verdict import (
    SIDES,
    Database,
    Facts,
    Health,
    Reason,
    Verdict,
    WorkerSign,
    reasons_of,
)

__all__ = ["Database", "Health", "Pulse", "Reason", "Verdict", "health", "health_as_json"]


@dataclass(slots=True)
class Pulse:
    """
    Knows which workers fell silent, by what it saw each time it was asked; keep it for that.

    On PostgreSQL a worker that was killed stays on the roll: only its beats tell, and they must be
    seen to stand still. Beside a file the lock of a worker tells at once.
    """

    silence: timedelta = field(default_factory=lambda: Settings().silence)
    _watch: Watch | None = None

    def feel(self, stores: Stores) -> tuple[WorkerSign, ...]:
        """Return the workers on the roll that are not known to be gone."""
        if self._watch is None:
            self._watch = Watch(self.silence.total_seconds())
        there = stores.agenda.alive()
        silent = self._watch.silent(there, monotonic())
        return tuple(WorkerSign(one.worker, one.beats, one.worker in silent) for one in there)


def health(
    house: House, stores: Stores, preferences: Preferences, pulse: Pulse | None = None
) -> Health:
    """
    Return how an installation is. Blocks for a few milliseconds; asks no vendor.

    Raises: what the stores raise that cannot be read.
    """
    now = utc_now()
    facts = _facts(house, stores, preferences, pulse or Pulse())
    order = [Verdict.BAD, Verdict.WARNING]
    reasons = sorted(reasons_of(facts, now), key=lambda one: order.index(one.verdict))
    return Health(facts, tuple(reasons), now)


def _facts(house: House, stores: Stores, preferences: Preferences, pulse: Pulse) -> Facts:
    config = preferences.in_force()
    found = standing(stores.state, stores.inbox, stores.agenda)
    marks = stores.state.marks([SWEEPS_BEGUN, LOOKED])
    is_tied = house.reach() is not None and house.fieldnation_reach() is not None
    host, port = config.listen
    return Facts(
        version=__version__,
        python=platform.python_version(),
        databases=databases(house, stores),
        free=shutil.disk_usage(config.home).free,
        workers=pulse.feel(stores),
        doors=f"{f'[{host}]' if ':' in host else host}:{port}",
        public_url=config.public_url,
        swept=found.swept,
        needs=tuple(SIDES) if is_tied else (),
        begun=_time(marks.get(SWEEPS_BEGUN)),
        sweep=config.sweep,
        hooks_at=_time(marks.get(LOOKED)),
        dead_letters=found.dead_letters,
        unrelayed_since=stores.inbox.oldest_unrelayed(),
        is_connected=house.reach() is not None,
        locked=_locked(preferences),
        unheard=preferences.unheard(),
    )


def _locked(preferences: Preferences) -> str:
    try:
        preferences.channels()
    except KeyWrong as error:
        return f"{error.what} {error.remedy}".strip()
    return ""


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def databases(house: House, stores: Stores) -> tuple[Database, ...]:
    """Return what is kept where, and how large it is."""
    config, found = house.config, [_file("connections and runs", house.config.state_file)]
    place = config.dispatch_place
    if place.is_file:
        named = {"dispatch": "dispatch.db", "what arrives": "inbox.db", "calls": "calls.db"}
        found += [_file(name, place.path / file) for name, file in named.items()]
    else:
        found.append(_shared(place, stores))
    if config.warehouse.is_file:
        found.append(_file("tables", config.warehouse.path))
    else:
        found.append(Database("tables", config.warehouse.url, _size_of_tables(house)))
    return tuple(found)


def _shared(place: DispatchPlace, stores: Stores) -> Database:
    return Database("dispatch, what arrives, calls", place.url, size_of(stores.state.engine))


def _file(name: str, path: Path) -> Database:
    """Return a file with its journal."""
    parts = (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}.wal"))
    return Database(name, str(path), sum(one.stat().st_size for one in parts if one.exists()))


def _size_of_tables(house: House) -> int | None:
    """Return the size of a warehouse on PostgreSQL; None: it cannot be seen now."""
    try:
        with house.readers.reader() as reader:
            answer = reader.query("SELECT pg_database_size(current_database()) AS size")
    except NothingHeld:
        return 0
    except IsthmusError:
        return None
    return int(str(answer.rows[0][0]))


def health_as_json(found: Health) -> dict[str, object]:
    """Return it as machines get it. Times are ISO 8601 in UTC, sizes bytes."""
    facts = found.facts
    return {
        "verdict": str(found.verdict),
        "reasons": [
            {"verdict": str(one.verdict), "text": one.text, "remedy": one.remedy}
            for one in found.reasons
        ],
        "at": found.at.isoformat(),
        "version": facts.version,
        "python": facts.python,
        "databases": [
            {"name": one.name, "place": one.place, "size": one.size} for one in facts.databases
        ],
        "disk_free": facts.free,
        "workers": [
            {"name": one.name, "beats": one.beats, "is_silent": one.is_silent}
            for one in facts.workers
        ],
        "doors": facts.doors,
        "public_url": facts.public_url,
        "swept": {side: at and at.isoformat() for side, at in facts.swept.items()},
        "webhooks_looked_at": facts.hooks_at and facts.hooks_at.isoformat(),
        "dead_letters": facts.dead_letters,
        "unrelayed_since": facts.unrelayed_since and facts.unrelayed_since.isoformat(),
    }
