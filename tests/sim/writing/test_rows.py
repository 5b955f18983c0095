"""Rows made, changed and deleted: what is taken, what is refused, what follows."""

from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.writing.desk import desk_pair, refused


def test_a_created_ticket_is_there_with_number_and_times(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    answer = sim.post("Tickets", ticket)
    assert answer.status == 200
    assert list(answer.json) == ["itemId"]
    row = sim.get(f"Tickets/{answer.json['itemId']}").json["item"]
    assert {k: row[k] for k in ticket if k != "dueDateTime"} == {
        k: v for k, v in ticket.items() if k != "dueDateTime"
    }
    assert row["dueDateTime"] == "2026-07-01T12:00:00.000Z"
    now = sim.admin("GET", "clock")["now"]
    assert row["createDate"] == row["lastActivityDate"] == now
    assert row["ticketNumber"].startswith("T2026")


def test_a_zero_id_is_no_id_and_another_is_refused(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    assert sim.post("Tickets", {**ticket, "id": 0}).status == 200
    refused(sim.post("Tickets", {**ticket, "id": 7}), "id of a new record")


@pytest.mark.parametrize("field", ["title", "status", "priority", "companyID", "dueDateTime"])
def test_a_required_field_left_out_is_named(
    sim: AutotaskSim, ticket: dict[str, Any], field: str
) -> None:
    del ticket[field]
    refused(sim.post("Tickets", ticket), f"Value does not exist for the required field {field}")


def test_a_ticket_needs_a_queue_or_a_resource_with_its_role(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    del ticket["queueID"]
    refused(sim.post("Tickets", ticket), "queueID is required")
    resource, role = desk_pair(sim)
    both = {"assignedResourceID": resource, "assignedResourceRoleID": role}
    assert sim.post("Tickets", {**ticket, **both}).status == 200


def test_a_resource_is_assigned_only_with_its_role(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    resource, _ = desk_pair(sim)
    text = (
        "When assigning a Resource, you must assign both a assignedResourceID "
        "and assignedResourceRoleID."
    )
    refused(sim.post("Tickets", {**ticket, "assignedResourceID": resource}), text)
    odd = {"assignedResourceID": resource, "assignedResourceRoleID": 4}
    refused(sim.post("Tickets", {**ticket, **odd}), "assignedResourceRoleID")


def test_the_primary_resource_cannot_be_a_secondary_one(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    resource, role = desk_pair(sim)
    body = {**ticket, "assignedResourceID": resource, "assignedResourceRoleID": role}
    number = sim.post("Tickets", body).json["itemId"]
    path = f"Tickets/{number}/SecondaryResources"
    refused(sim.post(path, {"resourceID": resource, "roleID": role}), "primary resource")


def test_an_unknown_code_is_refused_in_the_vendors_words(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    text = "Picklist value [99] does not exist for priority. ; on record number [1]."
    refused(sim.post("Tickets", {**ticket, "priority": 99}), text)


def test_an_inactive_code_is_refused_but_may_stay_where_it_is(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    number = sim.post("Tickets", ticket).json["itemId"]
    sim.admin(
        "POST",
        "picklists",
        {
            "collection": "Tickets",
            "field": "status",
            "value": "77",
            "label": "Old",
            "is_active": False,
        },
    )
    refused(sim.patch("Tickets", {"id": number, "status": 77}), "Picklist value [77]")
    sim.admin("PATCH", f"state/Tickets/{number}", {"status": 77, "raw": True})
    assert sim.patch("Tickets", {"id": number, "status": 77, "title": "Kept"}).status == 200
    assert sim.get(f"Tickets/{number}").json["item"]["status"] == 77


def test_a_code_may_come_as_text(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    number = sim.post("Tickets", {**ticket, "priority": "1"}).json["itemId"]
    assert sim.get(f"Tickets/{number}").json["item"]["priority"] == 1


def test_a_reference_must_exist(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    text = "Reference value on field: contactID of type: Contact does not exist or is invalid."
    refused(sim.post("Tickets", {**ticket, "contactID": 999_999_999}), text)


def test_an_inactive_contact_is_no_reference(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    contact = sim.rows("Contacts")[0]
    sim.admin("PATCH", f"state/Contacts/{contact['id']}", {"isActive": 0, "raw": True})
    refused(sim.post("Tickets", {**ticket, "contactID": contact["id"]}), "contactID")


def test_a_boolean_in_an_integer_field_is_an_unexpected_character(sim: AutotaskSim) -> None:
    company = sim.rows("Companies")[0]["id"]
    body = {"firstName": "A", "lastName": "B", "isActive": True}
    answer = sim.post(f"Companies/{company}/Contacts", body)
    refused(answer, "Unexpected character encountered while parsing value: t")


def test_read_only_fields_are_ignored_without_a_word(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    body = {**ticket, "createDate": "1999-01-01T00:00:00Z", "creatorResourceID": 1}
    number = sim.post("Tickets", body).json["itemId"]
    row = sim.get(f"Tickets/{number}").json["item"]
    assert not row["createDate"].startswith("1999")
    assert row["creatorResourceID"] != 1


def test_an_unknown_field_is_an_error_unless_switched(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    refused(sim.post("Tickets", {**ticket, "colour": "red"}), "Unable to find colour")
    sim.admin("PATCH", "switches", {"unknown_body_field": "ignore"})
    assert sim.post("Tickets", {**ticket, "colour": "red"}).status == 200


def test_field_names_match_in_any_case(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    number = sim.post("Tickets", {key.upper(): value for key, value in ticket.items()})
    assert sim.get(f"Tickets/{number.json['itemId']}").json["item"]["title"] == ticket["title"]


def test_text_longer_than_the_field_is_refused(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    refused(sim.post("Tickets", {**ticket, "title": "x" * 256}), "maximum length of 255")


def test_patch_changes_only_what_it_names(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    number = sim.post("Tickets", {**ticket, "description": "Smoke"}).json["itemId"]
    answer = sim.patch("Tickets", {"id": number, "title": "Out"})
    assert (answer.status, answer.json) == (200, {"itemId": number})
    row = sim.get(f"Tickets/{number}").json["item"]
    assert (row["title"], row["description"]) == ("Out", "Smoke")


def test_put_empties_what_it_leaves_out(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    number = sim.post("Tickets", {**ticket, "description": "Smoke"}).json["itemId"]
    assert sim.put("Tickets", {"id": number, **ticket}).status == 200
    row = sim.get(f"Tickets/{number}").json["item"]
    assert (row["description"], row["title"]) == (None, ticket["title"])
    refused(sim.put("Tickets", {"id": number, "title": "x"}), "required field")


def test_an_update_names_its_row_in_the_body(sim: AutotaskSim) -> None:
    refused(sim.patch("Tickets", {"title": "x"}), "required field id")
    refused(sim.patch("Tickets", {"id": 999_999_999, "title": "x"}), "No matching records found")


def test_an_edit_moves_the_change_dates(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    number = sim.post("Tickets", ticket).json["itemId"]
    sim.admin("POST", "clock", {"advance_s": 3600})
    sim.patch("Tickets", {"id": number, "title": "Later"})
    row = sim.get(f"Tickets/{number}").json["item"]
    assert row["lastActivityDate"] == sim.admin("GET", "clock")["now"] > row["createDate"]


def test_explicit_nulls_on_create_are_taken_or_refused_by_switch(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    assert sim.post("Tickets", {**ticket, "description": None}).status == 200
    sim.admin("PATCH", "switches", {"null_on_create": "refuse"})
    refused(sim.post("Tickets", {**ticket, "description": None}), "description")


def test_user_defined_fields_are_written_by_name(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Colour", "type": "String"})
    sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Weight", "type": "Integer"})
    given = [{"name": "colour", "value": "red"}, {"name": "Weight", "value": 12}]
    number = sim.post("Tickets", {**ticket, "userDefinedFields": given}).json["itemId"]
    assert udfs(sim, number) >= {("Colour", "red"), ("Weight", "12")}
    sim.patch("Tickets", {"id": number, "userDefinedFields": [{"name": "Colour", "value": None}]})
    assert udfs(sim, number) >= {("Colour", None), ("Weight", "12")}


def udfs(sim: AutotaskSim, number: int) -> set[tuple[str, str | None]]:
    fields = sim.get(f"Tickets/{number}").json["item"]["userDefinedFields"]
    return {(f["name"], f["value"]) for f in fields}


def test_an_unknown_or_unfitting_user_defined_field_is_refused(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Weight", "type": "Integer"})
    for name, value in (("Nope", "1"), ("Weight", "heavy")):
        given = [{"name": name, "value": value}]
        refused(sim.post("Tickets", {**ticket, "userDefinedFields": given}), name)


def test_children_are_written_below_their_parent_only(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[-1]["id"]
    note = {"title": "Called", "description": "No answer", "noteType": 1, "publish": 1}
    assert sim.post("TicketNotes", {**note, "ticketID": ticket}).status == 404
    number = sim.post(f"Tickets/{ticket}/Notes", note).json["itemId"]
    row = sim.get(f"TicketNotes/{number}").json["item"]
    assert (row["ticketID"], row["description"]) == (ticket, "No answer")
    answer = sim.patch(f"Tickets/{ticket}/Notes", {"id": number, "title": "Called twice"})
    assert answer.json == {"itemId": number}
    other = sim.rows("Tickets")[-2]["id"]
    refused(sim.patch(f"Tickets/{other}/Notes", {"id": number, "title": "x"}), "No matching")


def test_a_note_moves_its_tickets_activity_date(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[-1]
    sim.admin("POST", "clock", {"advance_s": 60})
    note = {"title": "Called", "description": "No answer", "noteType": 1, "publish": 1}
    sim.post(f"Tickets/{ticket['id']}/Notes", note)
    later = sim.get(f"Tickets/{ticket['id']}").json["item"]["lastActivityDate"]
    assert later == sim.admin("GET", "clock")["now"]


def test_a_child_of_a_parent_that_is_not_there_is_refused(sim: AutotaskSim) -> None:
    note = {"title": "x", "description": "y", "noteType": 1, "publish": 1}
    refused(sim.post("Tickets/999999999/Notes", note), "ticketID of type: Ticket")


def test_a_notes_contact_is_ignored(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[-1]["id"]
    contact = sim.rows("Contacts")[0]["id"]
    note = {"title": "x", "description": "y", "noteType": 1, "publish": 1}
    body = {**note, "createdByContactID": contact}
    number = sim.post(f"Tickets/{ticket}/Notes", body).json["itemId"]
    assert sim.get(f"TicketNotes/{number}").json["item"]["createdByContactID"] is None


def test_contacts_are_deleted_below_their_company(sim: AutotaskSim) -> None:
    company = sim.rows("Companies")[0]["id"]
    body = {"firstName": "Ada", "lastName": "Byron", "isActive": 1}
    number = sim.post(f"Companies/{company}/Contacts", body).json["itemId"]
    assert sim.delete(f"Contacts/{number}").status == 405
    answer = sim.delete(f"Companies/{company}/Contacts/{number}")
    assert (answer.status, answer.json) == (200, {"itemId": number})
    assert sim.get(f"Contacts/{number}").json == {"item": None}
    text = (
        "No message. No matching records found. The logged in Resource may not have "
        "the required permissions to delete the data."
    )
    refused(sim.delete(f"Companies/{company}/Contacts/{number}"), text)


def test_tickets_cannot_be_deleted_nor_patched_by_id(sim: AutotaskSim) -> None:
    number = sim.rows("Tickets")[0]["id"]
    for answer in (sim.delete(f"Tickets/{number}"), sim.patch(f"Tickets/{number}", {"title": "x"})):
        assert answer.status == 405
        assert "does not support http method" in answer.json["Message"]


def test_a_ticket_deleted_by_a_person_is_in_the_log(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[0]
    sim.admin("DELETE", f"state/Tickets/{ticket['id']}")
    log = sim.rows("DeletedTicketLogs")[-1]
    assert (log["ticketID"], log["ticketNumber"]) == (ticket["id"], ticket["ticketNumber"])


def test_impersonation_is_recorded(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    resource, _ = desk_pair(sim)
    header = {"ImpersonationResourceId": str(resource)}
    number = sim.post("Tickets", ticket, headers=header).json["itemId"]
    row = sim.get(f"Tickets/{number}").json["item"]
    assert row["creatorResourceID"] == resource
    assert row["impersonatorCreatorResourceID"] not in (None, resource)


def test_nobody_cannot_be_impersonated(sim: AutotaskSim, ticket: dict[str, Any]) -> None:
    header = {"ImpersonationResourceId": "999999"}
    refused(sim.post("Tickets", ticket, headers=header), "ImpersonationResourceId")


def test_the_api_user_is_a_resource_and_makes_what_it_writes(
    sim: AutotaskSim, ticket: dict[str, Any]
) -> None:
    asked = {"filter": [{"op": "eq", "field": "email", "value": sim.username}]}
    (user,) = sim.post("Resources/query", asked).json["items"]
    made = sim.get(f"Tickets/{sim.post('Tickets', ticket).json['itemId']}").json["item"]
    assert made["creatorResourceID"] == user["id"]


def test_what_is_created_without_saying_so_is_active(sim: AutotaskSim) -> None:
    body = {"companyName": "New", "companyType": 1, "phone": "1", "ownerResourceID": 4}
    made = sim.post("Companies", body).json["itemId"]
    assert sim.get(f"Companies/{made}").json["item"]["isActive"] is True


def test_user_defined_fields_that_differ_in_case_only_are_written_apart(sim: AutotaskSim) -> None:
    company = sim.rows("Companies")[1]["id"]
    fields = [{"name": "Site Code", "value": "upper"}]
    sim.patch("Companies", {"id": company, "userDefinedFields": fields})
    item = sim.get(f"Companies/{company}").json["item"]
    found = {udf["name"]: udf["value"] for udf in item["userDefinedFields"]}
    assert found["Site Code"] == "upper"
    assert found["site code"] != "upper"
