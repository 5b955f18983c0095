"""
Rows that break careless clients, put into the tenant on purpose and listed in its summary.

Each case is laid over a row the generator made anyway, so that a tenant's size does not depend
on them. Tickets are chosen from those that ended, spread over the history.
"""

from typing import Any

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, OWN_COMPANY, Build
from isthmus_sim.autotask.tenant.desk_plan import DeskPlan, ticket_id
from isthmus_sim.autotask.tenant.shapes import Change
from isthmus_sim.autotask.tenant.worktime import DAY

Cases = dict[str, list[dict[str, Any]]]

NOWHERE = 99_999_901  # ids that no row has
UNKNOWN_STATUS = 77
UNKNOWN_QUEUE = 29_999_999
RETIRED_STATUS = 24
SAME_LABEL_STATUS = 21
TIES = 520  # more than one page of 500
LONGEST = 1_000_000
ODD_TEXT = (
    "Zo\u0308e \u202e\u0627\u062e\u062a\u0628\u0627\u0631\u202c 日本語 👩\u200d💻 \U0001f9e8 "
    "\U00020bb7 ß\u00a0\ufb01"
)

TICKETS: tuple[tuple[str, Change], ...] = (
    ("company-0", {"companyID": OWN_COMPANY, "contactID": None, "contractID": None}),
    ("resource-4", {"assignedResourceID": ADMINISTRATOR, "creatorResourceID": ADMINISTRATOR}),
    ("unknown-status", {"status": UNKNOWN_STATUS}),
    ("unknown-queue", {"queueID": UNKNOWN_QUEUE}),
    ("unknown-negative-source", {"source": -9}),
    ("inactive-status", {"status": RETIRED_STATUS, "ticketCategory": 101}),
    ("inactive-issue", {"issueType": 19, "subIssueType": 191}),
    ("same-label-status", {"status": SAME_LABEL_STATUS}),
    ("dangling-contact", {"contactID": NOWHERE}),
    ("dangling-contract", {"contractID": NOWHERE + 1, "contractServiceID": NOWHERE + 2}),
    ("dangling-company", {"companyID": NOWHERE + 3}),
    ("dangling-resource", {"assignedResourceID": NOWHERE + 4}),
    ("dangling-project", {"projectID": NOWHERE + 5, "problemTicketId": NOWHERE + 6}),
    ("null-references", {"contactID": None, "contractID": None, "assignedResourceID": None,
                         "assignedResourceRoleID": None, "companyLocationID": None,
                         "creatorResourceID": None, "queueID": None}),
    ("null-change-dates", {"lastActivityDate": None}),
    ("null-tracked-date", {"lastTrackedModificationDateTime": None}),
    ("no-change-date-at-all", {"lastActivityDate": None,
                               "lastTrackedModificationDateTime": None}),
    ("unicode", {"title": ODD_TEXT, "description": ODD_TEXT * 20}),
    ("nul-character", {"title": "Printer\x00offline", "description": "a\x00b\x00\x00c"}),
    ("only-nul", {"purchaseOrderNumber": "\x00"}),
    ("long-rich-text", {"resolution": "<p>" + "Rich text & more. " * 1777 + "</p>"}),
    ("longest-description", {"description": "0123456789abcdé\n" * (LONGEST // 16)}),
    ("quotes", {"title": "He said \"it's\" broken\\ `now`; DROP TABLE--",
                "description": "line 1\r\nline 2\n\ttab\\n not a newline \"quoted\", 'single'"}),
    ("csv-trap", {"title": "=cmd|' /C calc'!A0, \"x\",\n,;", "description": "\\N"}),
    ("control-characters", {"description": "bell\x07 escape\x1b[31m line\u2028sep \ufeffbom \x7f"}),
    ("blanks-around", {"title": "  leading and trailing  ", "externalID": " x "}),
    ("empty-strings", {"description": "", "resolution": "", "purchaseOrderNumber": ""}),
    ("null-strings", {"description": None, "resolution": None, "purchaseOrderNumber": None}),
    ("looks-like-null", {"description": "null", "externalID": "NULL", "resolution": "None"}),
    ("looks-like-number", {"externalID": "007", "purchaseOrderNumber": "1e5"}),
    ("looks-like-date", {"externalID": "2024-02-30", "purchaseOrderNumber": "12:00"}),
    ("decimal-tenth", {"estimatedHours": 1000}),
    ("decimal-third", {"estimatedHours": 3333, "hoursToBeScheduled": 6667}),
    ("decimal-huge", {"estimatedHours": 999_999_999_999_999_999}),
    ("decimal-negative", {"estimatedHours": -12_345, "hoursToBeScheduled": -1}),
    ("decimal-more-digits", {"estimatedHours": "0.123456789"}),
    ("spring-forward", {"dueDateTime": "2025-03-09T06:59:59.999Z",
                        "resolvedDueDateTime": "2025-03-09T07:00:00.000Z"}),
    ("fall-back", {"dueDateTime": "2025-11-02T05:30:00.000Z",
                   "resolvedDueDateTime": "2025-11-02T06:30:00.000Z"}),
    ("year-1900", {"dueDateTime": "1900-01-01T00:00:00.000Z"}),
    ("year-2099", {"dueDateTime": "2099-12-31T23:59:59.997Z"}),
    ("leap-day", {"dueDateTime": "2024-02-29T23:59:59.999Z"}),
    ("no-zone", {"dueDateTime": "2024-01-31T15:04:05.307"}),
    ("no-fraction", {"dueDateTime": "2024-01-31T15:04:05Z"}),
    ("no-zone-no-fraction", {"dueDateTime": "2024-01-31T15:04:05"}),
    ("one-digit-fraction", {"dueDateTime": "2024-01-31T15:04:05.3Z"}),
    ("two-digit-fraction", {"dueDateTime": "2024-01-31T15:04:05.30Z"}),
    ("seven-digit-fraction", {"dueDateTime": "2024-01-31T15:04:05.1234567Z"}),
    ("udf-leading-zeros", {"udf:Site Code": "007", "udf:Site-Code": "007"}),
    ("udf-odd", {"udf:Site Code": ODD_TEXT, "udf:Affected Systems": "1,99,retired"}),
    ("udf-empty", {"udf:Site Code": "", "udf:Site-Code": " "}),
    ("negative-sla-hours", {"serviceThermometerTemperature": -5}),
)  # fmt: skip

# collection, name of the case, position of the row, changes
OTHERS: tuple[tuple[str, str, int, Change], ...] = (
    ("Companies", "unicode", 4, {"companyName": "Żółć & Søn 株式会社 🍺 \u200fشركة"}),
    ("Companies", "quotes", 6, {"companyName": "O'Neil \"Bob\" \\ Sons, Ltd"}),
    ("Companies", "blanks-around", 8, {"companyName": " Trim Me Inc ", "fax": ""}),
    ("Companies", "nul-character", 9, {"address2": "Suite\x00 5", "sicCode": "0100"}),
    ("Companies", "no-tracked-date", 11, {"lastTrackedModifiedDateTime": None}),
    ("Companies", "unknown-picklist", 12, {"classification": 999, "territoryID": 29_682_864}),
    ("Companies", "dangling-owner", 14, {"ownerResourceID": NOWHERE + 10}),
    ("Companies", "dangling-parent", 15, {"parentCompanyID": NOWHERE + 11}),
    ("Companies", "same-name", 16, {"companyName": "Acme"}),
    ("Companies", "same-name", 17, {"companyName": "Acme"}),
    ("Companies", "rarely-filled", 10, {"apiVendorID": 1, "stockSymbol": "NBIT", "stockMarket":
                                        "NYSE", "alternatePhone1": "518-555-0000",
                                        "billToAttention": "A/P", "billingAddress2": "Box 4",
                                        "impersonatorCreatorResourceID": ADMINISTRATOR}),
    ("Contacts", "unicode", 5, {"firstName": "Jose\u0301",
                                "lastName": "李小龍 👨\u200d👩\u200d👧"}),
    ("Contacts", "no-dates", 7, {"lastModifiedDate": None, "lastActivityDate": None}),
    ("Contacts", "empty-strings", 9, {"phone": "", "extension": "", "note": " "}),
    ("Contacts", "dangling-location", 11, {"companyLocationID": NOWHERE + 12}),
    ("Contracts", "no-change-date", 2, {"lastModifiedDateTime": None}),
    ("Contracts", "decimals", 4, {"estimatedCost": 999_999_999_999_999_999, "setupFee": -1000,
                                  "estimatedHours": 3333}),
    ("Contracts", "far-dates", 6, {"startDate": "1900-01-01T00:00:00.000Z",
                                   "endDate": "2099-12-31T00:00:00.000Z"}),
    ("Contracts", "midnight-shifted", 8, {"startDate": "2024-03-10T05:00:00.000Z"}),
    ("Contracts", "dangling-bill-to", 10, {"billToCompanyID": NOWHERE + 13}),
    ("Contracts", "no-bill-to", 11, {"billToCompanyID": None, "billToCompanyContactID": None}),
    ("ConfigurationItems", "unicode", 3, {"referenceTitle": "SRV-Ünïcødé-🖥", "notes": "a\x00b"}),
    ("ConfigurationItems", "no-change-date", 5, {"lastModifiedTime": None}),
    ("ConfigurationItems", "big-numbers", 7, {"rmmDeviceID": 9_007_199_254_740_993,
                                              "rmmDeviceAuditMemoryBytes": 2**62}),
    ("ConfigurationItems", "dangling", 9, {"contractID": NOWHERE + 14, "contactID": NOWHERE + 15}),
    ("ConfigurationItems", "impersonated", 10, {"impersonatorCreatorResourceID": ADMINISTRATOR,
                                                "rmmVsaxDeviceID": "x", "serviceBundleID": 101,
                                                "rmmDeviceAuditMobileNumber": "+1",
                                                "deviceNetworkingID": "net-0"}),
    ("Products", "prices", 2, {"unitPrice": 1000, "unitCost": 3333, "msrp": -10_000}),
    ("Products", "unicode", 5, {"name": "Käbel 2½\" “smart” \u2013 5 µm", "link": ""}),
    ("Services", "no-change-date", 13, {"lastModifiedDate": None}),
    ("Services", "exact-price", 6, {"unitPrice": 83_333, "unitCost": 1}),
    ("Projects", "no-activity-date", 3, {"lastActivityDateTime": None}),
    ("Projects", "null-contract", 4, {"contractID": None, "projectLeadResourceID": None}),
    ("Tasks", "null-phase", 5, {"phaseID": None, "assignedResourceID": None}),
    ("Tasks", "no-activity-date", 7, {"lastActivityDateTime": None}),
    ("Tasks", "unknown-status", 9, {"status": UNKNOWN_STATUS}),
    ("ServiceCalls", "no-change-date", 1, {"lastModifiedDateTime": None}),
    ("ServiceCalls", "long-description", 3, {"description": "é" * 2000}),
    ("Invoices", "totals", 2, {"invoiceTotal": -123_4500, "totalTaxValue": 1}),
    ("Invoices", "null-company", 4, {"companyID": None}),
    ("Invoices", "unicode", 6, {"comments": ODD_TEXT, "invoiceNumber": "INV-\u2116 6"}),
    ("ContractServiceUnits", "zero-units", 3, {"units": 0, "price": 0}),
    ("ContractServiceUnits", "credit", 5, {"units": -2, "price": -123_3333}),
    ("Resources", "unicode", 8, {"firstName": "Søren", "lastName": "Ångström-Žižek"}),
)  # fmt: skip


def place(build: Build, plan: DeskPlan) -> Cases:
    """Lay the cases over the tenant's rows; returns name -> [{collection, id}, ...]."""
    cases: Cases = {}
    for collection, name, position, changes in OTHERS:
        rows = build.rows.get(collection, [])
        if position < len(rows):
            rows[position].update(changes)
            _told(cases, name, collection, rows[position]["id"])
    _tickets(build, plan, cases)
    _ties(build, plan, cases)
    return cases


def _told(cases: Cases, name: str, collection: str, row_id: int) -> None:
    cases.setdefault(name, []).append({"collection": collection, "id": row_id})


def _ended(plan: DeskPlan) -> list[int]:
    """Return which tickets ended at least a month ago: they hold still."""
    edge = plan.build.time.now - 30 * DAY
    return [n for n, done in enumerate(plan.done) if 0 < done < edge]


def _tickets(build: Build, plan: DeskPlan, cases: Cases) -> None:
    ended = _ended(plan)
    overrides = build.overrides.setdefault("Tickets", {})
    known = set(build.streams["Tickets"].columns)
    step = len(ended) // (len(TICKETS) + 1)
    if not step:
        return
    for number, (name, changes) in enumerate(TICKETS, 1):
        ticket = ticket_id(ended[number * step])
        overrides[ticket] = {key: value for key, value in changes.items() if key in known}
        _told(cases, name, "Tickets", ticket)


def _ties(build: Build, plan: DeskPlan, cases: Cases) -> None:
    """Let one bulk edit have stamped more than a page of tickets in the same millisecond."""
    time = build.time
    overrides = build.overrides.setdefault("Tickets", {})
    free = [t for t in map(ticket_id, _ended(plan)) if t not in overrides]
    step = max(1, len(free) // TIES)
    stamp = time.text(time.next_work[time.days - 18] * DAY + 1290, "30.137Z")
    for ticket in free[::step][:TIES]:
        overrides[ticket] = {
            "lastActivityDate": stamp, "lastTrackedModificationDateTime": stamp,
            "purchaseOrderNumber": "BULK-2026-05",
        }  # fmt: skip
        _told(cases, "bulk-edit-tie", "Tickets", ticket)
