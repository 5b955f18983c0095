"""User-defined fields: what this tenant added to the vendor's entities, and likely values."""

from collections.abc import Callable
from itertools import chain, cycle, islice
from typing import Any

from isthmus_sim.autotask.tenant.build import Build
from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.shapes import PicklistEntry, UdfDefinition

TYPES = ("String", "Integer", "Decimal", "Date", "MultiSelect", "LongText", "Boolean", "List")

# name by collection and type; names that normalise alike and odd ones are there on purpose
TICKET_NAMES = (
    ("Site Code", "String"),
    ("Site-Code", "Integer"),
    ("Größe / Maß (€) \u2013 für die Abrechnung nötig", "Decimal"),
    ("Follow-up Date", "Date"),
    ("Affected Systems", "MultiSelect"),
    ("site code", "LongText"),
    ("Manager approved?", "Boolean"),
    ("Región", "List"),
    ("select", "String"),
    ("客户编号", "String"),
    ("ticketNumber", "String"),
    ("A name as long as the vendor allows, forty-five", "String"),
)
OTHER_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "Companies": (
        ("Site Code", "String"),
        ("Site-Code", "Integer"),
        ("site code", "List"),
        ("Monthly Budget €", "Decimal"),
        ("Contract signed on", "Date"),
        ("VIP?", "Boolean"),
        ("Services in use", "MultiSelect"),
        ("Zugang & Schlüssel", "LongText"),
    ),
    "Contacts": (("Badge No.", "Integer"), ("Preferred Contact", "List"), ("Birthday", "Date")),
    "Contracts": (
        ("Auto-Renew", "Boolean"),
        ("Discount %", "Decimal"),
        ("Signed by", "String"),
        ("Überprüft am", "Date"),
    ),
    "ConfigurationItems": (
        ("Asset Tag", "String"),
        ("asset-tag", "Integer"),
        ("Encrypted", "Boolean"),
        ("Warranty Provider", "List"),
        ("Installed Roles", "MultiSelect"),
        ("Notes (internal)", "LongText"),
        ("Purchase Price", "Decimal"),
        ("Lease ends", "Date"),
    ),
    "Products": (("Lead Time (days)", "Integer"), ("Stocked", "Boolean")),
    "Projects": (("Budget Code", "String"), ("Kick-off", "Date"), ("Risk", "List")),
    "Tasks": (("Change Window", "String"), ("Effort", "Decimal")),
    "Services": (("Margin Target %", "Decimal"), ("Bundle Only", "Boolean")),
    "Opportunities": (("Campaign", "String"),),
    "ServiceBundles": (("Tier", "List"),),
}
DISPATCH: dict[str, tuple[tuple[str, str], ...]] = {
    "Tickets": (
        ("Field Nation ID", "String"),
        ("Field Nation Link", "String"),
        ("Send to FN", "List"),
    ),
    "Tasks": (("Field Nation ID", "String"), ("Field Nation Link", "String")),
}
"""Fields for a broker, beside the others: empty until somebody dispatches."""
DISPATCH_NAMES = {name for fields in DISPATCH.values() for name, _kind in fields}
MOST_TICKET_UDFS = 300  # the vendor's limit
LISTS = {
    "List": (("A", "Approved"), ("N", "North"), ("S", "Süd / South"), ("4", "Nicht zutreffend")),
    "MultiSelect": (("1", "Server"), ("2", "Network"), ("3", "Cloud"), ("7", "Telefonía")),
}
LENGTHS = {"String": 8000, "LongText": 8000}
DECIMALS = ("0.1", "0.3333", "1250.00", "-12.5", "99999999999999.9999", "100.0000", "7")
SENTENCES = (
    "Key at the front desk.",
    "Alarm code changes monthly.\r\nAsk the owner.",
    "n/a",
    "\u2013",
)


def _entries(name: str, kind: str) -> tuple[PicklistEntry, ...] | None:
    if kind not in LISTS:
        return None
    if name in DISPATCH_NAMES:
        return PicklistEntry("1", "Yes", sort_order=1), PicklistEntry("2", "No", sort_order=2)
    entries = [
        PicklistEntry(value=value, label=label, sort_order=n + 1)
        for n, (value, label) in enumerate(LISTS[kind])
    ]
    return (*entries, PicklistEntry("9", "Retired choice", is_active=False, sort_order=9))


