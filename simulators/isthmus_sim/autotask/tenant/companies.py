"""The MSP itself, its customers, prospects and vendors, with their places and people."""

from dataclasses import dataclass, field
from datetime import timedelta

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, OWN_COMPANY, Build
from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.reference import UNITED_STATES
from isthmus_sim.autotask.tenant.shapes import UdfDefinition
from isthmus_sim.autotask.tenant.udfs import values
from isthmus_sim.autotask.tenant.words_people import (
    CITIES,
    COMPANY_ENDINGS,
    COMPANY_STEMS,
    COMPANY_TRADES,
    FIRST_NAMES,
    JOB_TITLES,
    LAST_NAMES,
    STREETS,
    VENDORS,
)

MARKET = 29_682_840
TERRITORY = 29_682_860
CUSTOMER, LEAD, PROSPECT, DEAD, CANCELLED, VENDOR, PARTNER = 1, 2, 3, 4, 6, 7, 8

Cover = tuple[int | None, int | None, int | None, int | None]


@dataclass(slots=True)
class Firm:
    """
    What other parts need to know about a company.

    `size`: people with a desk. `first`: month of the history it became a customer (may be
    negative). `people`: (contact id, location id, name). `cover`: per month of the history,
    (contract, contract service, contract service bundle, service level) that pays for support.
    """

    id: int
    name: str
    kind: int
    size: int
    first: int
    domain: str
    places: list[int] = field(default_factory=list)
    people: list[tuple[int, int | None, str]] = field(default_factory=list)
    items: list[tuple[int, str]] = field(default_factory=list)
    cover: list[Cover] = field(default_factory=list)


def add_companies(build: Build, udfs: dict[str, list[UdfDefinition]]) -> list[Firm]:
    """Add all companies with locations and contacts; return the firms, company 0 first."""
    rng = build.fork("companies")
    firms = [_firm(build, rng, number) for number in range(max(2, build.plan.companies))]
    for firm in firms:
        _places(build, rng, firm)
        _people(build, rng, firm, udfs.get("Contacts", []))
    _rows(build, rng, firms, udfs.get("Companies", []))
    return firms


def _kind(rng: Chance, number: int) -> int:
    if number in {3, 7}:
        return VENDOR
    if number < 10:
        return CUSTOMER if number != 5 else PROSPECT
    draw = rng.random()
    shares = ((0.62, CUSTOMER), (0.78, PROSPECT), (0.90, VENDOR), (0.93, CANCELLED), (0.96, LEAD),
              (0.985, DEAD), (1.0, PARTNER))  # fmt: skip
    return next(kind for share, kind in shares if draw <= share)


def _firm(build: Build, rng: Chance, number: int) -> Firm:
    if number == 0:
        return Firm(OWN_COMPANY, "Northbridge IT Services", CUSTOMER, 12, -120,
                    "northbridge-it.example")  # fmt: skip
    kind = _kind(rng, number)
    if kind == VENDOR:
        name = VENDORS[number % len(VENDORS)] + (f" {number}" if number >= 200 else "")
    else:
        trade, _ = COMPANY_TRADES[rng.randrange(len(COMPANY_TRADES))]
        name = f"{rng.choice(COMPANY_STEMS)} {trade}{rng.choice(COMPANY_ENDINGS)}"
    size = min(400, int(rng.lognormvariate(2.5, 0.9)) + 2) if kind in {CUSTOMER, CANCELLED} else 3
    first = -rng.randrange(1, 80) if number < 12 or rng.random() < 0.55 else rng.randrange(0, 37)
    if kind != VENDOR and rng.random() < 0.35 and number > 20:
        name = f"{rng.choice(LAST_NAMES)} {name}"
    domain = "".join(c for c in name.lower() if c.isascii() and c.isalnum())[:24] + ".example"
    number_id = build.add("Companies", companyName=name)
    build.skip("Companies", rng.randrange(1, 6))
    return Firm(number_id, name, kind, size, first, domain)


def _address(rng: Chance, city: int) -> tuple[str, str, str, str, int]:
    town, state, postal, _, country = CITIES[city]
    return f"{rng.randrange(1, 999)} {rng.choice(STREETS)}", town, state, postal, country


