"""The token endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from isthmus_sim.base.reply import Reply, json_reply
from isthmus_sim.fieldnation.account import tokens

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call

PASSWORD, CLIENT, REFRESH = "password", "client_credentials", "refresh_token"


class _No(Exception):
    def __init__(self, status: int, error: str, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.text = status, error, text


def answer(world: Ground, call: Call) -> Reply:
    """
    Give a token for a password or client_credentials grant.

    Source: password grant, five keys, JSON (documented); client_credentials (an edition of
    the guides); form encoding refused (observed); a refresh token comes with each answer but
    is refused as a grant (older pages).
    """
    if call.method != "POST":
        return _refused(world, _No(405, "invalid_request", "The token endpoint takes POST."))
    try:
        user = _sign_in(world, _body(world, call))
    except _No as no:
        return _refused(world, no)
    given = tokens.give(world, user)
    given["user"] = world.name_of(user)
    return json_reply(given)


def _body(world: Ground, call: Call) -> dict[str, Any]:
    kind = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        if not world.switches["oauth_form_body"]:
            raise _No(400, "invalid_request", "The body takes JSON.")
        return dict(parse_qsl(call.body.decode("utf-8", "replace")))
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise _No(400, "invalid_request", "The body takes JSON.")
    return body


def _sign_in(world: Ground, body: dict[str, Any]) -> int:
    grant, allowed = body.get("grant_type"), world.switches["oauth_grants"]
    if grant == REFRESH:
        raise _No(400, "unsupported_grant_type", "Refresh tokens are not supported.")
    if grant not in (PASSWORD, CLIENT) or allowed not in ("both", grant):
        raise _No(400, "unsupported_grant_type", "grant_type takes password.")
    account = world.account
    client = (body.get("client_id"), body.get("client_secret"))
    if client != (account.client_id, account.client_secret):
        raise _No(401, "invalid_client", "Client authentication failed.")
    if grant == PASSWORD:
        user = (body.get("username"), body.get("password"))
        if user != (account.username, account.password):
            raise _No(400, "invalid_grant", "The user name or password is wrong.")
    return account.user_id


def _refused(world: Ground, no: _No) -> Reply:
    if world.switches["oauth_error_shape"] == "status_code":
        return json_reply({"status_code": no.status, "message": no.text}, no.status)
    return json_reply({"error": no.error, "error_description": no.text}, no.status)
