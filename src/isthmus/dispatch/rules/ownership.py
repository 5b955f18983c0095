"""Who owns a field of the work order, and what follows when both sides changed it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

Verdict = Literal["write", "keep", "ask"]


class Owner(StrEnum):
    """Whose value counts for a field."""

    AUTOTASK = "autotask"
    FIELDNATION = "fieldnation"
    NEWEST = "newest"
    PERSON = "person"


def owner_of(owners: Mapping[str, str], path: str) -> Owner:
    """Return the owner of a target path: its own, else that of the nearest part above it."""
    named = [key for key in owners if path == key or path.startswith((f"{key}.", f"{key}["))]
    return Owner(owners[max(named, key=len)]) if named else Owner.AUTOTASK


def decide_owner(
    owner: Owner, *, order_changed: bool, record_at: datetime | None, order_at: datetime | None
) -> Verdict:
    """
    Decide about a field that changed in the record.

    Args: order_changed: it changed at Field Nation too since we last wrote it. record_at,
    order_at: when each side last changed; the record wins a tie, and where one is not known a
    person decides.
    """
    if owner is Owner.FIELDNATION:
        return "keep"
    if owner is Owner.AUTOTASK or not order_changed:
        return "write"
    if owner is Owner.PERSON or record_at is None or order_at is None:
        return "ask"
    return "keep" if record_at < order_at else "write"
