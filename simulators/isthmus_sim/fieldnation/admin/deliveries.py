"""The part of the admin API that sees and disturbs what goes to webhooks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import AdminRefused, keys_of, seconds, whole
from isthmus_sim.base.storm import read_storm
from isthmus_sim.fieldnation.hooks.mischief import DEEDS, Deed
from isthmus_sim.fieldnation.hooks.payload import CAMEL, SNAKE

if TYPE_CHECKING:
    from isthmus_sim.base.asked import Asked
    from isthmus_sim.fieldnation.hooks.engine import Engine
    from isthmus_sim.fieldnation.hooks.webhooks import Webhooks

SETTLE_S = 10


class AdminDeliveries:
    """Deliveries seen, and what is done to them. seed: of a storm that names none."""

    def __init__(self, engine: Engine, webhooks: Webhooks, seed: int) -> None:
        self._engine = engine
        self._webhooks = webhooks
        self._seed = seed

    def seen(self, asked: Asked) -> list[dict[str, Any]]:
        """Give every delivery with its attempts; `?body=true` with what was sent."""
        keys_of(asked.query, ("state", "event", "webhook", "order", "body"))
        names = {"webhook": "webhook_id", "order": "work_order_id"}
        wanted = {names.get(k, k): v for k, v in asked.query.items() if k != "body"}
        kept = self._engine.deliveries
        found = [one for one in kept.all() if all(str(one[k]) == v for k, v in wanted.items())]
        if asked.query.get("body", "").lower() == "true":
            return [{**one, "body": kept.body(one["id"]).decode()} for one in found]
        return found

    def meddle(self, asked: Asked) -> dict[str, Any]:
        """Drop, double, delay or reorder the next deliveries; or let a storm begin."""
        if asked.rest == ("storm",):
            storm = read_storm(asked.body, self._seed)
            self._engine.mischief.begin_storm(storm)
            return storm.describe()
        body = dict(asked.body)
        for kind in asked.rest[:1]:  # the way the simulated Autotask is asked, too
            body[kind] = body.pop("count", 1)
        keys_of(body, (*DEEDS, "seconds", "event"))
        chosen = {kind: whole(body, kind, 1) for kind in DEEDS if kind in body}
        if not chosen or not all(chosen.values()):
            raise AdminRefused(f"name one of {', '.join(DEEDS)} with a number from 1 on")
        late, event = seconds(body, "seconds", 60), body.get("event")
        for kind, count in chosen.items():
            self._engine.mischief.add(Deed(kind, count, late, event))
        return {"deeds": [asdict(deed) for deed in self._engine.mischief.deeds]}

    def let_go(self, _asked: Asked) -> dict[str, Any]:
        """End all meddling and send what was held back."""
        return {"released": self._engine.let_go()}

    async def settle(self, asked: Asked) -> dict[str, Any]:
        """Wait until no delivery is due any more."""
        keys_of(asked.body, ("most_s",))
        return {"settled": await self._engine.settle(seconds(asked.body, "most_s", SETTLE_S))}

    def set_dialect(self, asked: Asked) -> dict[str, Any]:
        """Choose the dialect of one webhook; null follows the switch."""
        keys_of(asked.body, ("dialect",))
        dialect = asked.body.get("dialect")
        if dialect not in (None, SNAKE, CAMEL):
            raise AdminRefused(f"dialect takes {SNAKE}, {CAMEL} or null; got {dialect!r}")
        webhook_id = asked.rest[0] if asked.rest else ""
        self._webhooks.set_dialect(webhook_id, dialect)
        return {"webhookId": webhook_id, "dialect": dialect}
