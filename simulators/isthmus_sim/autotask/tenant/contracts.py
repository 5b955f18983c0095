"""Services, bundles and contracts of every type, with what belongs to them, sliced by month."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, OWN_COMPANY, SCALE, Build, money
from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.companies import CUSTOMER, Firm
from isthmus_sim.autotask.tenant.reference import (
    FIRST_ROLE,
    FIRST_SERVICE_CODE,
    MILESTONE_CODE,
    ORGANIZATION,
    ROLES,
    SETUP_CODE,
)
from isthmus_sim.autotask.tenant.shapes import UdfDefinition
from isthmus_sim.autotask.tenant.udfs import values
from isthmus_sim.autotask.tenant.words_goods import BUNDLES, SERVICES
from isthmus_sim.autotask.tenant.worktime import (
    HISTORY_MONTHS,
    date_text,
    month_end,
    month_start,
)

TIME_AND_MATERIALS, FIXED, BLOCK, RETAINER, RECURRING, PER_TICKET = 1, 3, 4, 6, 7, 8
CATEGORIES = {FIXED: 13, RECURRING: 12}
STYLES = (RECURRING, BLOCK, RETAINER, PER_TICKET, TIME_AND_MATERIALS)

Udfs = dict[str, list[UdfDefinition]]


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of months of the history, both inclusive; `first` may be negative."""

    first: int
    last: int


