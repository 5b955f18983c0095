"""REST v2 and OAuth: from a call to its answer."""

from __future__ import annotations

import base64
import hmac
import logging
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.reply import Reply, json_reply
from isthmus_sim.fieldnation.account import tokens
from isthmus_sim.fieldnation.api import description, oauth, work
from isthmus_sim.fieldnation.api.asked import Asked
from isthmus_sim.fieldnation.api.operations import OPERATIONS
from isthmus_sim.fieldnation.api.worker import queue, settle, worker_doc
from isthmus_sim.fieldnation.base import errors
from isthmus_sim.fieldnation.base.errors import Refusal
from isthmus_sim.fieldnation.base.rate import RateLimit
from isthmus_sim.fieldnation.view import people
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.api.asked import Handler
    from isthmus_sim.fieldnation.api.description import Operation
    from isthmus_sim.fieldnation.base.call import Call

LOG = logging.getLogger("isthmus_sim")
MASS_ROUTE = "v2_woMassRoute_post"
AT_ONCE = ("v2_companyTags_post",)
"""Operations that take `async` and whose answer could not be told before they are done."""
BEFORE: dict[str, Handler] = {
    "v2_woMessages_post": lambda asked: people.messages(asked.sight()),
    "v2_woMessagesByMessageId_post": lambda asked: people.messages(asked.sight()),
    "v2_woRoute_delete": lambda asked: work.unrouted(asked.world, asked.order()),
}
"""Operations that answer another thing than the order -> that thing, as it still is."""
DESCRIPTION_PATH = f"{description.ROOT}/swagger-json"


class RestApi:
    """Answers /authentication/, /api/rest/v2/ and the links to files."""

    def __init__(self, world: Ground) -> None:
        self._world = world
        self._rate = RateLimit(world.switches, world.clock)

    def answer(self, call: Call) -> Reply:
        """Answer one call; a refusal is an answer too, in the shape that is switched on."""
        if call.path.startswith("/_files/"):
            return self._file(call)
        if call.path == description.TOKEN_PATH:
            return oauth.answer(self._world, call)
        if call.path == DESCRIPTION_PATH and call.method == "GET":
            return Reply(200, description.raw())
        headers: dict[str, str] = {}
        try:
            self._sign_in(call)
            headers = self._rate.take()
            value = self._serve(call)
        except Refusal as refusal:
            return self._refused(call, refusal, headers)
        if isinstance(value, Reply):
            return Reply(value.status, value.body, value.content_type, headers)
        reply = json_reply(value)
        return Reply(reply.status, reply.body, reply.content_type, headers)

    def settle(self) -> None:
        """Do what was answered before it was done and is due now."""
        settle(self._world, self._do)

    def _sign_in(self, call: Call) -> None:
        place = self._world.switches["token_place"]
        query = call.query.get("access_token", "") if place != "header" else ""
        call.token = query or (tokens.bearer(call.headers) if place != "query" else "")
        call.user = tokens.check(self._world, call.token)

    def _serve(self, call: Call) -> Any:
        op, ids = self._operation(call)
        asked = Asked(self._world, call, ids, self._acting(call))
        wanted = call.query.get("async", "").lower() in ("true", "1")
        later = wanted and op.takes_async and op.operation_id not in AT_ONCE
        if later or op.operation_id == MASS_ROUTE:
            return self._later(asked, op)
        return OPERATIONS[op.operation_id](asked)

    def _do(self, call: Call) -> Any:
        op, ids = self._operation(call)
        return OPERATIONS[op.operation_id](Asked(self._world, call, ids, call.user))

    def _later(self, asked: Asked, op: Operation) -> Any:
        """
        Queue a call and answer at once.

        Source: documented for mass-route: a job id; what other calls answer is assumed: the
        order as it still is, with a `__worker` block.
        """
        world = self._world
        before = asked.order() if "work_order_id" in asked.ids else None
        if op.operation_id == MASS_ROUTE:
            asked.numbers("ids")
            return {"job_id": queue(world, asked.call, asked.by)["id"]}
        job = worker_doc(world, queue(world, asked.call, asked.by))
        if before is None:
            return {"title": str(asked.body().get("title") or ""), "__worker": job}
        as_it_is = BEFORE.get(op.operation_id)
        return {**(as_it_is(asked) if as_it_is else show(world, before)), "__worker": job}

    def _operation(self, call: Call) -> tuple[Operation, dict[str, str]]:
        op, ids, known = description.find(call.method, call.segments)
        if op is None:
            kind = errors.WRONG_METHOD if known else errors.NOT_FOUND
            raise Refusal(kind, f"{call.method} {call.path} is not known.")
        if op.operation_id not in OPERATIONS:
            raise Refusal(
                errors.NOT_SERVED,
                f"The simulator does not serve {op.operation_id}: {op.method} {call.path}.",
            )
        return op, ids

    def _acting(self, call: Call) -> int:
        """Give who acts: the caller, or whom `acting_user_id` names (documented)."""
        named = call.query.get("acting_user_id", "")
        if not named:
            return call.user
        if not named.isdecimal() or self._world.store.look("user", int(named)) is None:
            raise errors.bad_parameter("acting_user_id", f"There is no user {named}.")
        return int(named)

    def _refused(self, call: Call, refusal: Refusal, headers: dict[str, str]) -> Reply:
        number = self._world.token_text("error", call.at, call.path, length=32)
        shape = str(self._world.switches["error_shape"])
        reply = errors.render(refusal, shape, call.at, call.path, number)
        return Reply(reply.status, reply.body, reply.content_type, {**headers, **reply.headers})

    def _file(self, call: Call) -> Reply:
        """Give a file by its link; the key in it stands for a signed link."""
        _root, number, key = (*call.segments, "", "")[:3]
        right = self._world.token_text("file", number, length=24)
        file = self._world.store.look("file", int(number)) if number.isdecimal() else None
        if file is None or not hmac.compare_digest(key, right):
            return Reply(404, b"not found", "text/plain; charset=utf-8")
        name = file["name"].replace('"', "").encode("ascii", "replace").decode()
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Reply(200, base64.b64decode(file["data"]), file["mime"], headers)
