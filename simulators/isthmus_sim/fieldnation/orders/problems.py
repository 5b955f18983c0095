"""Problems reported on a work order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.orders.step import Doc, Step, part_of, step

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

LATE = 1
PROBLEM_TYPES = {
    LATE: "Provider is running late",
    2: "Provider did not arrive",
    3: "Site is not ready",
    4: "Scope of work is unclear",
    5: "Parts are missing",
    6: "Approval is delayed",
    7: "Other",
}
"""The ids and names are ours; the vendor's list is not published."""


def report_problem(
    world: Ground, order_id: int, by_user: int, type_id: int, comments: str = ""
) -> Doc:
    """Open a problem. Raises: Refusal."""
    with step(world, order_id, by_user) as s:
        open_problem(s, type_id, comments)
    return s.order


def open_problem(s: Step, type_id: int, comments: str, message_id: int | None = None) -> Doc:
    """Add a problem to the order in the making."""
    if type_id not in PROBLEM_TYPES:
        raise invalid(f"There is no problem type {type_id}.", "/type/id")
    problem: Doc = {
        "id": s.number(),
        "type_id": type_id,
        "comments": comments,
        "by": s.by,
        "at": s.utc,
        "message_id": message_id,
        "resolved_by": None,
        "resolved_at": "",
    }
    s.order["problems"].append(problem)
    s.tell("problem_reported", problem_id=problem["id"])
    return problem


def resolve_problem(world: Ground, order_id: int, by_user: int, problem_id: int) -> Doc:
    """Close a problem."""
    with step(world, order_id, by_user) as s:
        problem = part_of(s.order["problems"], problem_id, "Problem")
        problem |= {"resolved_by": by_user, "resolved_at": s.utc}
        if problem["type_id"] == LATE and s.order["sub"] == "Delayed":
            s.order["sub"], s.order["delay"] = "", 0
        s.tell("problem_resolved", problem_id=problem_id)
    return s.order


def reopen_problem(world: Ground, order_id: int, by_user: int, problem_id: int) -> Doc:
    """Open a closed problem again; told like a new one."""
    with step(world, order_id, by_user) as s:
        problem = part_of(s.order["problems"], problem_id, "Problem")
        problem |= {"resolved_by": None, "resolved_at": ""}
        s.tell("problem_reported", problem_id=problem_id)
    return s.order


def remove_problem(world: Ground, order_id: int, by_user: int, problem_id: int) -> Doc:
    """Take a problem off the order."""
    with step(world, order_id, by_user) as s:
        s.order["problems"].remove(part_of(s.order["problems"], problem_id, "Problem"))
    return s.order
