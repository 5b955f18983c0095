"""
The datasets, as data: what is copied, how it is refreshed, what is joined to what.

Source of names, change fields and references: the vendor's REST descriptions (June 2026) and
entity pages; where two change fields compete, both are asked for (see docs/why.md).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any


class Refresh(StrEnum):
    """How a dataset is brought up to date from its second run on."""

    INCREMENTAL = "incremental"
    REREAD = "reread"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column taken over from another dataset: `column` = `dataset`.`source` where id = `via`."""

    column: str
    via: str
    dataset: str
    source: str


@dataclass(frozen=True, slots=True)
class DeletionLog:
    """A collection that tells which rows are gone: `id_field` names the row, `time_field` when."""

    collection: str
    id_field: str
    time_field: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """
    One Autotask collection as we copy it.

    `change_fields` and `created_field` are asked for only where the tenant's metadata has them.
    `references` names the collections that fields refer to although metadata does not say so.
    `grant` is the place in a security level that lets an API user read it.
    """

    name: str
    group: str
    grant: str
    refresh: Refresh = Refresh.REREAD
    change_fields: tuple[str, ...] = ()
    created_field: str | None = None
    deletion_log: DeletionLog | None = None
    references: tuple[tuple[str, str], ...] = ()
    lookups: tuple[Lookup, ...] = ()


def _changing(
    name: str, group: str, grant: str, changed: str, created: str | None = None, **more: object
) -> Dataset:
    return Dataset(
        name,
        group,
        grant,
        Refresh.INCREMENTAL,
        change_fields=tuple(changed.split()),
        created_field=created,
        **more,  # type: ignore[arg-type]
    )


_CONTEXT, _DESK, _PROJECTS, _BILLING = (
    "customer context",
    "service desk",
    "projects",
    "contracts and billing",
)

DATASETS: tuple[Dataset, ...] = (
    Dataset("Resources", _CONTEXT, "Admin > Resources/Users (HR)"),
    _changing(
        "Companies",
        _CONTEXT,
        "CRM > Companies",
        "lastTrackedModifiedDateTime lastActivityDate",
        "createDate",
    ),
    _changing(
        "Contacts", _CONTEXT, "CRM > Contacts", "lastModifiedDate lastActivityDate", "createDate"
    ),
    _changing(
        "Services", _BILLING, "Admin > Products & Services", "lastModifiedDate", "createDate"
    ),
    Dataset(
        "Products",
        _BILLING,
        "Inventory > Products",
        created_field="createdTime",
        references=(("createdByResourceID", "Resources"),),
    ),
    _changing("Contracts", _BILLING, "Contracts > Contracts", "lastModifiedDateTime"),
    Dataset("ContractMilestones", _BILLING, "Contracts > Contracts", created_field="createDate"),
    Dataset("ContractRates", _BILLING, "Contracts > Contracts"),
    Dataset("ContractServiceBundles", _BILLING, "Contracts > Contracts"),
    Dataset(
        "ContractServices",
        _BILLING,
        "Contracts > Contracts",
        lookups=(
            Lookup("serviceName", "serviceID", "Services", "name"),
            Lookup("servicePeriodType", "serviceID", "Services", "periodType"),
        ),
    ),
    Dataset(
        "ContractServiceUnits",
        _BILLING,
        "Contracts > Contracts",
        lookups=(
            Lookup("unitPrice", "contractServiceID", "ContractServices", "unitPrice"),
            Lookup("serviceName", "serviceID", "Services", "name"),
            Lookup("servicePeriodType", "serviceID", "Services", "periodType"),
        ),
    ),
    _changing(
        "ConfigurationItems",
        _CONTEXT,
        "CRM > Configuration Items",
        "lastModifiedTime",
        "createDate",
    ),
    _changing(
        "Projects", _PROJECTS, "Projects > Projects", "lastActivityDateTime", "createDateTime"
    ),
    _changing("Tasks", _PROJECTS, "Projects > Projects", "lastActivityDateTime", "createDateTime"),
    _changing(
        "Tickets",
        _DESK,
        "Service Desk > Tickets",
        "lastTrackedModificationDateTime lastActivityDate",
        "createDate",
        deletion_log=DeletionLog("DeletedTicketLogs", "ticketID", "deletedDateTime"),
    ),
    _changing(
        "TimeEntries",
        _DESK,
        "Timesheets > Time entries",
        "lastModifiedDateTime",
        "createDateTime",
        references=(("creatorUserID", "Resources"), ("lastModifiedUserID", "Resources")),
    ),
    _changing(
        "ServiceCalls",
        _DESK,
        "Service Desk > Service Calls",
        "lastModifiedDateTime",
        "createDateTime",
        references=(("creatorResourceID", "Resources"), ("canceledByResourceID", "Resources")),
    ),
    Dataset(
        "ServiceCallTasks",
        _DESK,
        "Service Desk > Service Calls",
        lookups=(
            Lookup("assignedResourceID", "taskID", "Tasks", "assignedResourceID"),
            Lookup("taskNumber", "taskID", "Tasks", "taskNumber"),
            Lookup("title", "taskID", "Tasks", "title"),
            Lookup("assignedResourceUserName", "taskID", "Tasks", "assignedResourceUserName"),
            Lookup("assignedResourceFullName", "taskID", "Tasks", "assignedResourceFullName"),
        ),
    ),
    Dataset(
        "ServiceCallTaskResources",
        _DESK,
        "Service Desk > Service Calls",
        lookups=(
            Lookup("serviceCallID", "serviceCallTaskID", "ServiceCallTasks", "serviceCallID"),
            Lookup("taskID", "serviceCallTaskID", "ServiceCallTasks", "taskID"),
        ),
    ),
    Dataset(
        "ServiceCallTickets",
        _DESK,
        "Service Desk > Service Calls",
        lookups=(
            Lookup("assignedResourceID", "ticketID", "Tickets", "assignedResourceID"),
            Lookup("ticketNumber", "ticketID", "Tickets", "ticketNumber"),
            Lookup("title", "ticketID", "Tickets", "title"),
            Lookup("assignedResourceUserName", "ticketID", "Tickets", "assignedResourceUserName"),
            Lookup("assignedResourceFullName", "ticketID", "Tickets", "assignedResourceFullName"),
        ),
    ),
    Dataset(
        "ServiceCallTicketResources",
        _DESK,
        "Service Desk > Service Calls",
        lookups=(
            Lookup("serviceCallID", "serviceCallTicketID", "ServiceCallTickets", "serviceCallID"),
            Lookup("ticketID", "serviceCallTicketID", "ServiceCallTickets", "ticketID"),
        ),
    ),
    Dataset("Invoices", _BILLING, "Contracts > Invoices", created_field="createDateTime"),
)
"""The 22 datasets, in an order in which whatever a dataset looks up stands before it."""


