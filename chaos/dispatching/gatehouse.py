"""
Where the vendors deliver: passes each delivery on to the doors, and strikes there.

A door that does not answer looks to the vendor as it would without it: the connection fails.
"""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from aiohttp import web
from aiohttp.web_request import BaseRequest

from chaos.dispatching.strikes import AFTER, BEFORE, SAVING, Strikes, doors_of
from chaos.dispatching.watch import HEAR_AUTOTASK, HEAR_FIELDNATION

_TIMEOUT_S: Final = 60


@dataclass(slots=True)
class Gatehouse:
    """
    A server on this machine. `doors`: host and port of the doors behind it.

    `is_shut`: nothing is passed on. `heard`: order and event of each delivery of Field Nation
    that the doors took.
    """

    doors: str
    strikes: Strikes
    url: str = ""
    is_shut: bool = False
    passed: int = 0
    refused: int = 0
    heard: set[tuple[int, str]] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _session: aiohttp.ClientSession | None = None
    _runner: web.ServerRunner | None = None

    def start(self) -> "Gatehouse":
        """Begin to serve."""
        self._thread = threading.Thread(target=self._loop.run_forever, name="gatehouse")
        self._thread.start()
        self._do(self._open())
        return self

    def stop(self) -> None:
        """End it."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        self._runner = web.ServerRunner(web.Server(self._pass, access_log=None))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _pass(self, request: BaseRequest) -> web.StreamResponse:
        path = request.rel_url.path
        step = HEAR_FIELDNATION if path.startswith("/hooks/fieldnation") else HEAR_AUTOTASK
        body = await request.read()
        if self.is_shut:
            return self._hang_up(request)
        victim = doors_of(self.strikes.processes())
        if self.strikes.is_due(step, BEFORE) and self.strikes.strike(victim, (step, BEFORE)):
            return self._hang_up(request)
        if self.strikes.is_due(step, SAVING):
            self.strikes.strike_soon(self._loop, victim, (step, SAVING))
        answer = await self._forward(request, path, body)
        if answer is None:
            self.refused += 1
            return self._hang_up(request)
        if answer.status < 300 and self.strikes.is_due(step, AFTER):
            self.strikes.strike(victim, (step, AFTER))  # told that it is kept: kept it must be
        self.passed += 1
        if step == HEAR_FIELDNATION and answer.status < 300:
            told = json.loads(body)
            self.heard.add((int(told["workorder"]["id"]), str(told["event"]["name"])))
        return answer

    async def _forward(self, request: BaseRequest, path: str, body: bytes) -> web.Response | None:
        if self._session is None:
            return None
        kept = {n: v for n, v in request.headers.items() if n.lower() not in {"host", "connection"}}
        try:
            async with self._session.request(
                request.method, f"http://{self.doors}{path}", data=body, headers=kept,
                timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
            ) as told:  # fmt: skip
                return web.Response(status=told.status, body=await told.read())
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None

    def _hang_up(self, request: BaseRequest) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
