"""The webhooks API: which path means what, and the answers.

Source: paths, parameters, envelopes and the 200 of every answer are in the vendor's webhooks
description. The path of the description's own document is the one its text names.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.base.clock import to_text
from isthmus_sim.base.reply import Reply, json_reply
from isthmus_sim.fieldnation.account import tokens
from isthmus_sim.fieldnation.base.errors import Refusal
from isthmus_sim.fieldnation.hooks import openapi
from isthmus_sim.fieldnation.hooks.errors import HookRefused, refusal
from isthmus_sim.fieldnation.hooks.events import EVENTS, MODEL
from isthmus_sim.fieldnation.hooks.listing import Listing, choose, fields_of, make_page
from isthmus_sim.fieldnation.hooks.webhooks import ATTRIBUTES, FIELDS, Webhook, Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call
    from isthmus_sim.fieldnation.hooks.engine import Engine

BASE = ("api", "v1", "webhooks")
DESCRIPTION = ("integrations", "webhooks", "_api-json")
LOG_FIELDS = (
    "deliveryId", "webhookId", "workOrderId", "eventName", "deliveryStatus", "deliveryAttempt",
    "createdAt",
)  # fmt: skip
CHANGE_FIELDS = ("id", "userId", "action", "changes", "createdAt", "updatedAt")
WEBHOOK_LIST = Listing(
    fields=FIELDS,
    sorts=("id", "webhookId", "updatedAt", "createdAt"),
    sort="id",
    filters=("status", "webhookId"),
    searched=("webhookId", "url", "events"),
)
LOG_LIST = Listing(
    fields=LOG_FIELDS,
    sorts=(*LOG_FIELDS[:5], "createdAt"),
    sort="createdAt",
    filters=("deliveryId", "webhookId", "workOrderId", "eventName", "deliveryStatus"),
    searched=("deliveryId", "webhookId", "workOrderId", "eventName"),
    per_page=50,
    numeric=("workOrderId",),
)
CHANGE_LIST = Listing(
    fields=CHANGE_FIELDS,
    sorts=("id", "updatedAt", "userId", "action"),
    sort="id",
    filters=("userId",),
    searched=("userId", "action"),
)


class HooksApi:
    """Answers /api/v1/webhooks and the description of it."""

    def __init__(self, ground: Ground, webhooks: Webhooks, engine: Engine) -> None:
        self._ground = ground
        self._webhooks = webhooks
        self._engine = engine

    def answer(self, call: Call) -> Reply:
        """Answer one call; a refusal is an answer too."""
        try:
            if call.segments == DESCRIPTION:
                return json_reply(openapi.document(call.origin))
            rest = call.segments[len(BASE) :]
            if self._is_file(rest, call):
                return self._file(rest[1], call)
            self._sign_in(call)
            return self._route(rest, call)
        except HookRefused as refused:
            return refusal(refused, call.path, call.at)

    def _sign_in(self, call: Call) -> None:
        """Check the bearer token; one in the query does not count. Source: documented."""
        call.token = tokens.bearer(call.headers)
        try:
            call.user = tokens.check(self._ground, call.token)
        except Refusal as refused:
            raise HookRefused(refused.kind.status, refused.detail) from refused

    def _route(self, rest: tuple[str, ...], call: Call) -> Reply:
        places: dict[tuple[str, ...], dict[str, Callable[[], Reply]]] = {
            (): {"GET": lambda: self._list(call), "POST": lambda: self._create(call)},
            ("events",): {"GET": lambda: self._events(call)},
            ("delivery-logs",): {"GET": lambda: self._logs(call)},
        }
        handlers = places.get(rest) or self._below(rest, call)
        if handlers is None:
            raise HookRefused(404, f"Cannot {call.method} {call.path}")
        handler = handlers.get(call.method)
        if handler is None:
            raise HookRefused(404, f"Cannot {call.method} {call.path}")
        return handler()

    def _below(self, rest: tuple[str, ...], call: Call) -> dict[str, Callable[[], Reply]] | None:
        if rest[0] == "delivery-logs":
            if len(rest) == 2:
                return {"GET": lambda: self._log(rest[1], call)}
            if len(rest) == 3 and rest[2] == "retry":
                return {"PATCH": lambda: self._retry(rest[1], call)}
            return None
        if len(rest) == 1:
            return {
                "GET": lambda: self._get(rest[0], call),
                "PUT": lambda: self._update(rest[0], call),
                "DELETE": lambda: self._delete(rest[0], call),
            }
        if len(rest) == 2 and rest[1] == "history":
            return {"GET": lambda: self._history(rest[0], call)}
        if len(rest) == 3:
            return {"DELETE": lambda: self._delete_attribute(rest, call)}
        return None

    # Webhooks ------------------------------------------------------------------------

    def _list(self, call: Call) -> Reply:
        status = call.query.get("status")
        if status and status not in openapi.STATUSES:
            raise HookRefused(400, f"status must be one of: {', '.join(openapi.STATUSES)}")
        return self._page(self._webhooks.all(), call, WEBHOOK_LIST)

    def _create(self, call: Call) -> Reply:
        return _done(self._shown(self._webhooks.create(_body(call), call.user)), call)

    def _get(self, webhook_id: str, call: Call) -> Reply:
        webhook = self._webhooks.need(webhook_id)
        shown = choose(webhook, fields_of(call.query) or FIELDS)
        wanted = call.query.get("webhookAttribute", "").split(",")
        chosen = {n: webhook["attributes"][n] for n in ATTRIBUTES if n in wanted}
        return _done({**shown, "webhookAttribute": chosen} if chosen else shown, call)

    def _update(self, webhook_id: str, call: Call) -> Reply:
        return _done(self._shown(self._webhooks.update(webhook_id, _body(call), call.user)), call)

    def _delete(self, webhook_id: str, call: Call) -> Reply:
        return _done(self._shown(self._webhooks.delete(webhook_id, call.user)), call)

    def _delete_attribute(self, rest: tuple[str, ...], call: Call) -> Reply:
        webhook_id, kind, name = rest
        self._webhooks.delete_attribute(webhook_id, kind, name, call.user)
        return _done({}, call)

    def _history(self, webhook_id: str, call: Call) -> Reply:
        found = self._webhooks.history(webhook_id)
        # The published schema declares one row, its text a page of them: which holds is not known.
        if self._ground.switches["webhook_history"] == "row":
            return json_reply(choose(found[-1], CHANGE_FIELDS))
        return self._page(found, call, CHANGE_LIST)

    def _events(self, call: Call) -> Reply:
        model = call.query.get("model")
        found = [
            {"name": name, "label": label, "description": told, "model": MODEL}
            for name, (label, told) in EVENTS.items()
            if not model or model.lower() == MODEL.lower()
        ]
        return _done(found, call, {"query": {"model": model} if model else {}})

    # Delivery logs -------------------------------------------------------------------

    def _logs(self, call: Call) -> Reply:
        return self._page(self._engine.deliveries.logs(), call, LOG_LIST)

    def _log(self, delivery_id: str, call: Call) -> Reply:
        log = self._engine.deliveries.log(delivery_id)
        shown = choose(log, LOG_FIELDS)
        signed = self._signature(str(log["deliveryId"]))
        link = f"{call.origin}{openapi.BASE}/delivery-logs/{log['deliveryId']}/file"
        return _done({**shown, "delivery_log": f"{link}?signature={signed}"}, call)

    def _retry(self, delivery_id: str, call: Call) -> Reply:
        return _done({"job_id": self._engine.retry(delivery_id)}, call)

    def _is_file(self, rest: tuple[str, ...], call: Call) -> bool:
        place = len(rest) == 3 and rest[0] == "delivery-logs" and rest[2] == "file"
        return place and call.method == "GET"

    def _file(self, delivery_id: str, call: Call) -> Reply:
        """Give the full log of an attempt to who holds the signed link. The path is assumed."""
        given = call.query.get("signature", "")
        if not hmac.compare_digest(given.encode(), self._signature(delivery_id).encode()):
            raise HookRefused(403, "The signature does not match")
        return json_reply(self._engine.deliveries.full_log(delivery_id))

    def _signature(self, delivery_id: str) -> str:
        return self._ground.token_text("delivery log", delivery_id)

    # Inside --------------------------------------------------------------------------

    def _shown(self, webhook: Webhook) -> dict[str, Any]:
        return choose(webhook, FIELDS)

    def _page(self, rows: list[dict[str, Any]], call: Call, listing: Listing) -> Reply:
        page = make_page(rows, call.query, listing)
        about = {"count": len(page.rows), "total": page.total, "query": page.query}
        return _done(page.rows, call, about)


def _done(result: Any, call: Call, about: dict[str, Any] | None = None) -> Reply:
    metadata = {"timestamp": to_text(call.at), **(about or {})}
    return json_reply({"metadata": metadata, "result": result})


def _body(call: Call) -> Any:
    try:
        return orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise HookRefused(400, "the body is not JSON") from error
