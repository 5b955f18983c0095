"""The small tables everything else refers to: countries, codes, departments, categories."""

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, SCALE, Build, money
from isthmus_sim.autotask.tenant.picklists import picklists

UNITED_STATES = 237
COUNTRIES = (
    (237, "US", "United States"), (40, "CA", "Canada"), (83, "DE", "Germany"),
    (236, "GB", "United Kingdom"), (14, "AU", "Australia"),
)  # fmt: skip

ROLES = (
    ("Help Desk Technician", 110), ("Systems Engineer", 145), ("Senior Engineer", 175),
    ("Project Engineer", 165), ("Field Technician", 125), ("Account Manager", 0),
    ("Administration", 0),
)  # fmt: skip

WORK_TYPES = ("Remote Support", "Onsite Support", "Maintenance", "After Hours", "Project Work")
SERVICE_CODES = ("Recurring Services", "Backup Services", "Cloud Licences")
PRODUCT_CODES = ("Hardware", "Software", "Cabling")
INTERNAL_CODES = ("Internal Meeting", "Training", "Vacation Time")

FIRST_WORK_TYPE = 29_682_801
FIRST_SERVICE_CODE = 29_682_811
FIRST_PRODUCT_CODE = 29_682_821
MILESTONE_CODE = 29_682_831
FIRST_INTERNAL_CODE = 29_682_841
SETUP_CODE = 29_682_851
FIRST_ROLE = 29_682_834
FIRST_DEPARTMENT = 29_682_801
ORGANIZATION = 1


def add_reference(build: Build) -> None:
    """Add every small table."""
    _places(build)
    _money(build)
    _codes(build)
    _organization(build)
    _categories(build)


def _places(build: Build) -> None:
    for number, code, name in COUNTRIES:
        build.add("Countries", number, countryCode=code, displayName=name, name=name,
                  isActive=1, isDefaultCountry=int(number == UNITED_STATES), addressFormatID=1,
                  invoiceTemplateID=1, quoteTemplateID=1, purchaseOrderTemplateID=1)  # fmt: skip
    for number, name, city in (
        (29_682_777, "Headquarters", "Albany"), (29_682_778, "Boston Office", "Boston"),
        (29_682_779, "Old Warehouse", "Troy"),
    ):  # fmt: skip
        build.add("InternalLocations", number, name=name, city=city, country="United States",
                  timeZone="(GMT-05:00) Eastern Time (US & Canada)", holidaySetId=1,
                  isDefault=int(number == 29_682_777))  # fmt: skip
        build.add("InternalLocationWithBusinessHours", number, name=name, city=city,
                  countryID=UNITED_STATES, dateFormat="MM/dd/yyyy", timeFormat="hh:mm tt",
                  numberFormat="X,XXX.XX", timeZoneID=12, firstDayOfWeek=0, holidaySetID=1,
                  isDefault=int(number == 29_682_777))  # fmt: skip
    build.add("HolidaySets", 1, holidaySetName="United States", holidaySetDescription="Federal")


