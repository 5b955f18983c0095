"""
The vendor's legacy entity names and the REST collections they stand for, as data.

Metadata names references, and webhooks name entities, by the legacy SOAP singular.
Source: public captures of field metadata and of the vendor's own API description (June 2026).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LEGACY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Account": "Companies",
        "AccountAlert": "CompanyAlerts",
        "AccountLocation": "CompanySiteConfigurations",
        "AccountNote": "CompanyNotes",
        "AccountPhysicalLocation": "CompanyLocations",
        "AccountTeam": "CompanyTeams",
        "AccountToDo": "CompanyToDos",
        "AccountWebhook": "CompanyWebhooks",
        "AllocationCode": "BillingCodes",
        "AttachmentInfo": "AttachmentInfo",
        "ArticlePlainTextContent": "ArticlePlainTextContent",
        "BusinessDivision": "OrganizationalLevel1s",
        "BusinessDivisionSubdivision": "OrganizationalLevelAssociations",
        "BusinessDivisionSubdivisionResource": "OrganizationalResources",
        "BusinessLocation": "InternalLocations",
        "BusinessSubdivision": "OrganizationalLevel2s",
        "ChangeOrderCost": "ChangeOrderCharges",
        "ContractCost": "ContractCharges",
        "DocumentPlainTextContent": "DocumentPlainTextContent",
        "InstalledProduct": "ConfigurationItems",
        "InstalledProductBillingProductAssociation": (
            "ConfigurationItemBillingProductAssociations"
        ),
        "InstalledProductCategory": "ConfigurationItemCategories",
        "InstalledProductCategoryUdfAssociation": "ConfigurationItemCategoryUdfAssociations",
        "InstalledProductNote": "ConfigurationItemNotes",
        "InstalledProductType": "ConfigurationItemTypes",
        "InstalledProductWebhook": "ConfigurationItemWebhooks",
        "InternalLocationWithBusinessHours": "InternalLocationWithBusinessHours",
        "InventoryStockedItemAdd": "InventoryStockedItemsAdd",
        "InventoryStockedItemRemove": "InventoryStockedItemsRemove",
        "InventoryStockedItemTransfer": "InventoryStockedItemsTransfer",
        "NotificationHistory": "NotificationHistory",
        "ProjectCost": "ProjectCharges",
        "PurchaseOrderItemReceiving": "PurchaseOrderItemReceiving",
        "PurchaseOrderReceive": "PurchaseOrderItemReceiving",
        "ResourceTimeOffAdditional": "ResourceTimeOffAdditional",
        "ServiceLevelAgreementResults": "ServiceLevelAgreementResults",
        "SurveyResults": "SurveyResults",
        "Task1": "Tasks",
        "TicketCategoryFieldDefaults": "TicketCategoryFieldDefaults",
        "TicketCost": "TicketCharges",
        "TicketHistory": "TicketHistory",
        "TimeOffRequestApprove": "TimeOffRequestsApprove",
        "TimeOffRequestReject": "TimeOffRequestsReject",
    }
)
_LEGACY_FOLDED: Final = {name.casefold(): collection for name, collection in LEGACY.items()}
_ES_ENDINGS: Final = ("s", "x", "ch", "sh", "z")


def plural(name: str) -> str:
    """
    Return an English plural, as the vendor builds collection names from entity names.

    Right for 216 of the 232 collections; the others end in no plural and stand in `LEGACY` where
    something refers to them.
    """
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    if name.endswith(_ES_ENDINGS):
        return f"{name}es"
    return f"{name}s"


def collection_of(legacy_name: str | None) -> str | None:
    """Return the REST collection behind a legacy entity name; None for none, "" or blank."""
    name = (legacy_name or "").strip()
    if not name:
        return None
    known = _LEGACY_FOLDED.get(name.casefold())
    return known if known is not None else plural(name)
