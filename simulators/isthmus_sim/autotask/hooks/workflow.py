"""
Workflow rules on tickets: when they fire, and what they do.

Source: product help as told by integrators: rules run on API edits too, at once; 200 active
rules; chains of at most five. Conditions are a query filter of ours.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.autotask.base.errors import VendorError
from isthmus_sim.autotask.hooks import callouts
from isthmus_sim.autotask.hooks.outbox import CALLOUT, Request
from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.reading.query import parse_query
from isthmus_sim.autotask.store.changes import CREATED, UPDATED, Change
from isthmus_sim.autotask.tenant.build import ADMINISTRATOR
from isthmus_sim.autotask.writing.values import stored
from isthmus_sim.base.asked import AdminRefused, keys_of, text

if TYPE_CHECKING:
    from isthmus_sim.autotask.hooks.outbox import Delivery, Outbox
    from isthmus_sim.autotask.store.catalog import Field
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.base.switches import Switches

EVENTS = ("created", "edited", "note_added")
KEYS = ("name", "collection", "on", "conditions", "callout", "set", "active")
MOST_ACTIVE = 200
LONGEST_CHAIN = 5
_KEPT = "workflow rules"


@dataclass(frozen=True)
class Rule:
    """
    One rule. on: some of EVENTS. conditions: a query's filter. set: fields in storage form.

    callout: as `callouts.check` gives it, or None.
    """

    id: int
    name: str
    on: list[str]
    conditions: list[Any]
    callout: dict[str, Any] | None
    set: dict[str, Any]
    active: bool = True

    def describe(self) -> dict[str, Any]:
        """Give what the admin API shows: everything but the password."""
        shown = asdict(self)
        if self.callout and self.callout["password"]:
            shown["callout"] = {**self.callout, "password": "***"}
        return {"collection": "Tickets", **shown}


@dataclass
class Workflow:
    """The tenant's rules, kept with it."""

    state: State
    switches: Switches
    outbox: Outbox
    rules: list[Rule] = field(default_factory=list)
    _depth: int = 0

    def __post_init__(self) -> None:
        self.rules = [Rule(**kept) for kept in self.state.meta_get(_KEPT, [])]

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a rule.

        Raises: AdminRefused.
        """
        keys_of(body, KEYS)
        if text(body, "collection", "Tickets") != "Tickets":
            raise AdminRefused("rules are for Tickets only, as callouts are at the vendor")
        if sum(rule.active for rule in self.rules) >= MOST_ACTIVE:
            raise AdminRefused(f"there are {MOST_ACTIVE} active rules; the vendor allows no more")
        number = int(self.state.meta_get("workflow rule", 0)) + 1
        rule = Rule(
            id=number,
            name=text(body, "name", f"Rule {number}"),
            on=_events(body.get("on", ["created"])),
            conditions=self._conditions(body.get("conditions", [])),
            callout=self._callout(body.get("callout")),
            set=self._values(body.get("set", {})),
            active=bool(body.get("active", True)),
        )
        if rule.callout is None and not rule.set:
            raise AdminRefused("a rule needs a callout, or something to set")
        self.state.meta_set("workflow rule", number)
        self.rules.append(rule)
        self._keep()
        return rule.describe()

    def remove(self, number: int | None) -> int:
        """Remove a rule, or all; give how many."""
        gone = [rule for rule in self.rules if number in (None, rule.id)]
        for rule in gone:
            self.rules.remove(rule)
            self.outbox.discard("rule", rule.id)
        self._keep()
        return len(gone)

    def clear(self) -> None:
        """Forget all rules, for a tenant made anew."""
        self.rules.clear()

    def wants(self, collection: str) -> bool:
        """Tell whether a change of this collection could fire a rule."""
        return bool(self.rules) and collection in ("Tickets", "TicketNotes")

    def hear(self, change: Change) -> None:
        """Fire the rules that a change calls for."""
        found = _event_of(change)
        if found is None or self._depth >= LONGEST_CHAIN:
            return
        event, ticket_id = found
        heard = [rule for rule in self.rules if rule.active and event in rule.on]
        for rule in [rule for rule in heard if self._matches(rule, ticket_id)]:
            self._fire(rule, ticket_id)

    def failed(self, delivery: Delivery, error: str) -> None:
        """Log on the ticket that a callout was given up. Observed as a round-trip entry."""
        request = delivery.request
        self.state.insert("TicketHistory", {
            "ticketID": request.row_id, "action": "Extension Callout", "date":
            self.state.now_text(), "resourceID": ADMINISTRATOR,
            "detail": f"Round-Trip {request.name} failed: {error}"[:8000],
        })  # fmt: skip

    # Inside

    def _matches(self, rule: Rule, ticket_id: int) -> bool:
        query = self._parsed(rule.conditions)
        where = f"id = ? AND ({query.where})"
        return bool(self.state.ids("Tickets", where, (ticket_id, *query.params)))

    def _fire(self, rule: Rule, ticket_id: int) -> None:
        if rule.set:
            self._depth += 1
            try:
                with self.state.transaction():
                    effects.update(self.state, "Tickets", ticket_id, dict(rule.set), ADMINISTRATOR)
            finally:
                self._depth -= 1
        ticket = self.state.get("Tickets", ticket_id)
        if rule.callout is None or ticket is None:
            return
        call = callouts.render(self.state, self.switches, rule.callout, ticket)
        if call is None:
            return
        method, url, headers, body = call
        request = Request(
            kind=CALLOUT,
            source="rule",
            source_id=rule.id,
            name=rule.name,
            method=method,
            url=url,
            headers=headers,
            event="callout",
            entity="Tickets",
            row_id=ticket_id,
        )
        self.outbox.add(request, body, float(self.switches["callout_delay_s"]))

    def _parsed(self, conditions: list[Any]) -> Any:
        entity = self.state.catalog["Tickets"]
        raw = orjson.dumps({"filter": conditions})
        return parse_query(self.state, entity, raw, lenient=False, empty="accept")

    def _conditions(self, given: Any) -> list[Any]:
        if not isinstance(given, list):
            raise AdminRefused("conditions takes a list, as a query's filter does")
        try:
            self._parsed(given)
        except VendorError as refused:
            raise AdminRefused(f"conditions: {'; '.join(refused.errors)}") from refused
        return given

    def _callout(self, given: Any) -> dict[str, Any] | None:
        return None if given is None else callouts.check(self.state, given)

    def _values(self, given: Any) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise AdminRefused("set takes an object of ticket fields")
        found = {}
        for name, value in given.items():
            known = self.state.catalog["Tickets"].field(str(name))
            if known is None or known.name == "id":
                raise AdminRefused(f"set: Tickets has no field {name!r} to set")
            try:
                found[known.name] = stored(known, value)
            except VendorError as refused:
                raise AdminRefused(f"set: {'; '.join(refused.errors)}") from refused
            _check_kept(self.state, known, found[known.name])
        return found

    def _keep(self) -> None:
        self.state.meta_set(_KEPT, [asdict(rule) for rule in self.rules])


def _check_kept(state: State, field: Field, value: Any) -> None:
    """Refuse a value that no write could give a ticket: the next edit of it would fail."""
    if value is None:
        if field.required:
            raise AdminRefused(f"set: {field.name} is required, so it cannot be null")
        return
    if field.picklist:
        known = [entry.value for entry in state.picklist("Tickets", field.name)]
        if str(value) not in known:
            raise AdminRefused(f"set: {field.name} has no value {value}; it has {known}")
    elif field.reference and state.get(field.reference, int(value)) is None:
        raise AdminRefused(f"set: {field.name}: there is no {value} in {field.reference}")


def _events(given: Any) -> list[str]:
    events = [given] if isinstance(given, str) else given
    if not isinstance(events, list) or not events or set(map(str, events)) - set(EVENTS):
        raise AdminRefused(f"on takes some of {', '.join(EVENTS)}; got {given!r}")
    return events


def _event_of(change: Change) -> tuple[str, int] | None:
    """Name the event of a change and its ticket; None for what no rule hears."""
    row = change.after
    if row is None:
        return None
    if change.collection == "TicketNotes":
        return ("note_added", int(row["ticketID"] or 0)) if change.verb == CREATED else None
    if change.collection != "Tickets":
        return None
    return ("edited" if change.verb == UPDATED else "created", change.id)
