"""
What waits to be posted: kept in order, by lane, in the tenant's file.

A lane is one webhook and one kind of event: its deliveries go out one after the other, a later
one waiting behind a retry (documented). Lanes do not wait for each other.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isthmus_sim.autotask.hooks.controls import Controls, Verdict
    from isthmus_sim.autotask.store.state import State

WEBHOOK, DEACTIVATION, CALLOUT = "webhook", "deactivation", "callout"
LATE = 0  # the batch of what a storm holds back; those of a reordering begin with 1

_TABLES = """
CREATE TABLE IF NOT EXISTS _hook_queue (id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER,
    lane TEXT, batch INTEGER, due REAL, first_at REAL, attempts INTEGER, copies INTEGER,
    request TEXT, body BLOB);
CREATE INDEX IF NOT EXISTS _hook_order ON _hook_queue (position);
CREATE TABLE IF NOT EXISTS _hook_numbers (collection TEXT, id INTEGER, sequence INTEGER DEFAULT 0,
    failures INTEGER DEFAULT 0, PRIMARY KEY (collection, id));
"""


@dataclass(frozen=True)
class Request:
    """
    One HTTP request to make, and what it is about.

    kind: webhook, deactivation or callout. source: the collection of the webhook and its id, or
    "rule" and its number. name: the webhook's GUID or the rule's name. event: Create, Update,
    Delete, Deactivated or callout. entity, row_id: the row the event is about. twin: a late copy
    made by a storm, of which nobody counts how it ended.
    """

    kind: str
    source: str
    source_id: int
    name: str
    method: str
    url: str
    headers: dict[str, str]
    event: str
    entity: str
    row_id: int
    sequence: int = 0
    twin: bool = False

    @property
    def lane(self) -> str:
        """Name the lane it waits in."""
        return f"{self.source}:{self.source_id}:{self.event}"


@dataclass(eq=False)
class Delivery:
    """One request on its way. Times are seconds of the simulator's clock; copies: posts to make."""

    id: int
    lane: str
    request: Request
    body: bytes
    due: float
    first_at: float | None = None
    attempts: int = 0
    copies: int = 1
    gone: bool = False


