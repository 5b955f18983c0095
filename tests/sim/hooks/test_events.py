from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.hooks.receiving import (
    SECRET,
    Receiver,
    field_id,
    new_ticket,
    register,
    settle,
    webhook,
)


def me(sim: AutotaskSim) -> int:
    found: int = next(r["id"] for r in sim.rows("Resources") if r["email"] == sim.username)
    return found


def add_udf(sim: AutotaskSim, webhook_id: int, name: str, **flags: bool) -> None:
    fields = sim.get("TicketWebhookUdfFields/entityInformation/fields").json["fields"]
    listed = next(f for f in fields if f["name"] == "udfFieldID")["picklistValues"]
    number = next(int(v["value"]) for v in listed if v["label"] == name)
    body = {"udfFieldID": number, "isSubscribedField": True, "isDisplayAlwaysField": False, **flags}
    assert sim.post(f"TicketWebhooks/{webhook_id}/UdfFields", body).status == 200


def test_the_payload_of_each_event(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url, subscribed=("Title", "Status"), always=("TicketNumber",))
    ticket = new_ticket(sim, title="Größe & <b>")
    sim.patch("Tickets", {"id": ticket, "title": "Edited"})
    created, updated = receiver.wait(2)
    number = sim.rows("Tickets", ticket)[0]["ticketNumber"]
    guid = sim.rows("TicketWebhooks")[0]["webhookGUID"]
    now = sim.admin("GET", "clock")["now"]
    common = {
        "Guid": guid,
        "EntityType": "Ticket",
        "Id": ticket,
        "EventTime": now[:19] + "Z",
        "PersonID": me(sim),
    }
    assert created.json == {
        "Action": "Create",
        "Fields": {"Title": "Größe & <b>", "Status": 1, "TicketNumber": number},
        "SequenceNumber": 1,
        **common,
    }
    assert updated.json == {
        "Action": "Update",
        "Fields": {"Title": "Edited", "TicketNumber": number},
        "SequenceNumber": 2,
        **common,
    }
    keys = ["Action", "Guid", "EntityType", "Id", "Fields", "EventTime", "SequenceNumber"]
    assert list(created.json) == [*keys, "PersonID"]
    assert created.body.isascii()
    assert rb"Gr\u00F6\u00DFe \u0026 \u003Cb\u003E" in created.body
    assert (created.method, created.headers["Content-Type"]) == (
        "POST",
        "application/json; charset=utf-8",
    )


def test_each_body_is_signed_over_its_bytes(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url)
    for title in ("plain", "é + ' \" `", "日本"):
        new_ticket(sim, title=title)
    for got in receiver.wait(3):
        assert got.signed_with(SECRET)
        assert not got.signed_with("another")


def test_only_a_change_of_a_subscribed_field_is_an_event(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url, subscribed=("Status",), always=("Title", "Priority"))
    ticket = new_ticket(sim)
    sim.patch("Tickets", {"id": ticket, "title": "Shown, not heard", "priority": 2})
    sim.patch("Tickets", {"id": ticket, "status": 1})
    sim.patch("Tickets", {"id": ticket, "status": 8})
    settle(sim)
    assert [got.json["Action"] for got in receiver.got] == ["Create", "Update"]
    shown = {"Status": 8, "Title": "Shown, not heard", "Priority": 2}
    assert receiver.got[-1].json["Fields"] == shown


@pytest.mark.parametrize("silent", ["Create", "Update", "Delete"])
def test_an_event_it_is_not_subscribed_to_is_not_sent(
    sim: AutotaskSim, receiver: Receiver, silent: str
) -> None:
    flag: dict[str, Any] = {f"isSubscribedTo{silent}Events": False}
    register(sim, receiver.url, **flag)
    ticket = new_ticket(sim)
    sim.patch("Tickets", {"id": ticket, "title": "Edited"})
    sim.admin("DELETE", f"state/Tickets/{ticket}")
    settle(sim)
    assert {got.json["Action"] for got in receiver.got} == {"Create", "Update", "Delete"} - {silent}


