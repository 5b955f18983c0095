"""A webhook endpoint of a stranger: keeps what arrives, checks signatures by itself."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from isthmus_sim.in_thread import ServiceThread


@dataclass
class Arrived:
    """One request as it came over the wire."""

    method: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def event(self) -> str:
        document = self.json
        return str(document.get("eventName") or document["event"]["name"])

    def is_signed_with(self, secret: str) -> bool:
        """Check as the vendor's page tells receivers to, with nothing of the simulator."""
        kind, _, given = self.headers["X-FN-Signature"].partition("=")
        made = hmac.new(secret.encode("utf-8"), self.body, hashlib.sha256).hexdigest()
        return kind == "sha256" and hmac.compare_digest(given, made)


@dataclass
class Receiver:
    """Answers with the next of `answers`, then with 200; `hang_s` waits before."""

    url: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    always: int = 200
    hang_s: float = 0
    runner: web.ServerRunner | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> Receiver:
        server = web.Server(self.take)
        self.runner = web.ServerRunner(server, shutdown_timeout=0)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"
        return self

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()

    @property
    def events(self) -> list[str]:
        return [one.event for one in self.arrived]

    async def until(self, count: int) -> list[Arrived]:
        """Wait until so many have arrived."""
        async with asyncio.timeout(10):
            while len(self.arrived) < count:
                self.came.clear()
                await self.came.wait()
        return self.arrived

    async def take(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        self.arrived.append(
            Arrived(request.method, {str(k): v for k, v in request.headers.items()}, body)
        )
        self.came.set()
        if self.hang_s:
            await asyncio.sleep(self.hang_s)
        return web.Response(status=self.answers.pop(0) if self.answers else self.always)


class Endpoint:
    """The same endpoint in a thread of its own, for tests that block."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self._thread = ServiceThread(self)
        self.url: str = self._thread.ready["url"]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self.receiver.take(request)

    def ready(self, origin: str) -> dict[str, Any]:
        return {"url": f"{origin}/hook"}

    def background(self) -> tuple[()]:
        return ()

    def close(self) -> None:
        return

    def stop(self) -> None:
        self._thread.stop()
