import pytest

from isthmus.autotask import FieldInfo, UnknownEntity
from isthmus.autotask.soap.names import entities, rest_field, soap_name, spell


def field(name: str, data_type: str = "string", parent: str | None = None) -> FieldInfo:
    return FieldInfo(name, data_type, 0, False, False, True, None, None, parent)


@pytest.mark.parametrize(
    ("collection", "entity"),
    [
        ("Tickets", "Ticket"),
        ("Companies", "Account"),
        ("companylocations", "AccountPhysicalLocation"),
        ("CompanySiteConfigurations", "AccountLocation"),
        ("ConfigurationItems", "InstalledProduct"),
        ("BillingCodes", "AllocationCode"),
        ("TicketCharges", "TicketCost"),
        ("TimeEntries", "TimeEntry"),
    ],
)
def test_a_collection_has_one_soap_entity(collection: str, entity: str) -> None:
    assert soap_name(collection) == entity


def test_a_collection_soap_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownEntity, match="Tickets"):
        soap_name("Ticket")
    with pytest.raises(UnknownEntity, match="REST"):
        soap_name("Qqqqqq")


@pytest.mark.parametrize(
    ("entity", "name", "rest"),
    [
        ("Ticket", "id", "id"),
        ("Ticket", "AccountID", "companyID"),
        ("Ticket", "AEMAlertID", "rmmAlertID"),
        ("Ticket", "DueDateTime", "dueDateTime"),
        ("Account", "SICCode", "sicCode"),
        ("Account", "KeyAccountIcon", "classification"),
        ("Contact", "EMailAddress", "emailAddress"),
        ("Contact", "Notification", "receivesEmailNotifications"),
        ("ServiceCall", "Complete", "isComplete"),
        ("Role", "SystemRole", "isSystemRole"),
        ("Nobody", "SomeField", "someField"),
    ],
)
def test_a_field_is_named_as_rest_names_it(entity: str, name: str, rest: str) -> None:
    assert rest_field(entity, name) == rest


def test_no_two_fields_of_an_entity_share_a_name() -> None:
    for entity, known in entities().items():
        named = [*known.renamed.values()]
        assert len(named) == len({name.casefold() for name in named}), entity


def test_fields_are_told_in_the_names_and_types_of_rest() -> None:
    told = [field("id", "long"), field("ContractPeriodType"), field("Other", parent="AccountID")]
    spelling, fields = spell("Contract", told)

    assert [one.name for one in fields] == ["id", "contractPeriodType", "other"]
    assert [one.data_type for one in fields] == ["long", "integer", "string"]
    assert fields[2].picklist_parent == "companyID"
    spelt = spelling.spelt("ContractPeriodTYPE")
    assert spelt is not None
    assert (spelt.name, spelt.data_type) == ("ContractPeriodType", "string")
    assert spelling.rest_of("contractperiodtype") == "contractPeriodType"


def test_days_are_known() -> None:
    spelling, _ = spell("Contract", [field("StartDate", "datetime"), field("X", "datetime")])

    assert [spelling.soap[name].is_day for name in ("startdate", "x")] == [True, False]
