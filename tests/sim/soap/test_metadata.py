"""What the metadata operations tell, and that it is what the other wire tells."""

import re
from pathlib import Path
from typing import Any

import pytest
import zeep

from isthmus_sim.autotask.soap.catalog import edition
from isthmus_sim.autotask.soap.switches import SWITCHES
from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import Wire, suds_of, texts, zeep_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tickets(reader: zeep.Client) -> dict[str, Any]:
    """The fields of a ticket by name."""
    return {field.Name: field for field in reader.service.GetFieldInfo("ticket")}


def test_fields_carry_type_length_and_flags(tickets: dict[str, Any]) -> None:
    title = tickets["Title"]
    assert (title.Type, title.Length, title.IsRequired, title.IsReadOnly) == (
        "string",
        255,
        True,
        False,
    )
    assert (tickets["id"].Type, tickets["CreateDate"].Type) == ("long", "datetime")
    assert tickets["AccountID"].ReferenceEntityType == "Account"
    assert tickets["SubIssueType"].PicklistParentValueField == "IssueType"
    assert tickets["CreatorType"].IsQueryable is False


def test_codes_are_those_of_the_other_wire(
    tickets: dict[str, Any], soap_reading: AutotaskSim
) -> None:
    rest = soap_reading.get("Tickets/entityInformation/fields").json["fields"]
    known = {f["name"].lower(): f["picklistValues"] for f in rest if f["isPickList"]}
    for name in ("Status", "Priority", "QueueID", "SubIssueType", "TicketCategory"):
        told = [
            (v.Value, v.Label, v.IsDefaultValue, v.SortOrder, v.parentValue or "", v.IsActive)
            for v in tickets[name].PicklistValues.PickListValue
        ]
        keys = ("value", "label", "isDefaultValue", "sortOrder", "parentValue", "isActive")
        assert told == [tuple(entry[key] for key in keys) for entry in known[name.lower()]]


def test_an_argument_nested_twice_is_read(reading_wire: Wire, tickets: dict[str, Any]) -> None:
    twice = "<psObjectType><psObjectType>Ticket</psObjectType></psObjectType>"
    told = reading_wire.call("GetFieldInfo", twice)
    assert len(texts(told, "IsReadOnly")) == len(tickets)


def test_user_defined_fields_are_told_with_their_entries(
    reader: zeep.Client, soap_reading: AutotaskSim
) -> None:
    told = reader.service.getUDFInfo("Ticket")
    rest = soap_reading.get("Tickets/entityInformation/userDefinedFields").json["fields"]
    assert [u.Name for u in told] == [u["name"] for u in rest]
    lists = [u for u in told if u.IsPickList]
    assert lists
    assert all(u.PicklistValues.PickListValue for u in lists)
    assert reader.service.getUDFInfo("TicketNote") is None


@pytest.mark.parametrize("operation", ["GetFieldInfo", "getUDFInfo"])
def test_an_unknown_entity_is_a_fault(reader: zeep.Client, operation: str) -> None:
    with pytest.raises(zeep.exceptions.Fault, match="Nonsense does not exist"):
        getattr(reader.service, operation)("Nonsense")


def test_entities_tell_what_may_be_done(reader: zeep.Client) -> None:
    infos = {info.Name: info for info in reader.service.getEntityInfo()}
    ticket, resource = infos["Ticket"], infos["Resource"]
    assert (ticket.CanCreate, ticket.CanUpdate, ticket.CanDelete, ticket.CanQuery) == (
        True,
        True,
        False,
        True,
    )
    assert (resource.CanCreate, resource.HasUserDefinedFields) == (False, False)
    assert ticket.HasUserDefinedFields
    assert (ticket.UserAccessForCreate, ticket.UserAccessForDelete) == ("All", "None")
    assert infos["Contact"].SupportsWebhookCallouts


def test_a_lost_permission_shows_in_the_levels(autotask_sim: AutotaskSim) -> None:
    lost = {"kind": "permission_lost", "entity": "Tickets", "verbs": ["update"]}
    autotask_sim.admin("POST", "faults", lost)
    client = zeep_of(autotask_sim)
    infos = {info.Name: info for info in client.service.getEntityInfo()}
    assert (infos["Ticket"].UserAccessForUpdate, infos["Ticket"].UserAccessForQuery) == (
        "None",
        "All",
    )
    client.transport.session.close()


def test_the_older_editions_tell_less(soap_reading: AutotaskSim) -> None:
    client = suds_of(soap_reading, "1.5")
    (info, *_) = client.service.getEntityInfo().EntityInfo
    assert not hasattr(info, "UserAccessForQuery")
    names = [field.Name for field in client.service.GetFieldInfo("Ticket").Field]
    assert "RmaStatus" not in names


@pytest.mark.parametrize(
    ("version", "wsdl_of"), [("1.5", "2023"), ("1.6", "2019"), ("1.6", "2023")]
)
def test_every_reference_names_an_entity(version: str, wsdl_of: str) -> None:
    known = edition(version, wsdl_of)
    named = {f.reference for entity in known for f in entity.fields if f.reference}
    assert named
    assert {name for name in named if known.find(name) is None} == set()


def test_the_page_for_strangers_names_every_switch_and_the_days() -> None:
    page = (ROOT / "docs" / "simulator-soap.md").read_text("utf-8")
    assert {s.name for s in SWITCHES if f"`{s.name}`" not in page} == set()
    days = {f.name for entity in edition("1.6", "2023") for f in entity.fields if f.unshifted}
    told = set(re.findall(r"`(\w+)`", page))
    assert {day for day in days if "Hours" not in day} <= told
