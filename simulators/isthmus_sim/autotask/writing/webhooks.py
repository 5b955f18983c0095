"""
The vendor's five kinds of webhook as rows: what they are about, and the rules of writing them.

Source: field lists and routes from the Swagger document; url, duplicate and right rules from the
vendor's webhook pages. Every wording here is assumed. That a secret is not shown again is assumed
(switch).
"""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.tenant.shapes import PicklistEntry

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.autotask.writing.rules import Write

FIRST_UDF_ID = 29_682_701
EVENTS = {
    "create": "isSubscribedToCreateEvents",
    "update": "isSubscribedToUpdateEvents",
    "delete": "isSubscribedToDeleteEvents",
}
HIDDEN = ""


@dataclass(frozen=True)
class Kind:
    """One kind of webhook: the collection it watches, and the name payloads use for its rows."""

    prefix: str
    watched: str
    entity: str
    has_udfs: bool = True

    @property
    def webhooks(self) -> str:
        """Name the collection of its webhooks."""
        return f"{self.prefix}Webhooks"

    @property
    def fields(self) -> str:
        """Name the collection of its fields."""
        return f"{self.prefix}WebhookFields"

    @property
    def udf_fields(self) -> str:
        """Name the collection of its user-defined fields; ticket notes have none."""
        return f"{self.prefix}WebhookUdfFields"

    @property
    def excluded(self) -> str:
        """Name the collection of the resources it does not hear."""
        return f"{self.prefix}WebhookExcludedResources"


# Payloads name entities as the older SOAP API did (observed: Ticket, Account).
KINDS = (
    Kind("Company", "Companies", "Account"),
    Kind("Contact", "Contacts", "Contact"),
    Kind("ConfigurationItem", "ConfigurationItems", "InstalledProduct"),
    Kind("Ticket", "Tickets", "Ticket"),
    Kind("TicketNote", "TicketNotes", "TicketNote", has_udfs=False),
)
BY_WATCHED = {kind.watched: kind for kind in KINDS}
BY_WEBHOOKS = {kind.webhooks: kind for kind in KINDS}
BY_FIELDS = {name: kind for kind in KINDS for name in (kind.fields, kind.udf_fields)}
BY_EXCLUDED = {kind.excluded: kind for kind in KINDS}


# Picklists ---------------------------------------------------------------------------


def derive_picklists(state: State) -> None:
    """
    Let fieldID and udfFieldID list what a webhook can name.

    The numbers for companies and tickets are observed and stand in the catalogue; the others,
    and those of user-defined fields, are assumed.
    """
    for kind in KINDS:
        if not state.catalog[kind.fields].by_name["fieldid"].values:
            state.derived[kind.fields, "fieldID"] = _fields_of(state, kind)
        if kind.has_udfs:
            state.derived[kind.udf_fields, "udfFieldID"] = _udfs_of(state, kind)


def _fields_of(state: State, kind: Kind) -> Any:
    known = [f for f in state.catalog[kind.watched].fields if f.name != "id"]
    chosen = [f for f in known if f.webhook] or known
    names = [f.name[0].upper() + f.name[1:] for f in chosen]
    entries = [
        PicklistEntry(str(number), name, is_system=True, sort_order=number)
        for number, name in enumerate(names, 1)
    ]
    return lambda: entries


def _udfs_of(state: State, kind: Kind) -> Any:
    def entries() -> list[PicklistEntry]:
        return [
            PicklistEntry(str(FIRST_UDF_ID + number), definition.name, sort_order=number + 1)
            for number, definition in enumerate(state.udf_definitions(kind.watched))
        ]

    return entries


# Secrets -----------------------------------------------------------------------------


def secret_of(state: State, webhook: Row) -> str:
    """Give the secret a webhook signs with."""
    shown = webhook["secretKey"]
    return str(shown or state.meta_get(_secret_key(webhook), ""))


def forget_secret(state: State, webhook: Row) -> None:
    """Forget the secret of a webhook that is gone."""
    state.sql("DELETE FROM _meta WHERE key = ?", (_secret_key(webhook),))


def new_guid() -> str:
    """Make the name a webhook carries in its payloads."""
    return str(uuid.uuid4())


def _secret_key(webhook: Row) -> str:
    return f"webhook secret {webhook['webhookGUID']}"


