"""
Posting what waits: attempts, retries, and what follows from their end.

Source: vendor page on webhook errors: any 2xx is success, 10 s to answer, retries after 30 s,
5 attempts within 2 minutes, then the event is dropped and logged; 25 such events in a row
disable the webhook. Seven tries in ten minutes of a callout are observed. Waits run on the
simulator's clock; the time to answer is real, because the receiver is.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from isthmus_sim.autotask.hooks.outbox import CALLOUT, DEACTIVATION
from isthmus_sim.autotask.writing.webhooks import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.autotask.hooks.outbox import Delivery, Outbox
    from isthmus_sim.base.clock import SimClock
    from isthmus_sim.base.switches import Switches

LOG = logging.getLogger("isthmus_sim")
KEPT_ATTEMPTS = 20_000
QUIET_S = 0.005
TICK_S = 0.001  # a clock that stands still is kept to the millisecond over a restart
AGENT = "Autotask (simulated)"


@dataclass(frozen=True)
class Result:
    """How an attempt ended. status: 0 without an answer; error: "" for a success."""

    status: int
    error: str
    ms: float = 0


class Engine:
    """
    Posts the outbox while it runs; `log` holds every attempt since the start.

    down_until: tells until when, by the clock, the vendor posts nothing.
    """

    def __init__(
        self, clock: SimClock, switches: Switches, down_until: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._down_until = down_until
        self._switches = switches
        self._woken: asyncio.Event | None = None
        self._busy: set[Delivery] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=KEPT_ATTEMPTS)

    def wake(self) -> None:
        """Look again at what is due: something was queued, or the clock was moved."""
        if self._woken is not None:
            self._woken.set()

    def in_flight(self) -> int:
        """Count the requests that wait for an answer."""
        return len(self._busy)

    async def settle(self, outbox: Outbox, most_s: float) -> bool:
        """Wait until nothing is posted nor due, at most some real seconds; tell whether it is."""
        try:
            async with asyncio.timeout(most_s):
                while self._busy or self._due(outbox):
                    self.wake()
                    await asyncio.sleep(QUIET_S)
        except TimeoutError:
            return False
        return True

    def lost(self, delivery: Delivery) -> None:
        """Note a delivery that a control made vanish on its way."""
        self._note(delivery, 1, Result(0, "dropped by a control"))

    async def run(self, outbox: Outbox, end: Callable[[Delivery, Result], None]) -> None:
        """
        Post what is due until cancelled; what was not answered is posted again after a restart.

        end: called when a delivery has succeeded (no error) or is given up.
        """
        self._woken = woken = asyncio.Event()
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                woken.clear()
                for delivery in self._due(outbox):
                    self._busy.add(delivery)
                    tasks.create_task(self._deliver(session, outbox, delivery, end))
                await self._pause(outbox, woken)

    def _due(self, outbox: Outbox) -> list[Delivery]:
        now = self._clock.timestamp() + TICK_S
        if now < self._down_until():
            return []
        outbox.let_in(now)
        return [d for d in outbox.heads() if d.due <= now and d not in self._busy]

    async def _pause(self, outbox: Outbox, woken: asyncio.Event) -> None:
        """Sleep until woken, or until the next delivery is due on a running clock."""
        times = [d.due for d in outbox.heads() if d not in self._busy] + outbox.next_late()
        wait = None
        if times and self._clock.frozen_at is None:
            wait = max(max(min(times), self._down_until()) - self._clock.timestamp(), 0)
        try:
            async with asyncio.timeout(wait):
                await woken.wait()
        except TimeoutError:
            return

    async def _deliver(
        self,
        session: aiohttp.ClientSession,
        outbox: Outbox,
        delivery: Delivery,
        end: Callable[[Delivery, Result], None],
    ) -> None:
        began = self._clock.timestamp()
        try:
            result = await self._post(session, delivery)
            self._note(delivery, delivery.attempts + 1, result)
            if not delivery.gone:
                self._settle(outbox, delivery, result, began, end)
        except Exception:
            LOG.exception("a defect of the simulator: delivery to %s", delivery.request.url)
            outbox.remove(delivery)
        finally:
            self._busy.discard(delivery)
            self.wake()

    def _settle(
        self,
        outbox: Outbox,
        delivery: Delivery,
        result: Result,
        began: float,
        end: Callable[[Delivery, Result], None],
    ) -> None:
        if not result.error and delivery.copies > 1:
            delivery.copies -= 1
            outbox.keep(delivery)
            return
        delivery.attempts += 1
        delivery.first_at = began if delivery.first_at is None else delivery.first_at
        name = "callout" if delivery.request.kind == CALLOUT else "webhook"
        late = name == "webhook" and (
            began - delivery.first_at >= float(self._switches["webhook_window_s"])
        )
        if result.error and not late and delivery.attempts < self._switches[f"{name}_attempts"]:
            delivery.due = began + float(self._switches[f"{name}_retry_s"])
            outbox.keep(delivery)
            return
        outbox.remove(delivery)
        end(delivery, result)

    async def _post(self, session: aiohttp.ClientSession, delivery: Delivery) -> Result:
        request = delivery.request
        if self._switches["webhook_targets"] == "loopback" and not is_loopback(request.url):
            return Result(0, "not sent: the simulator posts to loopback only (webhook_targets)")
        started = time.perf_counter()
        status, error = 0, ""
        try:
            async with (
                asyncio.timeout(float(self._switches["webhook_timeout_s"])),
                session.request(
                    request.method,
                    URL(request.url, encoded=True),
                    data=delivery.body or None,
                    headers={"User-Agent": AGENT, **request.headers},
                    allow_redirects=False,
                    ssl=bool(self._switches["webhook_tls_check"]),
                ) as answer,
            ):
                status = answer.status
            if not 200 <= status < 300:
                error = f"The remote server returned an error: ({status})."
        except TimeoutError:
            error = "The operation has timed out."
        except (aiohttp.ClientError, OSError, ValueError) as failed:
            error = f"Unable to connect to the remote server: {failed}"
        return Result(status, error, (time.perf_counter() - started) * 1000)

    def _note(self, delivery: Delivery, attempt: int, result: Result) -> None:
        request = delivery.request
        self.log.append({
            "at": self._clock.now_text(),
            "kind": request.kind,
            "webhook": request.name,
            "method": request.method,
            "url": request.url,
            "event": request.event,
            "entity": request.entity,
            "id": request.row_id,
            "sequence": request.sequence,
            "attempt": attempt,
            "status": result.status,
            "error": result.error,
            "ms": round(result.ms, 3),
            "sha256": hashlib.sha256(delivery.body).hexdigest(),
        })  # fmt: skip


def is_event(delivery: Delivery) -> bool:
    """Tell an event of a webhook from its last call and from callouts."""
    return delivery.request.kind not in (DEACTIVATION, CALLOUT)