def _money(build: Build) -> None:
    stamp = build.time.text(build.time.now - 400_000)
    for number, name, text, rate in (
        (1, "USD", "United States Dollar", 1.0), (2, "EUR", "Euro", 1.0842),
        (3, "CAD", "Canadian Dollar", 0.7311),
    ):  # fmt: skip
        build.add("Currencies", number, name=name, description=text,
                  exchangeRate=round(rate * SCALE), isActive=1, isInternalCurrency=int(number == 1),
                  currencyPositiveFormat="$1.23", currencyNegativeFormat="($1.23)",
                  displaySymbol=1 if number != 2 else 2, lastModifiedDateTime=stamp,
                  updateResourceId=ADMINISTRATOR)  # fmt: skip
    for number, name in ((1, "New York"), (2, "Massachusetts"), (3, "Tax Exempt")):
        build.add("TaxRegions", number, name=name, isActive=1)
    for number, name in ((1, "Hardware"), (2, "Services"), (3, "Not Taxed")):
        build.add("TaxCategories", number, name=name, isActive=1, description=f"{name} category")
    for number, (region, category, rate) in enumerate(((1, 1, 8.0), (2, 1, 6.25), (1, 2, 4.0)), 1):
        build.add("Taxes", number, taxRegionID=region, taxCategoryID=category,
                  taxName=f"Sales tax {number}", taxRate=money(rate), isCompounded=0)  # fmt: skip
    for number, (name, days) in enumerate((("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30),
                                           ("Net 45", 45)), 1):  # fmt: skip
        build.add("PaymentTerms", number, name=name, paymentDueInDays=days,
                  isActive=int(number < 4))  # fmt: skip
    build.add("InvoiceTemplates", 1, name="Standard Invoice", paymentTerms=2, dateFormat=1,
              groupBy=1, currencyPositiveFormat="$1.23", currencyNegativeFormat="($1.23)",
              displayTaxCategory=1, displayFixedPriceContractLabor=0,
              displayRecurringServiceContractLabor=0, displaySeparateLineItemForEachTax=0,
              displayTaxCategorySuperscripts=0, displayZeroAmountRecurringServicesAndBundles=1,
              itemizeItemsInEachGroup=1, itemizeServicesAndBundles=1, numberFormat=1, timeFormat=1,
              pageLayout=1, pageNumberFormat=1, showGridHeader=1, showVerticalGridLines=1,
              sortBy=1)  # fmt: skip
    build.add("QuoteTemplates", 1, name="Standard Quote", isActive=1, createDate=stamp,
              createdBy=ADMINISTRATOR, lastActivityDate=stamp, lastActivityBy=ADMINISTRATOR,
              currencyPositiveFormat="$1.23", currencyNegativeFormat="($1.23)")  # fmt: skip


def _codes(build: Build) -> None:
    groups = (
        (FIRST_WORK_TYPE, WORK_TYPES, 1, 0), (FIRST_SERVICE_CODE, SERVICE_CODES, 5, 0),
        (FIRST_PRODUCT_CODE, PRODUCT_CODES, 4, 0), (MILESTONE_CODE, ("Milestone",), 6, 0),
        (FIRST_INTERNAL_CODE, INTERNAL_CODES, 3, 2), (SETUP_CODE, ("Setup Fee",), 5, 1),
    )  # fmt: skip
    for first, names, use, kind in groups:
        for number, name in enumerate(names, first):
            build.add("BillingCodes", number, name=name, useType=use, billingCodeType=kind,
                      isActive=1, isExcludedFromNewContracts=0, unitCost=0,
                      unitPrice=money(95 if use == 1 else 0), markupRate=0, taxCategoryID=2,
                      generalLedgerAccount=1 if use != 4 else 2,
                      externalNumber=f"{number % 1000:03d}", description=f"{name} time"
                      if use == 1 else None)  # fmt: skip


def _organization(build: Build) -> None:
    for number, (name, rate) in enumerate(ROLES, FIRST_ROLE):
        build.add("Roles", number, name=name, description=name, hourlyFactor=SCALE,
                  hourlyRate=money(rate), isActive=1, isExcludedFromNewContracts=int(rate == 0),
                  isSystemRole=0, roleType=0 if rate else 1,
                  quoteItemDefaultTaxCategoryId=2)  # fmt: skip
    for number, name in enumerate(("Service Desk", "Projects", "Sales", "Web Design"),
                                  FIRST_DEPARTMENT):  # fmt: skip
        build.add("Departments", number, name=name, number=str(number % 100),
                  description=f"{name} department", primaryLocationID=29_682_777)  # fmt: skip
    build.add("OrganizationalLevel1s", 1, name="Managed Services", isActive=1)
    build.add("OrganizationalLevel2s", 1, name="East", isActive=1)
    build.add("OrganizationalLevelAssociations", ORGANIZATION, organizationalLevel1ID=1,
              organizationalLevel2ID=1, isActive=1)  # fmt: skip


def _categories(build: Build) -> None:
    for entry in picklists()["Tickets", "ticketCategory"]:
        build.add("TicketCategories", int(entry.value), name=entry.label, nickname=entry.label[:3],
                  isActive=int(entry.is_active), isGlobalDefault=int(entry.is_default),
                  isApiOnly=0, displayColorRGB=1 + int(entry.value) % 5)  # fmt: skip
    for number, name in enumerate(("Standard", "Security", "Domain"), 2):
        build.add("ConfigurationItemCategories", number, name=name, nickname=name[:3], isActive=1,
                  isGlobalDefault=int(number == 2), isClientPortalDefault=int(number == 2),
                  displayColorRGB=1)  # fmt: skip
    for entry in picklists()["ConfigurationItems", "configurationItemType"]:
        build.add("ConfigurationItemTypes", int(entry.value), name=entry.label,
                  isActive=int(entry.is_active))  # fmt: skip
    for number, name in enumerate(("Standard", "Co-managed"), 1):
        build.add("CompanyCategories", number, name=name, nickname=name[:3], isActive=1,
                  isGlobalDefault=int(number == 1), isApiOnly=0, displayColorRGB=1)  # fmt: skip
    build.add("ContractExclusionSets", 1, name="Standard exclusions", isActive=1,
              description="Project labour is not covered")  # fmt: skip
    build.add("DomainRegistrars", 1, name="Namecheap", url="https://www.namecheap.com")
    build.add("OpportunityCategories", 1, name="Standard", isActive=1, isGlobalDefault=1,
              displayColorRGB=1)  # fmt: skip
    for entry in picklists()["Companies", "classification"]:
        build.add("ClassificationIcons", int(entry.value), name=entry.label, isSystem=0,
                  isActive=int(entry.is_active), description=entry.label,
                  relativeUrl=f"/images/icons/{entry.value}.png")  # fmt: skip
