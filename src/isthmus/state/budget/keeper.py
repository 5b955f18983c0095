"""
The thread through which one process deals with a shared budget.

It alone has the database: loops and threads of the process hand it what they want and go on. It
renews what the process holds, also while a loop is busy or stuck in a long computation, and of all
who wait in the process for the same slots it lets only the first one ask again and again.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from sqlalchemy import Connection as Session

from isthmus.base import clock, log
from isthmus.base.errors import IsthmusError
from isthmus.base.ids import new_ordered_id
from isthmus.state.budget import statements
from isthmus.state.budget.place import Place
from isthmus.state.budget.statements import Wish

T = TypeVar("T")
Act = Callable[[str, float], tuple[str, T]]
POLL: Final = 0.025
"""Seconds between two looks for a slot that another process may have given back."""
BURY: Final = 0.25
"""Seconds between two looks whether one who holds slots is dead."""

_logger = log.get_logger("state.budget")


@dataclass(frozen=True, slots=True)
class Lease:
    """Slots that are ours. They may be used `ready_in` seconds after they were given."""

    count: int
    ready_in: float


@dataclass(slots=True)
class Ask:
    """Who waits for slots. `noting`: the note that changes the moment they are given."""

    wish: Wish
    noting: tuple[str, Act[object]] | None
    given: Future[Lease] = field(default_factory=Future)
    stands: bool = False

    @property
    def order(self) -> tuple[int, int]:
        """Return its place among those of the process."""
        return self.wish.rank, self.wish.count


class Keeper:
    """
    Does what it is asked to, one thing after the other; its thread begins with the first.

    Args: lease: seconds after which slots of a process that shows no life are free. renew: seconds
    between two signs of life.
    """

    def __init__(self, where: Path | str, *, lease: float, renew: float) -> None:
        self._me = new_ordered_id()
        self._place = Place(where, self._me)
        self._lease, self._renew = lease, renew
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._starting = threading.RLock()  # what is collected meanwhile may end a keeper
        self._thread: threading.Thread | None = None
        self._count = 0
        self._asking: list[Ask] = []
        self._held: set[int] = set()
        self._look_at = self._renew_at = self._bury_at = 0.0

    # What other threads call

    def change(self, key: str, act: Act[T]) -> Future[T]:
        """Have a note changed."""
        done: Future[T] = Future()

        def job() -> None:
            with _told(done):
                with self._place.alone() as (session, now):
                    result = statements.change_note(session, key, now, act)
                _fulfil(done, result)

        self._put(job)
        return done

    def look(self, prefix: str) -> "Future[tuple[tuple[tuple[str, float], ...], float]]":
        """Have notes read: those whose keys begin so, and the time there."""
        done: Future[tuple[tuple[tuple[str, float], ...], float]] = Future()

        def job() -> None:
            with _told(done):
                with self._place.alone() as (session, now):
                    found = statements.look(session, prefix)
                _fulfil(done, (found, now))

        self._put(job)
        return done

    def ask(self, wish: Wish, noting: tuple[str, Act[object]] | None) -> Future[Lease]:
        """Ask for slots; who cancels the answer may be given them all the same."""
        ask = Ask(wish, noting)

        def job() -> None:
            self._count += 1
            ask.wish = replace(wish, count=self._count, seconds=self._lease)
            self._asking.append(ask)
            self._look_at = 0.0

        self._put(job)
        return ask.given

    def give_back(self, lease: Lease, rest: float) -> None:
        """Let go of slots, which rest for so many seconds; never waits."""
        self._put(lambda: self._give_back(lease.count, clock.monotonic(), rest))

    def stop(self) -> None:
        """End the thread when all is done that was asked; whoever asks later starts it again."""
        with self._starting:
            thread = self._thread
            if thread is None:
                return
            self._jobs.put(None)
        if thread is not threading.current_thread():
            thread.join(timeout=5)

    def _put(self, job: Callable[[], None]) -> None:
        with self._starting:
            self._jobs.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="budget", daemon=True)
                self._thread.start()

    # What the thread does

    def _run(self) -> None:
        while self._work():
            self._look()
            self._show_life()

    def _work(self) -> bool:
        """Wait for work and do all there is; False: the thread is to end."""
        timeout = self._idle_for()
        try:
            job = self._jobs.get(timeout=timeout) if timeout != 0 else self._jobs.get_nowait()
            while job is not None:
                job()
                job = self._jobs.get_nowait()
        except Empty:
            return True
        return not self._may_end()

    def _may_end(self) -> bool:
        with self._starting:
            if not self._jobs.empty():
                self._jobs.put(None)  # asked for after the end was: that first
                return False
            self._place.end()
            self._thread = None
            return True

    def _idle_for(self) -> float | None:
        moments = [self._look_at] if self._asking else []
        if self._held:
            moments.append(self._renew_at)
        return max(0.0, min(moments) - clock.monotonic()) if moments else None

    def _look(self) -> None:
        """Give slots to those who wait, if it is time to look again."""
        if not self._asking or clock.monotonic() < self._look_at:
            return
        closed: set[str] = set()
        for ask in sorted(self._asking, key=lambda each: each.order):
            if ask.given.cancelled():
                self._drop(ask)
            elif not closed.isdisjoint(ask.wish.keys) or not self._settle(ask):
                closed.update(ask.wish.keys)
        self._look_at = clock.monotonic() + POLL

    def _settle(self, ask: Ask) -> bool:
        """Try for one who waits; tell whether the wait has ended, well or not."""
        with _told(ask.given):
            lease = self._try(ask)
            if lease is None:
                return False
            self._remember(lease)
            if not _fulfil(ask.given, lease):
                self._give_back(lease.count, clock.monotonic(), 0.0)
        self._asking.remove(ask)
        return True

    def _try(self, ask: Ask) -> Lease | None:
        with self._place.alone() as (session, now):
            if not ask.wish.since:
                ask.wish = replace(ask.wish, since=now)
            ready = statements.take(session, self._me, ask.wish, now)
            if ready is None and self._bury(session, ask.wish, now):
                ready = statements.take(session, self._me, ask.wish, now)
            if ready is None:
                statements.stand(session, self._me, ask.wish, now)
                ask.stands = True
                return None
            if ask.stands:
                statements.leave(session, self._me, ask.wish.keys)
            if ask.noting is not None:
                statements.change_note(session, ask.noting[0], now, ask.noting[1])
        return Lease(ask.wish.count, max(0.0, ready - now))

    def _bury(self, session: Session, wish: Wish, now: float) -> bool:
        """Free the slots of those who surely live no more; tells whether there were any."""
        if clock.monotonic() < self._bury_at:
            return False
        self._bury_at = clock.monotonic() + BURY
        holders = statements.holders(session, wish.keys, now)
        dead = [one for one in holders if one != self._me and self._place.is_dead(one, session)]
        for holder in dead:
            statements.free(session, holder, now)
        return bool(dead)

    def _remember(self, lease: Lease) -> None:
        if not self._held:
            self._renew_at = clock.monotonic() + self._renew
        self._held.add(lease.count)

    def _drop(self, ask: Ask) -> None:
        self._asking.remove(ask)
        if ask.stands:
            self._safely(lambda session, _: statements.leave(session, self._me, ask.wish.keys))

    def _give_back(self, count: int, at: float, rest: float) -> None:
        self._held.discard(count)
        self._look_at = 0.0

        def act(session: Session, now: float) -> None:
            rested = clock.monotonic() - at
            statements.give_back(session, self._me, count, now + max(0.0, rest - rested))

        self._safely(act)

    def _show_life(self) -> None:
        if self._held and clock.monotonic() >= self._renew_at:
            held = sorted(self._held)
            self._safely(
                lambda session, now: statements.renew(session, self._me, held, now + self._lease)
            )
            self._renew_at = clock.monotonic() + self._renew

    def _safely(self, act: Callable[[Session, float], None]) -> None:
        """Do what nobody waits for. What fails is mended by time: leases and waits lapse."""
        try:
            with self._place.alone() as (session, now):
                act(session, now)
        except Exception as error:  # noqa: BLE001 - the thread has others to serve
            reason = error.what if isinstance(error, IsthmusError) else type(error).__name__
            _logger.warning("budget_unkept", reason=reason)


@contextmanager
def _told(future: Future[T]) -> Iterator[None]:
    """Hand what goes wrong to who waits for it; the thread goes on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - it is theirs
        if future.set_running_or_notify_cancel():
            future.set_exception(error)


def _fulfil(future: Future[T], result: T) -> bool:
    """Give the result; False: nobody waits for it any more."""
    if not future.set_running_or_notify_cancel():
        return False
    future.set_result(result)
    return True
