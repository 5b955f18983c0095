import pytest
from aiohttp import web

from isthmus.autotask import AnswerBroken, AutotaskClient, PicklistValue
from isthmus.autotask.metadata.names import LEGACY, collection_of
from isthmus.autotask.metadata.parsing import parse_entity_info, parse_fields, parse_udfs
from tests.autotask.fake_vendor import FakeVendor

ENTRY = {"value": "5", "label": "Complete", "isDefaultValue": False, "sortOrder": 2}


def test_what_the_vendor_leaves_null_or_blank_is_read_as_nothing() -> None:
    for blank in ("", None):
        raw = {
            "name": "status",
            "dataType": "Integer",
            "length": None,
            "isRequired": True,
            "referenceEntityType": blank,
            "isPickList": True,
            "picklistValues": [{**ENTRY, "parentValue": blank, "isActive": False}],
            "picklistParentValueField": blank,
        }
        (field,) = parse_fields({"fields": [raw]}, "Tickets")
        assert field.data_type == "integer"
        assert field.length == 0
        assert field.reference is None
        assert field.picklist_parent is None
        assert field.picklist == (PicklistValue("5", "Complete", False, False, 2, None),)


def test_a_picklist_without_values_is_an_empty_one() -> None:
    raw = {"name": "a", "dataType": "integer", "isPickList": True, "picklistValues": None}
    (field,) = parse_fields({"fields": [raw]}, "Tickets")
    assert field.picklist == ()
    (field,) = parse_fields({"fields": [{**raw, "isPickList": False}]}, "Tickets")
    assert field.picklist is None


@pytest.mark.parametrize(
    ("legacy", "collection"),
    [
        ("Account", "Companies"),
        ("account", "Companies"),
        ("InstalledProduct", "ConfigurationItems"),
        ("AllocationCode", "BillingCodes"),
        ("AccountPhysicalLocation", "CompanyLocations"),
        ("ContractCost", "ContractCharges"),
        ("BusinessDivisionSubdivision", "OrganizationalLevelAssociations"),
        ("Resource", "Resources"),
        ("Ticket", "Tickets"),
        ("Country", "Countries"),
        ("Currency", "Currencies"),
        ("TaxRegion", "TaxRegions"),
        ("InvoiceTemplate", "InvoiceTemplates"),
        ("TimeEntry", "TimeEntries"),
        ("PriceListMaterialCode", "PriceListMaterialCodes"),
        ("TicketHistory", "TicketHistory"),
        ("", None),
        (None, None),
        ("  ", None),
    ],
)
def test_legacy_names_lead_to_rest_collections(legacy: str | None, collection: str | None) -> None:
    assert collection_of(legacy) == collection


def test_every_entity_of_the_catalogue_finds_its_collection() -> None:
    known = {**LEGACY, "Survey": "Surveys", "Tax": "Taxes", "Holiday": "Holidays"}
    for legacy, collection in known.items():
        assert collection_of(legacy) == collection


@pytest.mark.parametrize(
    ("level", "word"), [(0, "None"), ("1", "All"), ("restricted", "Restricted")]
)
def test_access_is_told_in_words_whichever_way_it_comes(level: object, word: str) -> None:
    info = {"name": "Ticket", "canQuery": True, "userAccessForQuery": level}
    found = parse_entity_info({"info": info}, "Tickets")
    assert found.query_access == word
    assert found.create_access == "None"
    assert found.can_query
    assert not found.can_delete


@pytest.mark.parametrize(
    ("level", "word"), [(0, "None"), ("Restricted", "Restricted"), (None, "All")]
)
def test_a_level_that_is_not_told_is_what_the_entity_allows(level: object, word: str) -> None:
    info = {"name": "TicketWebhook", "canCreate": True, "userAccessForCreate": level}
    assert parse_entity_info({"info": info}, "TicketWebhooks").create_access == word


def test_user_defined_fields_may_be_none_at_all() -> None:
    assert parse_udfs({"fields": None}, "Invoices") == ()
    assert parse_udfs({"fields": []}, "Invoices") == ()
    (udf,) = parse_udfs({"fields": [{"name": "Site", "label": None, "type": "Date"}]}, "Tickets")
    assert (udf.name, udf.label, udf.data_type, udf.picklist) == ("Site", "Site", "date", None)


@pytest.mark.parametrize(
    "answer", [{}, {"fields": None}, {"fields": []}, {"fields": [1]}, {"fields": [{"name": ""}]}]
)
def test_a_description_without_fields_is_a_broken_answer(answer: dict[str, object]) -> None:
    with pytest.raises(AnswerBroken):
        parse_fields(answer, "Tickets")


async def test_an_entity_without_the_route_for_user_defined_fields_has_none(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(web.json_response({"Message": "none"}, status=404))
    assert await client.user_defined_fields("Invoices") == ()
    assert vendor.paths == ["/ATServicesRest/V1.0/Invoices/entityInformation/userDefinedFields"]


async def test_a_description_that_is_cut_short_is_asked_again(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(
        web.json_response({"info": None}),
        web.json_response({"info": {"name": "Ticket", "canQuery": True}}),
    )
    assert (await client.entity_info("Tickets")).name == "Ticket"
