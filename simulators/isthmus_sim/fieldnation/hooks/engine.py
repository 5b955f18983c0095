"""The delivery engine: from a happening to signed requests, repeated until they are taken.

Every timer runs on the simulator's clock; only the time an endpoint may take is real. Each
webhook gets its deliveries one after the other, webhooks at the same time. A delivery that must
be repeated lets the next one pass, so order is only approximate, as the vendor says of its own.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.hooks.deliveries import (
    DEAD,
    DELIVERED,
    DROPPED,
    WAITING,
    Deliveries,
    Delivery,
)
from isthmus_sim.fieldnation.hooks.errors import HookRefused
from isthmus_sim.fieldnation.hooks.mischief import Mischief
from isthmus_sim.fieldnation.hooks.payload import Event, Stamp, write_body, write_headers
from isthmus_sim.fieldnation.hooks.schedule import decide_retry, is_success
from isthmus_sim.fieldnation.hooks.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.events import Happening
    from isthmus_sim.fieldnation.hooks.sender import Outcome
    from isthmus_sim.fieldnation.hooks.webhooks import Webhook, Webhooks

LOG = logging.getLogger("isthmus_sim")
Lane = list[tuple[float, int, Delivery]]


class Engine:
    """
    Delivers what happens. `tell` queues, `run` sends until it is cancelled.

    show: gives a work order by id as the REST API shows it. down_until: tells until when, by
    the clock, Field Nation sends nothing.
    """

    def __init__(
        self,
        ground: Ground,
        webhooks: Webhooks,
        show: Callable[[int], Mapping[str, Any]],
        down_until: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._ground = ground
        self._webhooks = webhooks
        self._show = show
        self.down_until = down_until
        self.deliveries = Deliveries(ground)
        self.mischief = Mischief()
        self._lanes: dict[str, Lane] = defaultdict(list)
        self._pushed = 0
        self._wake = asyncio.Event()
        self._sending: dict[str, asyncio.Task[None]] = {}
        for delivery in self.deliveries.waiting():
            self._push(delivery)

    # What happens --------------------------------------------------------------------

    def tell(self, happening: Happening) -> None:
        """Queue one event for every webhook that wants it, with the order as it is now."""
        listening = self._webhooks.listening(happening.name)
        if not listening:
            return
        event = self._event(happening)
        for webhook in listening:
            self._queue(webhook, event)
        self._wake.set()

    def retry(self, delivery_id: str) -> str:
        """
        Send a logged delivery once more, now; give the job's id.

        A failure of it is not repeated by itself (assumed). Raises: HookRefused.
        """
        log = self.deliveries.log(delivery_id)
        delivery = self.deliveries.of_log(log)
        webhook = self._webhooks.find(log["webhookId"])
        if delivery is None or webhook is None or webhook["status"] != "active":
            raise HookRefused(400, "Only an active webhook's delivery can be retried")
        self._take_out(delivery)
        again = replace(delivery, state=WAITING, manual=True, due=self._now(), note="retried")
        self.deliveries.keep(again)
        self._push(again)
        self._wake.set()
        return self._ground.token_text("job", again.id, again.attempt + 1, length=32)

    def let_go(self) -> int:
        """Stop all mischief and send what it held back; tell how many those were."""
        held = self.mischief.clear()
        for delivery in held:
            self._push(delivery)
        self._wake.set()
        return len(held)

    def wake(self) -> None:
        """Look again at what is due: the clock was moved, or a switch."""
        self._wake.set()

    def forget(self) -> None:
        """Drop what waits: the account is made anew."""
        self.mischief.clear()
        for lane in self._lanes.values():
            lane.clear()

    # Sending -------------------------------------------------------------------------

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        async with Sender(self._ground.switches) as sender:
            try:
                while True:
                    self._wake.clear()
                    self._start_due(sender)
                    await self._pause()
            finally:
                for task in list(self._sending.values()):
                    task.cancel()
                await asyncio.gather(*self._sending.values(), return_exceptions=True)

    @property
    def idle(self) -> bool:
        """Tell whether nothing is being sent and nothing is due."""
        return not self._sending and not any(map(self._is_due, self._lanes.values()))

    async def settle(self, most_s: float) -> bool:
        """Wait until nothing is due, at most some real seconds; tell whether it came so far."""
        try:
            async with asyncio.timeout(most_s):
                while not self.idle:
                    self._wake.set()
                    await asyncio.sleep(0.005)
        except TimeoutError:
            return False
        return True

    def _start_due(self, sender: Sender) -> None:
        for webhook_id, lane in self._lanes.items():
            if self._is_due(lane) and webhook_id not in self._sending:
                task = asyncio.create_task(self._empty(webhook_id, sender))
                self._sending[webhook_id] = task

    async def _pause(self) -> None:
        """Sleep until something is due or somebody wakes it; a frozen clock must be moved."""
        due = [
            lane[0][0] for name, lane in self._lanes.items() if lane and name not in self._sending
        ]
        wait = max(0.0, max(min(due), self.down_until()) - self._now()) if due else None
        if self._ground.clock.frozen_at is not None:
            wait = None
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _empty(self, webhook_id: str, sender: Sender) -> None:
        lane = self._lanes[webhook_id]
        try:
            while self._is_due(lane):
                _due, _order, delivery = heapq.heappop(lane)
                await self._attempt(delivery, sender)
        except Exception:  # one bad delivery must not end the others
            LOG.exception("a defect of the simulator: delivery to webhook %s", webhook_id)
        finally:
            del self._sending[webhook_id]
            self._wake.set()

    async def _attempt(self, delivery: Delivery, sender: Sender) -> None:
        webhook = self._webhooks.find(delivery.webhook_id)
        if webhook is None or webhook["status"] != "active":
            delivery.state, delivery.note = DROPPED, "the webhook is not active"
            self.deliveries.keep(delivery)
            return
        body = self.deliveries.body(delivery.id)
        headers = self._headers(webhook, delivery, body)
        outcome = await sender.send(webhook["method"], webhook["url"], headers, body)
        if self._ground.store.look("delivery", delivery.id) is None:
            return  # the account was made anew meanwhile
        delivery.attempt += 1
        with self._ground.store.transaction():
            self._settle(delivery, outcome)

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Log an attempt and decide what follows."""
        self.deliveries.note(delivery, outcome)
        success = is_success(outcome.status)
        webhook = self._webhooks.note_attempt(delivery.webhook_id, success=success)
        maybe = bool(self._ground.switches["webhook_retry_408_429"])
        wait = decide_retry(
            delivery.attempt, outcome.status, webhook["outcomes"] if webhook else "", maybe=maybe
        )
        if wait is None or delivery.manual:
            delivery.state = DELIVERED if success else DEAD
        else:
            delivery.due = self._now() + wait
            self._push(delivery)
        self.deliveries.keep(delivery)

    # Inside --------------------------------------------------------------------------

    def _event(self, happening: Happening) -> Event:
        number = self._ground.store.next_id("event")
        trace = self._ground.token_text("event", number, length=32)
        return Event(
            name=happening.name,
            work_order_id=happening.work_order_id,
            params=happening.params,
            at=happening.at,
            user_id=happening.by_user_id,
            trace_id=f"{trace[:8]}-{trace[8:12]}-{trace[12:16]}-{trace[16:20]}-{trace[20:]}",
            work_order=self._show(happening.work_order_id),
        )

    def _queue(self, webhook: Webhook, event: Event) -> None:
        switches = self._ground.switches
        as_text = switches["webhook_work_order_id"] == "string"
        dialect = webhook["dialect"] or str(switches["webhook_dialect"])
        body = write_body(event, dialect, id_as_text=as_text)
        delivery = self.deliveries.make(
            webhook_id=webhook["webhookId"],
            event=event.name,
            work_order_id=event.work_order_id,
            trace_id=event.trace_id,
        )
        deed = self.mischief.strike(delivery)
        late = self.mischief.lateness() if deed is None else (0.0,)
        if not late:
            deed = "drop"
        delivery.due += late[0] if late else 0.0
        delivery.note = deed or ""
        if deed == "drop":
            delivery.state = DROPPED
        self.deliveries.add(delivery, body)
        if deed not in ("drop", "reorder"):
            self._push(delivery)
        if deed == "double":
            late = (0.0, 0.0)
        for number, seconds in enumerate(late[1:], 1):
            self._push_twin(delivery, number, seconds - late[0])
        for held in self.mischief.ready():
            self._push(held)

    def _push_twin(self, delivery: Delivery, after: int, late_s: float) -> None:
        """Send it again, some attempts after the first, as after an answer that got lost."""
        number = self._ground.store.next_id("delivery")
        due = delivery.due + late_s
        attempt = delivery.attempt + after
        twin = replace(delivery, id=number, attempt=attempt, due=due, twin_of=delivery.id)
        self.deliveries.add(twin)
        self._push(twin)

    def _headers(self, webhook: Webhook, delivery: Delivery, body: bytes) -> dict[str, str]:
        stamp = Stamp(
            secret=webhook["secret"],
            webhook_id=delivery.webhook_id,
            delivery_id=delivery.next_id,
            trace_id=delivery.trace_id,
            event_name=delivery.event,
            at=self._ground.clock.now(),
        )
        older = bool(self._ground.switches["webhook_older_headers"])
        return write_headers(stamp, body, webhook["attributes"]["header"], older=older)

    def _push(self, delivery: Delivery) -> None:
        self._pushed += 1
        heapq.heappush(self._lanes[delivery.webhook_id], (delivery.due, self._pushed, delivery))

    def _take_out(self, delivery: Delivery) -> None:
        lane = self._lanes[delivery.webhook_id]
        lane[:] = [entry for entry in lane if entry[2].id != delivery.id]
        heapq.heapify(lane)

    def _is_due(self, lane: Lane) -> bool:
        now = self._now()
        return bool(lane) and lane[0][0] <= now and now >= self.down_until()

    def _now(self) -> float:
        return self._ground.clock.timestamp()
