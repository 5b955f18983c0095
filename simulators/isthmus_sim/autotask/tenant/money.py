"""Monthly invoices, some billing items, some opportunities and charges."""

from datetime import timedelta

from isthmus_sim.autotask.tenant.build import SCALE, Build, money
from isthmus_sim.autotask.tenant.companies import CUSTOMER, PROSPECT, Firm
from isthmus_sim.autotask.tenant.reference import (
    FIRST_PRODUCT_CODE,
    FIRST_SERVICE_CODE,
    ORGANIZATION,
)
from isthmus_sim.autotask.tenant.shapes import UdfDefinition
from isthmus_sim.autotask.tenant.staff import Staff
from isthmus_sim.autotask.tenant.udfs import values
from isthmus_sim.autotask.tenant.worktime import (
    DAY,
    HISTORY_MONTHS,
    date_text,
    month_end,
    month_start,
)

OPEN, PAID, VOIDED, SENT = 1, 2, 3, 4
ITEM_MONTHS = 3
RECURRING_ITEM, RECURRING_SUBTYPE = 7, 12


class Billing:
    """Adds invoices for what contracts earn, and the items of the latest months."""

    def __init__(
        self,
        build: Build,
        firms: list[Firm],
        crew: list[Staff],
        revenue: dict[tuple[int, int], int],
    ) -> None:
        self.build = build
        self.firms = firms
        self.rng = build.fork("billing")
        self.revenue = revenue
        self.boss = crew[0].id
        self.invoice_of: dict[tuple[int, int], int] = {}

    def add_all(self) -> None:
        """Invoice every customer with contracts month by month, oldest first."""
        customers = [f for f in self.firms if f.kind == CUSTOMER and f.cover and f.id]
        for month in range(HISTORY_MONTHS):
            for firm in customers:
                earned = self.revenue.get((firm.id, month), 0)
                if earned or self.rng.random() < 0.35:
                    self._invoice(firm, month, earned)
        self._items()
        self._charges()

    def _invoice(self, firm: Firm, month: int, earned: int) -> None:
        build, rng, time = self.build, self.rng, self.build.time
        first = month_start(time.start, month)
        day = month_start(first, 1)
        made = time.next_work[(day - time.start).days] * DAY + 840 + rng.randrange(120)
        if made >= time.now:
            return
        total = earned + money(rng.randrange(0, 90_000) / 100)
        tax = total * 8 // 100 if rng.random() < 0.8 else 0
        due = day + timedelta(days=15)
        paid = due + timedelta(days=rng.randrange(-10, 30))
        settled = paid < time.today and rng.random() < 0.97
        voided = rng.random() < 0.015
        invoice = build.add(
            "Invoices", companyID=firm.id, invoiceNumber=f"{10_000 + len(self.invoice_of)}",
            invoiceDateTime=date_text(day), createDateTime=time.text(made, "14.557Z"),
            creatorResourceID=self.boss, invoiceTotal=total + tax, totalTaxValue=tax, batchID=month,
            fromDate=date_text(first), toDate=date_text(month_end(first)), dueDate=date_text(due),
            isVoided=int(voided), voidedDate=time.text(made + 300, "09.020Z") if voided else None,
            voidedByResourceID=self.boss if voided else None, paymentTerm=2, taxGroup=1,
            paidDate=date_text(paid) if settled and not voided else None, taxRegionName="New York",
            invoiceEditorTemplateID=1,
            invoiceStatus=VOIDED if voided else PAID if settled else SENT,
            comments=None if rng.random() < 0.9 else "Thank you for your business!",
            orderNumber=f"PO{rng.randrange(9999)}" if rng.random() < 0.1 else None,
            webServiceDate=time.text(made + 60, "00.000Z") if rng.random() < 0.6 else None,
            invoiceTaxMethodExternalCode=None if rng.random() < 0.95 else "NT",
        )  # fmt: skip
        self.invoice_of[firm.id, month] = invoice
        if rng.random() < 0.03:
            build.skip("Invoices")

    def _items(self) -> None:
        """Bill the latest slices of contract services; nothing older, to keep tenants small."""
        time = self.build.time
        owners = {row["id"]: row["companyID"] for row in self.build.rows.get("Contracts", ())}
        since = date_text(month_start(time.today, -ITEM_MONTHS))
        for row in self.build.rows.get("ContractServiceUnits", ()):
            if row["approveAndPostDate"] is None or row["startDate"] < since:
                continue
            company = owners[row["contractID"]]
            month = time.months[(time.days - 1)] - ITEM_MONTHS
            invoice = next((self.invoice_of.get((company, m)) for m in range(month, month + 3)
                            if (company, m) in self.invoice_of), None)  # fmt: skip
            price = row["price"]
            self.build.add(
                "BillingItems", companyID=company, contractID=row["contractID"],
                contractServiceID=row["contractServiceID"], serviceID=row["serviceID"],
                billingItemType=RECURRING_ITEM, subType=RECURRING_SUBTYPE, invoiceID=invoice,
                billingCodeID=FIRST_SERVICE_CODE, itemName="Recurring service", nonBillable=0,
                itemDate=row["startDate"], postedDate=row["approveAndPostDate"],
                postedOnTime=row["approveAndPostDate"][:11] + "15:04:05.123Z",
                quantity=row["units"] * SCALE, rate=price // max(1, row["units"]),
                extendedPrice=price, totalAmount=price, internalCurrencyExtendedPrice=price,
                internalCurrencyTotalAmount=price, internalCurrencyRate=SCALE, taxDollars=0,
                internalCurrencyTaxDollars=0, ourCost=row["cost"], itemApproverID=self.boss,
                accountManagerWhenApprovedID=self.boss, taxCategoryID=2, sortOrderID=1,
                organizationalLevelAssociationID=ORGANIZATION, description="Monthly service",
            )  # fmt: skip

    def _charges(self) -> None:
        """Add a few charges of goods to contracts."""
        products = self.build.ids("Products")
        for row in self.build.rows.get("Contracts", ())[::25]:
            cost = money(self.rng.randrange(50, 900))
            self.build.add(
                "ContractCharges", contractID=row["id"], name="Replacement part", chargeType=1,
                productID=self.rng.choice(products), billingCodeID=FIRST_PRODUCT_CODE,
                unitQuantity=SCALE, unitCost=cost, unitPrice=cost * 13 // 10, extendedCost=cost,
                billableAmount=cost * 13 // 10, isBillableToCompany=1, isBilled=0,
                datePurchased=row["startDate"], createDate=row["startDate"],
                creatorResourceID=self.boss, status=6,
            )  # fmt: skip


