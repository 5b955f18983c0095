"""One simulated account put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from isthmus_sim.base.clock import SimClock
from isthmus_sim.base.switches import Switches
from isthmus_sim.fieldnation.account.build import account_of, build
from isthmus_sim.fieldnation.account.ground import Ground
from isthmus_sim.fieldnation.admin.admin import Admin
from isthmus_sim.fieldnation.admin.admin import Parts as AdminParts
from isthmus_sim.fieldnation.api.rest import RestApi
from isthmus_sim.fieldnation.base.ids import ENVIRONMENTS
from isthmus_sim.fieldnation.base.switches import SWITCHES
from isthmus_sim.fieldnation.faults.faults import Faults
from isthmus_sim.fieldnation.hooks.api import HooksApi
from isthmus_sim.fieldnation.hooks.engine import Engine
from isthmus_sim.fieldnation.hooks.switches import HOOK_SWITCHES
from isthmus_sim.fieldnation.hooks.webhooks import Webhooks
from isthmus_sim.fieldnation.panel.panel import Panel
from isthmus_sim.fieldnation.store.store import Store
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from isthmus_sim.base.reply import Outcome
    from isthmus_sim.fieldnation.base.call import Call

FROZEN_START = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


class Room(Protocol):
    """Answers the calls below a path prefix."""

    def answer(self, call: Call) -> Outcome | Awaitable[Outcome]:
        """Answer one call; raising is a defect."""
        ...


@dataclass(frozen=True)
class Wanted:
    """
    What to simulate.

    path: a file that keeps the account, continued when it has one; None for memory.
    frozen_clock: time stands still at a fixed moment until it is moved.
    """

    seed: int = 1
    environment: str = "sandbox"
    path: str | None = None
    frozen_clock: bool = False


@dataclass
class World:
    """
    The rooms of one account.

    vendor: path prefix -> room, its calls pass the faults. own: prefix -> room of the
    simulator itself. background: what goes on by itself while the account is served.
    """

    ground: Ground
    rest: RestApi
    faults: Faults
    admin: Admin
    vendor: dict[str, Room] = field(default_factory=dict)
    own: dict[str, Room] = field(default_factory=dict)
    background: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)

    def close(self) -> None:
        """Keep what a restart needs, let go of the file."""
        store = self.ground.store
        store.meta_set("clock", self.ground.clock.to_json())
        store.close()


def make_world(wanted: Wanted) -> World:
    """Make the account, or continue the one a file holds. Raises: ValueError."""
    if wanted.environment not in ENVIRONMENTS:
        raise ValueError(f"environment takes one of {', '.join(ENVIRONMENTS)}")
    ground = make_ground(wanted)
    rest = RestApi(ground)
    webhooks = Webhooks(ground)
    faults = Faults(ground)
    engine = Engine(ground, webhooks, lambda number: _whole(ground, number), faults.down_until)
    ground.bus.subscribe(engine.tell)
    hooks = HooksApi(ground, webhooks, engine)
    admin = Admin(AdminParts(ground, faults, webhooks, engine, lambda: remake(ground)))
    world = World(ground, rest, faults, admin)
    world.vendor = {
        "/authentication/": rest,
        "/api/rest/v2/": rest,
        "/api/v1/webhooks": hooks,
        "/integrations/webhooks/": hooks,
    }
    world.own = {"/_files/": rest, "/provider": Panel(ground), "/_sim": admin}
    world.background = [engine.run]
    return world


def _whole(ground: Ground, order_id: int) -> dict[str, Any]:
    """Give a work order as a webhook carries it, a deleted one too."""
    return show(ground, ground.store.look("work_order", order_id) or {})


def remake(ground: Ground) -> None:
    """Make the account anew from its seed, in place: its ids and credentials are the same."""
    store, clock = ground.store, ground.clock
    frozen = clock.frozen_at is not None
    store.clear()
    clock.frozen_at, clock.offset_s = (FROZEN_START if frozen else None), 0.0
    build(store, ground.seed, ground.environment)
    store.meta_set("made from", [ground.seed, ground.environment])
    ground.switches.reset()


def make_ground(wanted: Wanted) -> Ground:
    """Make what every room stands on: an account kept in the file, or a new one."""
    clock = SimClock()
    store = Store(wanted.path, clock.now)
    saved = store.meta_get("clock")
    if saved:
        kept = SimClock.from_json(saved)
        clock.offset_s, clock.frozen_at = kept.offset_s, kept.frozen_at
    elif wanted.frozen_clock:
        clock.frozen_at = FROZEN_START
    seed, environment = wanted.seed, wanted.environment
    if store.meta_get("account"):
        seed, environment = store.meta_get("made from")
        account = account_of(store)
    else:
        account = build(store, seed, environment)
        store.meta_set("made from", [seed, environment])
    switches = Switches(
        (*SWITCHES, *HOOK_SWITCHES),
        store.meta_get("switches"),
        lambda values: store.meta_set("switches", values),
    )
    clock.on_change = lambda: store.meta_set("clock", clock.to_json())
    return Ground(store, clock, switches, environment, seed, account)