def is_loopback(url: str) -> bool:
    """Tell whether a URL leads to this machine, without asking anybody."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# Rules -------------------------------------------------------------------------------


def check_webhook(collection: str, write: Write) -> None:
    """
    Apply the rules of webhooks, their fields and their excluded resources.

    Raises: VendorError.
    """
    if collection in BY_WEBHOOKS:
        _webhook(BY_WEBHOOKS[collection], write)
    elif collection in BY_FIELDS:
        _field(collection, write)
    elif collection in BY_EXCLUDED:
        _refuse_twin(write, collection, "resourceID")


def is_ready(state: State, kind: Kind, webhook_id: int) -> bool:
    """Tell whether a webhook has a field of any kind; before that it stays silent."""
    names = (kind.fields, kind.udf_fields) if kind.has_udfs else (kind.fields,)
    return any(state.ids(name, '"webhookID" = ?', (webhook_id,)) for name in names)


def _webhook(kind: Kind, write: Write) -> None:
    new, old = write.new, write.old
    for name in ("webhookUrl", "deactivationUrl"):
        if write.changed(name):
            _check_url(write, name, str(new[name]))
    for name in EVENTS.values():
        new[name] = new[name] or 0
    if old is None:
        _check_right(write)
        new["ownerResourceID"] = write.actor
        new["webhookGUID"] = new_guid()
        new["isReady"] = 0
    else:
        new["isReady"] = old["isReady"]
    _check_active(kind, write)
    _check_duplicate(kind, write)
    _hide_secret(write)


def _check_right(write: Write) -> None:
    """The security level must allow webhooks, up to a number. Documented by an integrator."""
    most = int(write.switches["webhook_right_max"])
    if most == 0:
        refusal = errors.no_permission("create")
        refusal.status = int(write.switches["permission_status"])
        raise refusal
    owned = sum(
        len(write.state.ids(kind.webhooks, '"ownerResourceID" = ?', (write.actor,)))
        for kind in KINDS
    )
    if owned >= most:
        raise errors.VendorError(
            f"The maximum number of webhooks ({most}) allowed by the security level is reached."
        )


def _check_url(write: Write, name: str, url: str) -> None:
    """Documented: HTTPS on 443. The simulator lets loopback in, unless a switch is strict."""
    rule = write.switches["webhook_urls"]
    parts = urlsplit(url)
    fits = parts.scheme in ("http", "https") and bool(parts.hostname)
    secure = parts.scheme == "https" and _port(url) in (None, 443)
    if not fits or not (secure or rule == "any" or (rule != "https" and is_loopback(url))):
        raise errors.on_record(f"{name} must be a valid https URL on port 443.")


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return 0


def _check_active(kind: Kind, write: Write) -> None:
    """Reported by an integrator: 50 active webhooks per entity."""
    if not write.new["isActive"] or not write.changed("isActive"):
        return
    most = int(write.switches["webhooks_active_max"])
    if len(write.state.ids(kind.webhooks, '"isActive" = 1')) >= most:
        raise errors.VendorError(
            f"The maximum of {most} active webhooks for this entity is reached."
        )


def _check_duplicate(kind: Kind, write: Write) -> None:
    """Documented: same entity, URL and event type; inactive and other owners' ones count."""
    new = write.new
    if not write.changed("webhookUrl", *EVENTS.values()):
        return
    wanted = [f'"{name}" = 1' for name in EVENTS.values() if new[name]]
    if not wanted:
        return
    where = f'lower("webhookUrl") = ? AND id IS NOT ? AND ({" OR ".join(wanted)})'
    if write.state.ids(kind.webhooks, where, (str(new["webhookUrl"]).lower(), new["id"])):
        raise errors.VendorError(
            "A webhook with the same entity, webhookUrl and event type already exists."
        )


def _hide_secret(write: Write) -> None:
    """Keep the secret where no answer shows it, unless the switch lets it be seen."""
    new = write.new
    secret = new["secretKey"]
    if secret == HIDDEN:
        if write.old is None:
            raise errors.required_value_missing("secretKey")
        return
    write.state.meta_set(_secret_key(new), secret)
    if not write.switches["webhook_secret_shown"]:
        new["secretKey"] = HIDDEN


def _field(collection: str, write: Write) -> None:
    name = "udfFieldID" if collection.endswith("UdfFields") else "fieldID"
    known = {entry.value for entry in write.state.picklist(collection, name)}
    if str(write.new[name]) not in known:
        raise errors.picklist_value_unknown(write.new[name], name)
    _refuse_twin(write, collection, name)


def _refuse_twin(write: Write, collection: str, name: str) -> None:
    """Refuse a field or resource a webhook already has. Assumed."""
    where = f'"webhookID" = ? AND "{name}" = ? AND id IS NOT ?'
    values = (write.new["webhookID"], write.new[name], write.new["id"])
    if write.state.ids(collection, where, values):
        raise errors.VendorError(f"{name} {write.new[name]} is already on this webhook.")
