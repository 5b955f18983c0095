"""What a work order costs: pay, expenses, bonuses, penalties, increases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.asked import part
from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.orders.money import MOST, is_number
from isthmus_sim.fieldnation.orders.step import part_of
from isthmus_sim.fieldnation.view import money

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]
_DECIMAL = re.compile(r"\d+(\.\d+)?")


def set_pay(a: Asked) -> Doc:
    """Set the pay; answers the pay."""
    moves.set_pay(a.world, a.order_id, a.by, a.body())
    return money.pay(a.sight())


def read_increase(a: Asked) -> Doc:
    """Give one increase."""
    sight = a.sight()
    one = part_of(sight.order["increases"], a.number("increase_id"), "Increase")
    return money.increase(sight, one)


def decide_increase(a: Asked) -> Doc:
    """Accept or deny an increase."""
    number, why = a.number("increase_id"), a.text("status_description")
    status = a.text("status", required=True)
    done = moves.decide_increase(a.world, a.order_id, a.by, number, status=status, why=why)
    return a.whole(done)


def _charge(kind: str) -> Handler:
    def handler(a: Asked) -> Doc:
        charged = a.body().get("charged", True) is not False
        number = a.number(f"{kind}_id")
        return a.whole(moves.charge(a.world, a.order_id, a.by, kind, number, charged=charged))

    return handler


def add_expense(a: Asked) -> Doc:
    """Add an expense; `amount` is a text in the description, a number will do."""
    body = a.body()
    quantity = body.get("quantity", 1)
    made = moves.add_expense(
        a.world,
        a.order_id,
        a.by,
        category_id=a.body_number("category", "id"),
        amount=_amount(body.get("amount")),
        description=a.text("description"),
        quantity=quantity if is_number(quantity) else 1,
    )
    return a.whole(made)


def change_expense(a: Asked) -> Doc:
    """Change or review an expense."""
    body = a.body()
    names = ("description", "status", "status_description")
    changes = {key: body[key] for key in names if isinstance(body.get(key), str)}
    if "amount" in body:
        changes["amount"] = _amount(body["amount"])
    if is_number(body.get("quantity")):
        changes["quantity"] = body["quantity"]
    number = a.number("expense_id")
    return a.whole(moves.change_expense(a.world, a.order_id, a.by, number, changes))


def _amount(value: Any) -> float:
    text = str(value)
    if isinstance(value, bool) or not _DECIMAL.fullmatch(text) or float(text) > MOST:
        raise invalid("amount takes a number.", "/amount")
    return float(text)


SERVED: dict[str, Handler] = {
    "v2_woPay_get": part(money.pay),
    "v2_woPay_put": set_pay,
    "v2_woPayDiscounts_get": part(money.discounts),
    "v2_woPayIncreases_get": part(money.increases),
    "v2_woPayIncreasesById_get": read_increase,
    "v2_woPayIncreasesById_put": decide_increase,
    "v2_woExpenses_get": part(money.expenses),
    "v2_woExpenses_post": add_expense,
    "v2_woExpenses_put": change_expense,
    "v2_bonuses_get": part(money.bonuses),
    "v2_woBonusesByBonusId_post": _charge("bonus"),
    "v2_woPenalties_get": part(money.penalties),
    "v2_woPenaltiesByPenaltyId_post": _charge("penalty"),
}
