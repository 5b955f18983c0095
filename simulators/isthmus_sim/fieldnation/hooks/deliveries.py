"""What is to be delivered and what became of it: deliveries, their bodies, a log per attempt."""

from __future__ import annotations

import base64
import zlib
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from isthmus_sim.base.clock import to_text
from isthmus_sim.fieldnation.hooks.errors import HookRefused

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.hooks.sender import Outcome

KIND, BODIES, LOGS = "delivery", "delivery_body", "delivery_log"
KEPT_FOR = timedelta(days=14)  # documented
MOST_KEPT = 20_000  # ours: a simulator that runs for days must not grow without end
WAITING, DELIVERED, DEAD, DROPPED = "waiting", "delivered", "dead", "dropped"

Log = dict[str, Any]


@dataclass
class Delivery:
    """
    One event on its way to one webhook.

    uuid: the same in every attempt. attempt: attempts made so far. due: simulated seconds
    since 1970. manual: asked for by a person, so not repeated by itself. twin_of: the delivery
    whose body it repeats; 0 for one with a body of its own.
    """

    id: int
    uuid: str
    trace_id: str
    webhook_id: str
    event: str
    work_order_id: int
    due: float
    at: str
    attempt: int = 0
    state: str = WAITING
    manual: bool = False
    note: str = ""
    twin_of: int = 0

    @property
    def next_id(self) -> str:
        """Give the delivery id of the coming attempt, as the header says it."""
        return f"{self.uuid}:{self.attempt + 1}"


@dataclass
class Deliveries:
    """Keeps deliveries and logs; forgets them after two weeks."""

    ground: Ground

    def make(self, *, webhook_id: str, event: str, work_order_id: int, trace_id: str) -> Delivery:
        """Give a new delivery, due now; `add` keeps it."""
        number = self.ground.store.next_id(KIND)
        uuid = UUID(hex=self.ground.token_text("delivery", number, length=32), version=4)
        now = self.ground.clock.now()
        return Delivery(
            number, str(uuid), trace_id, webhook_id, event, work_order_id, now.timestamp(),
            to_text(now),
        )  # fmt: skip

    def add(self, delivery: Delivery, body: bytes | None = None) -> None:
        """Keep a new delivery and its body; None when it is the twin of one that has it."""
        store = self.ground.store
        with store.transaction():
            self.keep(delivery)
            if body is not None:
                packed = base64.b64encode(zlib.compress(body, 1)).decode()
                store.put(BODIES, delivery.id, {"packed": packed})
        self._forget_old(delivery.id)

    def keep(self, delivery: Delivery) -> None:
        """Keep how far a delivery has come."""
        self.ground.store.put(KIND, delivery.id, asdict(delivery))

    def waiting(self) -> list[Delivery]:
        """Give what was still to be sent when the simulator stopped."""
        kept = self.ground.store.all(KIND)
        return [Delivery(**one) for one in kept if one["state"] == WAITING]

    def all(self) -> list[dict[str, Any]]:
        """Give every delivery kept, oldest first."""
        return self.ground.store.all(KIND)

    def body(self, delivery_id: int) -> bytes:
        """Give the bytes of a delivery; the same in every attempt and in every twin."""
        store = self.ground.store
        twin_of = (store.look(KIND, delivery_id) or {"twin_of": 0})["twin_of"]
        kept = store.look(BODIES, twin_of or delivery_id)
        return zlib.decompress(base64.b64decode(kept["packed"])) if kept else b""

    # Logs ----------------------------------------------------------------------------

    def note(self, delivery: Delivery, outcome: Outcome) -> None:
        """Log the attempt just made. `deliveryStatus` is 0 without an answer (assumed)."""
        store = self.ground.store
        number = store.next_id(LOGS)
        log = {
            "id": number,
            "delivery": delivery.id,
            "deliveryId": f"{delivery.uuid}:{delivery.attempt}",
            "webhookId": delivery.webhook_id,
            "workOrderId": delivery.work_order_id,
            "eventName": delivery.event,
            "deliveryStatus": outcome.status,
            "deliveryAttempt": delivery.attempt,
            "createdAt": self.ground.clock.now_text(),
            "request": {"method": outcome.method, "url": outcome.url, "headers": outcome.sent},
            "response": outcome.answer,
            "error": outcome.error,
        }
        store.put(LOGS, number, log)

    def logs(self) -> list[Log]:
        """Give the logs of two weeks, oldest first; for reading only."""
        edge = to_text(self.ground.clock.now() - KEPT_FOR)
        return [log for log in self.ground.store.each(LOGS) if log["createdAt"] >= edge]

    def log(self, delivery_id: str) -> Log:
        """
        Give the log of an attempt, or without `:attempt` the latest of its delivery.

        Raises: HookRefused: there is none.
        """
        for log in reversed(self.logs()):
            whole = str(log["deliveryId"])
            if delivery_id in (whole, whole.partition(":")[0]):
                return log
        status = int(self.ground.switches["webhook_missing_status"])
        raise HookRefused(status, f"Delivery log {delivery_id} was not found")

    def full_log(self, delivery_id: str) -> Log:
        """Give the log of one attempt with request and response whole. Raises: HookRefused."""
        log = self.log(delivery_id)
        body = self.body(log["delivery"]).decode()
        shown = {name: value for name, value in log.items() if name not in ("id", "delivery")}
        return {**shown, "request": {**log["request"], "body": body}}

    def of_log(self, log: dict[str, Any]) -> Delivery | None:
        """Give the delivery a log is about; None when it is forgotten."""
        kept = self.ground.store.get(KIND, log["delivery"])
        return Delivery(**kept) if kept else None

    def _forget_old(self, newest: int) -> None:
        """Forget by age and by number, a hundred at a time."""
        if newest % 100:
            return
        store = self.ground.store
        edge = to_text(self.ground.clock.now() - KEPT_FOR)
        each = store.each(KIND)
        needed = {one["twin_of"] for one in each if one["state"] == WAITING}
        with store.transaction():
            for one in each:
                if one["state"] == WAITING or one["id"] in needed:
                    continue
                if one["at"] < edge or one["id"] <= newest - MOST_KEPT:
                    store.delete(KIND, one["id"])
                    store.delete(BODIES, one["id"])
            for log in store.each(LOGS):
                if log["createdAt"] < edge or log["delivery"] <= newest - MOST_KEPT:
                    store.delete(LOGS, log["id"])
