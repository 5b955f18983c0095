"""Who works here: the roll of workers, and how silence is told from death."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from isthmus.base.clock import utc_now
from isthmus.engine.tables import workers
from isthmus.state.sole import is_running, sole_run

_c = workers.c


@dataclass(frozen=True, slots=True)
class Sign:
    """What a worker last showed of itself. `gone`: it left, or is held for dead."""

    worker: str
    beats: int
    gone: bool


def enter(session: Connection, worker: str) -> None:
    """Put a worker on the roll, also one that was held for dead."""
    risen = update(workers).where(_c.id == worker).values(beats=_c.beats + 1, gone=False)
    if not session.execute(risen).rowcount:
        now = utc_now()
        session.execute(insert(workers).values(id=worker, beats=0, gone=False, started_at=now))


def beat(session: Connection, worker: str) -> bool:
    """Show a sign of life; False: others hold this worker for dead."""
    changed = update(workers).where(_c.id == worker, _c.gone.is_(False)).values(beats=_c.beats + 1)
    return session.execute(changed).rowcount > 0


def leave(session: Connection, worker: str) -> None:
    """Note that a worker is gone: it said so, or was silent too long."""
    session.execute(update(workers).where(_c.id == worker).values(gone=True))


def strike(session: Connection, worker: str) -> None:
    """Take a worker off the roll."""
    session.execute(delete(workers).where(_c.id == worker))


def signs(session: Connection) -> tuple[Sign, ...]:
    """Return the roll."""
    rows = session.execute(select(_c.id, _c.beats, _c.gone).order_by(_c.id))
    return tuple(Sign(row.id, row.beats, row.gone) for row in rows)


@dataclass(slots=True)
class Watch:
    """
    Tells who has been silent too long, by this process's own steady clock.

    Nobody's wall clock is compared with another's: what counts is how long the number of beats
    has stood still while we looked.
    """

    silence: float
    _since: dict[str, tuple[int, float]] = field(default_factory=dict)

    def silent(self, signs: Iterable[Sign], now: float) -> frozenset[str]:
        """Return the workers that are gone or did not move for `silence` seconds."""
        seen: dict[str, tuple[int, float]] = {}
        found: set[str] = set()
        for sign in signs:
            beats, since = self._since.get(sign.worker, (sign.beats, now))
            if beats != sign.beats:
                since = now
            seen[sign.worker] = (sign.beats, since)
            if sign.gone or now - since >= self.silence:
                found.add(sign.worker)
        self._since = seen
        return frozenset(found)


@contextmanager
def proof_of_life(file: Path | None, worker: str) -> Iterator[None]:
    """
    Hold a lock that goes when this process goes, beside a database that is a file.

    With it a dead neighbour is known at once, and a restart need not wait out the silence.
    """
    if file is None:
        yield
        return
    path = _proof(file, worker)
    with sole_run(path):
        yield
    path.unlink(missing_ok=True)


def is_proven_dead(file: Path | None, worker: str) -> bool:
    """Tell whether the lock of a worker has no holder any more; False where there are no locks."""
    return file is not None and not is_running(_proof(file, worker))


def forget_proof(file: Path | None, worker: str) -> None:
    """Remove what a dead worker left behind."""
    if file is not None:
        _proof(file, worker).unlink(missing_ok=True)


def _proof(file: Path, worker: str) -> Path:
    return file.with_name(f"{file.name}.{worker}.alive")
