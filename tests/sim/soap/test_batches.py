"""Create, update and delete over SOAP, and what REST sees of it."""

from typing import Any

import pytest
import zeep
from lxml import etree

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.batches import DUE, entity, made, refused, row, run
from tests.sim.soap.clients import SPACE, Wire, suds_of, texts, where, xml_query, zeep_of

PAIR = "Error {} entity for record number [{}]."
NOT_THERE = (
    "No matching records found. The logged in resource may not have the required "
    "permissions to update the data."
)


# Create


def test_a_ticket_made_over_soap_is_seen_over_rest(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    told = run(wire, "create", entity("Ticket", ticket))
    found = autotask_sim.get(f"Tickets/{made(told)}").json["item"]
    assert found["title"] == "Made over SOAP"
    assert found["companyID"] == int(ticket["AccountID"])
    assert found["dueDateTime"] == "2026-06-20T14:00:00.000Z"
    assert found["ticketNumber"] == texts(told, "TicketNumber")[0]
    assert texts(told, "EntityResultType") == ["ticket"]
    assert texts(told, "DatabaseAction") == ["None"]


def test_zeep_and_suds_make_what_they_can_change(
    zeep_client: zeep.Client, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    untyped: Any = zeep_client
    kind = untyped.get_type("ns0:Ticket")
    batch = {"Entity": [kind(id=0, **ticket)]}
    new = zeep_client.service.create(batch).EntityResults.Entity[0]
    new.Title = "Changed by zeep"
    assert zeep_client.service.update({"Entity": [new]}).ReturnCode == 1
    assert row(autotask_sim, "Tickets", new.id)["title"] == "Changed by zeep"
    suds = suds_of(autotask_sim)
    asked = xml_query("Ticket", where("id", "Equals", new.id))
    again = suds.service.query(asked).EntityResults.Entity[0]
    again.Title = "Changed by suds"
    del again.UserDefinedFields
    entities = suds.factory.create("ArrayOfEntity")
    entities.Entity = [again]
    assert suds.service.update(entities).ReturnCode == 1
    assert row(autotask_sim, "Tickets", new.id)["title"] == "Changed by suds"


def test_values_may_be_typed_untyped_or_under_any_prefix_in_any_order(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    fields = "".join(
        f'<p:{name} xsi:type="xsd:string">{value}</p:{name}>'
        for name, value in reversed(ticket.items())
    )
    sent = (
        f'<p:Entities xmlns:p="{SPACE["1.6"]}"><p:Entity xsi:type="p:Ticket">{fields}'
        '<p:Description xsi:nil="true"/><p:id>0</p:id></p:Entity></p:Entities>'
    )
    found = row(autotask_sim, "Tickets", made(wire.call("create", sent)))
    assert (found["title"], found["description"]) == ("Made over SOAP", None)


def test_user_defined_fields_are_written_by_name(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    udf = (
        "<UserDefinedFields><UserDefinedField><Name>Site Code</Name><Value>007</Value>"
        "</UserDefinedField></UserDefinedFields>"
    )
    new = made(run(wire, "create", entity("Ticket", ticket, udf)))
    known = {u["name"]: u["value"] for u in row(autotask_sim, "Tickets", new)["userDefinedFields"]}
    assert known["Site Code"] == "007"


def test_read_only_and_unknown_fields_are_passed_over(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    sent = {**ticket, "CompletedDate": DUE, "CreatorType": "", "Nonsense": "x"}
    new = made(run(wire, "create", entity("Ticket", sent)))
    assert row(autotask_sim, "Tickets", new)["completedDate"] is None


def test_a_missing_required_field_is_named_by_its_soap_name(
    wire: Wire, ticket: dict[str, str]
) -> None:
    del ticket["AccountID"]
    assert refused(run(wire, "create", entity("Ticket", ticket))) == [
        "Value does not exist for the required field AccountID",
        PAIR.format("creating", 1),
    ]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"Status": "9999"}, "Picklist value [9999] does not exist for Status."),
        ({"Status": "x"}, "Conversion from string \"x\" to type 'Integer' is not valid."),
        ({"Status": "1.5"}, "Conversion from string \"1.5\" to type 'Integer' is not valid."),
        ({"EstimatedHours": "x"}, "Conversion from string \"x\" to type 'Double' is not valid."),
        (
            {"EstimatedHours": "INF"},
            "Conversion from string \"INF\" to type 'Double' is not valid.",
        ),
        ({"DueDateTime": "soon"}, "Conversion from string \"soon\" to type 'Date' is not valid."),
        ({"Title": ""}, "Conversion from type 'Object' to type 'String' is not valid."),
        ({"Title": "<b>x</b>"}, "Conversion from type 'XmlNode()' to type 'String' is not valid."),
        (
            {"AssignedResourceID": "4"},
            (
                "When assigning a Resource, you must assign both a AssignedResourceID "
                "and AssignedResourceRoleID."
            ),
        ),
        (
            {"ContactID": "1"},
            "Reference value on field: ContactID of type: Contact does not exist or is invalid.",
        ),
    ],
)
def test_a_refusal_is_a_pair_with_soap_names(
    wire: Wire, ticket: dict[str, str], changes: dict[str, str], cause: str
) -> None:
    told = refused(run(wire, "create", entity("Ticket", {**ticket, **changes})))
    assert told == [cause, PAIR.format("creating", 1)]


def test_an_empty_untyped_field_can_be_null_instead(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_empty_untyped": "null"})
    new = made(run(wire, "create", entity("Ticket", {**ticket, "Description": ""})))
    assert row(autotask_sim, "Tickets", new)["description"] is None


def test_a_typed_empty_text_is_an_empty_text(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    empty = '<Description xsi:type="xsd:string" /><ContactID xsi:type="xsd:string"> </ContactID>'
    new = made(run(wire, "create", entity("Ticket", ticket, empty)))
    found = row(autotask_sim, "Tickets", new)
    assert (found["description"], found["contactID"]) == ("", None)


# Lists


def test_one_bad_record_leaves_the_others_unwritten(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    before = len(autotask_sim.rows("Tickets"))
    good, bad = entity("Ticket", ticket), entity("Ticket", {**ticket, "Status": "9999"})
    assert refused(run(wire, "create", good, good, bad))[-1] == PAIR.format("creating", 3)
    assert len(autotask_sim.rows("Tickets")) == before
    assert autotask_sim.post("Tickets/query/count", {"filter": []}).json["queryCount"] == before


def test_200_entities_are_written_and_201_are_not(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    one = autotask_sim.rows("Tickets")[-1]["id"]
    note = {"TicketID": str(one), "Title": "t", "Description": "d", "NoteType": "1", "Publish": "1"}
    before = len(autotask_sim.rows("TicketNotes"))
    told = run(wire, "create", *[entity("TicketNote", note)] * 200)
    assert len(texts(told, "EntityId")) == 200
    assert texts(told, "EntityResultType") == ["TicketNote"]
    assert "200" in refused(run(wire, "create", *[entity("TicketNote", note)] * 201))[0]
    assert len(autotask_sim.rows("TicketNotes")) == before + 200


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_no_entity_at_all_is_refused(wire: Wire, operation: str) -> None:
    told = [wire.call(operation), wire.call(operation, "<Entities/>")]
    texts_told = [refused(one) for one in told]
    assert texts_told == [["Object reference not set to an instance of an object."]] * 2


@pytest.mark.parametrize(
    "kind", ["", ' xsi:type=""', ' xsi:type="[object Object]"', ' xsi:type="ticket"']
)
def test_an_entity_of_no_known_type_is_a_fault(wire: Wire, kind: str) -> None:
    body = f'<create xmlns="{SPACE["1.6"]}"><Entities><Entity{kind}/></Entities></create>'
    answer = wire.send(body)
    assert answer.status == 500
    assert "specified type" in texts(etree.fromstring(answer.body), "faultstring")[0]


def test_a_type_must_name_its_namespace_where_the_switch_says_so(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    sent = entity("Ticket", ticket)
    bare = f'<x:create xmlns:x="{SPACE["1.6"]}"><x:Entities>{sent}</x:Entities></x:create>'
    assert wire.send(bare).status == 200
    autotask_sim.admin("PATCH", "switches", {"soap_strict_types": True})
    assert wire.send(bare).status == 500
    made(run(wire, "create", sent))


# Update


def test_an_update_clears_what_it_leaves_out(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    udf = (
        "<UserDefinedFields><UserDefinedField><Name>Site Code</Name><Value>007</Value>"
        "</UserDefinedField></UserDefinedFields>"
    )
    full = {**ticket, "Description": "text", "EstimatedHours": "1.5"}
    new = made(run(wire, "create", entity("Ticket", full, udf)))
    number = row(autotask_sim, "Tickets", new)["ticketNumber"]
    told = run(wire, "update", entity("Ticket", {"id": str(new), **ticket}))
    assert made(told) == new
    found = row(autotask_sim, "Tickets", new)
    assert (found["description"], found["estimatedHours"]) == (None, None)
    assert all(entry["value"] is None for entry in found["userDefinedFields"])
    assert found["ticketNumber"] == number


def test_an_update_may_leave_user_defined_fields_alone(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_update_clears_udfs": False})
    udf = (
        "<UserDefinedFields><UserDefinedField><Name>Site Code</Name><Value>007</Value>"
        "</UserDefinedField></UserDefinedFields>"
    )
    new = made(run(wire, "create", entity("Ticket", ticket, udf)))
    made(run(wire, "update", entity("Ticket", {"id": str(new), **ticket})))
    known = {u["name"]: u["value"] for u in row(autotask_sim, "Tickets", new)["userDefinedFields"]}
    assert known["Site Code"] == "007"


def test_an_update_keeps_what_only_rest_knows(wire: Wire, autotask_sim: AutotaskSim) -> None:
    company = autotask_sim.rows("Companies")[1]
    category = company["companyCategoryID"] or 1
    autotask_sim.admin(
        "PATCH", f"state/Companies/{company['id']}", {"companyCategoryID": category, "raw": True}
    )
    fields = {
        "id": str(company["id"]),
        "AccountName": "Renamed",
        "Phone": "1",
        "AccountType": str(company["companyType"]),
        "OwnerResourceID": str(company["ownerResourceID"]),
    }
    made(run(wire, "update", entity("Account", fields)))
    found = row(autotask_sim, "Companies", company["id"])
    assert (found["companyName"], found["companyCategoryID"]) == ("Renamed", category)


def test_an_update_needs_every_required_field(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    new = made(run(wire, "create", entity("Ticket", ticket)))
    told = refused(run(wire, "update", entity("Ticket", {"id": str(new), "Title": "x"})))
    assert told[-1] == PAIR.format("updating", 1)
    assert row(autotask_sim, "Tickets", new)["title"] == "Made over SOAP"


def test_an_update_of_an_unknown_id_has_the_documented_text(
    wire: Wire, ticket: dict[str, str]
) -> None:
    assert refused(run(wire, "update", entity("Ticket", {"id": "99999999", **ticket}))) == [
        NOT_THERE,
        PAIR.format("updating", 1),
    ]


def test_what_was_read_can_be_sent_back_unchanged(autotask_sim: AutotaskSim) -> None:
    client = zeep_of(autotask_sim)
    before = autotask_sim.rows("Contacts")[-1]
    asked = xml_query("Contact", where("id", "Equals", before["id"]))
    found = client.service.query(asked).EntityResults.Entity
    told = client.service.update({"Entity": found})
    assert told.ReturnCode == 1, told.Errors
    after = row(autotask_sim, "Contacts", before["id"])
    moved = {key for key in before if before[key] != after[key]}
    assert moved <= {"lastModifiedDate", "lastActivityDate"}
    client.transport.session.close()


def test_the_action_can_be_told(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    autotask_sim.admin("PATCH", "switches", {"soap_database_action": "actual"})
    told = run(wire, "create", entity("Ticket", ticket))
    assert texts(told, "DatabaseAction") == ["Created"]
    told = run(wire, "update", entity("Ticket", {"id": str(made(told)), **ticket}))
    assert texts(told, "DatabaseAction") == ["Updated"]


def test_a_workflow_that_reverts_shows_in_what_is_read(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    fault = {"kind": "workflow_revert", "entity": "Tickets", "field": "priority", "to": 3}
    autotask_sim.admin("POST", "faults", fault)
    told = run(wire, "create", entity("Ticket", ticket))
    assert texts(told, "Priority") == ["3"]


# Delete


def test_a_delete_needs_type_and_id_only_and_answers_empty_lists(
    wire: Wire, autotask_sim: AutotaskSim
) -> None:
    call = autotask_sim.rows("ServiceCalls")[-1]["id"]
    sent = entity("ServiceCall", {"id": str(call)})
    told = run(wire, "delete", sent)
    assert texts(told, "ReturnCode") == ["1"]
    assert texts(told, "EntityResultType") == ["servicecall"]
    for name in ("EntityResults", "Errors", "EntityReturnInfoResults"):
        assert [len(found) for found in told.iter(f"{{*}}{name}")] == [0]
    assert autotask_sim.rows("ServiceCalls", call) == []
    assert refused(run(wire, "delete", sent))[-1] == PAIR.format("deleting", 1)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("delete", "Ticket"),
        ("create", "Resource"),
        ("update", "ServiceCallTicket"),
        ("create", "InstalledProductTypeUdfAssociation"),
    ],
)
def test_what_the_vendor_does_not_allow_is_refused(wire: Wire, operation: str, kind: str) -> None:
    told = refused(run(wire, operation, entity(kind, {"id": "1"})))
    assert f"{kind} does not support {operation}" in told[0]


def test_a_lost_permission_refuses_the_write(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    lost = {"kind": "permission_lost", "entity": "Tickets", "verbs": ["create"]}
    autotask_sim.admin("POST", "faults", lost)
    told = refused(run(wire, "create", entity("Ticket", ticket)))
    assert "adequate permissions to create" in told[0]


# Impersonation


def test_a_named_resource_becomes_the_creator(
    wire: Wire, autotask_sim: AutotaskSim, ticket: dict[str, str]
) -> None:
    other = next(
        r["id"]
        for r in autotask_sim.rows("Resources")
        if r["isActive"] and "api.example" not in str(r["email"]) and r["id"] != 4
    )
    code = f"<IntegrationCode>{autotask_sim.integration_code}</IntegrationCode>"
    header = f"{code}<ImpersonateAsResourceID>{other}</ImpersonateAsResourceID>"
    note = {"TicketID": str(autotask_sim.rows("Tickets")[-1]["id"])}
    note |= {"Title": "t", "Description": "d", "NoteType": "1", "Publish": "1"}
    new = made(run(wire, "create", entity("TicketNote", note), header=header))
    found = row(autotask_sim, "TicketNotes", new)
    assert found["creatorResourceID"] == other
    own = row(autotask_sim, "TicketNotes", made(run(wire, "create", entity("TicketNote", note))))
    assert found["impersonatorCreatorResourceID"] == own["creatorResourceID"] != other
    older = Wire(autotask_sim, "1.5")
    told = run(older, "create", entity("TicketNote", note), header=header)
    assert row(autotask_sim, "TicketNotes", made(told))["creatorResourceID"] != other