def _places(build: Build, rng: Chance, firm: Firm) -> None:
    for number in range(1 if firm.size < 25 else 2 + firm.size // 80):
        street, town, state, postal, country = _address(rng, rng.randrange(len(CITIES)))
        place = build.add(
            "CompanyLocations", companyID=firm.id, name="Main Office" if not number else
            f"{town} {number}", address1=street, city=town, state=state, postalCode=postal,
            countryID=country, isActive=1, isPrimary=int(number == 0),
            phone=_phone(rng), description=None, taxRegionID=1, overrideCompanyTaxSettings=0,
            roundtripDistance=rng.randrange(20_000, 900_000, 5_000), isTaxExempt=0,
            address2=f"Suite {rng.randrange(100, 900)}" if rng.random() < 0.4 else None,
        )  # fmt: skip
        firm.places.append(place)


def _phone(rng: Chance) -> str:
    number = rng.randrange(10_000)
    forms = ("({}) 555-{:04d}", "{}-555-{:04d}", "+1 {} 555 {:04d}")
    return rng.choice(forms).format(CITIES[number % len(CITIES)][3], number)


def _people(build: Build, rng: Chance, firm: Firm, udfs: list[UdfDefinition]) -> None:
    time = build.time
    for number in range(max(1, firm.size)):
        given, family = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        active = rng.random() < 0.9 or number == 0
        since = rng.randrange(time.now - 1000) if firm.first >= 0 or rng.random() < 0.3 else 0
        made = time.snap(since, rng.getrandbits(7)) if since else rng.randrange(600, 1000)
        changed = _by_day(build, made, rng.randrange(60, 900_000), number)
        activity = _by_day(build, changed, rng.randrange(0, 90_000), number) + 1
        place = rng.choice(firm.places)
        mail = "".join(c for c in f"{given}.{family}".lower() if c.isascii() and c not in "' ")
        person = build.add(
            "Contacts", companyID=firm.id, companyLocationID=place, firstName=given,
            lastName=family, isActive=int(active), emailAddress=f"{mail}@{firm.domain}",
            title=rng.choice(JOB_TITLES), phone=_phone(rng), extension=str(number + 100),
            mobilePhone=_phone(rng) if rng.random() < 0.5 else None, createDate=time.text(made),
            lastModifiedDate=time.text(changed, "31.207Z"), city=None, countryID=UNITED_STATES,
            lastActivityDate=time.text(activity, "31.207Z"), primaryContact=int(number == 0),
            billingContact=int(number == min(1, firm.size - 1)), receivesEmailNotifications=1,
            isOptedOutFromBulkEmail=0, solicitationOptOut=0, surveyOptOut=int(rng.random() < 0.05),
            namePrefix=rng.choice((None, None, 1, 2, 3)), nameSuffix=None if rng.random() < 0.97
            else rng.choice((1, 3, 4)), note=None if rng.random() < 0.95 else "Prefers email",
            externalID=f"AD-{rng.getrandbits(32):08x}" if rng.random() < 0.3 else None,
            **values(rng, udfs),
        )  # fmt: skip
        if active:
            firm.people.append((person, place, f"{given} {family}"))
        if rng.random() < 0.1:
            build.skip("Contacts", rng.randrange(1, 5))


def _by_day(build: Build, since: int, later: int, spare: int) -> int:
    """
    Return a minute in office hours of the past, `later` minutes after `since`.

    What would lie in the future lies anywhere between, so that nothing piles up at the epoch.
    """
    span = build.time.now - 2 - since
    moment = since + (later if later < span else later % max(1, span))
    at_work = build.time.snap(moment, spare)
    return at_work if at_work < build.time.now - 2 else moment


def _rows(build: Build, rng: Chance, firms: list[Firm], udfs: list[UdfDefinition]) -> None:
    build.add("Companies", OWN_COMPANY, companyName=firms[0].name)
    rows = {row["id"]: row for row in build.rows["Companies"]}
    owners = [
        r["id"] for r in build.rows["Resources"] if r["title"] in {"Owner", "Account Manager"}
    ]
    parents = [firm.id for firm in firms if firm.kind == CUSTOMER and firm.id != OWN_COMPANY]
    for firm in firms:
        rows[firm.id].update(_company(build, rng, firm))
        rows[firm.id].update(values(rng, udfs))
        rows[firm.id]["ownerResourceID"] = rng.choice(owners)
        if firm.kind == CUSTOMER and rng.random() < 0.05 and firm.id != parents[0]:
            rows[firm.id]["parentCompanyID"] = parents[0]


def _company(build: Build, rng: Chance, firm: Firm) -> dict[str, object]:
    time = build.time
    made = max(firm.first * 43_800, 0) + rng.randrange(600, 1000)
    made = min(time.snap(made, 3), time.now - 5000)
    tracked = _by_day(build, made, rng.randrange(time.now - made), 50)
    active = _by_day(build, tracked, rng.randrange(time.now - tracked), 9) + 1
    street, town, state, postal, country = _address(rng, rng.randrange(len(CITIES)))
    born = time.text(made, "12.410Z")
    if firm.first < 0:
        minute, second = divmod(rng.randrange(3600), 60)
        born = f"{time.start + timedelta(days=firm.first * 30)}T14:{minute:02d}:{second:02d}.000Z"
    customer = firm.kind == CUSTOMER
    return {
        "companyType": firm.kind, "companyNumber": f"{firm.id % 100_000:05d}", "isActive":
        int(firm.kind not in {DEAD, CANCELLED}), "phone": _phone(rng), "address1": street,
        "city": town, "state": state, "postalCode": postal, "countryID": country,
        "createDate": born, "createdByResourceID": ADMINISTRATOR, "currencyID": 1,
        "lastActivityDate": time.text(active, "44.873Z"),
        "lastTrackedModifiedDateTime": time.text(tracked, "44.873Z"),
        "webAddress": f"https://www.{firm.domain}", "marketSegmentID":
        MARKET + rng.randrange(1, 13),
        "territoryID": TERRITORY + rng.randrange(4), "classification": rng.choice((15, 16, 17))
        if customer else 18, "invoiceMethod": 2, "invoiceTemplateID": 1, "quoteTemplateID": 1,
        "billToAddressToUse": 1, "billToCity": town, "billToState": state, "billToZipCode": postal,
        "billingAddress1": street, "billToCountryID": country, "billToCompanyLocationID":
        firm.places[0], "taxRegionID": 1 + rng.randrange(2), "isTaxExempt": int(rng.random() < 0.1),
        "isClientPortalActive": int(customer), "isTaskFireActive": 0, "isEnabledForComanaged": 0,
        "isSample": 0, "invoiceNonContractItemsToParentCompany": 0, "companyCategoryID": 1,
        "surveyCompanyRating": rng.randrange(25_000, 50_001, 100) if customer else None,
        "competitorID": 29_682_801 + rng.randrange(3) if firm.kind == PROSPECT else None,
        "assetValue": rng.randrange(0, 10**9, 2500) if rng.random() < 0.2 else None,
        "purchaseOrderTemplateID": 1,
        "taxID": f"{rng.randrange(10, 99)}-{rng.randrange(10**7):07d}",
    }  # fmt: skip
