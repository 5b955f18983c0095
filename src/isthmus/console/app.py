"""The application: its routes, what every answer carries, and what is said when something fails."""

from functools import partial
from time import perf_counter
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isthmus.base.errors import IsthmusError, Permanent
from isthmus.console.api import PREFIX, problem
from isthmus.console.api import ROUTES as API
from isthmus.console.bounding import MOST_OPEN, Bounded
from isthmus.console.counter import Counters
from isthmus.console.faulting import failed_at, log_fault
from isthmus.console.guard import counts_still
from isthmus.console.pages import ROUTES
from isthmus.console.rendering import STATIC, static_stamp
from isthmus.console.routes import ask_of, status_of
from isthmus.console.site import Site

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR: Final = "public, max-age=31536000, immutable"
_KEPT: Final = {200, 304}
OPENED: Final = ("/begin", "/login")
"""Where anybody may send a form."""


class NoSuchPage(Permanent):
    """Nothing is at that address; HTTP 404."""


def make_app(site: Site) -> Starlette:
    """Return the application of the private pages."""
    app = Starlette(
        routes=[
            Route("/live", _live, methods=["GET"]),
            *API,
            *ROUTES,
            Mount(f"/static/{static_stamp()}", StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[
            Middleware(_Headers),
            Middleware(GZipMiddleware, minimum_size=1_000),
            Middleware(Bounded, calls=PREFIX, opened=dict.fromkeys(OPENED, MOST_OPEN)),
        ],
        exception_handlers={
            HTTPException: _not_found,
            IsthmusError: _told,
            Exception: _broken,
        },
    )
    app.state.site = site
    app.state.counters = Counters()
    return app


class _Headers:
    """Gives every answer what keeps browsers on the safe side, and says how long it took."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = perf_counter()
        path: str = scope.get("path", "")

        async def carry(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                # A page that says there is no such file is of who asks, and may not be kept.
                is_file = path.startswith("/static/") and message["status"] in _KEPT
                headers.setdefault("Cache-Control", _A_YEAR if is_file else "no-store")
                headers["Server-Timing"] = f"app;dur={1000 * (perf_counter() - begun):.1f}"
            await send(message)

        await self._app(scope, receive, carry)


async def _live(request: Request) -> Response:
    """Tell a page what changes while it shows; only who is logged in listens."""
    site: Site = request.app.state.site
    counts = partial(counts_still, site, request)
    if not await run_in_threadpool(counts):
        return PlainTextResponse("log in first", status_code=401)
    return StreamingResponse(
        site.live.events(request.query_params.get("since", "").strip(), counts),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    what = "There is no such page." if status == 404 else "That cannot be done at this address."
    remedy = f"{PREFIX}/openapi.json has all." if _is_call(request) else "Go on from the menu."
    told = NoSuchPage(what, where=request.url.path, remedy=remedy)
    return await _shown(request, told, status)


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, IsthmusError):
        raise error
    return await _shown(request, error, status_of(error))


async def _broken(request: Request, error: Exception) -> Response:
    log_fault(request.url.path, error)
    return await _shown(request, failed_at(request.url.path), 500)


def _is_call(request: Request) -> bool:
    return request.url.path.startswith(f"{PREFIX}/")


async def _shown(request: Request, error: IsthmusError, status: int) -> Response:
    if _is_call(request):
        return problem(error, status)
    ask = await run_in_threadpool(ask_of, request)
    return await run_in_threadpool(ask.problem, error, status)
