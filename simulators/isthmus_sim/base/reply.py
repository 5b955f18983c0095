"""What a simulated vendor answers with: a reply, a part of one, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.web_request import BaseRequest

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """A finished answer: status, bytes and the headers beyond the content type."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drop:
    """Close the connection without an answer."""


@dataclass(frozen=True)
class Truncated:
    """Announce the whole body, send `body` only, close the connection."""

    reply: Reply
    body: bytes


Outcome = Reply | Drop | Truncated


def json_reply(value: Any, status: int = 200) -> Reply:
    """Answer with a JSON document."""
    return Reply(status, orjson.dumps(value))


def status_of(outcome: Outcome) -> int:
    """Give the status the caller sees; 0 for a connection that is dropped."""
    if isinstance(outcome, Drop):
        return 0
    return (outcome.reply if isinstance(outcome, Truncated) else outcome).status


async def send(
    request: BaseRequest, outcome: Outcome, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send an answer, or fail as it says. headers: beyond those of the reply itself."""
    if isinstance(outcome, Drop):
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if isinstance(outcome, Truncated):
        return await _send_part(request, outcome, headers)
    return web.Response(
        status=outcome.status, body=outcome.body, headers=_headers(outcome, headers)
    )


def _headers(reply: Reply, more: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Type": reply.content_type, **more, **reply.headers}


async def _send_part(
    request: BaseRequest, outcome: Truncated, headers: Mapping[str, str]
) -> web.StreamResponse:
    reply = outcome.reply
    response = web.StreamResponse(status=reply.status, headers=_headers(reply, headers))
    response.content_length = len(reply.body)
    await response.prepare(request)
    await response.write(outcome.body)
    if request.transport is not None:
        request.transport.close()
    return response
