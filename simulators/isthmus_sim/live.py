"""
Both vendors live: a service desk at work, and technicians who take what is sent to the field.

For people who look round: tickets come and change at a human pace, now and then one is set to
"Dispatch to Field", and what becomes a work order is requested, assigned, done and approved.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.admin import activity
from isthmus_sim.fieldnation.base.errors import Refusal
from isthmus_sim.fieldnation.base.statuses import PUBLISHED, ROUTED, WORK_DONE
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.provider import sight

if TYPE_CHECKING:
    from isthmus_sim.autotask.tenancy import Tenancy
    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
PER_MINUTE = 6.0
"""Steps a minute on each side, unless somebody wants more."""

SENT_EVERY = 15
"""So many steps of the desk lie between two tickets that are sent to the field."""

CHANCE_OF_ASSIGNING, CHANCE_OF_APPROVING = 0.35, 0.2
FIRST_S = 5.0
QUIET = ("decline", "undecline", "withdraw", "problem", "late")
"""What technicians do seldom enough to leave it out: it would end most jobs early."""

DESK = (
    *("new_ticket", "edit_ticket", "edit_ticket", "note", "note", "time_entry", "time_entry"),
    *("complete_ticket", "edit_time_entry"),
)
"""What happens at the desk; steps are drawn from it evenly, by their place."""


async def desk(tenancy: Tenancy, per_minute: float) -> None:
    """Let the service desk work until cancelled: the tenant's own life, and what is sent out."""
    await asyncio.sleep(min(FIRST_S, 60 / per_minute))
    step = 0
    while True:
        if step % SENT_EVERY == 0:
            tenancy.admin.play(1, kinds=["send_to_field"])
        else:
            tenancy.admin.play(1, kinds=[DESK[step % len(DESK)]])
        step += 1
        await asyncio.sleep(60 / per_minute)


async def field(ground: Ground, per_minute: float) -> None:
    """Let managers and technicians act on the work orders there are, until cancelled."""
    chance = random.Random(ground.seed)  # noqa: S311 - repeatable
    while True:
        await asyncio.sleep(60 / per_minute)
        move_on(ground, chance)


def move_on(ground: Ground, chance: random.Random) -> None:
    """Have the buyer's manager decide, or else a technician take one step."""
    with contextlib.suppress(Refusal):  # the status allows it no more: somebody was quicker
        if _decide(ground, chance):
            return
    kinds = [kind for kind in activity.WEIGHTS if kind not in QUIET]
    activity.play(ground, ground.seed, 1, kinds)


def _decide(ground: Ground, chance: random.Random) -> bool:
    orders = ground.store.each("work_order")
    manager = next(one["id"] for one in ground.store.each("user") if one["role"] == "manager")
    free = [one for one in orders if one["status"] in (PUBLISHED, ROUTED)]
    if free and chance.random() < CHANCE_OF_ASSIGNING:
        order = chance.choice(free)
        moves.assign(ground, order["id"], manager, _taker(ground, chance, order))
        return True
    done = [one for one in orders if one["status"] == WORK_DONE]
    if done and chance.random() < CHANCE_OF_APPROVING:
        moves.approve(ground, chance.choice(done)["id"], manager)
        return True
    return False


def _taker(ground: Ground, chance: random.Random, order: Doc) -> int:
    """Give who gets an order: one who asked for it, else one it was offered to, else anybody."""
    asked = [one["user_id"] for one in order["requests"] if one["active"]]
    offered = [one["user_id"] for one in order["routes"]]
    anybody = [one["id"] for one in sight.providers(ground)]
    return int(chance.choice(asked or offered or anybody))
