"""The process that does the work: claims what is due, shows signs of life, takes over."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from isthmus.base.clock import monotonic, sleep, utc_now
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.engine.agenda import Agenda
from isthmus.engine.backend import Backend, give_threads_back
from isthmus.engine.database import file_of
from isthmus.engine.errors import RunCancelled, RunTaken
from isthmus.engine.port import APPLICATION_VERSION, Again, Item, Kind, Settings
from isthmus.engine.recovery import Recovery
from isthmus.engine.roll import proof_of_life
from isthmus.engine.rows import Claim
from isthmus.engine.runs import InHand, Running

_log = get_logger("engine")
_CLOCK_SECONDS: Final = 1.0
_LATE: Final = timedelta(seconds=10)
_SWEEP_SECONDS: Final = 60.0
_BEATS_IN_SILENCE: Final = 4
_TROUBLE_SECONDS: Final = 1.0
_LAST_SECONDS: Final = 5.0
_THREADS: Final = 4
GRACE: Final = timedelta(seconds=10)

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """
    Does the work of an agenda with the handlers given, between `start` and `stop`.

    One for each process, as DBOS allows. Handlers run on the event loop that `start` was called
    in, so that they may share its HTTP clients.
    """

    def __init__(
        self,
        agenda: Agenda,
        kinds: Mapping[str, Kind],
        settings: Settings | None = None,
        *,
        version: str = APPLICATION_VERSION,
    ) -> None:
        self.id = f"{os.getpid()}-{new_ordered_id()}"
        self._agenda = agenda
        self._kinds = dict(kinds)
        self._settings = settings or Settings()
        self._backend = Backend(agenda.engine, self.id, self._body, version=version)
        self._file = file_of(agenda.engine)
        self._recovery = Recovery(agenda, self._backend, self.id, self._settings, self._file)
        self._in_hand = InHand()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="isthmus-engine-")
        self._held = ExitStack()
        self._wake = asyncio.Event()
        self._beating = asyncio.Lock()
        self._last_beat = monotonic()
        self._stopping = False
        self._claims: asyncio.Task[None] | None = None
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin; what an earlier process left is taken up at once where its death is certain."""
        loop = asyncio.get_running_loop()
        self._held.enter_context(proof_of_life(self._file, self.id))
        try:
            await self._in_thread(self._agenda.enter, self.id)
            self._backend.launch()
            self._held.callback(self._agenda.on_enqueue(partial(_wake, loop, self._wake)))
            await self.pulse()
        except BaseException:
            self._held.close()  # a worker that never began shows no sign of life
            raise
        beat = self._settings.silence.total_seconds() / _BEATS_IN_SILENCE
        self._claims = asyncio.create_task(self._claiming())
        self._loops = [
            asyncio.create_task(self._repeat(self.pulse, beat)),
            asyncio.create_task(self._repeat(self._clockwork, _CLOCK_SECONDS)),
            asyncio.create_task(self._repeat(self._sweep, _SWEEP_SECONDS)),
        ]
        _log.info("worker_started", worker=self.id)

    async def stop(self, grace: timedelta = GRACE) -> None:
        """Take nothing new, give what runs some time to end, and leave the rest to others."""
        self._stopping = True
        self._wake.set()
        if self._claims is not None:
            await self._claims
        if running := self._in_hand.tasks():
            await asyncio.wait(running, timeout=grace.total_seconds())
        left = self._in_hand.hand_over()
        if left:
            await asyncio.wait(left, timeout=_LAST_SECONDS)
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._in_thread(self._agenda.leave, self.id)
        await self._in_thread(self._backend.close)
        give_threads_back(asyncio.get_running_loop())
        self._held.close()
        self._pool.shutdown(wait=False)
        _log.info("worker_stopped", worker=self.id, handed_over=len(left))

    async def run_until_stopped(
        self,
        grace: timedelta = GRACE,
        signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT),
    ) -> None:
        """Start, work until one of the signals comes, stop."""
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in signals:
            loop.add_signal_handler(number, asked.set)
        try:
            await self.start()
            await asked.wait()
            await self.stop(grace)
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    # The run

    async def _body(self, run_id: str, item: Item, claimed_by: str) -> None:
        task = asyncio.current_task()
        run = Running(run_id, item, self.id, self.stay_known, self._is_held, task)
        self._in_hand.running[run_id] = run
        try:
            if claimed_by == self.id or await self._take_over(run_id):
                await self._do(run)
        finally:
            if self._in_hand.running.get(run_id) is run:
                del self._in_hand.running[run_id]
            self._in_hand.starting.pop(run_id, None)
            self._wake.set()

    async def _take_over(self, run_id: str) -> bool:
        return await self._in_thread(self._agenda.take_over, run_id, self.id)

    async def _is_held(self, item: Item, run_id: str) -> bool:
        return await self._in_thread(self._agenda.is_held, item, run_id, self.id)

    async def _do(self, run: Running) -> None:
        again_at, failed = None, False
        try:
            again_at = await self._handle(run)
        except RunCancelled:
            _log.info("run_cancelled", kind=run.item.kind, key=run.item.key, run=run.id)
        except RunTaken:
            _log.warning("run_taken", kind=run.item.kind, key=run.item.key, run=run.id)
            raise asyncio.CancelledError from None
        except asyncio.CancelledError:
            if run.handed_over:
                raise
            failed = True  # somebody else's cancellation, leaked into the run
        except Exception as error:  # noqa: BLE001 - whatever it is, the item must not be lost
            failed = True
            _tell(run, error)
        if failed:
            again_at = utc_now() + self._settings.pause(run.item.failures + 1)
        await self._in_thread(
            self._agenda.end, run.item, run.id, self.id, again_at=again_at, failed=failed
        )

    async def _handle(self, run: Running) -> datetime | None:
        outcome = await self._kinds[run.item.kind].handler(run)
        return utc_now() + outcome.after if isinstance(outcome, Again) else None

    # The loops

    async def _claiming(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                claims = await self._claim()
            except Exception as error:  # noqa: BLE001 - the loop must outlive an outage
                await _trouble("claiming", error)
                continue
            await asyncio.gather(*(self._begin(claim) for claim in claims))
            if not claims:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.poll.total_seconds()):
                        await self._wake.wait()

    async def _claim(self) -> tuple[Claim, ...]:
        room, free = self._in_hand.room(self._kinds, self._settings.slots)
        if not any(left > 0 for left in room.values()):
            return ()
        await self.stay_known()
        return await self._in_thread(self._agenda.claim, self.id, room, free)

    async def _begin(self, claim: Claim) -> None:
        self._in_hand.starting[claim.run_id] = claim.item.kind
        try:
            await self._backend.start(claim.run_id, claim.item, self.id)
        except Exception as error:  # noqa: BLE001 - the recovery finds what did not begin
            self._in_hand.starting.pop(claim.run_id, None)
            await _trouble("starting", error)

    async def _repeat(self, work: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
        while True:
            await sleep(seconds)
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the loop must outlive an outage
                await _trouble(work.__name__.strip("_"), error)

    async def _clockwork(self) -> None:
        await self._in_thread(self._agenda.fire, self._settings.spread, _LATE)
        self._in_hand.cancel(await self._in_thread(self._agenda.cancelled, self.id))

    async def _sweep(self) -> None:
        await self._in_thread(self._backend.sweep, utc_now() - self._settings.keep)

    # Signs of life

    async def stay_known(self) -> None:
        """Show a sign of life first, where this process was silent so long that others act."""
        if monotonic() - self._last_beat >= self._settings.silence.total_seconds():
            # A task of its own: it may cancel the very run that asks.
            await asyncio.shield(asyncio.create_task(self.pulse()))

    async def pulse(self) -> None:
        """Show a sign of life, and take over from the dead."""
        async with self._beating:
            begun = monotonic()  # before the sign: a process that stands still here was not seen
            if not await self._in_thread(self._agenda.beat, self.id):
                await self._rise()
            self._last_beat = begun
            await self._in_thread(self._recovery.look, self._in_hand.ids())

    async def _rise(self) -> None:
        """Let go of everything and go on anew: others held this worker for dead."""
        left = self._in_hand.hand_over()
        _log.warning("worker_was_held_for_dead", worker=self.id, runs=len(left))
        await self._in_thread(self._agenda.enter, self.id)

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(work, *args, **kwargs))


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    """Set the event from whichever thread; a loop that has ended needs no waking."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(event.set)


def _tell(run: Running, error: Exception) -> None:
    _log.warning(
        "run_failed",
        kind=run.item.kind,
        key=run.item.key,
        run=run.id,
        failures=run.item.failures + 1,
        error=type(error).__name__,
        what=str(error),
    )


async def _trouble(where: str, error: Exception) -> None:
    _log.error("engine_trouble", where=where, error=type(error).__name__, what=str(error))
    await sleep(_TROUBLE_SECONDS)
