"""The routes, and what is answered before anything of a request is believed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from isthmus.base.log import get_logger
from isthmus.dispatch.receive import Delivery, Door
from isthmus.dispatch.reception import Answer, Reception
from isthmus.webhooks.bodies import Body, Fate, Room, read_body

RETRY_AFTER: Final = "30"
"""Seconds, as an answer says it. Field Nation and Autotask keep to times of their own."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_WORDS: Final = {404: "unknown", 405: "method"}
_log = get_logger("webhooks")


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """
    How much the doors take.

    `body_seconds`: how long a body may take to arrive. `most_in_hand`: bytes of bodies that may be
    in hand at once, of all senders together.
    """

    body_seconds: float = 20.0
    most_in_hand: int = 256 * 2**20


USUAL: Final = DoorSettings()


@dataclass(frozen=True, slots=True)
class _Hall:
    """What stands behind the routes."""

    reception: Reception
    room: Room
    body_seconds: float


def make_app(reception: Reception, settings: DoorSettings = USUAL) -> Starlette:
    """Return the application. It logs no path, no query and no body: they hold secrets."""
    hall = _Hall(reception, Room(settings.most_in_hand), settings.body_seconds)

    def at(door: Door) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await _take(hall, door, request)

        return answer

    async def health(_request: Request) -> Response:
        return _respond(Answer(200, "ok") if reception.is_well else Answer(503, "busy"))

    app = Starlette(
        routes=[
            Route("/hooks/autotask/{entity}", at(Door.AUTOTASK), methods=["POST"]),
            Route("/hooks/autotask/{entity}/deactivated", at(Door.AUTOTASK_GONE), methods=["POST"]),
            Route("/hooks/fieldnation", at(Door.FIELDNATION), methods=["POST", "PUT"]),
            Route("/hooks/callout/{token}", at(Door.CALLOUT), methods=["GET", "POST"]),
            Route("/healthz", health, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.router.redirect_slashes = False  # a redirect would say the path again
    return app


async def _take(hall: _Hall, door: Door, request: Request) -> Response:
    if request.method == "HEAD":  # it comes with GET, and is to have no effect
        return _respond(Answer(405, "method"))
    most = hall.reception.most(door)
    body = await read_body(request, most, hall.room, hall.body_seconds)
    try:
        if body.fate is not Fate.WHOLE:
            return _unread(hall, door, body)
        delivery = Delivery(
            door,
            body.content,
            {name.lower(): value for name, value in request.headers.items()},
            request.scope["query_string"].decode("latin-1"),
            request.path_params.get("token", ""),
        )
        return _respond(await hall.reception.take(delivery))
    finally:
        body.leave()


def _unread(hall: _Hall, door: Door, body: Body) -> Response:
    """Answer a body that was not read to its end, and hang up on what still comes."""
    if body.fate is Fate.TOO_LONG:
        answer = hall.reception.too_long(door)
    else:
        _log.warning("body_not_read", door=door.value, why=body.fate.value)
        answer = Answer(503, "later")
    response = _respond(answer)
    response.headers["Connection"] = "close"
    return response


def _respond(answer: Answer) -> Response:
    headers = dict(_HEADERS)
    if answer.status == 503:
        headers["Retry-After"] = RETRY_AFTER
    return PlainTextResponse(answer.word, answer.status, headers)


def _refused(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 503
    return _respond(Answer(status, _WORDS.get(status, "refused")))


def _failed(_request: Request, error: Exception) -> Response:
    """Answer a fault of ours as one: whoever sent it is to come again."""
    _log.error("door_failed", kind=type(error).__name__)
    return _respond(Answer(503, "later"))
