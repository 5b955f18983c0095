"""Pay, expenses, bonuses, penalties, discounts and increases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders.step import Doc, part_of, step

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

PAY_TYPES = ("fixed", "hourly", "device", "blended")
MOST = 1_000_000_000
STATUSES = ("new", "approved", "disapproved")


def read_pay(value: Any) -> Doc | None:
    """
    Read a written pay; None when it is to be dropped.

    Source: type with base{amount, units}, blended with additional too (documented). Fixed pay
    has one unit. That a shape without these is dropped is assumed.
    """
    if not isinstance(value, dict) or value.get("type") not in PAY_TYPES:
        return None
    base = _units(value.get("base"))
    if base is None:
        return None
    kind = value["type"]
    if kind == "fixed":
        base["units"] = 1
    more = _units(value.get("additional")) if kind == "blended" else None
    pay: Doc = {"type": kind, "base": base, "additional": more or {"units": 0, "amount": 0}}
    finance = value.get("finance")
    if isinstance(finance, dict) and isinstance(finance.get("id"), int):
        pay["finance_id"] = finance["id"]
    pay["hours"] = value["hours"] if is_number(value.get("hours")) else 0
    return pay


def is_number(value: Any) -> bool:
    """Say whether a value will do as an amount or a count: up to MOST, which is assumed."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and 0 <= value <= MOST


def _units(value: Any) -> Doc | None:
    if not isinstance(value, dict) or not is_number(value.get("amount")):
        return None
    units = value.get("units", 1)
    return {"units": units if is_number(units) else 1, "amount": value["amount"]}


def set_pay(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """Set the pay. It raises no event: the catalogue has none. Raises: Refusal."""
    pay = read_pay(value)
    if pay is None:
        raise invalid("pay takes type and base with units and amount.", "/base")
    with step(world, order_id, by_user) as s:
        s.order["pay"] = pay
    return s.order


def labor_of(order: Doc, hours: float) -> float:
    """Give what the labor costs: by the hours worked when there are any, else at most."""
    pay = order["pay"]
    if not pay:
        return 0.0
    base, more = pay["base"], pay["additional"]
    if pay["type"] == "fixed":
        return float(base["amount"])
    if pay["type"] == "device":
        devices = sum(log["devices"] for log in order["time_logs"]) or base["units"]
        return float(round(base["amount"] * min(devices, base["units"]), 2))
    most = base["units"] + (more["units"] if pay["type"] == "blended" else 0)
    worked = min(hours, most) if hours else most
    if pay["type"] == "hourly":
        return float(round(base["amount"] * worked, 2))
    beyond = max(0.0, worked - base["units"])
    return float(round(base["amount"] + more["amount"] * beyond, 2))


def add_expense(
    world: Ground,
    order_id: int,
    by_user: int,
    *,
    category_id: int,
    amount: float,
    description: str = "",
    quantity: float = 1,
) -> Doc:
    """Add an expense, pending. It raises no event. Raises: Refusal: no such category."""
    with step(world, order_id, by_user) as s:
        if world.store.look("expense", category_id) is None:
            raise invalid(f"There is no expense category {category_id}.", "/category/id")
        s.order["expenses"].append(
            {
                "id": s.number(),
                "category_id": category_id,
                "amount": amount,
                "quantity": quantity,
                "description": description,
                "status": "new",
                "status_description": "",
                "by": by_user,
                "added": s.utc,
                "approved": "",
            }
        )
    return s.order


def change_expense(
    world: Ground, order_id: int, by_user: int, expense_id: int, changes: Doc
) -> Doc:
    """Change an expense. changes: status, status_description, amount, description, quantity."""
    with step(world, order_id, by_user) as s:
        expense = part_of(s.order["expenses"], expense_id, "Expense")
        status = changes.get("status", expense["status"])
        if status not in STATUSES:
            raise invalid(f"status takes one of {', '.join(STATUSES)}.", "/status")
        expense |= {key: value for key, value in changes.items() if key in expense}
        expense["approved"] = s.utc if status == "approved" else ""
    return s.order


def charge(
    world: Ground, order_id: int, by_user: int, kind: str, number: int, *, charged: bool
) -> Doc:
    """Charge one of the company's bonuses or penalties. kind: "bonus" or "penalty"."""
    with step(world, order_id, by_user) as s:
        if world.store.look(kind, number) is None:
            raise missing(kind.capitalize(), number)
        s.order[f"{kind}_charges"][str(number)] = {"charged": charged, "by": by_user, "at": s.utc}
    return s.order


def add_discount(
    world: Ground, order_id: int, by_user: int, amount: float, description: str = ""
) -> Doc:
    """Offer a discount, as the provider does in the app."""
    with step(world, order_id, by_user) as s:
        made = {"id": s.number(), "amount": amount, "description": description}
        s.order["discounts"].append(made)
    return s.order


def add_increase(
    world: Ground, order_id: int, by_user: int, pay: Any, description: str = ""
) -> Doc:
    """Ask for more pay, as the provider does in the app. pay: like a written pay."""
    read = read_pay(pay)
    if read is None:
        raise invalid("pay takes type and base with units and amount.", "/pay")
    with step(world, order_id, by_user) as s:
        s.order["increases"].append(
            {
                "id": s.number(),
                "pay": read,
                "description": description,
                "status": "pending",
                "status_description": "",
                "by": by_user,
                "at": s.utc,
            }
        )
    return s.order


def decide_increase(
    world: Ground, order_id: int, by_user: int, increase_id: int, *, status: str, why: str = ""
) -> Doc:
    """Accept or deny an increase; an accepted one becomes the pay."""
    if status not in ("pending", "accepted", "denied"):
        raise invalid("status takes pending, accepted or denied.", "/status")
    with step(world, order_id, by_user) as s:
        increase = part_of(s.order["increases"], increase_id, "Increase")
        increase |= {"status": status, "status_description": why}
        if status == "accepted":
            s.order["pay"] = increase["pay"]
    return s.order
