"""Faults a test switches on: what vendor, network and administrators may do to a client."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.base.call import Call
from isthmus_sim.autotask.base.limits import Limits
from isthmus_sim.autotask.faults.fault import Fault
from isthmus_sim.autotask.faults.kinds import check
from isthmus_sim.autotask.store.catalog import Catalog
from isthmus_sim.base.clock import SimClock, to_text
from isthmus_sim.base.reply import Drop, Reply, Truncated
from isthmus_sim.base.switches import Switches

ACCESS = ("None", "Restricted", "All")  # least first


class Faults:
    """The faults in force, in the order they were posted."""

    def __init__(
        self, catalog: Catalog, clock: SimClock, limits: Limits, switches: Switches, seed: int
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._limits = limits
        self._switches = switches
        self._seed = seed
        self._next_id = 1
        self.all: list[Fault] = []

    def add(
        self,
        posted: dict[str, Any],
        check_sql: Callable[[str | None, str], None] | None = None,
    ) -> Fault:
        """Put a fault in force. check_sql: refuses a `where` that does not run.

        Raises: FaultRefused, saying what is allowed.
        """
        common, settings = check(posted, self._catalog)
        if settings.get("where") and check_sql:
            check_sql(common["entity"], settings["where"])
        seed = common.pop("seed") or self._seed
        fault = Fault(id=self._next_id, settings=settings, seed=seed, **common)
        self._next_id += 1
        if fault.kind == "quota_eaten":
            self._start_eating(fault)
        if fault.kind == "outage":
            fault.until = self._clock.timestamp() + settings["seconds"]
        self.all.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        """Lift one fault; tell whether there was one."""
        kept = [fault for fault in self.all if fault.id != fault_id]
        gone = len(kept) < len(self.all)
        self.all = kept
        return gone

    def clear(self) -> None:
        """Lift all faults; a moved zone is back where it was."""
        self.all = []

    def describe(self) -> list[dict[str, Any]]:
        """Give every fault with how often it matched and fired."""
        return [fault.describe() for fault in self.all]

    # What the application asks -------------------------------------------------------

    async def before(self, call: Call) -> Reply | Drop | None:
        """Strike before the call has any effect; None lets it pass."""
        if not self.all:
            return None
        self._eat()
        for fault in self._striking(call, "before"):
            if fault.kind == "delay":
                await asyncio.sleep(fault.settings["seconds"])
            elif fault.kind == "drop_before":
                return Drop()
            elif fault.kind == "outage":
                status = fault.settings["status"]
                return Drop() if status is None else errors.html_error(status)
            else:
                return _failure(fault)
        return None

    def after(self, call: Call, reply: Reply) -> Reply | Drop | Truncated:
        """Strike after the effect, on the way back."""
        if not self.all:
            return reply
        for fault in self._striking(call, "after"):
            if fault.kind == "drop_after":
                return Drop()
            if fault.kind == "truncate":
                return Truncated(reply, reply.body[: _cut(fault, len(reply.body))])
            if fault.kind == "empty_body":
                return Reply(fault.settings["status"] or reply.status, b"", reply.content_type, {})
            if fault.kind == "malformed_json":
                body = reply.body.replace(b":", b";", 1)
                return Reply(reply.status, body, reply.content_type, reply.headers)
            return _failure(fault)
        return reply

    def hidden_sql(self, entity: str) -> str | None:
        """Give the SQL condition of the rows still visible, when permission hides some.

        Source: vendor page on REST security: rows outside the level vanish silently.
        """
        parts = []
        for fault in self._about(entity, "permission_lost"):
            if fault.settings["mode"] != "hide":
                continue
            fault.fired += 1
            where = fault.settings["where"]
            hidden = f"({where})" if where else _share_sql(fault.settings["share"])
            parts.append(f"NOT coalesce({hidden}, 0)")
        return " AND ".join(parts) or None

    def lag_sql(self, entity: str) -> str | None:
        """Give the SQL condition of the rows a lagging replica already shows.

        A row changed in the last `seconds` is not there at all. Entities without
        change or creation time do not lag. Observed for new rows; assumed for edits.
        """
        fields = self._change_fields(entity)
        parts = []
        for fault in self._about(entity, "replication_lag"):
            if not fields:
                continue
            fault.fired += 1
            edge = to_text(self._clock.now() - timedelta(seconds=fault.settings["seconds"]))
            parts += [f"coalesce(\"{name}\", '') <= '{edge}'" for name in fields]
        return " AND ".join(parts) or None

    def refused(self, entity: str, verb: str) -> errors.VendorError | None:
        """Give the vendor's refusal when the right to `verb` this entity was taken away.

        verb: query, create, update or delete.
        """
        for fault in self._about(entity, "permission_lost"):
            if fault.settings["mode"] != "refuse" or verb not in fault.settings["verbs"]:
                continue
            if fault.roll():
                refusal = errors.no_permission(verb)
                refusal.status = int(self._switches["permission_status"])
                return refusal
        return None

    def access(self, entity: str, verb: str) -> str:
        """
        Tell what is left of the right to `verb` an entity: None, Restricted or All.

        That metadata tells of the right to create webhooks too is assumed.
        """
        levels = {"All"}
        if (
            verb == "create"
            and entity.endswith("Webhooks")
            and not self._switches["webhook_right_max"]
        ):
            levels.add("None")
        for fault in self._about(entity, "permission_lost"):
            if fault.settings["mode"] == "hide":
                levels.add("Restricted")
            elif verb in fault.settings["verbs"]:
                levels.add("None")
        return min(levels, key=ACCESS.index)

    def reverted(self, entity: str) -> dict[str, Any]:
        """Give the fields a workflow rule sets back after a write: name -> settings."""
        return {
            fault.settings["field"]: fault.settings
            for fault in self._about(entity, "workflow_revert")
            if fault.roll()
        }

    @property
    def unknown_ops_match_all(self) -> bool:
        """Tell whether a misspelt operator matches every row. Observed in one tenant."""
        return any(f.kind == "unknown_op_matches_all" for f in self.all)

    def down_until(self) -> float:
        """Tell until when nothing answers, in simulated seconds since 1970; 0 when all is well."""
        ends = [f.until for f in self.all if f.kind == "outage" and f.is_of_all]
        return max(ends, default=0.0)

    @property
    def zone_number(self) -> int | None:
        """Give the number the zone was moved to, or None while it is at home."""
        moves = [f for f in self.all if f.kind == "zone_move"]
        return int(moves[-1].settings["to"]) if moves else None

    @property
    def zone_prefix(self) -> str:
        """Give the path prefix under which the zone answers now: `` or `/zone-N`."""
        return f"/zone-{self.zone_number}" if self.zone_number is not None else ""

    # Inside --------------------------------------------------------------------------

    def _striking(self, call: Call, moment: str) -> Iterator[Fault]:
        """Lazily, so that a fault behind one that ends the call is not used up."""
        now = self._clock.timestamp()
        for fault in list(self.all):
            if fault.moment == moment and now < fault.until and fault.strikes(call):
                yield fault

    def _about(self, entity: str, kind: str) -> list[Fault]:
        return [fault for fault in self.all if fault.kind == kind and fault.fits(entity)]

    def _change_fields(self, entity: str) -> list[str]:
        known = self._catalog[entity]
        return [name for name in (*known.modified_fields, known.created_field) if name]

    def _start_eating(self, fault: Fault) -> None:
        self._limits.spend(fault.settings["calls"])
        fault.fired += 1
        fault.state["at"] = self._clock.timestamp()

    def _eat(self) -> None:
        for fault in self.all:
            if fault.kind != "quota_eaten" or not fault.settings["per_minute"]:
                continue
            minutes = (self._clock.timestamp() - fault.state["at"]) / 60
            due = int(minutes * fault.settings["per_minute"])
            if due:
                self._limits.spend(due)
                fault.state["at"] += due / fault.settings["per_minute"] * 60


def _failure(fault: Fault) -> Reply:
    if fault.kind == "html_error":
        return errors.html_error(fault.settings["status"])
    wait = fault.settings["retry_after_s"]
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    return errors.json_error(fault.settings["status"], [fault.settings["text"]], headers)


def _cut(fault: Fault, length: int) -> int:
    keep = fault.settings["keep_bytes"]
    if keep is None:
        return int(length * fault.settings["share"])
    return int(min(keep, length))


def _share_sql(share: float) -> str:
    return f"(id * 2654435761 % 4294967296 < {int(share * 4294967296)})"
