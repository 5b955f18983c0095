"""What happens with contracts, prices and invoices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from isthmus_sim.autotask.tenant.worktime import date_text, month_end, month_start

if TYPE_CHECKING:
    from isthmus_sim.autotask.life.step import Happening, Life


def edit_contract(life: Life) -> Happening | None:
    """A contract is renamed, re-estimated or changes its service level."""
    contract = life.row("Contracts", life.pick("Contracts"))
    if contract is None:
        return None
    choice = life.rng.randrange(4)
    changes: dict[str, object] = {"estimatedRevenue": life.rng.randrange(10**8, 10**9, 100)}
    if choice == 0:
        changes = {"contractName": f"{contract['contractName']}*"[:100]}
    elif choice == 1:
        level = life.active_code("Contracts", "serviceLevelAgreementID")
        changes = {"serviceLevelAgreementID": level}
    elif choice == 2:
        changes = dict(life.udf_value("Contracts"))
    return life.change("Contracts", int(contract["id"] or 0), **changes)


def reprice_contract_service(life: Life) -> Happening | None:
    """A service gets another price in one contract; nothing tells of the change."""
    price = life.rng.randrange(20_000, 3_000_000, 100)
    return life.change("ContractServices", life.pick("ContractServices"), unitPrice=price,
                       internalCurrencyUnitPrice=price,
                       internalCurrencyAdjustedPrice=price)  # fmt: skip


def new_units(life: Life) -> Happening | None:
    """A contract service gets the slice of one more month."""
    service = life.row("ContractServices", life.pick("ContractServices"))
    if service is None:
        return None
    last = life.state.sql(
        f'SELECT max("endDate") FROM {life.state.table("ContractServiceUnits")} '
        'WHERE "contractServiceID" = ?',
        (service["id"],),
    )[0][0]
    until = date.fromisoformat(str(last or life.state.now_text())[:10])
    first = month_start(until, 1)
    units = life.rng.randrange(1, 60)
    price = int(service["unitPrice"] or 0) * units
    return life.add(
        "ContractServiceUnits", contractID=service["contractID"], contractServiceID=service["id"],
        serviceID=service["serviceID"], startDate=date_text(first), units=units, price=price,
        endDate=date_text(month_end(first)), internalCurrencyPrice=price, cost=price // 3,
    )  # fmt: skip


def post_units(life: Life) -> Happening | None:
    """A slice is approved and posted."""
    units = life.recent("ContractServiceUnits", '"approveAndPostDate" IS NULL')
    return life.change("ContractServiceUnits", units, approveAndPostDate=life.day_from_now(0))


def new_invoice(life: Life) -> Happening | None:
    """An invoice is made."""
    company = life.pick("Companies", '"companyType" = 1')
    if company is None:
        return None
    number = life.state.sql(f"SELECT max(id) FROM {life.state.table('Invoices')}")[0][0] or 0
    total = life.rng.randrange(100_000, 90_000_000, 100)
    return life.add(
        "Invoices", companyID=company, invoiceNumber=f"INV-{int(number) + 1}", invoiceTotal=total,
        invoiceDateTime=life.day_from_now(0), dueDate=life.day_from_now(15), isVoided=0,
        totalTaxValue=total * 8 // 100, paymentTerm=2, taxGroup=1, invoiceStatus=1,
        fromDate=life.day_from_now(-30), toDate=life.day_from_now(-1), taxRegionName="New York",
        batchID=int(number) % 1000 + 1, invoiceEditorTemplateID=1,
    )  # fmt: skip


def pay_invoice(life: Life) -> Happening | None:
    """An invoice is paid; the payment date may lie in the past."""
    invoice = life.recent("Invoices", '"paidDate" IS NULL AND "isVoided" = 0')
    back = life.rng.choice((0, 0, 1, 3, 20))
    return life.change("Invoices", invoice, paidDate=life.day_from_now(-back), invoiceStatus=2)


def void_invoice(life: Life) -> Happening | None:
    """An invoice is voided."""
    invoice = life.recent("Invoices", '"isVoided" = 0')
    return life.change("Invoices", invoice, isVoided=1, voidedDate=life.state.now_text(),
                       voidedByResourceID=life.actor, invoiceStatus=3)  # fmt: skip


def reprice_product(life: Life) -> Happening | None:
    """A product's price or name changes; products have no change date."""
    product = life.pick("Products")
    price = life.rng.randrange(50_000, 90_000_000, 100)
    if life.rng.random() < 0.2:
        return life.change("Products", product, manufacturerProductName=f"Model {price}")
    return life.change("Products", product, unitPrice=price, msrp=price + 10_000)


def milestone_status(life: Life) -> Happening | None:
    """A milestone is billed, or back in progress; milestones have no change date."""
    status = life.rng.randrange(3)
    return life.change("ContractMilestones", life.pick("ContractMilestones"), status=status)


def new_milestone(life: Life) -> Happening | None:
    """A fixed-price contract gets one more milestone."""
    contract = life.pick("Contracts", '"contractType" = 3')
    if contract is None:
        return None
    amount = life.rng.randrange(10_000_000, 90_000_000, 100)
    return life.add("ContractMilestones", contractID=contract, amount=amount, status=0,
                    internalCurrencyAmount=amount, dateDue=life.day_from_now(30),
                    isInitialPayment=0, title="Change order")  # fmt: skip


def rename_service(life: Life) -> Happening | None:
    """A service is renamed; every contract that sells it shows the new name."""
    service = life.row("Services", life.pick("Services"))
    if service is None:
        return None
    name = str(service["name"]).split(" v")[0]
    return life.change("Services", int(service["id"] or 0),
                       name=f"{name} v{life.rng.randrange(2, 99)}")  # fmt: skip


def change_rate(life: Life) -> Happening | None:
    """A role's rate in a contract changes; nothing tells of the change."""
    rate = life.rng.randrange(500_000, 2_500_000, 2_500)
    return life.change("ContractRates", life.pick("ContractRates"), contractHourlyRate=rate,
                       internalCurrencyContractHourlyRate=rate)  # fmt: skip


MONEY_ACTIONS = {
    "edit_contract": (3, edit_contract),
    "reprice_contract_service": (2, reprice_contract_service),
    "new_units": (3, new_units),
    "post_units": (1, post_units),
    "new_invoice": (2, new_invoice),
    "pay_invoice": (2, pay_invoice),
    "void_invoice": (1, void_invoice),
    "reprice_product": (2, reprice_product),
    "milestone_status": (2, milestone_status),
    "new_milestone": (1, new_milestone),
    "rename_service": (1, rename_service),
    "change_rate": (1, change_rate),
}
