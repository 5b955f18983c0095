"""What each dataset is called and what it is, for people who do not know Autotask's API."""

import re
from typing import Final

_TITLES: Final = {
    "Resources": ("Resources", "The people of your company: technicians, dispatchers, managers."),
    "Companies": ("Companies", "Customers, prospects and vendors, your own company among them."),
    "Contacts": ("Contacts", "The people at those companies."),
    "Services": ("Services", "Recurring services you sell, with price and period."),
    "Products": ("Products", "What you sell or install, by make and model."),
    "Contracts": ("Contracts", "What was agreed with a company: kind, dates, billing."),
    "ContractMilestones": ("Contract milestones", "Amounts that become due at agreed dates."),
    "ContractRates": ("Contract rates", "Hourly rates that differ from a role's own, by contract."),
    "ContractServiceBundles": ("Contract bundles", "Bundles of services sold in a contract."),
    "ContractServices": ("Contract services", "Services sold in a contract, with their prices."),
    "ContractServiceUnits": (
        "Contract service units",
        "How many units of a service a contract had, from when until when.",
    ),
    "ConfigurationItems": ("Configuration items", "Devices and other assets at companies."),
    "Projects": ("Projects", "Projects with their dates, leads and progress."),
    "Tasks": ("Tasks", "The tasks of projects."),
    "Tickets": ("Tickets", "The service desk's tickets, with all their fields."),
    "TimeEntries": ("Time entries", "Hours worked on tickets and tasks, and what is billed."),
    "ServiceCalls": ("Service calls", "Planned visits: where, when, and whether they are done."),
    "ServiceCallTasks": ("Service call tasks", "Which tasks a service call is for."),
    "ServiceCallTaskResources": ("Service call task people", "Who goes for those tasks."),
    "ServiceCallTickets": ("Service call tickets", "Which tickets a service call is for."),
    "ServiceCallTicketResources": ("Service call ticket people", "Who goes for those tickets."),
    "Invoices": ("Invoices", "Invoices as Autotask made them, with totals and dates."),
}


def title_of(dataset: str) -> str:
    """Return what a dataset is called."""
    told = _TITLES.get(dataset)
    if told is not None:
        return told[0]
    return words_of(dataset)


def words_of(name: str) -> str:
    """Return a name of Autotask's API as words: `lastActivityDate` as "Last activity date"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    told = [word if word.isupper() else word.lower() for word in words[1:]]
    return " ".join([words[0][:1].upper() + words[0][1:], *told])


def meaning_of(dataset: str) -> str:
    """Return in a sentence what a dataset is."""
    told = _TITLES.get(dataset)
    return told[1] if told else f"Autotask's collection {dataset}, as it stands."
