"""One account behind HTTP: from a request to its answer."""

from __future__ import annotations

import inspect
import logging
import time
from typing import TYPE_CHECKING

from isthmus_sim.base.origin import origin_of
from isthmus_sim.base.reply import Reply, json_reply, send, status_of
from isthmus_sim.fieldnation.base.call import Call

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.web_request import BaseRequest

    from isthmus_sim.base.reply import Outcome
    from isthmus_sim.fieldnation.world import Room, World

LOG = logging.getLogger("isthmus_sim")


class App:
    """The request handler of one account."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        started = time.perf_counter()
        call = self._call(request, await request.read())
        self._world.rest.settle()
        outcome = await self._outcome(call)
        if find_room(self._world.own, call.path) is None:
            ms = (time.perf_counter() - started) * 1000
            self._world.admin.record(call, status_of(outcome), ms)
        return await send(request, outcome, {"Date": self._world.ground.clock.http_date()})

    def _call(self, request: BaseRequest, body: bytes) -> Call:
        return Call(
            method=request.method,
            path=request.rel_url.path,
            query=request.query,
            headers=request.headers,
            body=body,
            at=self._world.ground.clock.now(),
            origin=origin_of(request),
        )

    async def _outcome(self, call: Call) -> Outcome:
        room = find_room(self._world.vendor, call.path)
        if room is None:
            own = find_room(self._world.own, call.path)
            return await _answer(own, call) if own else _nothing(call)
        faults = self._world.faults
        early = await faults.before(call)
        if early is not None:
            return early
        outcome = await _answer(room, call)
        return await faults.after(call, outcome)


def find_room(rooms: dict[str, Room], path: str) -> Room | None:
    """Give the room whose prefix a path has."""
    for prefix, room in rooms.items():
        if path.startswith(prefix) or path == prefix.rstrip("/"):
            return room
    return None


async def _answer(room: Room, call: Call) -> Outcome:
    try:
        answered = room.answer(call)
        return await answered if inspect.isawaitable(answered) else answered
    except Exception:  # the simulator must not look like the vendor when it is wrong itself
        LOG.exception("a defect of the simulator: %s %s", call.method, call.path)
        return json_reply({"error": "A defect of the simulator; see its log."}, 500)


def _nothing(call: Call) -> Reply:
    return json_reply({"status": 404, "message": f"Nothing is served at {call.path}."}, 404)
