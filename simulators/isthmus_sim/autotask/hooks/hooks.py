"""Everything that leaves the tenant by itself, put together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.hooks.controls import Controls
from isthmus_sim.autotask.hooks.engine import Engine, Result, is_event
from isthmus_sim.autotask.hooks.listener import Listener
from isthmus_sim.autotask.hooks.outbox import CALLOUT, Delivery, Outbox
from isthmus_sim.autotask.hooks.workflow import Workflow
from isthmus_sim.autotask.writing.webhooks import BY_WEBHOOKS, derive_picklists
from isthmus_sim.base.asked import AdminRefused, keys_of
from isthmus_sim.base.clock import to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.autotask.store.changes import Change
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.base.asked import Asked
    from isthmus_sim.base.clock import SimClock
    from isthmus_sim.base.switches import Switches

LOGS = "WebhookEventErrorLogs"
LOG_COLUMNS = {"CompanyWebhooks": "accountWebhookID", "ContactWebhooks": "contactWebhookID"}
LOG_LENGTH = 8_000
LOG_DAYS = 30
SETTLE_S = 10


class Hooks:
    """Hears the tenant's changes, runs its rules and posts what follows."""

    def __init__(
        self,
        state: State,
        clock: SimClock,
        switches: Switches,
        down_until: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._state = state
        self._switches = switches
        derive_picklists(state)
        self.engine = Engine(clock, switches, down_until)
        self._controls = Controls(state)
        self.outbox = Outbox(
            state, self._controls, clock.timestamp, self.engine.lost, self.engine.wake
        )
        self._listener = Listener(state, switches, self.outbox)
        self._workflow = Workflow(state, switches, self.outbox)
        state.changes.wanted = self._wants
        state.changes.listener = self._hear

    def routes(self) -> dict[tuple[str, str], Callable[[Asked], Any]]:
        """Give what the admin API answers about deliveries and rules."""
        return {
            ("GET", "deliveries"): self._deliveries,
            ("POST", "deliveries"): self._control,
            ("DELETE", "deliveries"): self._forget,
            ("POST", "settle"): self._settle,
            ("GET", "workflow_rules"): lambda _: [r.describe() for r in self._workflow.rules],
            ("POST", "workflow_rules"): lambda asked: self._workflow.add(asked.body),
            ("DELETE", "workflow_rules"): self._remove_rules,
        }

    def wake(self) -> None:
        """Look at what is due: the clock was moved."""
        self.engine.wake()

    async def run(self) -> None:
        """Post what is due until cancelled."""
        await self.engine.run(self.outbox, self._ended)

    def forget(self) -> None:
        """Begin anew with an empty queue, for a tenant made anew."""
        self.outbox.clear()
        self._controls.clear()
        self._workflow.clear()
        self.engine.log.clear()

    # Changes

    def _wants(self, collection: str) -> bool:
        return self._workflow.wants(collection) or self._listener.wants(collection)

    def _hear(self, change: Change) -> None:
        self._listener.hear(change)
        self._workflow.hear(change)

    # Ends of deliveries

    def _ended(self, delivery: Delivery, result: Result) -> None:
        request = delivery.request
        if request.twin:
            return
        if request.kind == CALLOUT and result.error:
            self._workflow.failed(delivery, result.error)
        if not is_event(delivery):
            return
        if not result.error:
            self.outbox.pardon(request.source, request.source_id)
            return
        self._log(delivery, result)
        strikes = self.outbox.strike(request.source, request.source_id)
        if strikes >= int(self._switches["webhook_strikes"]):
            self._listener.disable(BY_WEBHOOKS[request.source], request.source_id)

    def _log(self, delivery: Delivery, result: Result) -> None:
        """Log a dropped event; only companies and contacts have a column of their own."""
        request = delivery.request
        row: dict[str, Any] = {
            "createDateTime": self._state.now_text(),
            "errorMessage": result.error[:LOG_LENGTH],
            "payload": delivery.body.decode()[:LOG_LENGTH],
            "sequenceNumber": request.sequence,
        }
        if request.source in LOG_COLUMNS:
            row[LOG_COLUMNS[request.source]] = request.source_id
        self._state.insert(LOGS, row)
        oldest = self._state.sql(
            f"SELECT id FROM {self._state.table(LOGS)} WHERE "
            f'julianday("createDateTime") < julianday(?) - {LOG_DAYS}',
            (self._state.now_text(),),
        )
        for (row_id,) in oldest:
            self._state.delete(LOGS, row_id)

    # The admin API

    def _deliveries(self, asked: Asked) -> Any:
        if asked.rest == ("queue",):
            return self._queue()
        if asked.rest:
            raise AdminRefused(f"there is no deliveries/{asked.rest[0]}; there is: queue", 404)
        keys_of(asked.query, ("webhook", "kind", "event", "status"))
        return [
            line
            for line in self.engine.log
            if all(str(line[key]) == value for key, value in asked.query.items())
        ]

    def _queue(self) -> dict[str, Any]:
        return {
            "waiting": [_waiting(self.outbox, d) for d in self.outbox.waiting()],
            "in_flight": self.engine.in_flight(),
            "controls": self._controls.describe(),
            "storm": self._controls.storm.describe() if self._controls.storm else None,
        }

    def _control(self, asked: Asked) -> dict[str, Any]:
        if asked.rest == ("storm",):
            return self._controls.begin_storm(asked.body)
        if asked.rest:
            return self._controls.add(asked.rest[0], asked.body)
        return {"controls": self._controls.add_each(asked.body)}

    async def _settle(self, asked: Asked) -> dict[str, Any]:
        """Wait until no delivery is due any more."""
        keys_of(asked.body, ("most_s",))
        most = asked.body.get("most_s", SETTLE_S)
        if isinstance(most, bool) or not isinstance(most, int | float) or most < 0:
            raise AdminRefused(f"most_s takes seconds; got {most!r}")
        return {"settled": await self.engine.settle(self.outbox, most)}

    def _forget(self, asked: Asked) -> dict[str, Any]:
        """Forget the log of attempts; `controls` lifts the controls and lets go of what is held."""
        if asked.rest == ("controls",):
            lifted = self._controls.clear()
            self.outbox.release()
            return {"lifted": lifted}
        if asked.rest:
            raise AdminRefused(f"there is no deliveries/{asked.rest[0]}; it is: controls", 404)
        forgotten = len(self.engine.log)
        self.engine.log.clear()
        return {"forgotten": forgotten}

    def _remove_rules(self, asked: Asked) -> dict[str, Any]:
        number = asked.rest[0] if asked.rest else None
        if number is not None and not number.isdecimal():
            raise AdminRefused(f"there is no rule {number}", 404)
        removed = self._workflow.remove(None if number is None else int(number))
        if number is not None and not removed:
            raise AdminRefused(f"there is no rule {number}", 404)
        return {"removed": removed}


def _waiting(outbox: Outbox, delivery: Delivery) -> dict[str, Any]:
    request = delivery.request
    return {
        "kind": request.kind,
        "webhook": request.name,
        "url": request.url,
        "event": request.event,
        "entity": request.entity,
        "id": request.row_id,
        "sequence": request.sequence,
        "attempts": delivery.attempts,
        "head": any(delivery is head for head in outbox.heads()),
        "held": any(delivery in batch for batch in outbox.held.values()),
        "due": to_text(datetime.fromtimestamp(delivery.due, UTC)),
    }
