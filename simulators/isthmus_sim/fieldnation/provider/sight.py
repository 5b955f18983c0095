"""Which work orders a provider sees, and how they stand to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import FORBIDDEN, Refusal, missing
from isthmus_sim.fieldnation.base.statuses import (
    APPROVED,
    ASSIGNED,
    CANCELLED,
    PAID,
    PUBLISHED,
    ROUTED,
    WORK_DONE,
)
from isthmus_sim.fieldnation.orders.messages import BUYER_ONLY
from isthmus_sim.fieldnation.orders.provider import open_log

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
MINE, OFFERED, ASKED, DECLINED, MARKET = "mine", "offered", "requested", "declined", "market"
KEPT_STATUSES = (ASSIGNED, WORK_DONE, APPROVED, PAID, CANCELLED)


def providers(ground: Ground) -> list[Doc]:
    """Give every provider there is."""
    return [user for user in ground.store.each("user") if user["role"] == "provider"]


def need_provider(ground: Ground, user_id: int) -> Doc:
    """Give one provider. Raises: Refusal: not found."""
    user = ground.store.look("user", user_id)
    if user is None or user["role"] != "provider":
        raise missing("Provider", user_id)
    return user


def relation(order: Doc, provider_id: int) -> str | None:
    """
    Tell how an order stands to a provider; None when it is not theirs to see.

    A draft is invisible (documented); one routed to others is too (assumed).
    """
    if order["assignee_id"] == provider_id:
        return MINE if order["status"] in KEPT_STATUSES else None
    if order["status"] not in (PUBLISHED, ROUTED):
        return None
    if provider_id in order["declined"]:
        return DECLINED
    if any(route["user_id"] == provider_id for route in order["routes"]):
        return OFFERED
    if any(r["user_id"] == provider_id and r["active"] for r in order["requests"]):
        return ASKED
    return MARKET if order["status"] == PUBLISHED else None


def visible(ground: Ground, provider_id: int) -> list[tuple[str, Doc]]:
    """Give what a provider sees, with how it stands to them, newest first."""
    found = []
    for order in reversed(ground.store.each("work_order")):
        how = relation(order, provider_id)
        if how is not None:
            found.append((how, order))
    return found


def need_order(ground: Ground, provider_id: int, order_id: int) -> tuple[str, Doc]:
    """Give one order a provider sees. Raises: Refusal: not found."""
    order = ground.store.look("work_order", order_id)
    how = relation(order, provider_id) if order else None
    if order is None or how is None:
        raise missing("Work order", order_id)
    return how, order


def must_be_mine(how: str) -> None:
    """Refuse what only the assigned provider may do. Raises: Refusal."""
    if how != MINE:
        raise Refusal(FORBIDDEN, "Only the assigned provider may do this.")


def is_checked_in(order: Doc) -> bool:
    """Tell whether the provider is on site."""
    return open_log(order) is not None


def messages(order: Doc) -> list[Doc]:
    """Give the messages a provider may read, oldest first."""
    return [message for message in order["messages"] if message["type"] not in BUYER_ONLY]
