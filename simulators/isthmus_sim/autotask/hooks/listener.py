"""From a change of a row to the events of the webhooks that hear it, and a webhook's own life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.hooks import payload
from isthmus_sim.autotask.hooks.outbox import DEACTIVATION, WEBHOOK, Outbox, Request
from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.store.changes import CREATED, DELETED, UPDATED, Change
from isthmus_sim.autotask.tenant.build import ADMINISTRATOR
from isthmus_sim.autotask.writing.webhooks import (
    BY_FIELDS,
    BY_WATCHED,
    BY_WEBHOOKS,
    EVENTS,
    KINDS,
    Kind,
    forget_secret,
    is_ready,
    new_guid,
    secret_of,
)

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.base.switches import Switches

JSON = "application/json; charset=utf-8"
# A ticket's child rows that its webhook can name as if they were a field.
CHILDREN = {
    "TicketSecondaryResources": "secondaryresources",
    "TicketAdditionalContacts": "ticketadditionalcontact",
}


@dataclass
class Listener:
    """Hears every change and queues what the webhooks must be told."""

    state: State
    switches: Switches
    outbox: Outbox

    def wants(self, collection: str) -> bool:
        """Tell whether a change of this collection could matter now; cheap without webhooks."""
        if collection in CHILDREN:
            collection = "Tickets"
        kind = BY_WATCHED.get(collection)
        if kind is None:
            about = collection in BY_WEBHOOKS or collection in BY_FIELDS
            return about or collection == "Resources"
        where = 'SELECT 1 FROM {} WHERE "isActive" = 1 AND "isReady" = 1 LIMIT 1'
        return bool(self.state.sql(where.format(self.state.table(kind.webhooks))))

    def hear(self, change: Change) -> None:
        """Do what a change brings about."""
        name = change.collection
        if name in BY_WATCHED:
            self._tell(BY_WATCHED[name], change, "")
        elif name in CHILDREN:
            self._hear_child(change)
        elif name in BY_WEBHOOKS:
            self._hear_webhook(BY_WEBHOOKS[name], change)
        elif name in BY_FIELDS:
            row = change.after or change.before or {}
            self._settle_ready(BY_FIELDS[name], int(row["webhookID"]))
        elif name == "Resources":
            self._hear_resource(change)

    # Events

    def _tell(self, kind: Kind, change: Change, touched: str) -> None:
        where = f'"isActive" = 1 AND "isReady" = 1 AND "{EVENTS[change.verb]}" = 1'
        for webhook in list(self.state.rows(kind.webhooks, where)):
            if self._hears(kind, int(webhook["id"] or 0), change.actor):
                self._queue(kind, webhook, change, touched)

    def _hears(self, kind: Kind, webhook_id: int, actor: int) -> bool:
        """Tell whether the one who acted is not excluded. Documented."""
        where = '"webhookID" = ? AND "resourceID" = ?'
        return not self.state.ids(kind.excluded, where, (webhook_id, actor))

    def _queue(self, kind: Kind, webhook: Row, change: Change, touched: str) -> None:
        webhook_id = int(webhook["id"] or 0)
        fields = payload.fields_of(self.state, kind, webhook_id)
        if change.verb == UPDATED:
            changed = payload.changed_fields(change, fields, touched)
            if not any(f.subscribed and f.label in changed for f in fields):
                return
        sequence = self.outbox.next_sequence(kind.webhooks, webhook_id)
        event = {
            "guid": webhook["webhookGUID"],
            "sequence": sequence,
            "fields": payload.shown_fields(change, fields, touched),
        }
        body = payload.event_body(self.state, self.switches, kind, change, event)
        signed = payload.signature(secret_of(self.state, webhook), body)
        self.outbox.add(
            Request(
                kind=WEBHOOK,
                source=kind.webhooks,
                source_id=webhook_id,
                name=str(webhook["webhookGUID"]),
                method="POST",
                url=str(webhook["webhookUrl"]),
                headers={"Content-Type": JSON, payload.SIGNATURE: signed},
                event=payload.ACTIONS[change.verb],
                entity=kind.watched,
                row_id=change.id,
                sequence=sequence,
            ),
            body,
        )

    def _hear_child(self, change: Change) -> None:
        """Take a secondary resource or a further contact as a change of its ticket. Assumed."""
        row = change.after or change.before or {}
        ticket = self.state.get("Tickets", int(row["ticketID"] or 0))
        if ticket is not None:
            of_ticket = Change(
                "Tickets", int(ticket["id"] or 0), UPDATED, ticket, ticket, change.actor
            )
            self._tell(BY_WATCHED["Tickets"], of_ticket, CHILDREN[change.collection])

    # A webhook's own life

    def _hear_webhook(self, kind: Kind, change: Change) -> None:
        before, after = change.before, change.after
        if change.verb == CREATED and after is not None and not after["webhookGUID"]:
            self.state.update(kind.webhooks, change.id, {"webhookGUID": new_guid()})
        if before is None:
            return
        if before["isActive"] and not (after or {}).get("isActive"):
            self._deactivate(kind, after or before, change.actor)
        elif after is not None and after["isActive"] and not before["isActive"]:
            self.outbox.pardon(kind.webhooks, change.id)
        if change.verb == DELETED:
            self.outbox.discard(kind.webhooks, change.id)
            self.outbox.forget_numbers(kind.webhooks, change.id)
            forget_secret(self.state, before)

    def _settle_ready(self, kind: Kind, webhook_id: int) -> None:
        """Let a webhook be ready once it has a field. Documented."""
        ready = int(is_ready(self.state, kind, webhook_id))
        self.state.update(kind.webhooks, webhook_id, {"isReady": ready})

    def _deactivate(self, kind: Kind, webhook: Row, actor: int) -> None:
        """Call the deactivation URL; events that wait are given up (assumed)."""
        webhook_id = int(webhook["id"] or 0)
        self.outbox.discard(kind.webhooks, webhook_id)
        guid = str(webhook["webhookGUID"])
        sequence = self.outbox.next_sequence(kind.webhooks, webhook_id)
        body = payload.deactivated_body(self.state, self.switches, guid, sequence, actor)
        self.outbox.add(
            Request(
                kind=DEACTIVATION,
                source=kind.webhooks,
                source_id=webhook_id,
                name=guid,
                method="POST",
                url=str(webhook["deactivationUrl"]),
                headers={"Content-Type": JSON, **self._last_signature(webhook, body)},
                event="Deactivated",
                entity=kind.webhooks,
                row_id=webhook_id,
                sequence=sequence,
            ),
            body,
        )

    def _last_signature(self, webhook: Row, body: bytes) -> dict[str, str]:
        how = self.switches["deactivated_signature"]
        if how == "none":
            return {}
        secret = secret_of(self.state, webhook)
        return {payload.SIGNATURE: payload.signature(secret if how == "signed" else "", body)}

    def _hear_resource(self, change: Change) -> None:
        """Deactivate the webhooks of an owner who is no longer active. Documented."""
        if (change.after or {}).get("isActive") or not (change.before or {}).get("isActive"):
            return
        for kind in KINDS:
            where = '"ownerResourceID" = ? AND "isActive" = 1'
            for webhook_id in self.state.ids(kind.webhooks, where, (change.id,)):
                self.disable(kind, webhook_id)

    def disable(self, kind: Kind, webhook_id: int) -> None:
        """Switch a webhook off, as the system does after too many failures."""
        with self.state.transaction():
            changes: dict[str, Any] = {"isActive": 0}
            effects.update(self.state, kind.webhooks, webhook_id, changes, ADMINISTRATOR)
