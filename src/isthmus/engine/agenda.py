"""What is to be done: any process may ask, whether it works itself or not."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.ids import new_ordered_id
from isthmus.engine import roll, rows, schedules
from isthmus.engine.database import file_of, open_database, reading, writing
from isthmus.engine.port import PRIORITY, Item, Schedule, Waiting
from isthmus.engine.tables import make_tables

LONGEST_KEY = 200


class Agenda:
    """
    The rows of work and the schedules. Safe to use from several threads and processes.

    Every method that changes something is on disk when it returns. None of them loads DBOS.
    Raises: EngineUnavailable, EngineBroken: what is wrong with the database.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def open(cls, where: str | Path | Engine) -> Self:
        """Open or make it: in a file (a path), on PostgreSQL (a URL), or over a given engine."""
        engine = where if isinstance(where, Engine) else open_database(where)
        try:
            make_tables(engine)
        except IsthmusError:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def on_enqueue(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have a worker of this process told of each enqueue; returns what undoes it."""
        self._listeners.append(told)

        def undo() -> None:
            with suppress(ValueError):
                self._listeners.remove(told)

        return undo

    # Work

    def enqueue(
        self,
        kind: str,
        key: str,
        payload_ref: str = "",
        *,
        not_before: datetime | None = None,
        priority: int = PRIORITY,
        within: Connection | None = None,
    ) -> None:
        """
        Say that (kind, key) may be out of step.

        What waits already stays one run, at the earlier of both times; what runs is followed by
        one more. `payload_ref` replaces the one before unless it is empty.

        Args: not_before: aware; None: now. within: a transaction of the caller on this database,
        so that both are kept or neither; call `told` when it is committed.
        """
        if max(len(key), len(payload_ref)) > LONGEST_KEY:
            msg = f"a key and a reference have at most {LONGEST_KEY} characters"
            raise ValueError(msg)
        item = Item(kind, key, payload_ref)
        due = utc_now() if not_before is None else not_before
        if within is not None:
            rows.enqueue(within, item, due, priority, new_ordered_id())
            return
        with writing(self.engine) as session:
            rows.enqueue(session, item, due, priority, new_ordered_id())
        self.told()

    def told(self) -> None:
        """Wake the workers of this process; others find out when they next look."""
        for listener in list(self._listeners):
            listener()

    def cancel(self, kind: str, key: str) -> bool:
        """
        Drop what waits and stop what runs at its next step; tells whether there was anything.

        A step that has begun is ended. What is enqueued afterwards runs as always.
        """
        with writing(self.engine) as session:
            found = rows.cancel(session, kind, key)
        self.told()
        return found

    def hasten(self, kind: str, least_failures: int = 0, *, most: int | None = None) -> int:
        """
        Have what waits for a later time run now; returns how many.

        Args: least_failures: that failed so often in a row. most: so many, those that are next.
        """
        with writing(self.engine) as session:
            found = rows.hasten(session, kind, utc_now(), least_failures=least_failures, most=most)
        self.told()
        return found

    def waiting(self, limit: int = 100, kind: str = "") -> tuple[Waiting, ...]:
        """Return what waits or runs, of one kind or of all, the next first."""
        with reading(self.engine) as session:
            return rows.waiting(session, limit, kind)

    def find(self, kind: str, key: str) -> Waiting | None:
        """Return how one item waits or runs; None: nothing is to be done about it."""
        with reading(self.engine) as session:
            return rows.find(session, kind, key)

    def count(self) -> int:
        """Return how many items wait or run."""
        with reading(self.engine) as session:
            return rows.count(session)

    # Schedules

    def schedule(self, schedule: Schedule) -> None:
        """Keep a schedule. One of the same name is replaced; with the same time it keeps its beat.

        Raises: ScheduleWrong: no clock could keep it.
        """
        with writing(self.engine) as session:
            schedules.save(session, schedule, utc_now())

    def unschedule(self, name: str) -> bool:
        """Remove a schedule; tells whether there was one."""
        with writing(self.engine) as session:
            return schedules.forget(session, name)

    def scheduled(self) -> tuple[tuple[Schedule, datetime], ...]:
        """Return every schedule with its next time."""
        with reading(self.engine) as session:
            return schedules.saved(session)

    def fire(self, spread: timedelta, late: timedelta) -> int:
        """
        Enqueue what is due by schedule; returns how many. Several processes may do this at once.

        Those that are late by more than `late` are set `spread` apart from one another.
        """
        now = utc_now()
        with reading(self.engine) as session:
            if not schedules.is_any_due(session, now):
                return 0
        with writing(self.engine) as session:
            fired = schedules.fire(session, now)
            behind = 0
            for schedule, due in fired:
                start = now
                if now - due > late:
                    start += behind * spread
                    behind += 1
                item = Item(schedule.kind, schedule.key, schedule.payload_ref)
                rows.enqueue(session, item, start, schedule.priority, new_ordered_id())
        self.told()
        return len(fired)

    # What workers need

    def claim(self, worker: str, room: Mapping[str, int], slots: int) -> tuple[rows.Claim, ...]:
        """Take what is due for a worker."""
        now = utc_now()
        with reading(self.engine) as session:
            if not rows.is_anything_due(session, now):
                return ()
        with writing(self.engine) as session:
            return rows.claim(session, worker, room, slots, now)

    def take_over(self, run_id: str, worker: str) -> bool:
        """Note who does a run now; False: the run is over."""
        with writing(self.engine) as session:
            return rows.take_over(session, run_id, worker)

    def is_held(self, item: Item, run_id: str, worker: str) -> bool:
        """Tell whether a run is this worker's."""
        with reading(self.engine) as session:
            return rows.is_held(session, item, run_id, worker, lock=False)

    def end(
        self, item: Item, run_id: str, worker: str, *, again_at: datetime | None, failed: bool
    ) -> None:
        """End a run of this worker; `again_at` None: it is done."""
        with writing(self.engine) as session:
            rows.end(session, item, run_id, worker, again_at=again_at, failed=failed)

    def release(self, run_id: str, after: timedelta, *, failed: bool) -> None:
        """Have an item wait again whose run nobody will end."""
        with writing(self.engine) as session:
            rows.release(session, run_id, utc_now() + after, failed=failed)

    def cancelled(self, worker: str) -> frozenset[str]:
        """Return the runs of a worker that are to stop."""
        with reading(self.engine) as session:
            return rows.cancelled(session, worker)

    def held(self) -> tuple[tuple[str, str, int], ...]:
        """Return every run: its worker, its id, how often its item failed."""
        with reading(self.engine) as session:
            return rows.held(session)

    # The roll of workers

    def enter(self, worker: str) -> None:
        """Put a worker on the roll."""
        with writing(self.engine) as session:
            roll.enter(session, worker)

    def beat(self, worker: str) -> bool:
        """Show a sign of life; False: others hold the worker for dead."""
        with writing(self.engine) as session:
            return roll.beat(session, worker)

    def leave(self, worker: str) -> None:
        """Note that a worker is gone: it said so, or was silent too long."""
        with writing(self.engine) as session:
            roll.leave(session, worker)

    def strike(self, worker: str) -> None:
        """Take a worker off the roll."""
        with writing(self.engine) as session:
            roll.strike(session, worker)

    def signs(self) -> tuple[roll.Sign, ...]:
        """Return the roll."""
        with reading(self.engine) as session:
            return roll.signs(session)

    def alive(self) -> tuple[roll.Sign, ...]:
        """Return the workers that are not known to be gone; a file's locks tell who died."""
        file = file_of(self.engine)
        return tuple(
            sign
            for sign in self.signs()
            if not sign.gone and not roll.is_proven_dead(file, sign.worker)
        )