@dataclass
class Outbox:
    """
    The deliveries that wait, and the numbers of each webhook.

    late: what a storm holds back, by due time; it joins the end of its lane when it is due.
    """

    state: State
    controls: Controls
    clock: Callable[[], float]
    lost: Callable[[Delivery], None]
    wake: Callable[[], None]
    lanes: dict[str, deque[Delivery]] = field(default_factory=lambda: defaultdict(deque))
    held: dict[int, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    late: list[tuple[float, int, Delivery]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state.db.executescript(_TABLES)
        for row in self.state.sql("SELECT * FROM _hook_queue ORDER BY position, id"):
            self._load(row)

    def add(self, request: Request, body: bytes, after_s: float = 0) -> None:
        """Queue a request; the next control decides whether it is lost, doubled, late or held."""
        verdict = self.controls.next()
        due = self.clock() + after_s + verdict.delay_s
        delivery = Delivery(0, request.lane, request, body, due)
        if verdict.action == "drop":
            self.lost(delivery)
        elif verdict.action == "reorder":
            self._hold(delivery, verdict)
        else:
            in_time = verdict.late.count(0)
            if in_time:
                delivery.copies = 2 if verdict.action == "double" else in_time
                self._store(delivery)
                self.lanes[delivery.lane].append(delivery)
            self._put_off(delivery, [late for late in verdict.late if late], twins=bool(in_time))
        self.wake()

    def release(self, batch: int | None = None) -> None:
        """Let go of what is held to be reordered, the last first. batch: one of them, or all."""
        for number in [batch] if batch is not None else list(self.held):
            for delivery in reversed(self.held.pop(number, [])):
                self._join(delivery)
        self.wake()

    def let_in(self, now: float) -> None:
        """Let what a storm held back join the end of its lane, when it is due."""
        while self.late and self.late[0][0] <= now:
            delivery = heapq.heappop(self.late)[2]
            if not delivery.gone:
                self._join(delivery)

    def next_late(self) -> list[float]:
        """Tell when the next of what a storm held back is due; empty when there is none."""
        return [due for due, _id, _delivery in self.late[:1]]

    def heads(self) -> Iterator[Delivery]:
        """Give the first delivery of each lane."""
        return (lane[0] for lane in self.lanes.values() if lane)

    def waiting(self) -> list[Delivery]:
        """Give all that waits, held and late ones last."""
        queued = [d for lane in self.lanes.values() for d in lane]
        queued += [d for batch in self.held.values() for d in batch]
        return queued + [d for _due, _id, d in sorted(self.late) if not d.gone]

    def keep(self, delivery: Delivery) -> None:
        """Write down how far a delivery has come."""
        self.state.sql(
            "UPDATE _hook_queue SET due = ?, first_at = ?, attempts = ?, copies = ? WHERE id = ?",
            (delivery.due, delivery.first_at, delivery.attempts, delivery.copies, delivery.id),
        )

    def remove(self, delivery: Delivery) -> None:
        """Take a delivery out; it is done or given up."""
        delivery.gone = True
        self.state.sql("DELETE FROM _hook_queue WHERE id = ?", (delivery.id,))
        lane = self.lanes.get(delivery.lane)
        if lane is not None and delivery in lane:
            lane.remove(delivery)
        if not lane:
            self.lanes.pop(delivery.lane, None)
        for batch in self.held.values():
            if delivery in batch:
                batch.remove(delivery)

    def discard(self, source: str, source_id: int) -> None:
        """Take out the events of a webhook or rule that is no more; its last call stays."""
        for delivery in self.waiting():
            request = delivery.request
            same = (request.source, request.source_id) == (source, source_id)
            if same and request.kind != DEACTIVATION:
                self.remove(delivery)

    # The numbers of a webhook

    def next_sequence(self, collection: str, webhook_id: int) -> int:
        """Count on the events of a webhook, from 1."""
        self._count(collection, webhook_id, "sequence = sequence + 1")
        return self._number(collection, webhook_id, "sequence")

    def strike(self, collection: str, webhook_id: int) -> int:
        """Count an event that failed; give how many failed in a row."""
        self._count(collection, webhook_id, "failures = failures + 1")
        return self._number(collection, webhook_id, "failures")

    def pardon(self, collection: str, webhook_id: int) -> None:
        """Begin to count failures anew."""
        self._count(collection, webhook_id, "failures = 0")

    def forget_numbers(self, collection: str, webhook_id: int) -> None:
        """Forget the numbers of a webhook that is gone."""
        where = "collection = ? AND id = ?"
        self.state.sql(f"DELETE FROM _hook_numbers WHERE {where}", (collection, webhook_id))

    def clear(self) -> None:
        """Forget all that waits and all numbers."""
        for delivery in self.waiting():
            delivery.gone = True
        self.lanes.clear()
        self.held.clear()
        self.late.clear()
        for table in ("_hook_queue", "_hook_numbers"):
            self.state.sql(f"DELETE FROM {table}")

    # Inside

    def _hold(self, delivery: Delivery, verdict: Verdict) -> None:
        """Keep a delivery until its reordering is complete."""
        delivery.lane = f"reorder:{verdict.batch}"
        self._store(delivery, verdict.batch)
        self.held[verdict.batch].append(delivery)
        if verdict.last:
            self.release(verdict.batch)

    def _put_off(self, delivery: Delivery, late: list[float], *, twins: bool) -> None:
        """Make a delivery for each late copy. twins: another one comes in time and counts."""
        for number, seconds in enumerate(late):
            request = replace(delivery.request, twin=twins or number > 0)
            due = delivery.due + seconds
            one = Delivery(0, delivery.lane, request, delivery.body, due)
            self._store(one, LATE)
            heapq.heappush(self.late, (due, one.id, one))

    def _join(self, delivery: Delivery) -> None:
        self.lanes[delivery.lane].append(delivery)
        self.state.sql(
            "UPDATE _hook_queue SET batch = NULL, position = "
            "(SELECT max(position) + 1 FROM _hook_queue) WHERE id = ?",
            (delivery.id,),
        )

    def _count(self, collection: str, webhook_id: int, change: str) -> None:
        key = (collection, webhook_id)
        self.state.sql("INSERT OR IGNORE INTO _hook_numbers (collection, id) VALUES (?, ?)", key)
        where = "collection = ? AND id = ?"
        self.state.sql(f"UPDATE _hook_numbers SET {change} WHERE {where}", key)

    def _number(self, collection: str, webhook_id: int, column: str) -> int:
        text = f"SELECT {column} FROM _hook_numbers WHERE collection = ? AND id = ?"
        return int(self.state.sql(text, (collection, webhook_id))[0][0])

    def _store(self, delivery: Delivery, batch: int | None = None) -> None:
        cursor = self.state.db.execute(
            "INSERT INTO _hook_queue (position, lane, batch, due, attempts, copies, request, body)"
            " VALUES ((SELECT ifnull(max(position), 0) + 1 FROM _hook_queue), ?, ?, ?, 0, ?, ?, ?)",
            (
                delivery.lane,
                batch,
                delivery.due,
                delivery.copies,
                orjson.dumps(delivery.request).decode(),
                delivery.body,
            ),
        )
        delivery.id = int(cursor.lastrowid or 0)

    def _load(self, row: tuple[Any, ...]) -> None:
        row_id, _position, lane, batch, due, first_at, attempts, copies, request, body = row
        told = Request(**orjson.loads(request))
        delivery = Delivery(row_id, lane, told, body, due, first_at, attempts, copies)
        if batch == LATE:
            heapq.heappush(self.late, (due, row_id, delivery))
            return
        place = self.lanes[lane] if batch is None else self.held[batch]
        place.append(delivery)
