"""Work orders: create, read, change, and the moves of the buyer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.view import order as view
from isthmus_sim.fieldnation.view import people
from isthmus_sim.fieldnation.view.shapes import rows

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]


def create(a: Asked) -> Doc:
    """Make a draft."""
    return a.whole(moves.create(a.world, a.by, a.body()))


def read(a: Asked) -> Doc:
    """Give a work order."""
    return a.whole()


def update(a: Asked) -> Doc:
    """Change what the body names."""
    return a.whole(moves.update(a.world, a.order_id, a.by, a.body()))


def cancel(a: Asked) -> Doc:
    """Cancel, or delete a draft. A deleted order is shown once more."""
    reason = a.query("cancel_reason").strip()
    return a.whole(moves.cancel(a.world, a.order_id, a.by, reason))


def publish(a: Asked) -> Doc:
    """Publish."""
    return a.whole(moves.publish(a.world, a.order_id, a.by))


def unpublish(a: Asked) -> Doc:
    """Take back to a draft."""
    return a.whole(moves.unpublish(a.world, a.order_id, a.by))


def approve(a: Asked) -> Doc:
    """Approve finished work."""
    return a.whole(moves.approve(a.world, a.order_id, a.by))


def revert(a: Asked) -> Doc:
    """Revert to draft."""
    return a.whole(moves.revert_to_draft(a.world, a.order_id, a.by))


def mass_route(a: Asked) -> Doc:
    """Offer to many; called when the queued call is due."""
    return a.whole(moves.mass_route(a.world, a.order_id, a.by, a.numbers("ids")))


def route(a: Asked) -> Doc:
    """Offer to one provider; answers the order, which has the `id` the description names."""
    provider = a.body_number("technician", "id")
    return a.whole(moves.route(a.world, a.order_id, a.by, provider))


def unroute(a: Asked) -> Doc:
    """Take an offer back."""
    provider = a.body_number("technician", "id")
    return unrouted(a.world, moves.unroute(a.world, a.order_id, a.by, provider))


def unrouted(world: Ground, order: Doc) -> Doc:
    """Give an order in the shape described for this call, which is not the usual one."""
    shown = view.show(world, order)
    kinds = [{"id": k["id"], "name": k["name"], "actions": []} for k in shown["types_of_work"]]
    fields = [
        {k: f[k] for k in ("id", "name", "type", "options", "role", "value")}
        for group in shown["custom_fields"]["results"]
        for f in group["results"]
    ]
    names = ("id", "work_order_id", "title", "networks", "w2", "company", "routes")
    return {key: shown[key] for key in names} | {
        "status": shown["status"],
        "types_of_work": rows(kinds),
        "custom_fields": rows(fields),
    }


def assign(a: Asked) -> Doc:
    """Give the order to a provider."""
    return a.whole(moves.assign(a.world, a.order_id, a.by, a.body_number("user", "id")))


def unassign(a: Asked) -> Doc:
    """Take the order from its provider."""
    body = a.body()
    user = body.get("user")
    if isinstance(user, dict) and user.get("id") not in (None, a.order()["assignee_id"]):
        raise invalid("user.id is not the assigned provider.", "/user/id")
    reason, comment = str(body.get("reason_id") or ""), str(body.get("comment") or "")
    return a.whole(moves.unassign(a.world, a.order_id, a.by, reason, comment))


def remove_provider(a: Asked) -> Doc:
    """Take the order from its provider by the other path."""
    return a.whole(moves.unassign(a.world, a.order_id, a.by))


def provider_delay(a: Asked) -> Doc:
    """Report the assigned provider late; the body is not described: `delay` in seconds."""
    delay = a.body().get("delay", 0)
    seconds = delay if isinstance(delay, int) and delay > 0 else 0
    provider = a.order()["assignee_id"]
    return a.whole(moves.report_late(a.world, a.order_id, provider or a.by, seconds))


def complete_undo(a: Asked) -> Doc:
    """Send finished work back. Source: reason and reason_id are mandatory (documented)."""
    reason, reason_id = a.query("reason").strip(), a.query("reason_id").strip()
    if not reason or not reason_id:
        missing = "reason_id" if reason else "reason"
        raise invalid(f"{missing} is required.", f"/{missing}")
    return a.whole(moves.complete_undo(a.world, a.order_id, a.by, reason, reason_id))


def set_schedule(a: Asked) -> Doc:
    """Set the schedule; answers the schedule."""
    moves.set_schedule(a.world, a.order_id, a.by, a.body())
    return view.schedule(a.sight())


def set_location(a: Asked) -> Doc:
    """Set the location; answers the location."""
    moves.set_location(a.world, a.order_id, a.by, a.body())
    return view.location(a.sight())


def providers(a: Asked) -> list[Doc]:
    """Give who asked for or was offered the order."""
    return people.providers(a.sight())


def auto_dispatch(a: Asked) -> Doc:
    """
    Publish or route drafts to the members of the networks; answers a `__worker` block.

    What auto dispatch does here is assumed: `also_publish` publishes, the rest only answers.
    """
    body = a.body()
    orders = a.numbers("work_order_ids")
    if body.get("also_publish") is True:
        for number in orders:
            moves.publish(a.world, number, a.by)
    user = a.world.name_of(a.by)
    worker = {
        "id": a.world.store.next_id("job"),
        "type": "auto_dispatch",
        "user": {**user, "id": str(user["id"])},
        "status": "done",
        "payload": {"query": [], "body": {"work_order_ids": orders}, "additional_params": []},
        "actions": [],
    }
    return {"__worker": worker}


def _part(show: Any) -> Handler:
    return lambda a: show(a.sight())


SERVED: dict[str, Handler] = {
    "v2_workOrder_post": create,
    "v2_workOrder_get": read,
    "v2_workOrder_put": update,
    "v2_workOrder_delete": cancel,
    "v2_woPublish_post": publish,
    "v2_woPublish_delete": unpublish,
    "v2_woApprove_post": approve,
    "v2_woDraft_delete": revert,
    "v2_woMassRoute_post": mass_route,
    "v2_woRoute_post": route,
    "v2_woRoute_delete": unroute,
    "v2_woAssignee_post": assign,
    "v2_woAssignee_delete": unassign,
    "v2_woRemoveProvider_post": remove_provider,
    "v2_woProviderDelay_post": provider_delay,
    "v2_woComplete_delete": complete_undo,
    "v2_woSchedule_get": _part(view.schedule),
    "v2_woSchedule_put": set_schedule,
    "v2_woLocation_get": _part(view.location),
    "v2_woLocation_put": set_location,
    "v2_woEta_get": _part(view.eta),
    "v2_woStatus_get": _part(view.status),
    "v2_woMilestones_get": _part(view.milestones),
    "v2_woProviders_get": providers,
    "v2_workordersAutoDispatch_post": auto_dispatch,
}
