"""What happened to a work order, told to whoever listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

STATUS_EVENTS = tuple(
    f"workorder.status.{name}"
    for name in (
        "draft", "routed", "published", "confirmed", "assigned", "assigned_cancelled", "at_risk",
        "delayed", "on_my_way", "checked_in", "checked_out", "work_done", "approved", "paid",
        "cancelled", "deleted", "postponed",
    )
)  # fmt: skip
EVENTS = (
    *(
        f"workorder.{name}"
        for name in (
            "created", "routed", "requested", "declined", "undeclined", "task_completed",
            "task_incomplete", "provider_upload", "message_posted", "custom_field_value_updated",
            "schedule_updated", "tag_added", "tag_removed", "part_updated", "problem_reported",
            "problem_resolved",
        )
    ),
    *STATUS_EVENTS,
)  # fmt: skip
"""The vendor's 33 event names. Source: published webhooks description, December 2025."""


@dataclass(frozen=True)
class Happening:
    """
    One event.

    name: one of EVENTS. at: the simulator's clock, aware UTC. params: what the vendor puts
    beside the name: work_order_id always; status_id and previous_status_id on status events;
    estimated_delay in seconds on `delayed`.
    """

    name: str
    work_order_id: int
    at: datetime
    by_user_id: int
    params: dict[str, Any] = field(default_factory=dict)


class Bus:
    """Hands every happening to every listener, in order, after the change was kept."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Happening], None]] = []

    def subscribe(self, listener: Callable[[Happening], None]) -> None:
        """Add a listener; it must not raise and not block."""
        self._listeners.append(listener)

    def tell(self, happening: Happening) -> None:
        """Tell one happening to all."""
        for listener in self._listeners:
            listener(happening)
