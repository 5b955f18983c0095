"""Deliveries as the vendors' pages say they are made, with nothing of the product."""

import base64
import hashlib
import hmac
import json
from typing import Any

AUTOTASK_SECRET = "0123456789-of-autotask"
FIELDNATION_SECRET = "3f1d0a70-13c5-4a39-9d3e-8a4a2c2a0a11"
TOKEN = "t0k3n-that-nobody-guesses"
GUID = "11111111-2222-3333-4444-555555555555"


def autotask_headers(body: bytes, secret: str = AUTOTASK_SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha1).digest()
    return {"x-hook-signature": "sha1=" + base64.b64encode(digest).decode()}


def fieldnation_headers(
    body: bytes, secret: str = FIELDNATION_SECRET, delivery: str = "d-1:1"
) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "x-fn-signature": f"sha256={digest}",
        "x-fn-delivery-id": delivery,
        "x-fn-webhook-id": "w-1",
    }


def autotask_body(sequence: int = 1, **more: Any) -> bytes:
    told = {
        "Action": "Update",
        "Guid": GUID,
        "EntityType": "Ticket",
        "Id": 123,
        "Fields": {"Title": "A title"},
        "EventTime": "2026-05-27T10:00:00Z",
        "SequenceNumber": sequence,
        "PersonID": 29,
        **more,
    }
    return json.dumps({key: value for key, value in told.items() if value is not None}).encode()


def fieldnation_body(order: int = 77, user: int = 5, **more: Any) -> bytes:
    event = {"name": "workorder.status.published", "params": {"work_order_id": order}}
    told = {
        "event": event,
        "timestamp": "2026-05-27T10:00:00+00:00",
        "triggered_by_user": {"id": user},
        "workorder": {"id": order, "title": "A job"},
        **more,
    }
    return json.dumps(told).encode()