def add_opportunities(
    build: Build, firms: list[Firm], crew: list[Staff], udfs: list[UdfDefinition]
) -> None:
    """Add a few opportunities with prospects and customers."""
    rng, time = build.fork("opportunities"), build.time
    for firm in [f for f in firms if f.kind == PROSPECT or f.size > 30][:200]:
        made = time.snap(rng.randrange(900, time.now - 9000), rng.getrandbits(7))
        stamp = time.text(made, "35.770Z")
        amount = money(rng.randrange(500, 50_000))
        stage = rng.randrange(1, 6)
        build.add(
            "Opportunities", companyID=firm.id, contactID=firm.people[0][0], amount=amount,
            title=f"{firm.name[:60]}: managed services", cost=amount // 3, createDate=stamp,
            creatorResourceID=crew[0].id, ownerResourceID=crew[0].id, lastActivity=stamp,
            description="Came through a referral.", stage=stage, status=3 if stage == 4 else 2
            if stage == 5 else 1, probability=rng.randrange(0, 101, 10), startDate=stamp,
            projectedCloseDate=date_text(time.dates[made // DAY] + timedelta(days=60)),
            useQuoteTotals=0, leadSource=1 + rng.randrange(3), rating=1 + rng.randrange(3),
            opportunityCategoryID=1, monthlyRevenue=amount // 12, monthlyCost=amount // 36,
            onetimeRevenue=0, onetimeCost=0, revenueSpread=12, revenueSpreadUnit="Months",
            organizationalLevelAssociationID=ORGANIZATION, **values(rng, udfs),
        )  # fmt: skip
