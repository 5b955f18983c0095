"""
What a webhook says, from its body and headers; both dialects give the same shape.

Pure. The present dialect is `{event{name, params}, timestamp, triggered_by_user, workorder}`; the
other, `{eventName, eventId, workOrderId, timestamp, data}`, is shown on pages of 2025. Source:
developer documentation of webhooks v3; which one an account sends is not verified: both are read.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from isthmus.fieldnation.errors import EventBroken, TimeUnclear
from isthmus.fieldnation.readout import id_of
from isthmus.fieldnation.times import from_wire

_REMEDY: Final = (
    "Check in Field Nation that this webhook has no payload template: a template makes bodies of"
    " any shape. The delivery can be sent again from its log."
)
_LATEST: Final = 1e11  # a Unix time above it is in milliseconds


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened to a work order.

    `message_id` tells repeats: equal for every attempt to deliver the same event. `at` is when it
    happened, aware UTC; None when neither body nor headers say. `attempt` counts from what the
    vendor appends to the delivery id. `triggered_by` is the user who caused it, so that our own
    writes can be told. `work_order` is the order as it was then; None when the body has none.
    """

    name: str
    work_order_id: int
    message_id: str
    at: datetime | None
    status_id: int | None = None
    previous_status_id: int | None = None
    triggered_by: int | None = None
    delivery_id: str = ""
    attempt: int | None = None
    trace_id: str = ""
    webhook_id: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    work_order: Mapping[str, Any] | None = field(default=None, repr=False)
    dialect: Literal["current", "camel"] = "current"


def parse_event(body: bytes, headers: Mapping[str, str]) -> Event:
    """
    Return the event in a webhook's body; header names in any case.

    Verify the signature first: this reads whatever it is given.
    Raises: EventBroken: no JSON object, no event name, or no work order id.
    """
    found = _decode(body)
    names = {name.lower(): value for name, value in headers.items()}
    said = _current(found) if isinstance(found.get("event"), Mapping) else _camel(found, names)
    delivery_id, attempt = split_delivery(names.get("x-fn-delivery-id", ""))
    trace_id = names.get("x-fn-event-trace-id", "")
    known = delivery_id or trace_id or said.event_id
    return Event(
        name=said.name,
        work_order_id=said.work_order_id,
        message_id=known or f"sha256:{hashlib.sha256(body).hexdigest()}",
        at=_moment(found.get("timestamp")) or _sent_at(names),
        status_id=id_of(_first(said.params, "status_id", "statusId")),
        previous_status_id=id_of(_first(said.params, "previous_status_id", "previousStatusId")),
        triggered_by=said.triggered_by,
        delivery_id=delivery_id,
        attempt=attempt,
        trace_id=trace_id,
        webhook_id=names.get("x-fn-webhook-id", ""),
        params=said.params,
        work_order=said.work_order,
        dialect=said.dialect,
    )


def split_delivery(header: str) -> tuple[str, int | None]:
    """
    Return the delivery id and the attempt of `<uuid>:<attempt>`; None without an attempt.

    Source: the form is documented, that the first part stays the same is assumed.
    """
    front, colon, tail = header.strip().rpartition(":")
    if colon and front and tail.isdecimal():
        return front, int(tail)
    return header.strip(), None


@dataclass(frozen=True, slots=True)
class _Said:
    """What the body says, before the headers are read."""

    name: str
    work_order_id: int
    params: Mapping[str, Any]
    work_order: Mapping[str, Any] | None
    triggered_by: int | None
    event_id: str
    dialect: Literal["current", "camel"]


def _current(found: Mapping[str, Any]) -> _Said:
    event = _object(found.get("event"))
    params = _object(event.get("params"))
    order = _object(found.get("workorder"))
    return _Said(
        name=_name(event.get("name")),
        work_order_id=_order_id(params.get("work_order_id"), order.get("id")),
        params=params,
        work_order=order or None,
        triggered_by=id_of(_object(found.get("triggered_by_user")).get("id")),
        event_id="",
        dialect="current",
    )


def _camel(found: Mapping[str, Any], headers: Mapping[str, str]) -> _Said:
    data = _object(found.get("data"))
    order = _object(_first(data, "workorder", "workOrder", "work_order"))
    user = _first(found, "triggeredByUser", "triggered_by_user")
    actor = _object(user or _first(data, "triggeredByUser", "triggered_by_user"))
    asked = _first(found, "workOrderId", "work_order_id")
    within = _first(data, "workOrderId", "work_order_id")
    event_id = found.get("eventId")
    return _Said(
        name=_name(found.get("eventName") or headers.get("x-fn-event-name")),
        work_order_id=_order_id(asked, within, order.get("id")),
        params={key: value for key, value in data.items() if value is not order},
        work_order=order or None,
        triggered_by=id_of(actor.get("id")),
        event_id=str(event_id) if isinstance(event_id, (str, int)) else "",
        dialect="camel",
    )


def _decode(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise EventBroken("The webhook's body is no JSON", remedy=_REMEDY) from None
    if not isinstance(found, dict):
        raise EventBroken("The webhook's body is no JSON object", remedy=_REMEDY)
    return found


def _name(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise EventBroken("The webhook's body names no event", remedy=_REMEDY)


def _order_id(*candidates: object) -> int:
    for candidate in candidates:
        number = id_of(candidate)
        if number is not None:
            return number
    raise EventBroken("The webhook's body names no work order", remedy=_REMEDY)


def _moment(value: object) -> datetime | None:
    """Return a text or a Unix time as aware UTC; None for what is neither."""
    try:
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            seconds = float(value) / 1000 if abs(float(value)) > _LATEST else float(value)
            return datetime.fromtimestamp(seconds, UTC)
        return from_wire(value)
    except (TimeUnclear, ValueError, OverflowError, OSError):
        return None


def _sent_at(headers: Mapping[str, str]) -> datetime | None:
    stamp = headers.get("x-fn-request-timestamp", "")
    if stamp.isdecimal():
        return _moment(int(stamp))
    return _moment(headers.get("x-fn-timestamp"))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _first(found: Mapping[str, Any], *keys: str) -> Any:
    return next((found[key] for key in keys if found.get(key) is not None), None)
