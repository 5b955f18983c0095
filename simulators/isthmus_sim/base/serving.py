"""A simulated service as a running server: one port, its background work, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from aiohttp import web
from aiohttp.web_request import BaseRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

MOST_BODY = 64 * 1024 * 1024
LONGEST_LINE = 1024 * 1024


class Service(Protocol):
    """One simulated vendor, as the server sees it."""

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        ...

    def ready(self, origin: str) -> dict[str, Any]:
        """Give what a client needs to know. origin: scheme, host and port, no slash."""
        ...

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """Give what goes on by itself while the service is served; cancelled at the end."""
        ...

    def close(self) -> None:
        """Keep what a restart needs and let go of files."""
        ...


@dataclass
class Running:
    """A server that accepts calls, until stopped."""

    service: Service
    ready: dict[str, Any]
    runner: web.ServerRunner
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def stop(self) -> None:
        """End the background work, finish what is in flight, close the service."""
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.runner.cleanup()
        self.service.close()


async def start(service: Service, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Begin to serve on a port, 0 for any free one. Raises: OSError when it cannot listen."""
    server = web.Server(
        service.handle,
        request_factory=_request,
        access_log=None,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
        keepalive_timeout=75,
    )
    runner = web.ServerRunner(server, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    taken = runner.addresses[0][1]
    running = Running(service, service.ready(f"http://{host}:{taken}"), runner)
    running.tasks = [asyncio.create_task(work) for work in service.background()]
    return running


async def serve(
    services: Sequence[tuple[Service, int]],
    host: str,
    announce: Callable[[list[dict[str, Any]]], None],
) -> None:
    """
    Serve several services, each on its port, until SIGTERM or SIGINT.

    announce: called once, with the ready document of each.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running: list[Running] = []
    try:
        for service, port in services:
            running.append(await start(service, host, port))
        announce([one.ready for one in running])
        await stop.wait()
    finally:
        for one in running:
            await one.stop()


def write_ready_file(path: Path, ready: dict[str, Any]) -> None:
    """Write the ready document so that a reader sees all of it or no file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(ready, option=orjson.OPT_INDENT_2) + b"\n")
    Path(name).replace(path)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> BaseRequest:
    loop = asyncio.get_running_loop()
    return BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MOST_BODY)