@dataclass(frozen=True, slots=True)
class Join:
    """`one`.id = `many`.`column`: each row of `many` belongs to at most one row of `one`."""

    one: str
    many: str
    column: str


def _joins(one: str, column: str, *many: str) -> Iterable[Join]:
    return (Join(one, name, column) for name in many)


JOINS: tuple[Join, ...] = (
    *_joins(
        "Companies",
        "companyID",
        "Contacts",
        "Contracts",
        "Projects",
        "Tickets",
        "ServiceCalls",
        "ConfigurationItems",
        "Invoices",
    ),
    *_joins(
        "Contracts",
        "contractID",
        "ContractMilestones",
        "ContractRates",
        "ContractServiceBundles",
        "ContractServices",
        "ContractServiceUnits",
        "Projects",
        "Tickets",
        "ConfigurationItems",
        "TimeEntries",
    ),
    *_joins("ContractServices", "contractServiceID", "ContractServiceUnits", "TimeEntries"),
    *_joins("ContractServiceBundles", "contractServiceBundleID", "TimeEntries"),
    *_joins("Services", "serviceID", "ContractServices", "ContractServiceUnits"),
    *_joins("Projects", "projectID", "Tasks", "Tickets"),
    *_joins("Tasks", "taskID", "TimeEntries"),
    *_joins("Tickets", "ticketID", "TimeEntries", "ServiceCallTicketResources"),
    *_joins(
        "ServiceCalls",
        "serviceCallID",
        "ServiceCallTasks",
        "ServiceCallTickets",
        "ServiceCallTaskResources",
        "ServiceCallTicketResources",
    ),
    *_joins("ServiceCallTasks", "serviceCallTaskID", "ServiceCallTaskResources"),
    *_joins("ServiceCallTickets", "serviceCallTicketID", "ServiceCallTicketResources"),
    *_joins("Resources", "assignedResourceID", "Tickets"),
    *_joins(
        "Resources",
        "resourceID",
        "ServiceCallTaskResources",
        "ServiceCallTicketResources",
        "TimeEntries",
    ),
)
"""Every join that holds between the datasets."""


def dataset_named(name: str) -> Dataset | None:
    """
    Return the dataset of that name, whatever its case: one of the 22, or any other collection.

    Others are copied in the same way, with labels and user-defined fields; those with a change
    date incrementally. None: Autotask has no such collection, or it cannot be read as a table.
    """
    wanted = name.lower()
    for dataset in DATASETS:
        if dataset.name.lower() == wanted:
            return dataset
    return next(
        (_own(other, facts) for other, facts in others().items() if other.lower() == wanted), None
    )


@cache
def others() -> dict[str, dict[str, Any]]:
    """Return what is known of the collections beyond the 22: changed, created, references."""
    text = resources.files(__package__).joinpath("entities.json").read_text("utf-8")
    facts: dict[str, dict[str, Any]] = json.loads(text)
    return facts


def _own(name: str, facts: dict[str, Any]) -> Dataset:
    changed = tuple(facts.get("changed", ()))
    return Dataset(
        name,
        "other",
        f"the collection {name}",
        Refresh.INCREMENTAL if changed else Refresh.REREAD,
        change_fields=changed,
        created_field=facts.get("created"),
        references=tuple((field, target) for field, target in facts.get("references", ())),
    )
