"""What is answered before it is done: async=true and mass-route."""

from __future__ import annotations

import base64
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.clock import parse_time, to_text
from isthmus_sim.fieldnation.base.call import Call
from isthmus_sim.fieldnation.base.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.fieldnation.account.ground import Ground

LOG = logging.getLogger("isthmus_sim")
QUEUED, DONE, FAILED = "queued", "done", "failed"


def queue(world: Ground, call: Call, by: int) -> dict[str, Any]:
    """Keep a call to be done after `settle_s` seconds of the simulator's clock."""
    number = world.store.next_id("job")
    due = call.at + timedelta(seconds=float(world.switches["settle_s"]))
    query = {key: value for key, value in call.query.items() if key not in _LEFT_OUT}
    job = {
        "id": number,
        "method": call.method,
        "path": call.path,
        "query": query,
        "content_type": call.headers.get("Content-Type", ""),
        "body": base64.b64encode(call.body).decode(),
        "by": by,
        "due": to_text(due),
        "status": QUEUED,
        "made": to_text(call.at),
        "error": "",
    }
    world.store.put("waiting_job", number, job)
    return job


def settle(world: Ground, do: Callable[[Call], Any]) -> None:
    """Do every queued call that is due, in the order they came. A refused one fails quietly."""
    now = world.clock.now()
    for waiting in list(world.store.each("waiting_job")):
        if parse_time(waiting["due"]) > now:
            continue
        job = {**waiting, "status": DONE}
        world.store.delete("waiting_job", job["id"])
        try:
            do(_again(world, job))
        except Refusal as refusal:
            job |= {"status": FAILED, "error": refusal.detail}
        except Exception as error:  # what was queued must not stop what comes after it
            LOG.exception("a defect of the simulator: job %s", job["id"])
            job |= {"status": FAILED, "error": repr(error)}
        world.store.put("job", job["id"], job)


def worker_doc(world: Ground, job: dict[str, Any]) -> dict[str, Any]:
    """Give a queued call as the vendor's `__worker` block; which keys are filled is assumed."""
    user = world.name_of(job["by"])
    return {
        "id": job["id"],
        "type": job["method"],
        "user": {**user, "id": str(user["id"])},
        "created": {"utc": job["made"][:19].replace("T", " ")},
        "status": job["status"],
        "request": job["path"],
        "correlation_id": world.token_text("job", job["id"], length=32),
        "actions": [],
    }


_LEFT_OUT = ("async", "access_token", "acting_user_id")


def _again(world: Ground, job: dict[str, Any]) -> Call:
    return Call(
        method=job["method"],
        path=job["path"],
        query=job["query"],
        headers={"Content-Type": job["content_type"]},
        body=base64.b64decode(job["body"]),
        at=world.clock.now(),
        user=job["by"],
        origin=world.origin,
    )
