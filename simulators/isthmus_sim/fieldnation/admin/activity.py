"""What providers do by themselves: seeded, so that the same steps do the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import Refusal
from isthmus_sim.fieldnation.base.statuses import APPROVED, ASSIGNED, PUBLISHED, ROUTED
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.provider import sight
from isthmus_sim.fieldnation.provider.actions import act, offered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.provider.actions import Action

Doc = dict[str, Any]
WEIGHTS = {
    "request": 4, "withdraw": 1, "accept": 8, "decline": 1, "undecline": 1, "confirm": 8,
    "on-my-way": 8, "check-in": 8, "check-out": 5, "late": 1, "message": 2, "photo": 2,
    "time-log": 1, "expense": 1, "task": 2, "custom-field": 2, "problem": 1, "work-done": 2,
    "pay": 3,
}  # fmt: skip
"""How likely each step is, among those that make sense."""
SAYINGS = (
    "I am at the front desk.", "The rack is locked, who has the key?", "Replaced the switch.",
    "Please send me the serial number.", "All devices are up again.", "Parking is at the rear.",
)  # fmt: skip
STEP = "activity_step"


def play(
    ground: Ground, seed: int, steps: int, kinds: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """
    Let providers take steps; Field Nation pays what was approved.

    Returns: what was done, each {step, action, order, provider}; a step in which nothing could
    be done is left out.
    """
    done = []
    for _ in range(steps):
        number = int(ground.store.meta_get(STEP) or 0) + 1
        ground.store.meta_set(STEP, number)
        chance = random.Random(f"{seed}:{number}")  # noqa: S311 - repeatable
        made = _step(ground, chance, set(kinds or WEIGHTS))
        if made is not None:
            done.append({"step": number, **made})
    return done


def _step(ground: Ground, chance: random.Random, kinds: set[str]) -> dict[str, Any] | None:
    """Take the first step that works, of orders in a drawn sequence."""
    live = [
        order["id"]
        for order in ground.store.each("work_order")
        if order["status"] in (PUBLISHED, ROUTED, ASSIGNED, APPROVED)
    ]
    for order_id in chance.sample(live, min(len(live), 20)):
        order = ground.store.get("work_order", order_id) or {}
        made = _try(ground, chance, order, kinds)
        if made is not None:
            return made
    return None


def _try(ground: Ground, chance: random.Random, order: Doc, kinds: set[str]) -> Doc | None:
    if order["status"] == APPROVED:
        if "pay" not in kinds:
            return None
        moves.mark_paid(ground, order["id"], ground.account.user_id)
        return {"action": "pay", "order": order["id"], "provider": None}
    provider = _who(ground, chance, order)
    how = sight.relation(order, provider)
    open_now = [one for one in offered(how, order) if one.name in kinds] if how else []
    if not open_now:
        return None
    action = chance.choices(open_now, [WEIGHTS[one.name] for one in open_now])[0]
    try:
        act(ground, provider, order["id"], action.name, _values(ground, chance, order, action))
    except Refusal:
        return None
    return {"action": action.name, "order": order["id"], "provider": provider}


def _who(ground: Ground, chance: random.Random, order: Doc) -> int:
    if order["assignee_id"]:
        return int(order["assignee_id"])
    if order["routes"]:
        return int(chance.choice(order["routes"])["user_id"])
    return int(chance.choice(sight.providers(ground))["id"])


def _values(ground: Ground, chance: random.Random, order: Doc, action: Action) -> Doc:
    """Make up what an action must be given."""
    name = action.name
    if name == "message":
        return {"text": chance.choice(SAYINGS)}
    if name == "late":
        return {"minutes": chance.choice((15, 30, 45, 90))}
    if name == "expense":
        return {"amount": chance.randint(5, 80), "description": "Parking"}
    if name == "task":
        return {"task_id": chance.choice(order["tasks"])["id"]}
    if name == "time-log":
        return {"start": f"{ground.clock.now():%Y-%m-%d %H:%M:%S}"}
    if name == "custom-field":
        return _field_value(ground, chance)
    if name == "work-done":
        return {"closing_notes": chance.choice(SAYINGS)}
    return {}


def _field_value(ground: Ground, chance: random.Random) -> Doc:
    fields = ground.store.each("custom_field")
    field = chance.choice([row for row in fields if row["role"] == "assigned_provider"])
    text = chance.choice(field["options"]) if field["options"] else str(chance.randint(1000, 9999))
    return {"field_id": field["id"], "value": text}
