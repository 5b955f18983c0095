"""One simulated tenant put together: its rows, its clock, its limits, its faults."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from isthmus_sim.autotask.admin.admin import Admin, Parts
from isthmus_sim.autotask.api.handlers import Handlers
from isthmus_sim.autotask.api.service import Account
from isthmus_sim.autotask.base.limits import Limits
from isthmus_sim.autotask.base.switches import SWITCHES
from isthmus_sim.autotask.faults.faults import Faults
from isthmus_sim.autotask.hooks.hooks import Hooks
from isthmus_sim.autotask.hooks.switches import SWITCHES as HOOK_SWITCHES
from isthmus_sim.autotask.reading import filters
from isthmus_sim.autotask.reading.reader import Reader
from isthmus_sim.autotask.soap.door import Door, make_door
from isthmus_sim.autotask.soap.switches import SWITCHES as SOAP_SWITCHES
from isthmus_sim.autotask.store.loading import load_plan
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenant.seed import generate
from isthmus_sim.autotask.tenant.shapes import TenantPlan
from isthmus_sim.autotask.tenant.staff import api_username
from isthmus_sim.autotask.writing.attachments import Attachments
from isthmus_sim.autotask.writing.writes import Writes
from isthmus_sim.base.clock import SimClock, parse_time, to_text
from isthmus_sim.base.switches import Switches


@dataclass(frozen=True)
class Wanted:
    """
    The tenant to simulate.

    path: the file to keep it in, or None for memory; a file that holds a tenant is continued
    and its own plan wins. frozen_clock: time stands still until it is moved.
    """

    plan: TenantPlan = field(default_factory=TenantPlan)
    account: Account | None = None
    path: str | None = None
    frozen_clock: bool = False


@dataclass
class Tenancy:
    """Everything that answers a call."""

    state: State
    clock: SimClock
    switches: Switches
    limits: Limits
    faults: Faults
    handlers: Handlers
    soap: Door
    hooks: Hooks
    admin: Admin
    account: Account
    plan: TenantPlan


def account_of(seed: int) -> Account:
    """Give the credentials of a seed's tenant."""
    return Account(
        username=api_username(seed),
        secret=f"sim-secret-{seed}#Aa1",
        integration_code=f"SIMINTEGRATION{seed:06d}",
    )


def make_tenancy(wanted: Wanted) -> Tenancy:
    """Open or generate a tenant and wire what answers for it."""
    state = State(wanted.path)
    filters.add_functions(state.db)
    plan = _plan(state, wanted.plan)
    if state.is_empty():
        load_plan(state, plan)
    clock = _clock(state, plan, frozen=wanted.frozen_clock)  # starts when all is there
    state.now = clock.now
    account = wanted.account or account_of(plan.seed)
    switches = Switches(
        SWITCHES + SOAP_SWITCHES + HOOK_SWITCHES,
        state.meta_get("switches"),
        on_change=lambda values: state.meta_set("switches", values),
    )
    limits = Limits(state, clock, switches)
    faults = Faults(state.catalog, clock, limits, switches, plan.seed)
    writes = Writes(state, switches, faults)
    attachments = Attachments(state, clock, switches, writes)
    reader = Reader(state, faults, switches)
    handlers = Handlers(state, reader, writes, attachments, switches, faults, limits, account)
    soap = make_door(handlers)
    hooks = Hooks(state, clock, switches, faults.down_until)
    clock.on_change = lambda: _clock_moved(state, clock, hooks)
    parts = Parts(
        state,
        clock,
        switches,
        faults,
        limits,
        attachments,
        hooks,
        lambda: generate(plan),
        plan.seed,
    )
    return Tenancy(
        state, clock, switches, limits, faults, handlers, soap, hooks, Admin(parts), account, plan
    )


def _plan(state: State, asked: TenantPlan) -> TenantPlan:
    kept: dict[str, Any] | None = state.meta_get("plan")
    if kept is not None:
        return TenantPlan(**{**kept, "epoch": parse_time(kept["epoch"])})
    state.meta_set("plan", {**asdict(asked), "epoch": to_text(asked.epoch)})
    return asked


def _clock_moved(state: State, clock: SimClock, hooks: Hooks) -> None:
    state.meta_set("clock", clock.to_json())
    hooks.wake()


def _clock(state: State, plan: TenantPlan, *, frozen: bool) -> SimClock:
    kept = state.meta_get("clock")
    clock = SimClock.from_json(kept) if kept else SimClock.starting_at(plan.epoch)
    clock.on_change = lambda: state.meta_set("clock", clock.to_json())
    clock.freeze(frozen=frozen or clock.frozen_at is not None)
    return clock
