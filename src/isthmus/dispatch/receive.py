"""
What came to a door: whose is it, and what does it say? Pure but for the id of a callout.

A delivery that is the vendor's beyond doubt is taken whatever it says: what is not understood is
kept as broken, because a refusal would make the vendor drop the event or, after some, the webhook.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from isthmus import fieldnation
from isthmus.autotask import webhooks as autotask
from isthmus.autotask.webhooks.payload import whole
from isthmus.base.ids import new_ordered_id
from isthmus.state.dispatch import Arrival

WEBHOOK_MOST: Final = 8 * 2**20
CALLOUT_MOST: Final = 256 * 2**10
"""Bytes of a body; what is longer is not read to its end."""
DEACTIVATED: Final = "Deactivated"
_LONGEST_ID: Final = 200
_LONGEST_NAME: Final = 100
ECHOES: Final = frozenset(
    {
        "workorder.created",
        "workorder.routed",
        "workorder.message_posted",
        "workorder.provider_upload",
        "workorder.custom_field_value_updated",
        "workorder.schedule_updated",
        "workorder.status.draft",
        "workorder.status.routed",
        "workorder.status.published",
    }
)
"""
What our own writes at Field Nation make it tell.

Anything else is news though our user did it: who approves and pays may use the same log-in.
"""
_NOTES_OF: Final = {"TicketNotes": ("ticketid", "Tickets")}


class Door(StrEnum):
    """Where it came in."""

    AUTOTASK = "autotask"
    AUTOTASK_GONE = "autotask-deactivated"
    FIELDNATION = "fieldnation"
    CALLOUT = "callout"


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    One request as it came; none of it is in the repr.

    `headers` in lower case. `query` without "?". `token` is the callout's, out of the path.
    """

    door: Door
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """
    What proves a sender, and who we are to each vendor.

    Secrets and tokens: all that count, newest first; () where that door is not set up.
    `own_resource` and `own_user`: whom our own calls act as, None when not known.
    """

    autotask: tuple[str, ...] = field(default=(), repr=False)
    fieldnation: tuple[str, ...] = field(default=(), repr=False)
    callout: tuple[str, ...] = field(default=(), repr=False)
    own_resource: int | None = None
    own_user: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is kept: the status to answer, and a word that shows nothing of what came."""

    status: int
    word: str

    @property
    def may_be_stale(self) -> bool:
        """Tell whether other secrets than those at hand might have let it in."""
        return self in {FORGED, UNKNOWN, NOT_SET_UP}


FORGED: Final = Refusal(401, "unsigned")
UNKNOWN: Final = Refusal(404, "unknown")
USELESS: Final = Refusal(400, "unclear")
NOT_SET_UP: Final = Refusal(503, "closed")
"""No secret is known: a fault of ours, so the vendor is to come again."""


def read(delivery: Delivery, keys: Keys) -> Arrival | Refusal:
    """Return what is to be kept of a delivery, or why nothing is."""
    if delivery.door is Door.FIELDNATION:
        return _fieldnation(delivery, keys)
    if delivery.door is Door.CALLOUT:
        return _callout(delivery, keys)
    return _autotask(delivery, keys)


# Autotask


def _autotask(delivery: Delivery, keys: Keys) -> Arrival | Refusal:
    if not any(keys.autotask):
        return NOT_SET_UP
    signature = delivery.headers.get(autotask.HEADER.lower())
    if autotask.verify(delivery.body, signature, keys.autotask) is None:
        return FORGED
    try:
        event = autotask.parse_payload(delivery.body)
    except autotask.PayloadBroken:
        return _broken("autotask", delivery)
    is_gone = event.action is autotask.Action.DEACTIVATED
    if is_gone and delivery.door is not Door.AUTOTASK_GONE:
        return _broken("autotask", delivery)  # such news has an address of its own
    return Arrival(
        source="autotask",
        message_id=_short(event.message_id) or _hash(delivery.body),
        event=DEACTIVATED if is_gone else f"{event.entity}.{event.action}",
        subject=f"Webhooks/{event.guid}" if is_gone else _subject(event),
        body=delivery.body,
        is_echo=not is_gone and _is(event.person_id, keys.own_resource),
        webhook=event.guid.casefold(),
        sequence=event.sequence,
    )


def _subject(event: autotask.Event) -> str:
    """Return what an event is about: of a note its ticket, where the event shows that."""
    name, entity = _NOTES_OF.get(event.entity or "", ("", ""))
    for field_name, value in event.fields.items():
        above = whole(value) if name and field_name.casefold() == name else None
        if above:
            return f"{entity}/{above}"
    return f"{event.entity}/{event.id}"


# Field Nation


def _fieldnation(delivery: Delivery, keys: Keys) -> Arrival | Refusal:
    if not any(keys.fieldnation):
        return NOT_SET_UP
    signature = fieldnation.signature_of(delivery.headers)
    if not fieldnation.verify(delivery.body, signature, keys.fieldnation):
        return FORGED
    try:
        event = fieldnation.parse_event(delivery.body, delivery.headers)
    except (fieldnation.EventBroken, ArithmeticError):  # a number may be beyond all measure
        return _broken("fieldnation", delivery)
    subject = f"WorkOrders/{event.work_order_id}"
    if _name(event.name) is None or _name(subject) is None:
        return _broken("fieldnation", delivery)
    return Arrival(
        source="fieldnation",
        message_id=_short(event.message_id) or _hash(delivery.body),
        event=event.name,
        subject=subject,
        body=delivery.body,
        is_echo=event.name in ECHOES and _is(event.triggered_by, keys.own_user),
        webhook=_name(event.webhook_id) or "",
    )


# Callouts


def _callout(delivery: Delivery, keys: Keys) -> Arrival | Refusal:
    if not any(keys.callout):
        return NOT_SET_UP
    if not _is_known(delivery.token, keys.callout):
        return UNKNOWN
    try:
        hint = autotask.parse_callout(query=delivery.query, body=delivery.body)
    except autotask.CalloutBroken:
        return USELESS
    subject = f"{hint.entity}/{hint.id}"
    if hint.id is None:
        subject = f"{hint.entity.removesuffix('s')}Numbers/{hint.number}"
    # Each is a trigger of its own, also when it says what the one before said. Its body is not
    # kept: it is not signed, it may hold a log-in, and no more than the ticket is believed of it.
    return Arrival("callout", f"{subject}@{new_ordered_id()}", "callout", subject)


def _is_known(token: str, tokens: tuple[str, ...]) -> bool:
    given = token.encode("utf-8", "replace")
    fits = False
    for one in tokens:
        fits |= hmac.compare_digest(one.encode(), given) and bool(one)
    return fits


# Of all


def _broken(source: str, delivery: Delivery) -> Arrival:
    return Arrival(source, _hash(delivery.body), "", "", delivery.body, is_broken=True)


def _is(actor: int | None, own: int | None) -> bool:
    return actor is not None and actor == own


def _short(message_id: str | None) -> str | None:
    """Return an id that fits where it is kept; None for one that does not."""
    text = message_id or ""
    return text if text.isprintable() and 0 < len(text) <= _LONGEST_ID else None


def _name(text: str) -> str | None:
    return text if text.isprintable() and 0 < len(text) <= _LONGEST_NAME else None


def _hash(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
