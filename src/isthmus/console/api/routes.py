"""The addresses of the API: a token in, JSON out, and an audit line for what was done."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.console.api.calls import Given, InputWrong
from isthmus.console.api.checking import checked_body
from isthmus.console.api.describing import description
from isthmus.console.api.table import CALLS, PREFIX, Call
from isthmus.console.guard import NotAllowed
from isthmus.console.routes import status_of
from isthmus.console.site import Site
from isthmus.console.trailing import write_line
from isthmus.wiring.people import Token


class NoToken(NeedsPerson):
    """No token came along, or one that does not count; HTTP 401."""


async def _called(call: Call, request: Request) -> Response:
    try:
        token = await run_in_threadpool(_let_in, call, request)
        body = await _body(request) if call.method == "POST" else {}
        body = checked_body(call, body)
        run = request.app.state.counters.vendors.run if call.asks else run_in_threadpool
        answer = await run(_answer, call, request, token, body)
    except IsthmusError as error:
        return problem(error, 422 if isinstance(error, InputWrong) else status_of(error))
    return JSONResponse(answer)


def _let_in(call: Call, request: Request) -> Token:
    """Return the token, before anything that came with it is read. Raises: NoToken, NotAllowed."""
    token = _token(request.app.state.site, request)
    _check_role(token, call)
    return token


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        body = json.loads(raw) if raw.strip() else {}
        json.dumps(body, ensure_ascii=False).encode()  # halves of characters are no text
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InputWrong(
            "The body is not a JSON object.",
            where="the body of the request",
            remedy="Send one JSON object.",
        )
    return body


def _answer(call: Call, request: Request, token: Token, body: Mapping[str, Any]) -> Any:
    site: Site = request.app.state.site
    who = _who(site, token)
    query = dict(request.query_params)
    given = Given(site, who, token.role, request.path_params, query, body)
    answer = call.answer(given)
    if call.what and _is_done(call, answer):
        source = request.client.host if request.client else ""
        detail = {"by": "API", **given.line.detail}
        write_line(site, who, call.what, about=given.line.about, detail=detail, source=source)
    return answer


def _token(site: Site, request: Request) -> Token:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    token = site.people.token(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise NoToken(
            "No token came along, or one that does not count any more.",
            where="the header Authorization",
            remedy="Make one in the console under Settings, and send it as: Bearer <token>.",
        )
    return token


def _check_role(token: Token, call: Call) -> None:
    if not token.role.covers(call.role):
        raise NotAllowed(
            f"This is for the role {call.role} and above; the token's is {token.role}.",
            where=PREFIX + call.path,
            remedy="Use a token of that role.",
        )


def _who(site: Site, token: Token) -> str:
    account = site.people.account(token.account_id)
    return f"{account.login if account else 'somebody'} ({token.name})"


def _is_done(call: Call, answer: Mapping[str, Any]) -> bool:
    return not call.counted or bool(answer[call.counted])


def problem(error: IsthmusError, status: int) -> JSONResponse:
    """Answer with what happened, where and what to do (RFC 9457)."""
    status = 401 if isinstance(error, NoToken) else status
    told: dict[str, Any] = {
        "title": error.what,
        "status": status,
        "where": error.where,
        "remedy": error.remedy,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(told, status, headers, media_type="application/problem+json")


async def _describe(_request: Request) -> Response:
    return JSONResponse(description())


ROUTES: Final = (
    Route(f"{PREFIX}/openapi.json", _describe, methods=["GET"]),
    *(Route(PREFIX + call.path, partial(_called, call), methods=[call.method]) for call in CALLS),
)
