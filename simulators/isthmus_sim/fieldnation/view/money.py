"""What an order costs, as the vendor shows it."""

from __future__ import annotations

from isthmus_sim.fieldnation.base.times import NO_TIME
from isthmus_sim.fieldnation.orders.money import labor_of
from isthmus_sim.fieldnation.view.shapes import Doc, Sight, hours_of, metadata, person, rows

NOTHING = {"units": 0, "amount": 0}


def pay(s: Sight) -> Doc:
    """Give the pay. Which sums make the total is assumed: labor, expenses, bonuses less cuts."""
    order = s.order
    given = order["pay"] or {"type": "", "base": NOTHING, "additional": NOTHING, "hours": 0}
    hours = sum(hours_of(log) for log in order["time_logs"])
    most = labor_of({**order, "time_logs": []}, 0)
    labor = labor_of(order, hours) if hours else most
    total = round(labor + _beyond(s), 2)
    shown = {
        "work_order_id": order["id"],
        "type": given["type"],
        "base": given["base"],
        "additional": given["additional"],
        "fees": [],
        "hold": {"id": 0, "amount": 0, "charged": False},
        "hours": given["hours"],
        "reported_hours": round(hours, 2),
        "number_of_devices": sum(log["devices"] for log in order["time_logs"]),
        "minimum_payment": 0,
        "range": {"min": min(labor, most), "max": most},
        "labor_sum": labor,
        "fees_cancellation_pending": False,
        "passive_cancellation_amount": 0,
        "fee_cancellation_queued": "",
        "fee_cancellation_charged": "",
        "funding": [],
        "invoice": _invoice(s),
        "bonuses": bonuses(s),
        "expenses": expenses(s),
        "penalties": penalties(s),
        "discounts": discounts(s),
        "increases": increases(s),
        "max_pay": most,
        "total": total,
        "max_pay_limit": 0,
        "calculated_total": {"total": {"min": total, "max": round(most + _beyond(s), 2)}},
    }
    if "finance_id" in given:
        shown["finance"] = _finance(given["finance_id"])
    return shown


def _finance(number: int) -> Doc:
    texts = {"terms": "", "description": ""}
    return {"id": number, **texts, "limit": 0, "invoiced_account": False, "locked": False}


def _invoice(s: Sight) -> Doc:
    stamps = s.order["milestones"]
    paid = s.time(stamps.get("paid"))
    sent = s.time(stamps.get("approved"))
    return {"id": s.order["id"] if "paid" in stamps else 0, "sent": sent, "paid": paid}


def _beyond(s: Sight) -> float:
    order = s.order
    spent = sum(e["amount"] * e["quantity"] for e in order["expenses"] if e["status"] == "approved")
    extra = sum(row["amount"] for row in _charges(s, "bonus") if row["charged"])
    cut = sum(row["amount"] for row in _charges(s, "penalty") if row["charged"])
    return float(spent + extra - cut - sum(d["amount"] for d in order["discounts"]))


def _charges(s: Sight, kind: str) -> list[Doc]:
    found = []
    for key, charge in s.order[f"{kind}_charges"].items():
        known = s.world.store.look(kind, int(key)) or {}
        modifier = known.get("modifier", 0)
        labor = labor_of({**s.order, "time_logs": []}, 0)
        fixed = known.get("type") == "Fixed"
        found.append(
            {
                "id": int(key),
                "charged": charge["charged"],
                "selected": True,
                "calculation": "fixed" if fixed else "percent",
                "modifier": modifier,
                "name": known.get("name", ""),
                "description": "",
                "amount": modifier if fixed else round(labor * modifier / 100, 2),
                "actions": [],
                "_by": charge["by"],
                "_at": charge["at"],
            }
        )
    return found


def _sums(found: list[Doc]) -> Doc:
    charged = sum(row["amount"] for row in found if row["charged"])
    every = sum(row["amount"] for row in found)
    return {"all": every, "charged": charged, "uncharged": every - charged}


def bonuses(s: Sight) -> Doc:
    """Give the bonuses of the order."""
    found = _charges(s, "bonus")
    shown = [{k: v for k, v in row.items() if not k.startswith("_")} for row in found]
    return rows(shown, sum=_sums(found))


def penalties(s: Sight) -> Doc:
    """Give the penalties of the order."""
    found = _charges(s, "penalty")
    shown = [
        {
            **{k: v for k, v in row.items() if not k.startswith("_")},
            "status_reason": "",
            "updated_by": str(row["_by"]),
            "updated_at": s.time(row["_at"]),
        }
        for row in found
    ]
    return rows(shown, sum=_sums(found))


def discounts(s: Sight) -> Doc:
    """Give the discounts the provider offered."""
    found = [
        {**d, "name": "Discount", "charged": True, "calculation": "fixed", "actions": []}
        for d in s.order["discounts"]
    ]
    return rows(found, sum={"all": sum(d["amount"] for d in found)})


def increases(s: Sight) -> Doc:
    """Give the increases the provider asked for."""
    found = [increase(s, one) for one in s.order["increases"]]
    total = sum(one["pay"]["sum"] for one in found)
    return rows(found, sum={"all": total}, minimum=0)


def increase(s: Sight, one: Doc) -> Doc:
    """Give one increase."""
    pay_asked = {key: one["pay"][key] for key in ("type", "base", "additional")}
    worth = labor_of({"pay": one["pay"], "time_logs": []}, 0)
    return {
        "id": one["id"],
        "description": one["description"],
        "status": one["status"],
        "status_description": one["status_description"],
        "pay": {**pay_asked, "sum": worth},
        "created": s.time(one["at"]),
        "author": person(s.world, one["by"]),
        "actions": ["accept", "deny"] if one["status"] == "pending" else [],
    }


def expenses(s: Sight) -> Doc:
    """Give the expenses."""
    found = [_expense(s, one) for one in s.order["expenses"]]
    by = {
        status: [e for e in s.order["expenses"] if e["status"] == status]
        for status in ("new", "approved", "disapproved")
    }
    approved = sum(e["amount"] * e["quantity"] for e in by["approved"])
    every = sum(e["amount"] * e["quantity"] for e in s.order["expenses"])
    sums = {
        "all": every,
        "charged": approved,
        "uncharged": every - approved,
        "pending": len(by["new"]),
        "approved": len(by["approved"]),
        "approved_amount": approved,
        "denied": len(by["disapproved"]),
    }
    return {**rows(found, sum=sums), "actions": ["add"], "metadata": metadata(len(found))}


def _expense(s: Sight, expense: Doc) -> Doc:
    user = s.world.store.look("user", expense["by"]) or {}
    category = s.world.store.look("expense", expense["category_id"]) or {}
    return {
        "company_id": s.world.account.company_id,
        "id": expense["id"],
        "status": expense["status"],
        "description": expense["description"],
        "status_description": expense["status_description"],
        "amount": expense["amount"],
        "quantity": expense["quantity"],
        "is_predefined": True,
        "author": {
            **person(s.world, expense["by"]),
            "is_provider": int(user.get("role") == "provider"),
        },
        "category": {
            "id": expense["category_id"],
            "uid": expense["category_id"],
            "company_expense_id": expense["category_id"],
            "label": category.get("label", ""),
            "type": category.get("type", ""),
            "amount": 0,
        },
        "added": s.time(expense["added"]),
        "approved": s.time(expense["approved"]) if expense["approved"] else NO_TIME,
        "actions": ["edit", "delete", "approve", "deny"] if expense["status"] == "new" else [],
    }