class Contracts:
    """Adds contracts and their children, and notes for each firm what covers it when."""

    def __init__(self, build: Build, firms: list[Firm], udfs: Udfs) -> None:
        self.build = build
        self.rng = build.fork("contracts")
        self.udfs = udfs
        self.services = add_services(build, self.rng, firms, udfs)
        self.revenue: dict[tuple[int, int], int] = {}  # (company, month) -> scaled money

    def add_all(self, firms: list[Firm]) -> None:
        """Give every customer its contracts; the first customers have one type each."""
        customers = [f for f in firms if f.kind == CUSTOMER and f.id != OWN_COMPANY]
        for number, firm in enumerate(customers):
            style = STYLES[number] if number < len(STYLES) else self._style()
            firm.cover = [(None, None, None, None)] * (HISTORY_MONTHS + 1)
            self._terms(firm, style)
            if number % 3 == 0 or style == TIME_AND_MATERIALS:
                self._contract(firm, TIME_AND_MATERIALS, Term(firm.first, 60), "T&M")
            if number % 4 == 1:
                self._fixed_price(firm)
        for firm in firms:
            firm.cover = firm.cover or [(None, None, None, None)] * (HISTORY_MONTHS + 1)

    def _style(self) -> int:
        return self.rng.choices(STYLES, (62, 12, 5, 5, 16))[0]

    def _terms(self, firm: Firm, style: int) -> None:
        """Renew yearly from the month the firm became a customer until now."""
        start = firm.first if firm.first >= 0 else firm.first % 12 - 12
        previous: int | None = None
        while start <= HISTORY_MONTHS:
            term = Term(start, start + 11)
            contract = self._contract(firm, style, term, "Managed Services", previous)
            self._children(firm, style, contract, term)
            previous = contract
            start += 12

    def _day(self, month: int) -> date:
        return month_start(self.build.time.start, month)

    def _contract(
        self, firm: Firm, style: int, term: Term, name: str, renewed: int | None = None
    ) -> int:
        build, rng = self.build, self.rng
        start, end = self._day(term.first), month_end(self._day(term.last))
        level = rng.choice((1, 2, 3, 5))
        contact = firm.people[0]
        edited = max(0, build.time.minute_of(start) + rng.randrange(90_000))
        edited = edited if edited < build.time.now else rng.randrange(build.time.now - 9000)
        changed = min(build.time.now - 1, build.time.snap(edited, rng.getrandbits(7)))
        contract = build.add(
            "Contracts", companyID=firm.id, contractType=style, status=int(end >= build.time.today),
            contractName=f"{firm.name[:60]} {name} {start.year}", startDate=date_text(start),
            endDate=date_text(end), contractNumber=f"C-{start.year}-{rng.randrange(10**4):04d}",
            contractCategory=CATEGORIES.get(style), serviceLevelAgreementID=level,
            contactID=contact[0], contactName=contact[2], billToCompanyID=firm.id,
            billToCompanyContactID=firm.people[-1][0], billingPreference=rng.choice((1, 2, 3)),
            contractPeriodType=1 if style == RECURRING else None, isCompliant=1,
            contractExclusionSetID=1 if rng.random() < 0.3 else None,
            isDefaultContract=int(style == RECURRING), timeReportingRequiresStartAndStopTimes=
            rng.randrange(2), organizationalLevelAssociationID=ORGANIZATION,
            estimatedCost=money(rng.randrange(500, 9000)), estimatedHours=rng.randrange(10, 200) *
            SCALE, estimatedRevenue=money(rng.randrange(2000, 60_000)),
            setupFee=money(rng.choice((0, 0, 250, 500))), setupFeeBillingCodeID=SETUP_CODE,
            internalCurrencySetupFee=0, overageBillingRate=money(150) if style == BLOCK else None,
            internalCurrencyOverageBillingRate=money(150) if style == BLOCK else None,
            purchaseOrderNumber=f"PO{rng.randrange(10**5)}" if rng.random() < 0.2 else None,
            renewedContractID=renewed, description="Renewed yearly.\nSee signed PDF."
            if renewed else None, lastModifiedDateTime=None if rng.random() < 0.12
            else build.time.text(changed, "08.533Z"), **values(rng, self.udfs.get("Contracts", [])),
        )  # fmt: skip
        build.skip("Contracts", rng.randrange(3))
        self._cover(firm, term, (contract, None, None, level))
        if style in {TIME_AND_MATERIALS, BLOCK, FIXED}:
            self._rates(contract)
        return contract

    def _cover(self, firm: Firm, term: Term, cover: tuple[int | None, ...]) -> None:
        for month in range(max(0, term.first), min(HISTORY_MONTHS, term.last) + 1):
            if firm.cover[month][0] is None or cover[1] is not None:
                contract, service, bundle, level = cover
                firm.cover[month] = (contract, service, bundle, level)

    def _rates(self, contract: int) -> None:
        for role, (_, rate) in enumerate(ROLES[:5], FIRST_ROLE):
            if self.rng.random() < 0.7:
                price = money(rate * self.rng.choice((0.9, 1, 1, 1.0333)))
                self.build.add("ContractRates", contractID=contract, roleID=role,
                               contractHourlyRate=price,
                               internalCurrencyContractHourlyRate=price)  # fmt: skip

    def _children(self, firm: Firm, style: int, contract: int, term: Term) -> None:
        start, end = self._day(term.first), month_end(self._day(term.last))
        dates: dict[str, Any] = {"startDate": date_text(start), "endDate": date_text(end),
                 "datePurchased": date_text(start), "contractID": contract, "status": 1,
                 "isPaid": int(self.rng.random() < 0.9)}  # fmt: skip
        if style == RECURRING:
            self._recurring(firm, contract, term)
        elif style == BLOCK:
            self.build.add("ContractBlocks", **dates, hours=40 * SCALE, hourlyRate=money(130),
                           hoursApproved=self.rng.randrange(40) * SCALE, paymentType=1)  # fmt: skip
        elif style == RETAINER:
            amount = money(self.rng.randrange(2000, 9000, 250))
            self.build.add("ContractRetainers", **dates, amount=amount, amountApproved=amount // 2,
                           internalCurrencyAmount=amount, paymentID=1,
                           internalCurrencyAmountApproved=amount // 2)  # fmt: skip
        elif style == PER_TICKET:
            self.build.add("ContractTicketPurchases", **dates, ticketsPurchased=50 * SCALE,
                           perTicketRate=money(75), ticketsUsed=self.rng.randrange(50) * SCALE,
                           paymentType=2)  # fmt: skip

    def _recurring(self, firm: Firm, contract: int, term: Term) -> None:
        chosen = [n for n, s in enumerate(SERVICES) if self.rng.randrange(100) < s[4]] or [0]
        first: int | None = None
        for number in chosen:
            service = self._contract_service(firm, contract, term, number)
            first = first or service
        bundle = self._bundle(firm, contract, term) if self.rng.random() < 0.25 else None
        self._cover(firm, term, (contract, first, bundle, firm.cover[max(0, term.first)][3]))

    def _units(self, firm: Firm, per: str) -> int:
        counts = {"seat": firm.size, "device": firm.size, "mailbox": firm.size + 3,
                  "server": 1 + firm.size // 15, "site": len(firm.places)}  # fmt: skip
        return max(1, counts[per])

    def _contract_service(self, firm: Firm, contract: int, term: Term, number: int) -> int:
        name, price, cost, per, _ = SERVICES[number]
        unit = round(price * SCALE * self.rng.choice((1, 1, 1, 0.95, 0.9)))
        row = self.build.add(
            "ContractServices", contractID=contract, serviceID=self.services[number],
            unitPrice=unit, unitCost=round(cost * SCALE), internalCurrencyUnitPrice=unit,
            internalCurrencyAdjustedPrice=unit, internalDescription=name[:100],
            invoiceDescription=f"{name}, monthly",
        )  # fmt: skip
        units = self._units(firm, per)
        for month in range(max(term.first, -12), min(term.last, HISTORY_MONTHS) + 1):
            if self.rng.random() < 0.2:
                units = max(0, units + self.rng.randrange(-1, 3))
            self._slices(firm, month, units, contractID=contract, contractServiceID=row,
                         number=number, unit=unit)  # fmt: skip
        return row

    def _slices(
        self, firm: Firm, month: int, units: int, *, number: int, unit: int, **owner: int
    ) -> None:
        """Add the month; now and then it is cut in two where the count changed."""
        first, last = self._day(month), month_end(self._day(month))
        posted = None if month >= HISTORY_MONTHS else date_text(first + timedelta(days=1))
        parts = [(first, last, units)]
        if self.rng.random() < 0.03:
            cut = first + timedelta(days=self.rng.randrange(5, 25))
            parts = [(first, cut - timedelta(days=1), units), (cut, last, units + 1)]
        for start, end, count in parts:
            whole = unit * count * ((end - start).days + 1)
            days = (last - first).days + 1
            price = whole // days
            self.build.add(
                "ContractServiceUnits", **owner,
                serviceID=self.services[number], startDate=date_text(start), endDate=date_text(end),
                units=count, price=price, internalCurrencyPrice=price,
                cost=round(SERVICES[number][2] * SCALE * count), approveAndPostDate=posted,
                organizationalLevelAssociationID=ORGANIZATION,
            )  # fmt: skip
            key = (firm.id, month)
            self.revenue[key] = self.revenue.get(key, 0) + price

    def _bundle(self, firm: Firm, contract: int, term: Term) -> int:
        number = self.rng.randrange(len(BUNDLES))
        unit = round(sum(SERVICES[n][1] for n in BUNDLES[number][1]) * SCALE * 0.9)
        row = self.build.add(
            "ContractServiceBundles", contractID=contract, serviceBundleID=101 + number,
            unitPrice=unit, adjustedPrice=unit, internalCurrencyUnitPrice=unit,
            internalCurrencyAdjustedPrice=unit, internalDescription=BUNDLES[number][0],
            invoiceDescription=f"{BUNDLES[number][0]} (bundle)",
        )  # fmt: skip
        count = max(1, firm.size // 3)
        for month in range(max(term.first, -12), min(term.last, HISTORY_MONTHS) + 1):
            first = self._day(month)
            self.build.add(
                "ContractServiceBundleUnits", contractID=contract, contractServiceBundleID=row,
                serviceBundleID=101 + number, startDate=date_text(first),
                endDate=date_text(month_end(first)), units=count, price=unit * count,
                internalCurrencyPrice=unit * count, cost=unit * count // 3,
                approveAndPostDate=None if month >= HISTORY_MONTHS else date_text(first),
                organizationalLevelAssociationID=ORGANIZATION,
            )  # fmt: skip
            self.revenue[firm.id, month] = self.revenue.get((firm.id, month), 0) + unit * count
        return row

    def _fixed_price(self, firm: Firm) -> None:
        first = self.rng.randrange(0, HISTORY_MONTHS - 2)
        contract = self._contract(firm, FIXED, Term(first, first + 5), "Fixed Price Project")
        for step, share in enumerate((0.4, 0.3, 0.3)):
            due = self._day(first + step * 2) + timedelta(days=14)
            amount = money(round(self.rng.randrange(3000, 40_000) * share, 2))
            billed = (2 if due < self.build.time.today - timedelta(days=40)
                      else 1 if due < self.build.time.today else 0)  # fmt: skip
            self.build.add(
                "ContractMilestones", contractID=contract, amount=amount, dateDue=date_text(due),
                internalCurrencyAmount=amount, billingCodeID=MILESTONE_CODE, status=billed,
                createDate=self.build.time.text(max(0, min(first * 43_800 + 900,
                                                           self.build.time.now))),
                creatorResourceID=ADMINISTRATOR, isInitialPayment=int(step == 0),
                title=("Deposit", "Delivery", "Acceptance")[step],
                organizationalLevelAssociationID=ORGANIZATION,
                description=None if step else "Due on signature",
            )  # fmt: skip


def add_services(build: Build, rng: Chance, firms: list[Firm], udfs: Udfs) -> list[int]:
    """Add the price list: services and bundles of them. Returns the services' ids."""
    time = build.time
    vendors = [f.id for f in firms if f.kind != CUSTOMER]
    found = []
    for number, (name, price, cost, per, share) in enumerate(SERVICES):
        found.append(build.add(
            "Services", name=name, unitPrice=round(price * SCALE), unitCost=round(cost * SCALE),
            periodType=1, billingCodeID=FIRST_SERVICE_CODE + number % 3, isActive=int(share > 0),
            createDate=time.text(900 + number), creatorResourceID=ADMINISTRATOR,
            lastModifiedDate=time.text(time.now - rng.randrange(1, 900_000), "19.060Z"),
            updateResourceID=ADMINISTRATOR, invoiceDescription=f"{name} per {per} and month",
            description=f"{name}, counted per {per}", serviceLevelAgreementID=2 if number % 3 == 0
            else None, vendorCompanyID=rng.choice(vendors) if cost and vendors else None,
            markupRate=round((price / cost - 1) * 100 * SCALE) if cost else None,
            sku=f"SVC-{number:03d}", catalogNumberPartNumber=None if number % 2 else f"MS-{number}",
            internalID=str(number), externalID=f"ext-{number}" if number % 4 == 0 else None,
            url=f"https://northbridge-it.example/services/{number}",
            manufacturerServiceProvider="Microsoft" if "Microsoft" in name else None,
            manufacturerServiceProviderProductNumber="CFQ7TTC0LCHC" if "Microsoft" in name else
            None, **values(rng, udfs.get("Services", [])),
        ))  # fmt: skip
    for number, (name, members) in enumerate(BUNDLES, 101):
        total = sum(SERVICES[n][1] for n in members)
        build.add(
            "ServiceBundles", number, name=name, unitPrice=round(total * 0.9 * SCALE),
            unitCost=round(total * 0.3 * SCALE), percentageDiscount=10 * SCALE, periodType=1,
            isActive=1, billingCodeID=FIRST_SERVICE_CODE, createDate=time.text(1000),
            creatorResourceID=ADMINISTRATOR, updateResourceID=ADMINISTRATOR,
            lastModifiedDate=time.text(time.now - 50_000, "19.060Z"), description=name,
            invoiceDescription=f"{name} (bundle)", **values(rng, udfs.get("ServiceBundles", [])),
        )  # fmt: skip
        for member in members:
            build.add("ServiceBundleServices", serviceBundleID=number, serviceID=found[member])
    return found
