"""Which move is open in which status, and what a caller may do now. Data and pure rules."""

from __future__ import annotations

from typing import Any

from isthmus_sim.fieldnation.base.statuses import (
    APPROVED,
    ASSIGNED,
    CANCELLED,
    DRAFT,
    PAID,
    POSTPONED,
    PUBLISHED,
    ROUTED,
    WORK_DONE,
)

OPEN = (DRAFT, PUBLISHED, ROUTED)
LIVE = (*OPEN, ASSIGNED)
ALLOWED: dict[str, tuple[str, ...]] = {
    "publish": (DRAFT, ROUTED),
    "unpublish": (PUBLISHED,),
    "route": OPEN,
    "unroute": (ROUTED,),
    "request": (PUBLISHED, ROUTED),
    "accept": (PUBLISHED, ROUTED),
    "decline": (PUBLISHED, ROUTED),
    "undecline": (PUBLISHED, ROUTED),
    "assign": OPEN,
    "unassign": (ASSIGNED,),
    "confirm": (ASSIGNED,),
    "set out": (ASSIGNED,),
    "check in": (ASSIGNED,),
    "check out": (ASSIGNED,),
    "report late": (ASSIGNED,),
    "put at risk": (ASSIGNED,),
    "mark work done": (ASSIGNED,),
    "send back": (WORK_DONE,),
    "approve": (WORK_DONE,),
    "pay": (APPROVED,),
    "cancel": (*LIVE, POSTPONED),
    "delete": (DRAFT,),
    "revert to draft": (PUBLISHED, ROUTED, CANCELLED, POSTPONED),
    "postpone": LIVE,
}
"""
Move -> the statuses that allow it.

Source: documented for publish, unpublish, route, assign, complete, approve; the rest of the
table is assumed from the order of the lifecycle.
"""

MILESTONES = {
    PUBLISHED: "published",
    ROUTED: "routed",
    ASSIGNED: "assigned",
    WORK_DONE: "workdone",
    APPROVED: "approved",
    PAID: "paid",
    CANCELLED: "canceled",
}
"""Status -> the milestone it stamps; `created` is stamped when an order is made."""

EVENT_OF = {
    DRAFT: "draft",
    PUBLISHED: "published",
    ROUTED: "routed",
    ASSIGNED: "assigned",
    WORK_DONE: "work_done",
    APPROVED: "approved",
    PAID: "paid",
    CANCELLED: "cancelled",
    POSTPONED: "postponed",
    "Deleted": "deleted",
}

_ALWAYS = ("messaging", "history", "overview", "copy", "print", "apply_tags", "create_template")
_ACTIONS: dict[str, tuple[str, ...]] = {
    DRAFT: ("edit", "publish", "route", "delete", "cancel", "set_network", "service_types"),
    PUBLISHED: ("edit", "unpublish", "route", "cancel", "revert", "search-provider"),
    ROUTED: ("edit", "publish", "route", "cancel", "revert", "search-provider"),
    ASSIGNED: ("edit", "cancel", "report_a_problem", "tasks", "hold"),
    WORK_DONE: ("approve", "incomplete", "report_a_problem", "view_problem"),
    APPROVED: ("paid", "unapprove"),
    PAID: ("unpaid",),
    CANCELLED: ("revert",),
    POSTPONED: ("edit", "revert", "cancel"),
}


def actions_of(order: dict[str, Any]) -> list[str]:
    """Give what the buyer may do now. Source: the names are observed, which when is assumed."""
    return [*_ACTIONS.get(order["status"], ()), *_ALWAYS]


SUB_STATUSES = {
    "Confirmed": "confirmed",
    "On my way": "on_my_way",
    "Checked in": "checked_in",
    "Checked out": "checked_out",
    "At risk": "at_risk",
    "Delayed": "delayed",
}
"""Sub-status under Assigned -> its code, which is also its event."""
