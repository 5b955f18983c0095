"""A receiver of webhooks on loopback, and what a test does with a tenant that has webhooks."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import BaseRequest

from isthmus_sim.in_thread import AutotaskSim

SECRET = "a shared secret"
PATIENCE_S = 20


@dataclass(frozen=True)
class Got:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def signed_with(self, secret: str) -> bool:
        """Verify as the vendor's page tells receivers to."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha1).digest()
        expected = "sha1=" + base64.b64encode(digest).decode()
        return hmac.compare_digest(self.headers.get("X-Hook-Signature", ""), expected)


@dataclass
class Receiver:
    """Keeps what arrives; answers 200, or what `answers` says first, after `pause_s`."""

    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    always: int = 200
    pause_s: float = 0
    url: str = ""

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        body = await request.read()
        query = dict(request.query)
        self.got.append(Got(request.method, request.path, query, dict(request.headers), body))
        await asyncio.sleep(self.pause_s)
        return web.Response(status=self.answers.pop(0) if self.answers else self.always)

    def ready(self, origin: str) -> dict[str, Any]:
        return {"url": origin}

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        return ()

    def close(self) -> None:
        self.got.clear()

    def wait(self, count: int, path: str = "") -> list[Got]:
        """Wait for so many requests to a path; give them in the order they came."""
        until(lambda: len(self.at(path)) >= count)
        return self.at(path)

    def at(self, path: str = "") -> list[Got]:
        return [got for got in self.got if not path or got.path == path]


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true, and fail when it never is."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.005)


def settle(sim: AutotaskSim) -> list[dict[str, Any]]:
    """Wait until nothing is being posted nor due; give what waits for its time."""

    def quiet() -> bool:
        queue = sim.admin("GET", "deliveries/queue")
        now = sim.admin("GET", "clock")["now"]
        return not queue["in_flight"] and all(
            w["due"] > now or w["held"] for w in queue["waiting"] if w["head"]
        )

    until(quiet)
    waiting: list[dict[str, Any]] = sim.admin("GET", "deliveries/queue")["waiting"]
    return waiting


def advance(sim: AutotaskSim, seconds: float) -> None:
    """Move the clock once all that is due is done."""
    settle(sim)
    sim.admin("POST", "clock", {"advance_s": seconds})
    settle(sim)


def field_id(sim: AutotaskSim, prefix: str, label: str) -> int:
    """Look a field's number up where the vendor lists it."""
    fields = sim.get(f"{prefix}WebhookFields/entityInformation/fields").json["fields"]
    listed = next(f for f in fields if f["name"] == "fieldID")["picklistValues"]
    return next(int(v["value"]) for v in listed if v["label"].lower() == label.lower())


def register(
    sim: AutotaskSim,
    url: str,
    prefix: str = "Ticket",
    subscribed: Sequence[str] = ("Title",),
    always: Sequence[str] = (),
    **more: Any,
) -> int:
    """Make a webhook of all events as a client does; give its id."""
    made = sim.post(f"{prefix}Webhooks", webhook(url, **more))
    assert made.status == 200, made.body
    webhook_id: int = made.json["itemId"]
    for label in dict.fromkeys((*subscribed, *always)):
        answer = sim.post(
            f"{prefix}Webhooks/{webhook_id}/Fields",
            {
                "fieldID": field_id(sim, prefix, label),
                "isSubscribedField": label in subscribed,
                "isDisplayAlwaysField": label in always,
            },
        )
        assert answer.status == 200, answer.body
    return webhook_id


def webhook(url: str, **more: Any) -> dict[str, Any]:
    """Give the body of a webhook of all events."""
    return {
        "name": "Test",
        "webhookUrl": f"{url}/hook",
        "deactivationUrl": f"{url}/gone",
        "secretKey": SECRET,
        "isActive": True,
        "sendThresholdExceededNotification": False,
        "isSubscribedToCreateEvents": True,
        "isSubscribedToUpdateEvents": True,
        "isSubscribedToDeleteEvents": True,
        **more,
    }


def new_ticket(sim: AutotaskSim, **more: Any) -> int:
    """Create a ticket by the API; give its id."""
    body = {"title": "Made", "companyID": 0, "status": 1, "priority": 1, "queueID": 5}
    body["dueDateTime"] = "2026-12-01T00:00:00Z"
    made = sim.post("Tickets", {**body, **more})
    assert made.status == 200, made.body
    ticket_id: int = made.json["itemId"]
    return ticket_id
