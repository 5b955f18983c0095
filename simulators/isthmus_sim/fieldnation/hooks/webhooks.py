"""The registered webhooks and the history of their changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from isthmus_sim.base.clock import parse_time
from isthmus_sim.fieldnation.hooks.errors import HookRefused
from isthmus_sim.fieldnation.hooks.schedule import RATE_OVER
from isthmus_sim.fieldnation.hooks.wanted import read_wanted

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

KIND, CHANGES, MAILS = "webhook", "webhook_change", "mail"
FIELDS = (
    "id", "webhookId", "companyId", "userId", "events", "url", "method", "status", "secret",
    "notificationEmail", "modelProperties", "isIntegrationOnly", "createdAt", "updatedAt",
)  # fmt: skip
ATTRIBUTES = ("header", "legacy_field")
GIVE_UP_AFTER = timedelta(days=7)
SYSTEM_USER = 0

Webhook = dict[str, Any]


class Webhooks:
    """
    What is registered, by webhookId.

    A kept webhook has the vendor's fields and, unseen by the API: `attributes`, `dialect` (None
    for the switch's), `outcomes` of the latest attempts, `failing_since`.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def all(self) -> list[Webhook]:
        """Give every webhook, oldest first."""
        return self._ground.store.all(KIND)

    def find(self, webhook_id: str) -> Webhook | None:
        """Give a webhook, or None."""
        for webhook in self._ground.store.each(KIND):
            if webhook["webhookId"] == webhook_id:
                return self._ground.store.get(KIND, webhook["id"])
        return None

    def need(self, webhook_id: str) -> Webhook:
        """Give a webhook. Raises: HookRefused: it is not there."""
        found = self.find(webhook_id)
        if found is None:
            status = int(self._ground.switches["webhook_missing_status"])
            raise HookRefused(status, f"Webhook {webhook_id} was not found")
        return found

    def listening(self, event: str) -> list[Webhook]:
        """Give the active webhooks that want an event. An inactive one loses it, documented."""
        return [
            webhook
            for webhook in self._ground.store.each(KIND)
            if webhook["status"] == "active" and event in webhook["events"]
        ]

    # Changes -------------------------------------------------------------------------

    def create(self, body: Any, user: int) -> Webhook:
        """Register a webhook. Raises: HookRefused: 400, or 409 for a URL that has one."""
        wanted = read_wanted(body, whole=True, plain_http=self._plain_http)
        self._refuse_second(wanted["url"], None)
        store = self._ground.store
        number, now = store.next_id(KIND), self._ground.clock.now_text()
        attributes = wanted.pop("webhookAttribute", {})
        made: Webhook = {
            "id": number,
            "webhookId": self._uuid("webhook", number),
            "companyId": self._ground.account.company_id,
            "userId": user,
            "secret": self._uuid("secret", number),
            "notificationEmail": "",
            "modelProperties": [],
            "isIntegrationOnly": False,
            **wanted,
            "createdAt": now,
            "updatedAt": now,
            "attributes": {name: attributes.get(name, {}) for name in ATTRIBUTES},
            "dialect": None,
            "outcomes": "",
            "failing_since": None,
        }
        with store.transaction():
            store.put(KIND, number, made)
            self._remember(made, user, "created", _shown_changes(wanted))
        return made

    def update(self, webhook_id: str, body: Any, user: int) -> Webhook:
        """
        Change what a body names; `events` replaces the list, headers are added or replaced.

        Raises: HookRefused: 400 also for one that is archived, for good; 409 for a taken URL.
        Source: partial and the list documented; that a PUT merges headers is assumed.
        """
        webhook = self.need(webhook_id)
        if webhook["status"] == "archived":
            raise HookRefused(400, "An archived webhook cannot be changed")
        wanted = read_wanted(body, whole=False, plain_http=self._plain_http)
        if "url" in wanted:
            self._refuse_second(wanted["url"], webhook["id"])
        attributes = wanted.pop("webhookAttribute", {})
        for name in ATTRIBUTES:
            webhook["attributes"][name] |= attributes.get(name, {})
        changed = {name: value for name, value in wanted.items() if webhook[name] != value}
        action = "status_changed" if set(changed) == {"status"} else "updated"
        if changed.get("status") == "active":
            webhook["failing_since"] = None
        webhook.update(wanted)
        self._keep(webhook, user, action, _shown_changes({**changed, **attributes}))
        return webhook

    def delete(self, webhook_id: str, user: int) -> Webhook:
        """Delete a webhook; logs and history stay. Source: documented."""
        webhook = self.need(webhook_id)
        with self._ground.store.transaction():
            self._ground.store.delete(KIND, webhook["id"])
            self._remember(webhook, user, "deleted", {})
        return webhook

    def delete_attribute(self, webhook_id: str, kind: str, name: str, user: int) -> None:
        """Take a header or a legacy field away; names match in any case. Raises: HookRefused."""
        webhook = self.need(webhook_id)
        if kind not in ATTRIBUTES:
            raise HookRefused(400, f"attributeType must be one of: {', '.join(ATTRIBUTES)}")
        kept = webhook["attributes"][kind]
        same = [key for key in kept if key.lower() == name.lower()]
        if not same:
            status = int(self._ground.switches["webhook_missing_status"])
            raise HookRefused(status, f"Webhook attribute {kind} {name} was not found")
        for key in same:
            del kept[key]
        self._keep(webhook, user, "updated", {kind: {"removed": same}})

    def set_dialect(self, webhook_id: str, dialect: str | None) -> Webhook:
        """Let one webhook speak a dialect of its own; None follows the switch."""
        webhook = self.need(webhook_id)
        webhook["dialect"] = dialect
        self._ground.store.put(KIND, webhook["id"], webhook)
        return webhook

    def note_attempt(self, webhook_id: str, *, success: bool) -> Webhook | None:
        """
        Count an attempt; after seven days without a success the webhook becomes inactive.

        Source: seven days, inactive and the mail are documented.
        """
        webhook = self.find(webhook_id)
        if webhook is None:
            return None
        webhook["outcomes"] = (webhook["outcomes"] + ("1" if success else "0"))[-RATE_OVER:]
        now = self._ground.clock.now()
        since = webhook["failing_since"]
        if success:
            webhook["failing_since"] = None
        elif since is None:
            webhook["failing_since"] = self._ground.clock.now_text()
        elif now - parse_time(since) >= GIVE_UP_AFTER and webhook["status"] == "active":
            webhook["status"] = "inactive"
            changes = {"status": "inactive", "reason": "seven days of failures"}
            self._keep(webhook, SYSTEM_USER, "status_changed", changes)
            self._mail(webhook)
        self._ground.store.put(KIND, webhook["id"], webhook)
        return webhook

    def history(self, webhook_id: str) -> list[dict[str, Any]]:
        """Give the changes of a webhook, also of a deleted one. Raises: HookRefused."""
        changes = [
            change
            for change in self._ground.store.each(CHANGES)
            if change["webhookId"] == webhook_id
        ]
        if not changes:
            self.need(webhook_id)
        return changes

    # Inside --------------------------------------------------------------------------

    @property
    def _plain_http(self) -> str:
        return str(self._ground.switches["webhook_plain_http"])

    def _uuid(self, *parts: object) -> str:
        return str(UUID(hex=self._ground.token_text(*parts, length=32), version=4))

    def _refuse_second(self, url: str, own_id: int | None) -> None:
        """Refuse a URL that has a webhook. Documented; that archived ones do not count, assumed."""
        for other in self._ground.store.each(KIND):
            if other["url"] == url and other["id"] != own_id and other["status"] != "archived":
                raise HookRefused(409, f"A webhook for this URL exists already: {url}")

    def _keep(self, webhook: Webhook, user: int, action: str, changes: dict[str, Any]) -> None:
        webhook["updatedAt"] = self._ground.clock.now_text()
        with self._ground.store.transaction():
            self._ground.store.put(KIND, webhook["id"], webhook)
            self._remember(webhook, user, action, changes)

    def _remember(self, webhook: Webhook, user: int, action: str, changes: dict[str, Any]) -> None:
        store, now = self._ground.store, self._ground.clock.now_text()
        number = store.next_id(CHANGES)
        change = {
            "id": number,
            "webhookId": webhook["webhookId"],
            "userId": user,
            "action": action,
            "changes": changes,
            "createdAt": now,
            "updatedAt": now,
        }
        store.put(CHANGES, number, change)

    def _mail(self, webhook: Webhook) -> None:
        if not webhook["notificationEmail"]:
            return
        store = self._ground.store
        number = store.next_id(MAILS)
        store.put(
            MAILS,
            number,
            {
                "id": number,
                "to": webhook["notificationEmail"],
                "about": "webhook deactivated",
                "webhookId": webhook["webhookId"],
                "at": self._ground.clock.now_text(),
            },
        )


def _shown_changes(wanted: dict[str, Any]) -> dict[str, Any]:
    """Leave the secret out of the history: it says that it changed, not to what (assumed)."""
    return {name: "***" if name == "secret" else value for name, value in wanted.items()}
