"""What Field Nation itself does to work orders, on demand: there is no buyer's call for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import keys_of, whole
from isthmus_sim.fieldnation.base.statuses import APPROVED
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from isthmus_sim.base.asked import Asked
    from isthmus_sim.fieldnation.account.ground import Ground


class AdminCompany:
    """The admin calls that pay, postpone and put at risk."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def pay(self, asked: Asked) -> dict[str, Any]:
        """Run the payment: of one order, or of all that are approved."""
        keys_of(asked.body, ("order",))
        approved = [
            order["id"]
            for order in self._ground.store.each("work_order")
            if order["status"] == APPROVED
        ]
        wanted = [whole(asked.body, "order", 0)] if "order" in asked.body else approved
        for order_id in wanted:
            moves.mark_paid(self._ground, order_id, self._ground.account.user_id)
        return {"paid": wanted}

    def postpone(self, asked: Asked) -> dict[str, Any]:
        """Put an order off."""
        keys_of(asked.body, ("order",))
        order_id = whole(asked.body, "order", 0)
        return show(
            self._ground, moves.postpone(self._ground, order_id, self._ground.account.user_id)
        )

    def put_at_risk(self, asked: Asked) -> dict[str, Any]:
        """Mark a visit as at risk."""
        keys_of(asked.body, ("order",))
        order_id = whole(asked.body, "order", 0)
        return show(
            self._ground, moves.put_at_risk(self._ground, order_id, self._ground.account.user_id)
        )
