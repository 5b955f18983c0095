"""One change of one work order: kept whole or not at all, then told."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import FORBIDDEN, Refusal, illegal_move, missing
from isthmus_sim.fieldnation.base.events import Happening
from isthmus_sim.fieldnation.base.statuses import DELETED, DRAFT
from isthmus_sim.fieldnation.base.times import utc_text
from isthmus_sim.fieldnation.orders.machine import ALLOWED, EVENT_OF, MILESTONES, SUB_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]


class Step:
    """A change in the making. order: the stored document, changed in place. utc: its time."""

    def __init__(self, ground: Ground, order: Doc, by: int) -> None:
        self.ground = ground
        self.order = order
        self.by = by
        self.at = ground.clock.now()
        self.utc = utc_text(self.at)
        self.told: list[Happening] = []

    def tell(self, name: str, **params: Any) -> None:
        """Note an event, `workorder.` left out, to be told once the change is kept."""
        params = {"work_order_id": self.order["id"], **params}
        event = f"workorder.{name}"
        self.told.append(Happening(event, self.order["id"], self.at, self.by, params))

    def tell_status(self, name: str, was: str, **params: Any) -> None:
        """Note a status event. was: the status before."""
        now = self.ground.status_id(self.order["status"])
        before = self.ground.status_id(was)
        self.tell(f"status.{name}", status_id=now, previous_status_id=before, **params)

    def go_to(self, status: str) -> None:
        """Set the status, stamp its milestone and note its event."""
        was, self.order["status"] = self.order["status"], status
        self.order["sub"], self.order["delay"] = "", 0
        if status == DRAFT:  # what lies ahead again has not been reached
            made = self.order["milestones"]["created"]
            self.order["milestones"] = {"created": made}
        if status in MILESTONES:
            self.order["milestones"][MILESTONES[status]] = self.utc
        self.tell_status(EVENT_OF[status], was)

    def sub(self, name: str, **params: Any) -> None:
        """Set the sub-status and note its event."""
        self.order["sub"] = name
        self.tell_status(SUB_STATUSES[name], self.order["status"], **params)

    def must(self, move: str) -> None:
        """Refuse a move that the status does not allow. Raises: Refusal."""
        if self.order["status"] not in ALLOWED[move]:
            code = int(self.ground.switches["illegal_transition_status"])
            status, number = self.order["status"], self.order["id"]
            raise illegal_move(
                f"Work order {number} is {status}, which does not allow: {move}.", code
            )

    def must_not(self, wrong: object, why: str) -> None:
        """Refuse a move for another reason than the status. Raises: Refusal."""
        if wrong:
            raise illegal_move(why, int(self.ground.switches["illegal_transition_status"]))

    def must_be_assignee(self) -> None:
        """Refuse a provider who is not the assigned one. Raises: Refusal."""
        if self.order["assignee_id"] != self.by:
            raise Refusal(FORBIDDEN, "Only the assigned provider may do this.")

    def number(self) -> int:
        """Give a number for a new part."""
        return self.ground.store.next_id("part")


@contextmanager
def step(ground: Ground, order_id: int, by: int) -> Iterator[Step]:
    """Change one order. Raises: Refusal: not found when there is none or it was deleted."""
    with ground.store.transaction():
        order = ground.store.get("work_order", order_id)
        if order is None or order["status"] == DELETED:
            raise missing("Work order", order_id)
        made = Step(ground, order, by)
        yield made
        order["updated"] = made.utc
        ground.store.put("work_order", order_id, order)
        ground.store.afterwards(lambda: tell_all(ground, made.told))


def tell_all(ground: Ground, told: list[Happening]) -> None:
    """Tell the bus what was noted, in order."""
    for happening in told:
        ground.bus.tell(happening)


def part_of(parts: list[Doc], number: int, what: str) -> Doc:
    """Give the part with an id. Raises: Refusal: not found."""
    for part in parts:
        if part["id"] == number:
            return part
    raise missing(what, number)
