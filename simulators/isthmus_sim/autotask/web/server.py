"""The simulated Autotask as a running server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web
from aiohttp.web_request import BaseRequest

from isthmus_sim.autotask.web.app import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.autotask.tenancy import Tenancy

MOST_BODY = 64 * 1024 * 1024
LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True)
class Options:
    """
    How to serve.

    port 0: any free one. latency_ms: added to every API call. gzip: compress for
    callers that accept it. activity_per_minute: steps the tenant lives by itself, 0 for none.
    """

    host: str = "127.0.0.1"
    port: int = 0
    latency_ms: float = 0
    gzip: bool = False
    activity_per_minute: float = 0


@dataclass
class Running:
    """A server that accepts calls, until stopped."""

    tenancy: Tenancy
    ready: dict[str, Any]
    runner: web.ServerRunner
    living: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Finish what is in flight, keep the clock and the hour's count, close the store."""
        if self.living is not None:
            self.living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.living
        await self.runner.cleanup()
        tenancy = self.tenancy
        tenancy.limits.save()
        tenancy.state.meta_set("clock", tenancy.clock.to_json())
        tenancy.state.close()


async def start(tenancy: Tenancy, options: Options) -> Running:
    """Begin to serve; `ready` of the answer holds the URLs and the credentials."""
    app = App(tenancy, latency_ms=options.latency_ms, gzip=options.gzip)
    server = web.Server(
        app.handle,
        request_factory=_request,
        access_log=None,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
        keepalive_timeout=75,
    )
    runner = web.ServerRunner(server, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port)
    await site.start()
    port = runner.addresses[0][1]
    running = Running(tenancy, _ready(tenancy, options.host, port), runner)
    if options.activity_per_minute > 0:
        running.living = asyncio.create_task(
            tenancy.admin.play_forever(options.activity_per_minute)
        )
    return running


async def serve(
    tenancy: Tenancy, options: Options, announce: Callable[[dict[str, Any]], None]
) -> None:
    """Serve until SIGTERM or SIGINT. announce: called once with the ready document."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = await start(tenancy, options)
    try:
        announce(running.ready)
        await stop.wait()
    finally:
        await running.stop()


def write_ready_file(path: Path, ready: dict[str, Any]) -> None:
    """Write the ready document so that a reader sees all of it or no file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(ready, option=orjson.OPT_INDENT_2) + b"\n")
    Path(name).replace(path)


def _ready(tenancy: Tenancy, host: str, port: int) -> dict[str, Any]:
    origin = f"http://{host}:{port}"
    account = tenancy.account
    return {
        "url": f"{origin}/ATServicesRest/",
        "username": account.username,
        "secret": account.secret,
        "integration_code": account.integration_code,
        "zone": account.zone,
        "admin_url": f"{origin}/_sim/",
    }


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> BaseRequest:
    loop = asyncio.get_running_loop()
    return BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MOST_BODY)
