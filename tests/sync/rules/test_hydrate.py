"""Which names stand beside references, for the vendor's real field names."""

import pytest

from isthmus.autotask.models import FieldInfo
from isthmus.sync.catalog import DATASETS, Dataset
from isthmus.sync.rules.hydrate import hydrated_column, plan_hydrations
from isthmus.warehouse.ports import ColumnType

NONE = Dataset("Any", "x", "y")


def reference(name: str, target: str | None) -> FieldInfo:
    return FieldInfo(name, "integer", 0, False, False, True, target, None, None)


@pytest.mark.parametrize(
    ("name", "target", "names"),
    [
        ("companyID", "Companies", ["companyName"]),
        ("billToCompanyID", "Companies", ["billToCompanyName"]),
        ("resourceID", "Resources", ["resourceUserName", "resourceFullName"]),
        (
            "voidedByResourceID",
            "Resources",
            ["voidedByResourceUserName", "voidedByResourceFullName"],
        ),
        ("creatorUserID", "Resources", ["creatorUserName", "creatorFullName"]),
        ("lastModifiedUserID", "Resources", ["lastModifiedUserName", "lastModifiedFullName"]),
        ("installedById", "Resources", ["installedByUserName", "installedByFullName"]),
        ("contractID", "Contracts", []),
        ("title", None, []),
    ],
)
def test_one_rule_names_them_all(name: str, target: str | None, names: list[str]) -> None:
    found = plan_hydrations(NONE, [reference(name, target)])

    assert [h.name for h in found] == names
    assert {h.lookup.key for h in found} <= {name}


def test_references_the_vendor_does_not_declare_are_the_catalogues() -> None:
    entries = next(d for d in DATASETS if d.name == "TimeEntries")

    found = plan_hydrations(entries, [reference("creatorUserID", None)])

    assert [h.name for h in found] == ["creatorUserName", "creatorFullName"]


@pytest.mark.parametrize(
    ("dataset", "names"),
    [
        ("ContractServices", ["serviceName", "servicePeriodType"]),
        ("ContractServiceUnits", ["unitPrice", "serviceName", "servicePeriodType"]),
        ("ServiceCallTaskResources", ["serviceCallID", "taskID"]),
        ("ServiceCallTicketResources", ["serviceCallID", "ticketID"]),
    ],
)
def test_what_the_contract_names_is_planned(dataset: str, names: list[str]) -> None:
    entry = next(d for d in DATASETS if d.name == dataset)

    assert [h.name for h in plan_hydrations(entry, [])] == names


def test_a_taken_name_is_avoided_whatever_its_case() -> None:
    (hydration,) = plan_hydrations(NONE, [reference("companyID", "Companies")])

    assert hydrated_column(hydration, []).name == "companyName"
    assert hydrated_column(hydration, ["companyname"]).name == "company_Name"
    assert hydrated_column(hydration, ["companyname", "company_name"]).name == "company_Name_2"


def test_ids_taken_over_are_numbers_until_more_is_known() -> None:
    entry = next(d for d in DATASETS if d.name == "ServiceCallTaskResources")

    kinds = [hydrated_column(h, []).type for h in plan_hydrations(entry, [])]

    assert kinds == [ColumnType.INTEGER, ColumnType.INTEGER]
