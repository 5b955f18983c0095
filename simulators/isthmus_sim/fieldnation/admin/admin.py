"""
The simulator's own API under /_sim/, for tests: see, move and break what is simulated.

JSON in, JSON out. An unknown route is 404 and an unknown key 400, both with an `error` that
names what is allowed. Nothing here counts to the vendor's limits or meets a fault.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import (
    PREFIX,
    AdminRefused,
    Asked,
    body_of,
    clock_told,
    keys_of,
    move_clock,
    no_route,
    text,
    whole,
)
from isthmus_sim.base.calls import Calls
from isthmus_sim.base.fault_kinds import COMMON, describe_kinds
from isthmus_sim.base.reply import Reply, json_reply
from isthmus_sim.base.switches import SwitchRefused
from isthmus_sim.fieldnation.admin import activity
from isthmus_sim.fieldnation.admin.company import AdminCompany
from isthmus_sim.fieldnation.admin.deliveries import AdminDeliveries
from isthmus_sim.fieldnation.admin.job import AdminJob, likely
from isthmus_sim.fieldnation.admin.rows import AdminRows
from isthmus_sim.fieldnation.base.errors import Refusal
from isthmus_sim.fieldnation.faults.kinds import KINDS
from isthmus_sim.fieldnation.hooks.errors import HookRefused
from isthmus_sim.fieldnation.provider.actions import act
from isthmus_sim.fieldnation.provider.sight import providers
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call
    from isthmus_sim.fieldnation.faults.faults import Faults
    from isthmus_sim.fieldnation.hooks.engine import Engine
    from isthmus_sim.fieldnation.hooks.webhooks import Webhooks

KEPT_REQUESTS = 200_000
LOG_KEYS = ("at", "method", "path", "status", "ms")


@dataclass
class Parts:
    """What the admin API looks into. `remake` makes the account anew from its seed."""

    ground: Ground
    faults: Faults
    webhooks: Webhooks
    engine: Engine
    remake: Callable[[], None]


class Admin:
    """Routes and answers of the admin API, the log of requests and their count."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ground = parts.ground
        self._rows = AdminRows(parts.ground.store)
        self._company = AdminCompany(parts.ground)
        self._hooks = AdminDeliveries(parts.engine, parts.webhooks, parts.ground.seed)
        self._calls = Calls(parts.ground.clock)
        self._requests: deque[tuple[Any, ...]] = deque(maxlen=KEPT_REQUESTS)
        self._routes: dict[tuple[str, str], Callable[[Asked], Any]] = {
            ("GET", ""): self._index,
            ("GET", "requests"): self._requests_seen,
            ("DELETE", "requests"): self._forget_requests,
            ("GET", "calls"): self._calls_told,
            ("DELETE", "calls"): self._forget_calls,
            ("GET", "state"): self._rows.read,
            ("PATCH", "state"): self._rows.change,
            ("DELETE", "state"): self._rows.delete,
            ("GET", "account"): self._account,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._move_clock,
            ("GET", "switches"): self._switches,
            ("PATCH", "switches"): self._switch,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._lift_faults,
            ("GET", "deliveries"): self._hooks.seen,
            ("POST", "deliveries"): self._hooks.meddle,
            ("DELETE", "deliveries"): self._hooks.let_go,
            ("POST", "settle"): self._hooks.settle,
            ("PATCH", "webhooks"): self._hooks.set_dialect,
            ("POST", "act"): self._act,
            ("POST", "job"): AdminJob(parts.ground).do,
            ("POST", "pay"): self._company.pay,
            ("POST", "postpone"): self._company.postpone,
            ("POST", "at-risk"): self._company.put_at_risk,
            ("POST", "activity"): self._activity,
            ("POST", "reset"): self._reset,
        }

    def record(self, call: Call, status: int, ms: float) -> None:
        """Log one call to the vendor's side, without its query: a token may be in it.

        status: 0 for a dropped connection.
        """
        at = self._ground.clock.now_text()
        self._requests.append((at, call.method, call.path, status, round(ms, 3)))
        self._calls.note(call.method, call.path, "", status, ms)

    async def answer(self, call: Call) -> Reply:
        """Answer one admin call; a refusal is an answer too."""
        name, rest = "".join(call.segments[1:2]), call.segments[2:]
        handler = self._routes.get((call.method, name))
        try:
            if handler is None:
                return json_reply({"error": no_route(self._routes, call.method, name)}, 404)
            said = handler(Asked(rest, call.query, body_of(call.body)))
            return json_reply(await said if asyncio.iscoroutine(said) else said)
        except AdminRefused as refused:
            return json_reply({"error": str(refused)}, refused.status)
        except Refusal as refused:
            return json_reply({"error": refused.detail}, refused.kind.status)
        except HookRefused as refused:
            return json_reply({"error": str(refused)}, refused.status)
        except (SwitchRefused, ValueError) as refused:
            return json_reply({"error": str(refused)}, 400)

    def play(self, steps: int, seed: int | None = None, kinds: list[str] | None = None) -> Any:
        """Let providers live some steps; gives what they did."""
        seed = self._ground.seed if seed is None else seed
        return activity.play(self._ground, seed, steps, kinds)

    # See -----------------------------------------------------------------------------

    def _index(self, asked: Asked) -> dict[str, Any]:
        keys_of(asked.body, ())
        return {"routes": [f"{method} /{PREFIX}/{name}" for method, name in self._routes]}

    def _requests_seen(self, asked: Asked) -> list[dict[str, Any]]:
        keys_of(asked.query, ("method", "status", "path"))
        seen = [dict(zip(LOG_KEYS, line, strict=True)) for line in self._requests]
        wanted = {key: str(value).lower() for key, value in asked.query.items()}
        part = wanted.pop("path", "")
        return [
            line
            for line in seen
            if part in line["path"].lower()
            and all(str(line[key]).lower() == value for key, value in wanted.items())
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

    def _account(self, _asked: Asked) -> dict[str, Any]:
        return {
            **asdict(self._ground.account),
            "environment": self._ground.environment,
            "seed": self._ground.seed,
            "now": self._ground.clock.now_text(),
            "providers": [user["id"] for user in providers(self._ground)],
            "documents": self._rows.counts(),
        }

    # Live ----------------------------------------------------------------------------

    def _clock(self, _asked: Asked) -> dict[str, Any]:
        return clock_told(self._ground.clock)

    def _move_clock(self, asked: Asked) -> dict[str, Any]:
        move_clock(self._ground.clock, asked.body)
        self._parts.engine.wake()
        return self._clock(asked)

    def _act(self, asked: Asked) -> dict[str, Any]:
        """Act as a provider; without one as the assigned, else the first who has the offer."""
        body = dict(asked.body)
        if "order" not in body:
            raise AdminRefused("order must be given: the number of a work order")
        order_id, action = whole(body, "order", 0), text(body, "action")
        order = self._ground.store.look("work_order", order_id)
        if order is None:
            raise AdminRefused(f"there is no work order {order_id}", 404)
        provider = whole(body, "provider", likely(self._ground, order))
        given = {k: v for k, v in body.items() if k not in ("order", "action", "provider")}
        done = act(self._ground, provider, order_id, action, given)
        return {"provider": provider, "order": show(self._ground, done)}

    def _activity(self, asked: Asked) -> dict[str, Any]:
        keys_of(asked.body, ("steps", "seed", "kinds"))
        steps = whole(asked.body, "steps", 1)
        seed = whole(asked.body, "seed", self._ground.seed)
        kinds = asked.body.get("kinds")
        if kinds is not None and (not isinstance(kinds, list) or not kinds):
            raise AdminRefused(f"kinds takes a list; got {kinds!r}")
        unknown = sorted(set(map(str, kinds or ())) - set(activity.WEIGHTS))
        if unknown:
            known = ", ".join(activity.WEIGHTS)
            raise AdminRefused(f"no such kind: {', '.join(unknown)}; there are: {known}")
        return {"steps": steps, "actions": self.play(steps, seed, kinds)}

    def _reset(self, _asked: Asked) -> dict[str, Any]:
        self._parts.faults.clear()
        self._parts.engine.forget()
        self._parts.remake()
        self._requests.clear()
        self._calls.forget()
        return {"reset": True}

    # Break ---------------------------------------------------------------------------

    def _faults(self, asked: Asked) -> Any:
        if asked.rest == ("kinds",):
            return describe_kinds(KINDS, COMMON)
        return self._parts.faults.describe()

    def _add_fault(self, asked: Asked) -> dict[str, Any]:
        return self._parts.faults.add(asked.body).describe()

    def _lift_faults(self, asked: Asked) -> dict[str, Any]:
        faults = self._parts.faults
        if not asked.rest:
            lifted = len(faults.all)
            faults.clear()
            self._parts.engine.wake()
            return {"lifted": lifted}
        number = asked.rest[0]
        if not number.isdecimal() or not faults.remove(int(number)):
            raise AdminRefused(f"there is no fault {number}", 404)
        self._parts.engine.wake()
        return {"lifted": 1}

    def _switches(self, _asked: Asked) -> dict[str, Any]:
        return self._ground.switches.describe()

    def _switch(self, asked: Asked) -> dict[str, Any]:
        self._ground.switches.change(asked.body)
        self._parts.engine.wake()
        return self._ground.switches.describe()
