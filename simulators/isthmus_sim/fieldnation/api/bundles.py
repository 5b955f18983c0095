"""Bundles, incidents, job status and site revisits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.view.visits import revisits

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]


def validate(a: Asked) -> Doc:
    """Say whether orders can be bundled: those that exist and have no provider (assumed)."""
    found = [a.world.store.look("work_order", number) for number in a.numbers("ids")]
    wrong = [
        f"Work order {number} cannot be bundled."
        for number, order in zip(a.numbers("ids"), found, strict=True)
        if order is None or order["assignee_id"] is not None
    ]
    params = {key: a.text(key) for key in ("cancel_message", "cancel_reason")}
    status = "error" if wrong else "success"
    return {"status": status, "info": [], "errors": wrong, "warnings": [], "params": params}


def bundle(a: Asked) -> Doc:
    """Tie orders together."""
    moves.bundle(a.world, a.by, a.numbers("ids"))
    return {"job_id": a.world.store.next_id("job")}


def unbundle(a: Asked) -> Doc:
    """Untie orders."""
    moves.unbundle(a.world, a.by, a.numbers("ids"))
    return {"job_id": a.world.store.next_id("job")}


def leave_bundle(a: Asked) -> Doc:
    """Take one order out of its bundle."""
    moves.unbundle(a.world, a.by, [a.order_id])
    return a.whole()


def set_incident(a: Asked) -> Doc:
    """Link the order to an incident."""
    moves.set_incident(a.world, a.order_id, a.by, a.text("incident_id", required=True))
    return revisits(a.sight())


def clear_incident(a: Asked) -> Doc:
    """Take the link to an incident away."""
    moves.set_incident(a.world, a.order_id, a.by, "")
    return revisits(a.sight())


def set_job_status(a: Asked) -> Doc:
    """Say how far the job is."""
    reason = a.body().get("reason_id")
    number = reason if isinstance(reason, int) else None
    moves.set_job_status(a.world, a.order_id, a.by, a.text("status"), number)
    return revisits(a.sight())


def add_revisit(a: Asked) -> Doc:
    """Note a revisit."""
    reason, billable = a.body_number("revisit_reason"), _billable(a)
    moves.add_revisit(a.world, a.order_id, a.by, reason, billable=billable)
    return revisits(a.sight())


def change_revisit(a: Asked) -> Doc:
    """Change a revisit."""
    number, reason = a.number("revisit_id"), a.body_number("revisit_reason")
    moves.change_revisit(a.world, a.order_id, a.by, number, reason_id=reason, billable=_billable(a))
    return revisits(a.sight())


def remove_revisit(a: Asked) -> Doc:
    """Remove a revisit."""
    number = a.number("revisit_id")
    moves.remove_part(a.world, a.order_id, a.by, where="revisits", number=number, what="Revisit")
    return revisits(a.sight())


def _billable(a: Asked) -> bool:
    value = a.body().get("is_billable")
    if not isinstance(value, bool):
        raise invalid("is_billable takes true or false.", "/is_billable")
    return value


SERVED: dict[str, Handler] = {
    "v2_workordersBundleValidate_post": validate,
    "v2_workordersBundle_post": bundle,
    "v2_workordersUnbundle_post": unbundle,
    "v2_woBundle_delete": leave_bundle,
    "v2_woIncident_put": set_incident,
    "v2_woIncident_delete": clear_incident,
    "v2_woJobStatus_put": set_job_status,
    "v2_woSiteRevisits_get": lambda a: revisits(a.sight()),
    "v2_woSiteRevisits_post": add_revisit,
    "v2_woSiteRevisits_put": change_revisit,
    "v2_woSiteRevisits_delete": remove_revisit,
}
