"""Messages on a work order: who may see them, and replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders.step import Doc, Step, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus_sim.fieldnation.account.ground import Ground

TYPES = (
    "INTERNAL", "ASSIGNEDTECH", "REQUESTEDTECHS", "SPECIFICTECH", "FROMTECH", "REPLY",
    "TECHTOMANAGER", "ROUTEDTECHS", "REPLYTOTHREAD", "STAFF_NOTE",
)  # fmt: skip
"""Source: published description, December 2025."""
BUYER_ONLY = ("INTERNAL", "STAFF_NOTE")
"""Types that no provider sees. Source: documented."""


def add_message(
    world: Ground,
    order_id: int,
    by_user: int,
    text: str,
    *,
    kind: str = "",
    to: int | None = None,
    parent_id: int | None = None,
    notify: Sequence[int] = (),
) -> Doc:
    """
    Post a message, or with parent_id a reply.

    kind: one of TYPES; without it, what fits the author. Raises: Refusal.
    """
    with step(world, order_id, by_user) as s:
        user = world.store.look("user", by_user) or {}
        from_tech = user.get("role") == "provider"
        chosen = kind or _usual(s, from_tech=from_tech, reply=parent_id is not None)
        if chosen not in TYPES:
            raise invalid(f"type takes one of {', '.join(TYPES)}.", "/type")
        if chosen == "SPECIFICTECH" and to is None:
            raise invalid("A message to a specific technician needs to.id.", "/to/id")
        if parent_id is not None and all(m["id"] != parent_id for m in s.order["messages"]):
            raise missing("Message", parent_id)
        post(s, text, chosen, to=to, parent_id=parent_id, notify=notify)
    return s.order


def post(
    s: Step,
    text: str,
    kind: str,
    *,
    to: int | None = None,
    parent_id: int | None = None,
    notify: Sequence[int] = (),
) -> Doc:
    """Add a message to the order in the making."""
    if not text.strip():
        raise invalid("message is required.", "/message")
    message: Doc = {
        "id": s.ground.store.next_id("message"),
        "parent_id": parent_id,
        "type": kind,
        "from": s.by,
        "to": to,
        "text": text,
        "utc": s.utc,
        "status": s.order["status"],
        "notify": list(notify),
    }
    s.order["messages"].append(message)
    s.tell("message_posted", message_id=message["id"])
    return message


def _usual(s: Step, *, from_tech: bool, reply: bool) -> str:
    if reply:
        return "REPLY"
    if from_tech:
        return "FROMTECH"
    return "ASSIGNEDTECH" if s.order["assignee_id"] else "INTERNAL"
