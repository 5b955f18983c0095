"""
The tenant lives: one step is one small thing that happens at an MSP.

What happens in a step follows from the seed, the number of the step (kept with the tenant) and
the tenant's rows, nothing else; every time is the store's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.life.assets import ASSET_ACTIONS
from isthmus_sim.autotask.life.desk import DESK_ACTIONS
from isthmus_sim.autotask.life.money import MONEY_ACTIONS
from isthmus_sim.autotask.life.step import Happening, Life
from isthmus_sim.autotask.life.work import WORK_ACTIONS
from isthmus_sim.autotask.tenant.chance import Chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isthmus_sim.autotask.store.state import State

COUNTER = "activity:step"


@dataclass(frozen=True)
class Action:
    """One kind of happening; weight 0 means that it happens only when asked for by name."""

    weight: int
    run: Callable[[Life], Happening | None]


ACTIONS: dict[str, Action] = {
    name: Action(weight, run)
    for group in (DESK_ACTIONS, WORK_ACTIONS, MONEY_ACTIONS, ASSET_ACTIONS)
    for name, (weight, run) in group.items()
}


def play(
    state: State, seed: int | str, steps: int, kinds: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """
    Let `steps` things happen, each in a transaction of its own.

    kinds: names of ACTIONS to choose from, evenly; None means all, by weight.
    Returns: per step its number, action, collection and id, and "ids" where many rows changed.
    A thing that cannot happen in this tenant (nothing to act upon) becomes a new ticket.
    Raises: KeyError for a kind that is not known.
    """
    chosen = _weights(kinds)
    return [_step(state, seed, chosen) for _ in range(steps)]


def _weights(kinds: Iterable[str] | None) -> dict[str, int]:
    if kinds is None:
        return {name: action.weight for name, action in ACTIONS.items() if action.weight}
    unknown = sorted(set(kinds := list(kinds)) - ACTIONS.keys())
    if unknown:
        raise KeyError(f"no such activity: {', '.join(unknown)}")
    return dict.fromkeys(kinds, 1)


def _step(state: State, seed: int | str, chosen: dict[str, int]) -> dict[str, Any]:
    number = int(state.meta_get(COUNTER) or 0) + 1
    rng = Chance(f"{seed}:{number}")
    name = rng.choices(list(chosen), list(chosen.values()))[0]
    life = Life(state, rng)
    with state.transaction():
        state.meta_set(COUNTER, number)
        happening = ACTIONS[name].run(life)
        if happening is None:
            name = "new_ticket"
            happening = ACTIONS[name].run(life)
    told: dict[str, Any] = {"step": number, "action": name}
    if happening is not None:
        told |= {"collection": happening.collection, "id": happening.id}
        if happening.ids:
            told["ids"] = list(happening.ids)
    return told
