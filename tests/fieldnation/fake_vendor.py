"""A vendor of a few lines on loopback, for what the simulator does not show."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Handler | web.Response
JSON = "application/json"


def order(number: int = 7, **more: Any) -> dict[str, Any]:
    """A work order as the vendor answers it, with the least there is."""
    return {"id": number, "title": "A job", "status": {"id": 1, "name": "Draft"}, **more}


def answer(body: Any, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(body, status=status, headers=named)


@dataclass
class FakeVendor:
    """Answers from a list, one for each call after the log-in; the last one stays."""

    url: str = ""
    script: list[Answer] = field(default_factory=list)
    log_ins: list[Any] = field(default_factory=list)
    refuse_log_in: web.Response | None = None
    log_in_takes: float = 0.0
    log_in_troubles: int = 0
    life: Any = 3600
    calls: list[tuple[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    def then(self, *answers: Answer) -> None:
        self.script.extend(answers)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/oauth/token"):
            return await self._log_in(request)
        self.calls.append((request.method, request.path))
        self.queries.append(dict(request.query))
        self.headers.append(dict(request.headers))
        raw = await request.read()
        self.bodies.append(json.loads(raw) if request.content_type == JSON and raw else raw)
        found = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await found(request) if callable(found) else _copy(found)

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        self.log_ins.append(await request.json())
        await asyncio.sleep(self.log_in_takes)
        if len(self.log_ins) <= self.log_in_troubles:
            return answer({"message": "down"}, 503)
        if self.refuse_log_in is not None:
            return _copy(self.refuse_log_in)
        token = f"token-{len(self.log_ins)}-{'x' * 20}"
        return answer(
            {"access_token": token, "expires_in": self.life, "refresh_token": "never used"}
        )


def _copy(found: web.Response) -> web.Response:
    """Return a response anew: one can be sent only once."""
    headers = {k: v for k, v in found.headers.items() if k.lower() != "content-length"}
    return web.Response(body=found.body, status=found.status, headers=headers)
