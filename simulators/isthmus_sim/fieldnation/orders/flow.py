"""The moves of the buyer: from draft to paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import Refusal, invalid, missing
from isthmus_sim.fieldnation.base.statuses import (
    APPROVED,
    ASSIGNED,
    CANCELLED,
    DELETED,
    DRAFT,
    PAID,
    POSTPONED,
    PUBLISHED,
    ROUTED,
)
from isthmus_sim.fieldnation.orders.step import Doc, Step, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus_sim.fieldnation.account.ground import Ground


def publish(world: Ground, order_id: int, by_user: int) -> Doc:
    """Let every provider see and request the order."""
    with step(world, order_id, by_user) as s:
        s.must("publish")
        s.go_to(PUBLISHED)
    return s.order


def unpublish(world: Ground, order_id: int, by_user: int) -> Doc:
    """Take a published order back to a draft."""
    with step(world, order_id, by_user) as s:
        s.must("unpublish")
        s.go_to(DRAFT)
    return s.order


def route(world: Ground, order_id: int, by_user: int, provider_id: int) -> Doc:
    """Offer the order to one provider."""
    return mass_route(world, order_id, by_user, [provider_id])


def mass_route(world: Ground, order_id: int, by_user: int, provider_ids: Sequence[int]) -> Doc:
    """
    Offer the order to several providers; the first to accept is assigned.

    Raises `routed` for each of them and `status.routed` once. A provider who has the offer
    keeps it and is not told again.
    """
    with step(world, order_id, by_user) as s:
        s.must("route")
        for provider_id in provider_ids:
            must_be_provider(world, provider_id)
        have = {route["user_id"] for route in s.order["routes"]}
        fresh = [number for number in dict.fromkeys(provider_ids) if number not in have]
        for number in fresh:
            s.order["routes"].append({"user_id": number, "at": s.utc})
            s.order["declined"] = [user for user in s.order["declined"] if user != number]
            s.tell("routed", provider_id=number)
        if s.order["status"] != ROUTED:
            s.go_to(ROUTED)
    return s.order


def unroute(world: Ground, order_id: int, by_user: int, provider_id: int) -> Doc:
    """Take an offer back; without any left the order is what it was before."""
    with step(world, order_id, by_user) as s:
        s.must("unroute")
        left = [route for route in s.order["routes"] if route["user_id"] != provider_id]
        if len(left) == len(s.order["routes"]):
            raise missing("Route to provider", provider_id)
        s.order["routes"] = left
        if not left:
            s.go_to(_before_assignment(s))
    return s.order


def assign(world: Ground, order_id: int, by_user: int, provider_id: int) -> Doc:
    """Give the order to a provider."""
    with step(world, order_id, by_user) as s:
        s.must("assign")
        must_be_provider(world, provider_id)
        put_on(s, provider_id)
    return s.order


def put_on(s: Step, provider_id: int) -> None:
    """Make a provider the assigned one; all offers and requests end."""
    s.order["assignee_id"] = provider_id
    s.order["routes"] = []
    for request in s.order["requests"]:
        request["active"] = False
    s.go_to(ASSIGNED)


def unassign(
    world: Ground, order_id: int, by_user: int, reason_id: str = "", comment: str = ""
) -> Doc:
    """
    Take the order from its provider.

    Raises `status.assigned_cancelled`, then the status it falls back to: published when it
    ever was, else draft (assumed).
    """
    with step(world, order_id, by_user) as s:
        s.must("unassign")
        s.order["unassigned"] = {
            "user_id": s.order["assignee_id"],
            "reason_id": reason_id,
            "comment": comment,
            "at": s.utc,
        }
        s.order["assignee_id"] = None
        s.order["milestones"].pop("assigned", None)
        back = _before_assignment(s)
        was = s.order["status"]
        s.order["status"] = back
        s.tell_status("assigned_cancelled", was)
        s.order["status"] = was
        s.go_to(back)
    return s.order


def complete_undo(
    world: Ground, order_id: int, by_user: int, reason: str = "", reason_id: str = ""
) -> Doc:
    """Send a finished order back to its provider."""
    with step(world, order_id, by_user) as s:
        s.must("send back")
        s.order["milestones"].pop("workdone", None)
        s.order["sent_back"] = {"reason": reason, "reason_id": reason_id, "at": s.utc}
        assigned = s.order["milestones"].get("assigned", s.utc)
        s.go_to(ASSIGNED)
        s.order["milestones"]["assigned"] = assigned
    return s.order


def approve(world: Ground, order_id: int, by_user: int) -> Doc:
    """Approve finished work."""
    with step(world, order_id, by_user) as s:
        s.must("approve")
        s.go_to(APPROVED)
    return s.order


def mark_paid(world: Ground, order_id: int, by_user: int) -> Doc:
    """Run the payment of one order, as Field Nation does by itself."""
    with step(world, order_id, by_user) as s:
        s.must("pay")
        s.go_to(PAID)
    return s.order


def cancel(world: Ground, order_id: int, by_user: int, reason: str) -> Doc:
    """
    Cancel the order; a draft is deleted instead.

    Source: the reason is mandatory (documented); that a draft is deleted is assumed.
    """
    if not reason:
        raise invalid("cancel_reason is required.", "/cancel_reason")
    with step(world, order_id, by_user) as s:
        s.must("cancel")
        s.order["cancel_reason"] = reason
        s.go_to(DELETED if s.order["status"] == DRAFT else CANCELLED)
        s.order["routes"] = []
    return s.order


def delete(world: Ground, order_id: int, by_user: int) -> Doc:
    """Delete a draft: it is kept, but nobody finds it."""
    with step(world, order_id, by_user) as s:
        s.must("delete")
        s.go_to(DELETED)
    return s.order


def revert_to_draft(world: Ground, order_id: int, by_user: int) -> Doc:
    """Take an order without provider back to a draft."""
    with step(world, order_id, by_user) as s:
        s.must("revert to draft")
        s.order["routes"], s.order["assignee_id"] = [], None
        s.go_to(DRAFT)
    return s.order


def postpone(world: Ground, order_id: int, by_user: int) -> Doc:
    """Put the order off. There is no buyer call for it; Field Nation's own pages do it."""
    with step(world, order_id, by_user) as s:
        s.must("postpone")
        s.go_to(POSTPONED)
    return s.order


def must_be_provider(world: Ground, user_id: Any) -> None:
    """Refuse a user who is no provider. Raises: Refusal."""
    user = world.store.look("user", user_id)
    if user is None or user["role"] != "provider":
        raise _no_provider(user_id)


def _no_provider(user_id: Any) -> Refusal:
    return invalid(f"There is no provider {user_id}.", "/user/id")


def _before_assignment(s: Step) -> str:
    return PUBLISHED if "published" in s.order["milestones"] else DRAFT
