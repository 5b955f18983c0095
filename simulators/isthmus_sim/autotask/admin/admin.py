"""The simulator's own API under /_sim/, for tests: see, move and break what is simulated.

JSON in, JSON out. An unknown route is 404 and an unknown key 400, both with an `error` that
names what is allowed. Nothing here counts to the vendor's limits or meets a fault.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.admin.rows import AdminRows
from isthmus_sim.autotask.faults.kinds import COMMON, KINDS
from isthmus_sim.autotask.life import activity
from isthmus_sim.autotask.store.loading import load
from isthmus_sim.base.asked import (
    PREFIX,
    AdminRefused,
    Asked,
    body_of,
    clock_told,
    keys_of,
    move_clock,
    no_route,
    whole,
)
from isthmus_sim.base.calls import Calls
from isthmus_sim.base.fault_kinds import describe_kinds
from isthmus_sim.base.reply import Reply, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.base.limits import Limits
    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.hooks.hooks import Hooks
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.tenant.shapes import Tenant
    from isthmus_sim.autotask.writing.attachments import Attachments
    from isthmus_sim.base.clock import SimClock
    from isthmus_sim.base.switches import Switches

KEPT_REQUESTS = 200_000
LOG_KEYS = ("at", "method", "path", "entity", "status", "ms")


@dataclass
class Parts:
    """What the admin API looks into. `tenant` makes the generated tenant anew."""

    state: State
    clock: SimClock
    switches: Switches
    faults: Faults
    limits: Limits
    attachments: Attachments
    hooks: Hooks
    tenant: Callable[[], Tenant]
    seed: int


class Admin:
    """Routes and answers of the admin API, the log of requests and their count."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rows = AdminRows(parts.state)
        self._calls = Calls(parts.clock)
        self._requests: deque[tuple[Any, ...]] = deque(maxlen=KEPT_REQUESTS)
        self._routes: dict[tuple[str, str], Callable[[Asked], Any]] = {
            ("GET", ""): self._index,
            ("GET", "requests"): self._requests_seen,
            ("DELETE", "requests"): self._forget_requests,
            ("GET", "calls"): self._calls_told,
            ("DELETE", "calls"): self._forget_calls,
            ("GET", "state"): self._rows.read,
            ("POST", "state"): self._rows.insert,
            ("PATCH", "state"): self._rows.update,
            ("DELETE", "state"): self._rows.delete,
            ("POST", "activity"): self._activity,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._move_clock,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._lift_faults,
            ("GET", "tenant"): self._tenant,
            ("GET", "switches"): self._switches,
            ("PATCH", "switches"): self._switch,
            ("POST", "udfs"): self._rows.add_udf,
            ("POST", "picklists"): self._rows.add_picklist_value,
            ("POST", "reset"): self._reset,
            **parts.hooks.routes(),
        }

    def record(self, call: Call, status: int, ms: float) -> None:
        """Note an API request. status 0: the connection was dropped without an answer."""
        path = "/" + "/".join(call.path)
        at = self._parts.clock.now_text()
        self._requests.append((at, call.method, path, call.entity, status, round(ms, 3)))
        self._calls.note(call.method, path, call.entity or "", status, ms)

    async def handle(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        """Answer one admin call. path: below the prefix; slashes may be doubled or trail."""
        segments = tuple(part for part in path.split("/") if part)
        if segments[:1] == (PREFIX,):
            segments = segments[1:]
        name = segments[0].lower() if segments else ""
        route = self._routes.get((method.upper(), name))
        if route is None:
            return json_reply({"error": no_route(self._routes, method.upper(), name)}, 404)
        try:
            answer = route(Asked(segments[1:], query, body_of(body)))
            if asyncio.iscoroutine(answer):
                answer = await answer
        except AdminRefused as refused:
            return json_reply({"error": str(refused)}, refused.status)
        except (ValueError, sqlite3.Error) as refused:
            return json_reply({"error": str(refused)}, 400)
        return answer if isinstance(answer, Reply) else json_reply(answer)

    def play(
        self, steps: int, seed: int | None = None, kinds: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Let the tenant live for some steps; give what was done. kinds: all if None."""
        seed = self._parts.seed if seed is None else seed
        return activity.play(self._parts.state, seed, steps, kinds)

    async def play_forever(self, per_minute: float) -> None:
        """Play one step after the other at a steady rate, until cancelled."""
        while True:
            await asyncio.sleep(60 / per_minute)
            self.play(1)

    # Answers -------------------------------------------------------------------------

    def _index(self, asked: Asked) -> dict[str, Any]:
        keys_of(asked.body, ())
        return {"routes": [f"{method} /{PREFIX}/{name}" for method, name in self._routes]}

    def _requests_seen(self, asked: Asked) -> list[dict[str, Any]]:
        keys_of(asked.query, ("entity", "method", "status"))
        wanted = {key: str(value).lower() for key, value in asked.query.items()}
        seen = (dict(zip(LOG_KEYS, line, strict=True)) for line in self._requests)
        return [
            line
            for line in seen
            if all(str(line[key]).lower() == value for key, value in wanted.items())
        ]

    def _forget_requests(self, _asked: Asked) -> dict[str, Any]:
        forgotten = len(self._requests)
        self._requests.clear()
        return {"forgotten": forgotten}

    def _calls_told(self, asked: Asked) -> dict[str, Any]:
        keys_of(asked.query, ())
        return self._calls.told()

    def _forget_calls(self, _asked: Asked) -> dict[str, Any]:
        return {"forgotten": self._calls.forget()}

    def _activity(self, asked: Asked) -> dict[str, Any]:
        keys_of(asked.body, ("steps", "seed", "kinds"))
        steps = whole(asked.body, "steps", 1)
        seed = whole(asked.body, "seed", self._parts.seed)
        kinds = asked.body.get("kinds")
        if kinds is not None and (not isinstance(kinds, list) or not kinds):
            raise AdminRefused(f"kinds takes a list; got {kinds!r}")
        unknown = sorted(set(map(str, kinds or ())) - set(activity.ACTIONS))
        if unknown:
            known = ", ".join(activity.ACTIONS)
            raise AdminRefused(f"no such kind: {', '.join(unknown)}; there are: {known}")
        return {"steps": steps, "actions": self.play(steps, seed, kinds)}

    def _clock(self, _asked: Asked) -> dict[str, Any]:
        return clock_told(self._parts.clock)

    def _move_clock(self, asked: Asked) -> dict[str, Any]:
        move_clock(self._parts.clock, asked.body)
        return self._clock(asked)

    def _faults(self, asked: Asked) -> Any:
        if asked.rest == ("kinds",):
            return describe_kinds(KINDS, COMMON)
        return self._parts.faults.describe()

    def _add_fault(self, asked: Asked) -> dict[str, Any]:
        fault = self._parts.faults.add(asked.body, self._rows.check_condition)
        return fault.describe()

    def _lift_faults(self, asked: Asked) -> dict[str, Any]:
        faults = self._parts.faults
        if not asked.rest:
            lifted = len(faults.all)
            faults.clear()
            self._parts.hooks.wake()
            return {"lifted": lifted}
        number = asked.rest[0]
        if not number.isdecimal() or not faults.remove(int(number)):
            raise AdminRefused(f"there is no fault {number}", 404)
        self._parts.hooks.wake()
        return {"lifted": 1}

    def _tenant(self, _asked: Asked) -> dict[str, Any]:
        parts = self._parts
        made = parts.state.meta_get("tenant", {})
        now = parts.clock.now_text()
        return {**made, "seed": parts.seed, "now": now, "rows": self._rows.counts()}

    def _switches(self, _asked: Asked) -> dict[str, Any]:
        return self._parts.switches.describe()

    def _switch(self, asked: Asked) -> dict[str, Any]:
        self._parts.switches.change(asked.body)
        return self._parts.switches.describe()

    def _reset(self, _asked: Asked) -> dict[str, Any]:
        parts = self._parts
        tenant = parts.tenant()
        parts.faults.clear()
        self._rows.clear()
        load(parts.state, tenant)
        parts.switches.reset()
        parts.clock.restart(tenant.plan.epoch)
        parts.limits.forget()
        parts.hooks.forget()
        self._requests.clear()
        self._calls.forget()
        return {"reset": True}
