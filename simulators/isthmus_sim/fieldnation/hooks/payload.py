"""Write what a webhook carries: body and headers, in each dialect the vendor's pages show. Pure.

Source: the vendor's payload page of 2026 for the snake_case body and the X-FN headers; its pages
of 2025 for the camelCase body and the older header names.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CONNECTION = ("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade")
SNAKE, CAMEL = "snake_case", "camelCase"


@dataclass(frozen=True)
class Event:
    """
    One thing that happened to one work order, as it is told.

    params: beyond `work_order_id`. at: aware UTC. trace_id: the same in every delivery of it.
    work_order: the whole order as the REST API shows it.
    """

    name: str
    work_order_id: int
    params: Mapping[str, Any]
    at: datetime
    user_id: int
    trace_id: str
    work_order: Mapping[str, Any]


@dataclass(frozen=True)
class Stamp:
    """What the headers of one attempt say. delivery_id: with `:attempt`. at: aware UTC."""

    secret: str
    webhook_id: str
    delivery_id: str
    trace_id: str
    event_name: str
    at: datetime


def write_body(event: Event, dialect: str, *, id_as_text: bool) -> bytes:
    """Give the bytes that are signed and sent. id_as_text: `work_order_id` as a string."""
    shown_id = str(event.work_order_id) if id_as_text else event.work_order_id
    written = _camel(event, shown_id) if dialect == CAMEL else _snake(event, shown_id)
    return orjson.dumps(written)


def write_headers(
    stamp: Stamp, body: bytes, own: Mapping[str, str], *, older: bool
) -> dict[str, str]:
    """
    Give the headers of one attempt.

    Args: own: the webhook's, which replace none of the vendor's and none of the connection's.
        older: with the names of 2025 beside the vendor's.
    """
    headers = {
        "Content-Type": "application/json",
        "X-FN-Signature": sign(stamp.secret, body),
        "X-FN-Webhook-Id": stamp.webhook_id,
        "X-FN-Delivery-Id": stamp.delivery_id,
        "X-FN-Event-Trace-Id": stamp.trace_id,
        "X-FN-Request-Timestamp": str(round(stamp.at.timestamp() * 1000)),
    }
    if older:
        headers["x-fn-event-name"] = stamp.event_name
        headers["x-fn-timestamp"] = stamp.at.isoformat(timespec="milliseconds")
    taken = {*CONNECTION, *map(str.lower, headers)}
    return headers | {name: text for name, text in own.items() if name.lower() not in taken}


def sign(secret: str, body: bytes) -> str:
    """Give `sha256=` and the hexadecimal HMAC-SHA256 of the raw body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _snake(event: Event, shown_id: int | str) -> dict[str, Any]:
    return {
        "event": {"name": event.name, "params": {"work_order_id": shown_id, **_own(event)}},
        "timestamp": event.at.isoformat(timespec="seconds"),
        "triggered_by_user": {"id": event.user_id},
        "workorder": event.work_order,
    }


def _camel(event: Event, shown_id: int | str) -> dict[str, Any]:
    """Write the older form. What `data` held is assumed: the parameters and the order."""
    params = {_to_camel(name): value for name, value in _own(event).items()}
    return {
        "eventName": event.name,
        "eventId": event.trace_id,
        "workOrderId": shown_id,
        "timestamp": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {**params, "triggeredByUserId": event.user_id, "workOrder": event.work_order},
    }


def _own(event: Event) -> dict[str, Any]:
    return {name: value for name, value in event.params.items() if name != "work_order_id"}


def _to_camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
