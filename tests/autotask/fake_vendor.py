"""A vendor of a few lines on loopback, for what the simulator does not show."""

import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

USER = "kx7pq2user@EXAMPLE.COM"
SECRET = "s3cr3t-of-the-tenant"
CODE = "TRACKINGCODE7"
Handler = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]


def page(ids: list[int], *, more: bool = False, **extra: Any) -> web.Response:
    """A query's answer with rows of these ids."""
    rows = [{"id": number, "title": f"row {number}"} for number in ids]
    details: dict[str, object] = {"count": len(ids), "requestCount": 500, "prevPageUrl": None}
    details["nextPageUrl"] = "http://next" if more else None
    return web.json_response({"items": rows, "pageDetails": {**details, **extra}})


def errors(status: int, *texts: str) -> web.Response:
    return web.json_response({"errors": list(texts)}, status=status)


@dataclass
class FakeVendor:
    """Answers from a list of handlers, one for each call; the last one stays."""

    url: str = ""
    zone_url: str = ""
    threshold: dict[str, int] = field(
        default_factory=lambda: {
            "externalRequestThreshold": 10_000,
            "requestThresholdTimeframe": 60,
            "currentTimeframeRequestCount": 10,
        }
    )
    before_threshold: Callable[[], None] = lambda: None
    script: list[Handler] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    lookups: int = 0
    threshold_reads: int = 0
    refuse_threshold: int = 0
    in_flight: int = 0
    most_in_flight: int = 0

    def then(self, *answers: Handler | web.Response) -> None:
        for answer in answers:
            self.script.append(answer if callable(answer) else _always(answer))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path.casefold()
        if path.endswith("zoneinformation"):
            self.lookups += 1
            zone = {"zoneName": "Test", "url": self.zone_url, "webUrl": self.url, "ci": 7}
            return web.json_response(zone)
        if path.endswith("thresholdinformation"):
            self.threshold_reads += 1
            self.before_threshold()
            if self.threshold_reads <= self.refuse_threshold:
                return errors(429, "The request threshold of 10000 per hour has been exceeded.")
            return web.json_response(self.threshold)
        self.paths.append(request.path)
        self.headers.append(dict(request.headers))
        body = json.loads(await request.read() or b"null")
        self.bodies.append(body)
        handler = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await handler(request, body)
        finally:
            self.in_flight -= 1


def _always(answer: web.Response) -> Handler:
    async def give(_request: web.Request, _body: Any) -> web.Response:
        return web.Response(
            body=answer.body, status=answer.status, headers={"Content-Type": answer.content_type}
        )

    return give


async def drop(request: web.Request, _body: Any) -> web.StreamResponse:
    """Close the connection without a word."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def cut(whole: bytes, keep: int) -> Handler:
    """Announce the whole body, send a part of it, close."""

    async def send_part(request: web.Request, _body: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(whole))})
        await response.prepare(request)
        await response.write(whole[:keep])
        assert request.transport is not None
        request.transport.close()
        return response

    return send_part


def zipped(body: bytes) -> Handler:
    async def send(_request: web.Request, _body: Any) -> web.StreamResponse:
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    return send


def gzip_cut(whole: bytes) -> Handler:
    """A zipped body that ends too early although its announced length is right."""
    return zipped(gzip.compress(whole)[:-12])