def test_nothing_is_sent_before_it_is_ready_nor_while_it_is_inactive(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    bare = register(sim, receiver.url, subscribed=())
    asleep = register(sim, f"{receiver.url}/asleep", isActive=False)
    new_ticket(sim)
    settle(sim)
    assert receiver.got == []
    flags = {"isSubscribedField": True, "isDisplayAlwaysField": False}
    number = field_id(sim, "Ticket", "Title")
    sim.post(f"TicketWebhooks/{bare}/Fields", {"fieldID": number, **flags})
    sim.patch("TicketWebhooks", {"id": asleep, "isActive": True})
    new_ticket(sim)
    receiver.wait(2)


def test_an_excluded_resource_is_not_heard(sim: AutotaskSim, receiver: Receiver) -> None:
    webhook_id = register(sim, receiver.url)
    path = f"TicketWebhooks/{webhook_id}/ExcludedResources"
    made = sim.post(path, {"resourceID": me(sim)}).json["itemId"]
    ticket = new_ticket(sim)
    settle(sim)
    assert receiver.got == []
    sim.admin("PATCH", f"state/Tickets/{ticket}", {"title": "By somebody else"})
    assert receiver.wait(1)[0].json["PersonID"] == 4
    sim.delete(f"{path}/{made}")
    new_ticket(sim)
    assert receiver.wait(2)[1].json["PersonID"] == me(sim)


def test_the_impersonated_resource_is_the_one_who_acts(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url)
    people = [r["id"] for r in sim.rows("Resources") if r["isActive"] and r["id"] > 4]
    other = next(person for person in people if person != me(sim))
    ticket = sim.rows("Tickets")[-1]["id"]
    edit = {"id": ticket, "title": "For another"}
    assert sim.patch("Tickets", edit, {"ImpersonationResourceId": str(other)}).status == 200
    assert receiver.wait(1)[0].json["PersonID"] == other


@pytest.mark.parametrize(
    ("prefix", "collection", "label", "entity"),
    [
        ("Company", "Companies", "Phone", "Account"),
        ("Contact", "Contacts", "LastName", "Contact"),
        ("ConfigurationItem", "ConfigurationItems", "SerialNumber", "InstalledProduct"),
        ("Ticket", "Tickets", "Title", "Ticket"),
        ("TicketNote", "TicketNotes", "Title", "TicketNote"),
    ],
)
def test_entities_carry_their_older_names(
    sim: AutotaskSim, receiver: Receiver, *, prefix: str, collection: str, label: str, entity: str
) -> None:
    register(sim, receiver.url, prefix, subscribed=(label,))
    row = sim.rows(collection)[-1]["id"]
    sim.admin("PATCH", f"state/{collection}/{row}", {label: "new"})
    told = receiver.wait(1)[0].json
    assert (told["EntityType"], told["Id"], told["Fields"]) == (entity, row, {label: "new"})


def test_changes_come_from_writes_activity_and_admin_edits_alike(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url, always=("TicketNumber",))
    made = sim.admin("POST", "activity", {"steps": 3, "kinds": ["new_ticket"]})["actions"]
    by_admin = sim.admin("POST", "state/Tickets", {"title": "x", "companyID": 0})["id"]
    by_api = new_ticket(sim)
    told = [got.json["Id"] for got in receiver.wait(5)]
    assert told == [*(action["id"] for action in made), by_admin, by_api]


def test_a_raw_edit_and_a_refused_write_are_no_events(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url)
    ticket = sim.rows("Tickets")[-1]["id"]
    sim.admin("PATCH", f"state/Tickets/{ticket}", {"title": "quietly", "raw": True})
    assert sim.patch("Tickets", {"id": ticket, "title": "x", "status": 99}).status == 500
    assert sim.patch("Tickets", {"id": ticket, "title": "heard"}).status == 200
    settle(sim)
    assert [got.json["Fields"]["Title"] for got in receiver.got] == ["heard"]


def test_a_note_tells_of_itself_and_moves_its_tickets_activity(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, f"{receiver.url}/note", "TicketNote", subscribed=("Description",))
    register(sim, f"{receiver.url}/ticket", subscribed=("LastActivityDate",))
    ticket = sim.rows("Tickets")[-1]["id"]
    note = {"title": "n", "description": "words", "noteType": 1, "publish": 1}
    made = sim.post(f"Tickets/{ticket}/Notes", note).json["itemId"]
    receiver.wait(2)
    (of_note,) = receiver.at("/note/hook")
    (of_ticket,) = receiver.at("/ticket/hook")
    assert (of_note.json["Action"], of_note.json["Id"]) == ("Create", made)
    assert (of_ticket.json["Action"], of_ticket.json["Id"]) == ("Update", ticket)


def test_notes_that_go_with_their_ticket_are_told(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url, "TicketNote", subscribed=("Title",))
    note = sim.rows("TicketNotes")[-1]
    same = [n["id"] for n in sim.rows("TicketNotes") if n["ticketID"] == note["ticketID"]]
    sim.admin("DELETE", f"state/Tickets/{note['ticketID']}")
    told = [(got.json["Action"], got.json["Id"]) for got in receiver.wait(len(same))]
    assert told == [("Delete", number) for number in same]


def test_a_secondary_resource_is_a_change_of_its_ticket(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, receiver.url, subscribed=("SecondaryResources",))
    ticket = new_ticket(sim)
    pair = sim.rows("ResourceServiceDeskRoles")[0]
    body = {key: pair[key] for key in ("resourceID", "roleID")}
    assert sim.post(f"Tickets/{ticket}/SecondaryResources", body).status == 200
    created, updated = receiver.wait(2)
    assert created.json["Fields"] == {"SecondaryResources": []}
    assert updated.json["Fields"] == {"SecondaryResources": [pair["resourceID"]]}


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("flat", {"Colour & more": "red"}),
        ("object", {"userDefinedFields": {"Colour & more": "red"}}),
        ("list", {"userDefinedFields": [{"name": "Colour & more", "value": "red"}]}),
    ],
)
def test_user_defined_fields_are_heard_and_shown(
    sim: AutotaskSim, receiver: Receiver, form: str, fields: dict[str, Any]
) -> None:
    sim.admin("PATCH", "switches", {"webhook_udfs": form})
    sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Colour & more"})
    webhook_id = register(sim, receiver.url, subscribed=())
    add_udf(sim, webhook_id, "Colour & more")
    ticket = sim.rows("Tickets")[-1]["id"]
    sim.patch("Tickets", {"id": ticket, "title": "not heard"})
    values = [{"name": "Colour & more", "value": "red"}]
    sim.patch("Tickets", {"id": ticket, "userDefinedFields": values})
    (got,) = receiver.wait(1)
    assert got.json["Fields"] == fields


