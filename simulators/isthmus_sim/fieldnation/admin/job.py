"""A technician's whole job in one admin call, step by step as the provider's side does it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import AdminRefused, keys_of, text, whole
from isthmus_sim.fieldnation.base.statuses import ASSIGNED
from isthmus_sim.fieldnation.base.times import utc_text
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.provider import sight
from isthmus_sim.fieldnation.provider.actions import act
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from isthmus_sim.base.asked import Asked
    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
KEYS = ("order", "provider", "notes", "hours", "expense")
MOST_HOURS = 10_000


class AdminJob:
    """The admin call that has a job done."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def do(self, asked: Asked) -> Doc:
        """
        Do a whole job, now: the visit began `hours` ago.

        Every step raises its own events. Raises: AdminRefused, Refusal: the steps before stay.
        """
        keys_of(asked.body, KEYS)
        order_id = whole(asked.body, "order", 0)
        notes, hours = text(asked.body, "notes", ""), _hours(asked.body)
        order = self._ground.store.look("work_order", order_id)
        if order is None:
            raise AdminRefused(f"there is no work order {order_id}", 404)
        provider = whole(asked.body, "provider", likely(self._ground, order))
        self._take(order, provider)
        began = utc_text(self._ground.clock.now() - timedelta(hours=hours))
        for name, given in (
            ("confirm", {}),
            ("on-my-way", {}),
            ("check-in", {"at": began}),
            ("check-out", {}),
            *_expenses(asked.body),
            ("work-done", {"closing_notes": notes}),
        ):
            order = act(self._ground, provider, order_id, name, given)
        return {"provider": provider, "order": show(self._ground, order)}

    def _take(self, order: Doc, provider: int) -> None:
        """Become the assigned one: by accepting an offer, else a manager of the buyer assigns."""
        if order["status"] == ASSIGNED:
            return
        if any(route["user_id"] == provider for route in order["routes"]):
            act(self._ground, provider, order["id"], "accept", {})
            return
        users = self._ground.store.each("user")
        manager = next(user["id"] for user in users if user["role"] == "manager")
        moves.assign(self._ground, order["id"], manager, provider)


def likely(ground: Ground, order: Doc) -> int:
    """Give who acts when nobody is named: the assigned one, the first invited, or the first."""
    routed = [int(route["user_id"]) for route in order["routes"]]
    everybody = [int(user["id"]) for user in sight.providers(ground)]
    return int(order["assignee_id"] or (routed or everybody)[0])


def _hours(body: Doc) -> float:
    value = body.get("hours", 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AdminRefused(f"hours takes a number; got {value!r}")
    if not 0 <= value <= MOST_HOURS:
        raise AdminRefused(f"hours takes a number from 0 to {MOST_HOURS}; got {value!r}")
    return float(value)


def _expenses(body: Doc) -> list[tuple[str, Doc]]:
    """Give the step that claims an expense: an amount, or what the action takes."""
    expense = body.get("expense")
    if expense is None:
        return []
    given = expense if isinstance(expense, dict) else {"amount": expense}
    return [("expense", given)]
