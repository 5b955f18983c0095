"""The statuses of a work order and their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus_sim.base.switches import Switches

DRAFT, PUBLISHED, ROUTED, ASSIGNED = "Draft", "Published", "Routed", "Assigned"
WORK_DONE, APPROVED, PAID, CANCELLED = "Work Done", "Approved", "Paid", "Cancelled"
POSTPONED, DELETED = "Postponed", "Deleted"

STATUS_IDS = {
    DRAFT: 1,
    PUBLISHED: 2,
    ASSIGNED: 3,
    WORK_DONE: 4,
    APPROVED: 5,
    PAID: 6,
    CANCELLED: 7,
    ROUTED: 9,
    POSTPONED: 8,
    DELETED: 10,
}
"""
Source: documented for Draft and Published; 3, 5, 6, 7, 9 from the vendor's provider app;
4 by elimination; Postponed and Deleted are assumed, their numbers are not known.
"""


def status_id(name: str, switches: Switches) -> int:
    """Give the number of a status, corrected by the switch `status_ids`."""
    for part in str(switches["status_ids"]).split(","):
        named, _, number = part.partition("=")
        if named.strip().lower() == name.lower() and number.strip().isdecimal():
            return int(number)
    return STATUS_IDS[name]
