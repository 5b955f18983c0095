"""Faults a test switches on: what vendor and network may do to a client."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.base.clock import to_text
from isthmus_sim.base.reply import Drop, Outcome, Reply, Truncated
from isthmus_sim.fieldnation.account.tokens import bearer
from isthmus_sim.fieldnation.base import errors
from isthmus_sim.fieldnation.base.times import utc_text
from isthmus_sim.fieldnation.faults.fault import Fault
from isthmus_sim.fieldnation.faults.kinds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call

WORK_ORDERS = "/api/rest/v2/workorders"
PAGE = b"<html><head><title>Error</title></head><body><h1>The gateway failed</h1></body></html>"
CATALOGUE = {
    kind.status: kind
    for kind in (
        errors.VALIDATION, errors.UNAUTHENTICATED, errors.FORBIDDEN, errors.NOT_FOUND,
        errors.CONFLICT, errors.TOO_MANY, errors.INTERNAL,
    )
}  # fmt: skip


class Faults:
    """The faults in force, in the order they were posted."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._next_id = 1
        self.all: list[Fault] = []

    def add(self, posted: Any) -> Fault:
        """Put a fault in force. Raises: FaultRefused, saying what is allowed."""
        kind, common, settings = check(posted)
        seed = common.pop("seed")
        common["seed"] = self._ground.seed if seed is None else seed
        fault = Fault(id=self._next_id, kind=kind, settings=settings, **common)
        self._next_id += 1
        if kind == "outage":
            fault.until = self._ground.clock.timestamp() + settings["seconds"]
        self.all.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        """Lift one fault; tell whether there was one."""
        kept = [fault for fault in self.all if fault.id != fault_id]
        gone = len(kept) < len(self.all)
        self.all = kept
        return gone

    def clear(self) -> None:
        """Lift all faults."""
        self.all = []

    def describe(self) -> list[dict[str, Any]]:
        """Give every fault with how often it matched and fired."""
        return [fault.describe() for fault in self.all]

    def down_until(self) -> float:
        """Tell until when nothing answers, in simulated seconds since 1970; 0 when all is well."""
        ends = [f.until for f in self.all if f.kind == "outage" and f.is_of_all]
        return max(ends, default=0.0)

    # What the application asks -------------------------------------------------------

    async def before(self, call: Call) -> Outcome | None:
        """Strike before the call has any effect; None lets it pass."""
        for fault in self._striking(call, "before"):
            if fault.kind == "delay":
                await asyncio.sleep(fault.settings["seconds"])
            elif fault.kind == "expired_token":
                self._expire(call)
            elif fault.kind == "drop_before" or _is_silent(fault):
                return Drop()
            else:
                return self._failure(fault, call)
        return None

    async def after(self, call: Call, outcome: Outcome) -> Outcome:
        """Strike after the effect, on the way back."""
        if not isinstance(outcome, Reply):
            return outcome
        reply = outcome
        for fault in self._striking(call, "after"):
            if fault.kind == "replication_lag":
                reply = self._without_new(fault, reply)
                continue
            if fault.kind == "slow":
                await asyncio.sleep(fault.settings["seconds"])
                continue
            return self._spoilt(fault, call, reply)
        return reply

    # Inside --------------------------------------------------------------------------

    def _striking(self, call: Call, moment: str) -> Iterator[Fault]:
        """Lazily, so that a fault behind one that ends the call is not used up."""
        now = self._ground.clock.timestamp()
        for fault in list(self.all):
            if fault.kind == "replication_lag" and not _is_list(call):
                continue
            if fault.moment == moment and now < fault.until and fault.strikes(call):
                yield fault

    def _without_new(self, fault: Fault, reply: Reply) -> Reply:
        """Take the orders of the last seconds out of a list."""
        if reply.status != 200:
            return reply
        edge = utc_text(self._ground.clock.now() - timedelta(seconds=fault.settings["seconds"]))
        listed = orjson.loads(reply.body)
        rows = listed["results"]
        listed["results"] = [row for row in rows if self._made(row["id"]) <= edge]
        listed["metadata"]["total"] -= len(rows) - len(listed["results"])
        return replace(reply, body=orjson.dumps(listed))

    def _made(self, order_id: int) -> str:
        order = self._ground.store.look("work_order", order_id) or {"milestones": {"created": ""}}
        return str(order["milestones"]["created"])

    def _expire(self, call: Call) -> None:
        text = call.query.get("access_token") or bearer(call.headers)
        token = self._ground.store.get("token", text)
        if token is not None:
            self._ground.store.put("token", text, {**token, "ends": to_text(call.at)})

    def _spoilt(self, fault: Fault, call: Call, reply: Reply) -> Outcome:
        if fault.kind == "drop_after":
            return Drop()
        if fault.kind == "truncate":
            return Truncated(reply, reply.body[: _cut(fault, len(reply.body))])
        if fault.kind == "empty_body":
            return replace(reply, body=b"")
        if fault.kind == "malformed_json":
            return replace(reply, body=reply.body.replace(b":", b";", 1))
        return self._failure(fault, call)

    def _failure(self, fault: Fault, call: Call) -> Reply:
        if fault.kind in ("html_error", "outage"):
            return Reply(fault.settings["status"], PAGE, "text/html; charset=utf-8")
        status = {"rate_limited": 429, "conflict": 409}.get(
            fault.kind, fault.settings.get("status")
        )
        text = fault.settings.get("text", "Too many requests")
        refusal = errors.Refusal(_catalogued(int(status or 500)), text, (), self._headers(fault))
        shape = fault.settings["shape"] or self._shape_of(call)
        correlation = self._ground.token_text("fault", fault.id, fault.fired, length=32)
        return errors.render(refusal, shape, call.at, call.path, correlation)

    def _headers(self, fault: Fault) -> dict[str, str]:
        wait = fault.settings.get("retry_after_s")
        if wait is None:
            return {}
        headers = {"Retry-After": str(wait)}
        if fault.kind == "rate_limited":
            name = str(self._ground.switches["rate_limit_headers"])
            headers[f"{name}-Limit"] = str(self._ground.switches["rate_limit_per_minute"])
            headers[f"{name}-Remaining"] = "0"
            headers[f"{name}-Reset"] = str(round(self._ground.clock.timestamp() + wait))
        return headers

    def _shape_of(self, call: Call) -> str:
        if call.path.startswith("/authentication/"):
            return "oauth"
        if call.path.startswith("/api/v1/webhooks"):
            return "webhooks"
        return str(self._ground.switches["error_shape"])


def _is_silent(fault: Fault) -> bool:
    return fault.kind == "outage" and fault.settings["status"] is None


def _is_list(call: Call) -> bool:
    return call.method == "GET" and call.path.rstrip("/") == WORK_ORDERS


def _catalogued(status: int) -> errors.Kind:
    known = CATALOGUE.get(status)
    if known is not None:
        return known
    base = errors.INTERNAL if status >= 500 else errors.VALIDATION
    return replace(base, status=status, title=f"Status {status}", code=f"STATUS_{status}")


def _cut(fault: Fault, length: int) -> int:
    keep = fault.settings["keep_bytes"]
    return int(length * fault.settings["share"]) if keep is None else int(min(keep, length))