def define(name: str, kind: str) -> UdfDefinition:
    """Define a user-defined field of a type, with entries where the type has some."""
    return UdfDefinition(
        name=name[:45],
        label=name[:45],
        type=kind,
        length=LENGTHS.get(kind, 0),
        description="" if len(name) > 12 else f"{name} as agreed with the customer",
        entries=_entries(name, kind),
        is_protected=name.startswith("Zugang"),
    )


def definitions(ticket_udfs: int) -> dict[str, list[UdfDefinition]]:
    """Return every collection's user-defined fields; those for dispatch come last.

    Tickets have `ticket_udfs` of them beside those for dispatch, within the vendor's limit.
    """
    spare = ((f"Custom Field {n:03d}", kind) for n, kind in enumerate(cycle(TYPES), 1))
    most = MOST_TICKET_UDFS - len(DISPATCH["Tickets"])
    tickets = tuple(islice(chain(TICKET_NAMES, spare), min(ticket_udfs, most)))
    return {
        collection: [define(name, kind) for name, kind in (*names, *DISPATCH.get(collection, ()))]
        for collection, names in {"Tickets": tickets, **OTHER_NAMES}.items()
    }


def _text(rng: Chance) -> str:
    return rng.choice(("007", "0042", "NY-01", "BOS-17", "-", "Ä-9", "12345678901234567890"))


VALUES: dict[str, Callable[[Chance], str]] = {
    "String": _text,
    "LongText": lambda rng: rng.choice(SENTENCES),
    "Integer": lambda rng: rng.choice(("007", "0", "-3", "42", str(rng.randrange(100_000)))),
    "Decimal": lambda rng: rng.choice((*DECIMALS, f"{rng.randrange(10**7) / 100:.2f}")),
    "Date": lambda rng: (
        f"{rng.randrange(2023, 2028)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        "T00:00:00"
    ),
    "Boolean": lambda rng: rng.choice(("Yes", "No", "true", "1")),
    "List": lambda rng: rng.choice(("A", "A", "N", "N", "S", "4", "9")),
    "MultiSelect": lambda rng: ",".join(sorted(rng.sample(("1", "2", "3", "7"), 2))),
}


def value(rng: Chance, definition: UdfDefinition) -> str | None:
    """Draw a likely value: null and the empty string occur. Fields for dispatch stay empty."""
    if definition.name in DISPATCH_NAMES:
        return None
    chance = rng.random()
    if chance < 0.35:
        return None
    if chance < 0.37 and definition.type == "String":
        return ""
    return VALUES[definition.type](rng)


def columns(definitions_: list[UdfDefinition]) -> tuple[str, ...]:
    """Return the storage columns of user-defined fields."""
    return tuple(f"udf:{d.name}" for d in definitions_)


def values(rng: Chance, definitions_: list[UdfDefinition]) -> dict[str, Any]:
    """Draw values for all user-defined fields of one row."""
    return {f"udf:{d.name}": value(rng, d) for d in definitions_}


UDF_TYPES = {
    "Companies": 1, "Contacts": 2, "ConfigurationItems": 3, "Opportunities": 4, "Products": 5,
    "Projects": 6, "Tasks": 9, "Tickets": 10, "Contracts": 11, "Services": 12, "ServiceBundles": 13,
}  # fmt: skip
DATA_TYPES = {"Date": 2, "List": 3, "MultiSelect": 3, "Integer": 4, "Decimal": 4}
DISPLAY_FORMATS = {"LongText": 2, "List": 3, "MultiSelect": 4}


def add_definitions(build: Build, known: dict[str, list[UdfDefinition]]) -> None:
    """Add the rows that describe the user-defined fields and their list items."""
    for collection, definitions_ in known.items():
        for order, definition in enumerate(definitions_, 1):
            field = build.add(
                "UserDefinedFieldDefinitions", name=definition.name, sortOrder=order, isActive=1,
                udfType=UDF_TYPES[collection], dataType=DATA_TYPES.get(definition.type, 1),
                displayFormat=DISPLAY_FORMATS.get(definition.type, 1), isRequired=0, isPrivate=0,
                description=definition.description or None, isEncrypted=0, isFieldMapping=0,
                isProtected=int(definition.is_protected), isVisibleToClientPortal=0,
                numberOfDecimalPlaces=2 if definition.type == "Decimal" else None,
                createDate=build.time.text(900),
            )  # fmt: skip
            for entry in definition.entries or ():
                build.add("UserDefinedFieldListItems", udfFieldId=field, isActive=int(
                    entry.is_active), valueForDisplay=entry.label, valueForExport=entry.value,
                    createDate=build.time.text(900))  # fmt: skip
