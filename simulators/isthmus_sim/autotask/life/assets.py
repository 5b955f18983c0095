"""What happens with companies, people and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.autotask.tenant.words_people import (
    COMPANY_ENDINGS,
    COMPANY_STEMS,
    COMPANY_TRADES,
    FIRST_NAMES,
    JOB_TITLES,
    LAST_NAMES,
)

if TYPE_CHECKING:
    from isthmus_sim.autotask.life.step import Happening, Life

CUSTOMER = '"companyType" = 1 AND id > 0'


def _company_name(life: Life) -> str:
    rng = life.rng
    trade = rng.choice(COMPANY_TRADES)[0]
    return f"{rng.choice(COMPANY_STEMS)} {trade}{rng.choice(COMPANY_ENDINGS)}"


def new_company(life: Life) -> Happening | None:
    """A new customer or prospect is entered."""
    return life.add(
        "Companies", companyName=_company_name(life), companyType=life.rng.choice((1, 3)),
        phone=f"518-555-{life.rng.randrange(10_000):04d}", ownerResourceID=life.actor, isActive=1,
        isTaxExempt=0, countryID=237, currencyID=1, **life.udf_value("Companies"),
    )  # fmt: skip


def new_contact(life: Life) -> Happening | None:
    """A customer has a new employee."""
    company = life.pick("Companies", CUSTOMER)
    if company is None:
        return None
    given, family = life.rng.choice(FIRST_NAMES), life.rng.choice(LAST_NAMES)
    return life.add(
        "Contacts", companyID=company, firstName=given, lastName=family, isActive=1,
        emailAddress=f"{given.lower()}.{life.rng.randrange(10**6)}@customer.example",
        title=life.rng.choice(JOB_TITLES), **life.udf_value("Contacts"),
    )  # fmt: skip


def rename_company(life: Life) -> Happening | None:
    """A company changes its name; rows that refer to it do not change."""
    return life.change("Companies", life.pick("Companies"), companyName=_company_name(life))


def rename_resource(life: Life) -> Happening | None:
    """A colleague marries, or gets another user name; rows that refer to them do not change."""
    resource = life.row("Resources", life.pick("Resources"))
    if resource is None:
        return None
    family = life.rng.choice(LAST_NAMES)
    changes: dict[str, object] = {"lastName": family}
    if life.rng.random() < 0.6:
        changes["userName"] = f"{family[:20].lower()}{life.rng.randrange(1000)}"
    if life.rng.random() < 0.2:
        changes["firstName"] = life.rng.choice(FIRST_NAMES)
    return life.change("Resources", int(resource["id"] or 0), **changes)


def edit_contact(life: Life) -> Happening | None:
    """A contact's title, phone or user-defined field changes."""
    changes: dict[str, object] = {"title": life.rng.choice(JOB_TITLES)}
    if life.rng.random() < 0.4:
        changes |= life.udf_value("Contacts")
    return life.change("Contacts", life.pick("Contacts"), **changes)


def move_contact(life: Life) -> Happening | None:
    """A person changes to another company."""
    contact = life.pick("Contacts", '"primaryContact" = 0')
    return life.change("Contacts", contact, companyID=life.pick("Companies", CUSTOMER) or 0,
                       companyLocationID=None)  # fmt: skip


def edit_item(life: Life) -> Happening | None:
    """A device is renamed, retired or audited."""
    changes: dict[str, object] = {"referenceTitle": f"WS-{life.rng.randrange(10_000):04d}"}
    choice = life.rng.randrange(3)
    if choice == 1:
        changes = {"isActive": life.rng.randrange(2), "notes": "Checked on site."}
    elif choice == 2:
        changes = dict(life.udf_value("ConfigurationItems"))
    return life.change("ConfigurationItems", life.pick("ConfigurationItems"), **changes)


def detach_item(life: Life) -> Happening | None:
    """A device is taken out of its contract: the reference becomes null."""
    item = life.pick("ConfigurationItems", '"contractID" IS NOT NULL')
    return life.change("ConfigurationItems", item, contractID=None, contractServiceID=None)


def new_item(life: Life) -> Happening | None:
    """A customer has a new device."""
    company = life.pick("Companies", CUSTOMER)
    product = life.pick("Products")
    if company is None or product is None:
        return None
    return life.add(
        "ConfigurationItems", companyID=company, productID=product, isActive=1,
        configurationItemType=29_682_901, referenceTitle=f"NEW-{life.rng.randrange(10_000)}",
        serialNumber=f"{life.rng.getrandbits(40):010X}", installDate=life.day_from_now(0),
        **life.udf_value("ConfigurationItems"),
    )  # fmt: skip


def delete_contact(life: Life) -> Happening | None:
    """A contact is deleted; no log tells of it."""
    return life.remove("Contacts", life.pick("Contacts", '"primaryContact" = 0'))


def delete_item(life: Life) -> Happening | None:
    """A device is deleted in the user interface; no log tells of it."""
    return life.remove("ConfigurationItems", life.pick("ConfigurationItems"))


ASSET_ACTIONS = {
    "new_company": (1, new_company),
    "new_contact": (2, new_contact),
    "rename_company": (1, rename_company),
    "rename_resource": (1, rename_resource),
    "edit_contact": (3, edit_contact),
    "move_contact": (1, move_contact),
    "edit_item": (3, edit_item),
    "detach_item": (1, detach_item),
    "new_item": (1, new_item),
    "delete_contact": (0, delete_contact),
    "delete_item": (0, delete_item),
}
