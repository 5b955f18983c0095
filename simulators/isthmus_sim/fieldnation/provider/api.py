"""The provider's side as JSON, under /provider/api/. Ours: the vendor has no such API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.base.reply import Reply, json_reply
from isthmus_sim.fieldnation.base.errors import Refusal, invalid, missing
from isthmus_sim.fieldnation.provider import sight
from isthmus_sim.fieldnation.provider.actions import ACTIONS, act, offered
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call

ROUTES = (
    "GET /provider/api/",
    "GET /provider/api/providers",
    "GET /provider/api/{provider}/orders",
    "GET /provider/api/{provider}/orders/{order}",
    "POST /provider/api/{provider}/orders/{order}/{action}",
)


def answer(ground: Ground, call: Call) -> Reply:
    """Answer one call below /provider/api; a refusal is {"error": text}."""
    try:
        return json_reply(_route(ground, call, call.segments[2:]))
    except Refusal as refused:
        return json_reply({"error": refused.detail}, refused.kind.status)


def _route(ground: Ground, call: Call, rest: tuple[str, ...]) -> Any:
    if call.method == "GET" and rest == ():
        return _index()
    if call.method == "GET" and rest == ("providers",):
        return [_person(user) for user in sight.providers(ground)]
    if len(rest) >= 2 and rest[1] == "orders":
        provider = sight.need_provider(ground, _id(rest[0]))["id"]
        if call.method == "GET" and len(rest) == 2:
            return _orders(ground, provider, call.query.get("relation", ""))
        if call.method == "GET" and len(rest) == 3:
            return _shown(ground, provider, _id(rest[2]))
        if call.method == "POST" and len(rest) == 4:
            return _after(
                ground, provider, act(ground, provider, _id(rest[2]), rest[3], _body(call))
            )
    raise missing("Route", f"{call.method} {call.path}")


def _index() -> dict[str, Any]:
    takes = {
        name: {
            "label": action.label,
            "takes": {
                one.name: one.label + (" (required)" if one.required else "")
                for one in action.given
            },
        }
        for name, action in ACTIONS.items()
    }
    return {"routes": list(ROUTES), "actions": takes}


def _orders(ground: Ground, provider: int, wanted: str) -> list[dict[str, Any]]:
    columns = ("id", "title", "status", "location", "schedule", "pay")
    return [
        {**show(ground, order, columns), **_about(how, order)}
        for how, order in sight.visible(ground, provider)
        if wanted in ("", how)
    ]


def _after(ground: Ground, provider: int, order: dict[str, Any]) -> dict[str, Any]:
    """Give an order as a step left it, also when it is out of the provider's sight now."""
    how = sight.relation(order, provider)
    if how is None:
        return {"id": order["id"], "relation": None, "provider_actions": []}
    return {**show(ground, order), **_about(how, order)}


def _shown(ground: Ground, provider: int, order_id: int) -> dict[str, Any]:
    how, order = sight.need_order(ground, provider, order_id)
    return {**show(ground, order), **_about(how, order)}


def _about(how: str, order: dict[str, Any]) -> dict[str, Any]:
    names = [action.name for action in offered(how, order)]
    return {"relation": how, "provider_actions": names}


def _person(user: dict[str, Any]) -> dict[str, Any]:
    return {key: user[key] for key in ("id", "first_name", "last_name", "city", "state")}


def _id(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise missing("Number", text)
    return int(text)


def _body(call: Call) -> dict[str, Any]:
    try:
        body = orjson.loads(call.body) if call.body.strip() else {}
    except orjson.JSONDecodeError:
        raise invalid("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The body takes an object.")
    return body
