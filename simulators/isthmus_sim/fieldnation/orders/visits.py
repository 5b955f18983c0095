"""Incident, site revisits, job status and bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders.parts import JOB_STATUSES
from isthmus_sim.fieldnation.orders.step import Doc, part_of, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus_sim.fieldnation.account.ground import Ground


def set_incident(world: Ground, order_id: int, by_user: int, incident_id: str) -> Doc:
    """Link the order to an incident; "" takes the link away."""
    with step(world, order_id, by_user) as s:
        s.order["incident_id"] = incident_id
    return s.order


def set_job_status(
    world: Ground, order_id: int, by_user: int, status: str, reason_id: int | None = None
) -> Doc:
    """Say how far the job at the site is. Raises: Refusal."""
    if status not in JOB_STATUSES:
        raise invalid(f"status takes one of {', '.join(JOB_STATUSES)}.", "/status")
    with step(world, order_id, by_user) as s:
        s.order |= {"job_status": status, "job_reason_id": reason_id}
        said = f"Job status set to {status}"
        s.order["job_history"].append({"label": said, "by": by_user, "at": s.utc})
    return s.order


def add_revisit(
    world: Ground, order_id: int, by_user: int, reason_id: int, *, billable: bool
) -> Doc:
    """Note that the site is visited again."""
    _known_reason(world, reason_id)
    with step(world, order_id, by_user) as s:
        made = {"id": s.number(), "reason_id": reason_id, "billable": billable}
        history = [{"label": "Revisit added", "by": by_user, "at": s.utc}]
        s.order["revisits"].append({**made, "history": history})
    return s.order


def change_revisit(
    world: Ground, order_id: int, by_user: int, revisit_id: int, *, reason_id: int, billable: bool
) -> Doc:
    """Change reason and billing of a revisit."""
    _known_reason(world, reason_id)
    with step(world, order_id, by_user) as s:
        revisit = part_of(s.order["revisits"], revisit_id, "Revisit")
        revisit |= {"reason_id": reason_id, "billable": billable}
        revisit["history"].append({"label": "Revisit changed", "by": by_user, "at": s.utc})
    return s.order


def set_qualifications(world: Ground, order_id: int, by_user: int, rule: Doc) -> Doc:
    """Set the selection rule. rule: {id, name, results} as written."""
    with step(world, order_id, by_user) as s:
        results = rule.get("results")
        rows = (
            [row for row in results if isinstance(row, dict)] if isinstance(results, list) else []
        )
        for row in rows:
            row["id"] = row["id"] if isinstance(row.get("id"), int) else s.number()
        s.order["qualifications"] = {**rule, "results": rows}
    return s.order


def remove_qualification(world: Ground, order_id: int, by_user: int, number: int) -> Doc:
    """Take one criterion off the selection rule."""
    with step(world, order_id, by_user) as s:
        rows = s.order["qualifications"].get("results", [])
        rows.remove(part_of(rows, number, "Qualification"))
    return s.order


def bundle(world: Ground, by_user: int, order_ids: Sequence[int]) -> int:
    """Tie orders together, to be done by one provider; gives the number of the bundle."""
    for order_id in order_ids:
        if world.store.look("work_order", order_id) is None:
            raise missing("Work order", order_id)
    number = world.store.next_id("part")
    for order_id in order_ids:
        with step(world, order_id, by_user) as s:
            s.order["bundle_id"] = number
    return number


def unbundle(world: Ground, by_user: int, order_ids: Sequence[int]) -> None:
    """Untie orders."""
    for order_id in order_ids:
        with step(world, order_id, by_user) as s:
            s.order["bundle_id"] = None


def _known_reason(world: Ground, reason_id: int) -> None:
    if world.store.look("revisit_reason", reason_id) is None:
        raise invalid(f"There is no revisit reason {reason_id}.", "/revisit_reason")