def test_values_are_written_as_records_write_them(sim: AutotaskSim, receiver: Receiver) -> None:
    labels = ("EstimatedHours", "TicketCreateDate", "IsVisibleToCoManaged", "ContactID")
    register(sim, receiver.url, subscribed=("Title",), always=labels)
    ticket = new_ticket(sim, estimatedHours=2.5)
    (got,) = receiver.wait(1)
    record = sim.get(f"Tickets/{ticket}").json["item"]
    assert b'"EstimatedHours":2.5000' in got.body
    assert got.json["Fields"]["TicketCreateDate"] == record["createDate"]
    assert got.json["Fields"]["ContactID"] is None
    assert got.json["Fields"]["IsVisibleToCoManaged"] == record["isVisibleToComanaged"]


@pytest.mark.parametrize(
    ("switch", "value", "told"),
    [
        ("webhook_field_names", "records", {"Fields": {"title": "x"}}),
        ("webhook_person_key", "PersonId", {"PersonId": 4}),
        ("webhook_delete_fields", "empty", {"Fields": {}}),
        ("webhook_delete_fields", "display_always", {"Fields": {"Title": "x"}}),
    ],
)
def test_what_is_in_doubt_about_the_payload_is_a_switch(
    sim: AutotaskSim, receiver: Receiver, switch: str, value: str, told: dict[str, Any]
) -> None:
    register(sim, receiver.url, always=("Title",), isSubscribedToUpdateEvents=False)
    ticket = sim.admin("POST", "state/Tickets", {"title": "x", "companyID": 0})["id"]
    sim.admin("PATCH", "switches", {switch: value})
    sim.admin("DELETE", f"state/Tickets/{ticket}")
    _, deleted = receiver.wait(2)
    assert deleted.json["Action"] == "Delete"
    assert deleted.json.items() >= told.items()


def test_configuration_items_may_carry_their_newer_name(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    sim.admin("PATCH", "switches", {"webhook_item_entity": "ConfigurationItem"})
    register(sim, receiver.url, "ConfigurationItem", subscribed=("Notes",))
    item = sim.rows("ConfigurationItems")[-1]["id"]
    sim.patch("ConfigurationItems", {"id": item, "notes": "x"})
    assert receiver.wait(1)[0].json["EntityType"] == "ConfigurationItem"


def test_sequence_numbers_rise_for_each_webhook_by_itself(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    register(sim, f"{receiver.url}/one")
    new_ticket(sim)
    register(sim, f"{receiver.url}/two")
    new_ticket(sim)
    receiver.wait(3)
    numbers = {
        p: [g.json["SequenceNumber"] for g in receiver.at(f"/{p}/hook")] for p in ("one", "two")
    }
    assert numbers == {"one": [1, 2], "two": [1]}


def test_what_is_registered_counts_as_it_was_sent(sim: AutotaskSim) -> None:
    """A webhook for nothing is taken, and hears nothing."""
    none = {f"isSubscribedTo{event}Events": None for event in ("Create", "Update", "Delete")}
    made = sim.post("TicketWebhooks", webhook("http://127.0.0.1:9", **none)).json["itemId"]
    seen = sim.get(f"TicketWebhooks/{made}").json["item"]
    assert [seen[key] for key in none] == [False, False, False]
