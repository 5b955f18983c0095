"""The webhooks room on its own: a ground, a frozen clock, a stand-in for the orders."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from multidict import CIMultiDict, MultiDict

from isthmus_sim.base.clock import SimClock
from isthmus_sim.base.switches import Switches
from isthmus_sim.fieldnation.account import tokens
from isthmus_sim.fieldnation.account.ground import Account, Ground
from isthmus_sim.fieldnation.base.call import Call
from isthmus_sim.fieldnation.base.events import Happening
from isthmus_sim.fieldnation.base.switches import SWITCHES
from isthmus_sim.fieldnation.hooks.api import HooksApi
from isthmus_sim.fieldnation.hooks.engine import Engine
from isthmus_sim.fieldnation.hooks.switches import HOOK_SWITCHES
from isthmus_sim.fieldnation.hooks.webhooks import Webhooks
from isthmus_sim.fieldnation.store.store import Store

if TYPE_CHECKING:
    from isthmus_sim.base.reply import Reply

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
ACCOUNT = Account(77, "Acme", 501, "api@example.com", "pw", "client", "client-secret")
ALL = ["workorder.created", "workorder.status.published", "workorder.message_posted"]


def known_switches() -> tuple[Any, ...]:
    names = {switch.name for switch in SWITCHES}
    return (*SWITCHES, *(s for s in HOOK_SWITCHES if s.name not in names))


@dataclass
class Bench:
    """Everything a webhook needs, without a server in front."""

    ground: Ground
    webhooks: Webhooks
    engine: Engine
    api: HooksApi
    token: str
    task: asyncio.Task[None] | None = None

    @classmethod
    def make(cls, path: str | None = None) -> Bench:
        clock = SimClock(frozen_at=START)
        switches = Switches(known_switches(), {"token_lifetime_s": 10**9})
        ground = Ground(Store(path, clock.now), clock, switches, "sandbox", 1, ACCOUNT)
        webhooks = Webhooks(ground)
        engine = Engine(ground, webhooks, lambda number: {"id": number, "title": "Fix it"})
        ground.bus.subscribe(engine.tell)
        token = tokens.give(ground, ACCOUNT.user_id)["access_token"]
        return cls(ground, webhooks, engine, HooksApi(ground, webhooks, engine), token)

    async def start(self) -> None:
        self.task = asyncio.create_task(self.engine.run())

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        self.ground.store.close()

    def call(
        self, method: str, path: str = "", body: Any = None, token: str | None = None
    ) -> Reply:
        """Call the API. path: below the base, with its query."""
        place, _, query = path.partition("?")
        pairs = parse_qsl(query)
        signed = f"Bearer {self.token if token is None else token}"
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return self.api.answer(
            Call(
                method=method,
                path=f"/api/v1/webhooks{place}",
                query=MultiDict(pairs),
                headers=CIMultiDict({"Authorization": signed}),
                body=data,
                at=self.ground.clock.now(),
            )
        )

    def ask(self, method: str, path: str = "", body: Any = None) -> Any:
        """Call the API and give the result of what must succeed."""
        reply = self.call(method, path, body)
        assert reply.status == 200, reply.body
        return orjson.loads(reply.body)["result"]

    def hook(self, url: str, **changes: Any) -> dict[str, Any]:
        """Register a webhook."""
        body = {"url": url, "method": "post", "status": "active", "events": ALL, **changes}
        made: dict[str, Any] = self.ask("POST", "", body)
        return made

    def happen(self, name: str = "workorder.created", order: int = 9, **params: Any) -> None:
        """Let something happen to a work order."""
        self.ground.bus.tell(
            Happening(name, order, self.ground.clock.now(), 501, {"work_order_id": order, **params})
        )

    async def advance(self, seconds: float) -> None:
        """Move the clock, and wait until all that is due was sent."""
        self.ground.clock.advance(seconds)
        assert await self.engine.settle(10)

    def states(self) -> list[str]:
        """Give the state of every delivery."""
        return [str(one["state"]) for one in self.engine.deliveries.all()]
