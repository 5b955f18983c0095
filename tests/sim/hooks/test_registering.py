from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.hooks.receiving import (
    Receiver,
    field_id,
    new_ticket,
    register,
    settle,
    webhook,
)

URL = "http://127.0.0.1:9"
PREFIXES = ("Company", "Contact", "ConfigurationItem", "Ticket", "TicketNote")


def picklist(sim: AutotaskSim, collection: str, name: str) -> dict[str, str]:
    fields = sim.get(f"{collection}/entityInformation/fields").json["fields"]
    listed = next(f for f in fields if f["name"] == name)["picklistValues"]
    return {entry["label"]: entry["value"] for entry in listed}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_each_of_the_five_is_made_changed_and_deleted_with_its_children(
    sim: AutotaskSim, prefix: str
) -> None:
    me = sim.rows("Resources")[-1]["id"]
    label = next(iter(picklist(sim, f"{prefix}WebhookFields", "fieldID")))
    webhook_id = register(sim, URL, prefix, subscribed=(label,))
    below = f"{prefix}Webhooks/{webhook_id}"
    assert sim.post(f"{below}/ExcludedResources", {"resourceID": me}).status == 200
    (field,) = sim.get(f"{below}/Fields").json["items"]
    changed = {"id": field["id"], "isDisplayAlwaysField": True}
    assert sim.patch(f"{below}/Fields", changed).status == 200
    mirror = sim.get(f"{prefix}WebhookFields/{field['id']}").json["item"]
    assert mirror["isDisplayAlwaysField"] is True
    renamed = {"id": webhook_id, "name": "Renamed"}
    assert sim.patch(f"{prefix}Webhooks", renamed).status == 200
    assert sim.get(below).json["item"]["name"] == "Renamed"
    assert sim.delete(below).status == 200
    for part in ("s", "Fields", "ExcludedResources"):
        assert sim.rows(f"{prefix}Webhook{part}") == []


def test_the_server_names_the_webhook_and_its_owner_and_hides_the_secret(sim: AutotaskSim) -> None:
    named = {"webhookGUID": "mine", "ownerResourceID": 4, "isReady": True}
    made = sim.post("TicketWebhooks", webhook(URL, **named)).json["itemId"]
    seen = sim.get(f"TicketWebhooks/{made}").json["item"]
    me = next(r for r in sim.rows("Resources") if r["email"] == sim.username)
    assert seen["ownerResourceID"] == me["id"]
    assert len(seen["webhookGUID"]) == 36
    assert not seen["secretKey"]
    assert seen["isReady"] is False
    sim.admin("PATCH", "switches", {"webhook_secret_shown": True})
    sim.patch("TicketWebhooks", {"id": made, "secretKey": "another"})
    assert sim.get(f"TicketWebhooks/{made}").json["item"]["secretKey"] == "another"


def test_a_webhook_is_ready_as_long_as_it_has_a_field(sim: AutotaskSim) -> None:
    webhook_id = register(sim, URL, subscribed=())
    path = f"TicketWebhooks/{webhook_id}"

    def ready() -> bool:
        found: bool = sim.get(path).json["item"]["isReady"]
        return found

    assert not ready()
    udf = picklist(sim, "TicketWebhookUdfFields", "udfFieldID")
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("Fields", {"fieldID": field_id(sim, "Ticket", "Title")}),
        ("UdfFields", {"udfFieldID": next(iter(udf.values()))}),
    ]
    for segment, named in kinds:
        body = {**named, "isSubscribedField": True, "isDisplayAlwaysField": False}
        made = sim.post(f"{path}/{segment}", body).json["itemId"]
        assert ready()
        sim.delete(f"{path}/{segment}/{made}")
        assert not ready()


def test_the_numbers_of_fields_come_from_the_webhooks_own_picklists(sim: AutotaskSim) -> None:
    assert picklist(sim, "TicketWebhookFields", "fieldID")["TicketNumber"] == "85"
    for prefix in PREFIXES:
        assert len(picklist(sim, f"{prefix}WebhookFields", "fieldID")) > 5
    sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Fresh"})
    assert "Fresh" in picklist(sim, "TicketWebhookUdfFields", "udfFieldID")


def test_a_field_nobody_knows_and_the_same_field_twice_are_refused(sim: AutotaskSim) -> None:
    webhook_id = register(sim, URL)
    flags = {"isSubscribedField": True, "isDisplayAlwaysField": True}
    path = f"TicketWebhooks/{webhook_id}"
    for segment, body in (
        ("Fields", {"fieldID": 9999, **flags}),
        ("Fields", {"fieldID": field_id(sim, "Ticket", "Title"), **flags}),
        ("UdfFields", {"udfFieldID": 1, **flags}),
    ):
        assert sim.post(f"{path}/{segment}", body).status == 500
    assert sim.post("TicketWebhookFields", {"fieldID": 5, **flags}).status == 404


@pytest.mark.parametrize(
    ("rule", "url", "status"),
    [
        ("https_or_loopback", "http://127.0.0.1:9/x", 200),
        ("https_or_loopback", "http://localhost:9/x", 200),
        ("https_or_loopback", "http://example.com/x", 500),
        ("https_or_loopback", "https://example.com/x", 200),
        ("https_or_loopback", "https://example.com:8443/x", 500),
        ("https_or_loopback", "ftp://127.0.0.1/x", 500),
        ("https_or_loopback", "nonsense", 500),
        ("https", "http://127.0.0.1:9/x", 500),
        ("any", "http://example.com:81/x", 200),
    ],
)
@pytest.mark.parametrize("field", ["webhookUrl", "deactivationUrl"])
def test_urls_are_https_or_lead_back_home(
    sim: AutotaskSim, rule: str, url: str, status: int, field: str
) -> None:
    sim.admin("PATCH", "switches", {"webhook_urls": rule})
    body = {**webhook("https://example.com"), field: url}
    assert sim.post("TicketWebhooks", body).status == status


@pytest.mark.parametrize("field", ["webhookUrl", "deactivationUrl", "secretKey", "name"])
def test_what_a_webhook_must_have_is_named_when_it_lacks(sim: AutotaskSim, field: str) -> None:
    body = webhook(URL)
    without = {key: value for key, value in body.items() if key != field}
    empty = [] if field == "name" else [{**body, field: ""}]  # a name may be empty
    for lacking in [without, *empty]:
        answer = sim.post("TicketWebhooks", lacking)
        assert (answer.status, field in str(answer.json["errors"])) == (500, True)


def test_a_duplicate_is_the_same_entity_url_and_event(sim: AutotaskSim) -> None:
    only: dict[str, Any] = {
        "isSubscribedToUpdateEvents": False,
        "isSubscribedToDeleteEvents": False,
    }
    register(sim, URL, isActive=False, **only)
    same = webhook(URL.upper(), **only)
    assert sim.post("TicketWebhooks", webhook(URL)).status == 500
    assert sim.post("TicketWebhooks", {**same, "webhookUrl": f"{URL}/HOOK"}).status == 500
    other = {**webhook(URL), "isSubscribedToCreateEvents": False}
    made = sim.post("TicketWebhooks", other)
    assert made.status == 200
    assert sim.post("CompanyWebhooks", webhook(URL)).status == 200
    moved = {"id": made.json["itemId"], "isSubscribedToCreateEvents": True}
    assert sim.patch("TicketWebhooks", moved).status == 500
    named = {"id": made.json["itemId"], "name": "Another name"}
    assert sim.patch("TicketWebhooks", named).status == 200


def level(sim: AutotaskSim, entity: str) -> str:
    info = sim.get(f"{entity}/entityInformation").json["info"]
    assert info["canCreate"]
    return str(info["userAccessForCreate"])


def test_the_right_to_make_webhooks_may_be_missing_or_used_up(sim: AutotaskSim) -> None:
    sim.admin("PATCH", "switches", {"webhook_right_max": 0})
    refused = sim.post("TicketWebhooks", webhook(URL))
    text = "The logged in Resource does not have the adequate permissions to create"
    assert refused.status == 500
    assert refused.json["errors"][0].startswith(text)
    assert level(sim, "TicketWebhooks") == level(sim, "CompanyWebhooks") == "None"
    assert level(sim, "Tickets") == "All"
    sim.admin("PATCH", "switches", {"permission_status": 403})
    assert sim.post("TicketWebhooks", webhook(URL)).status == 403
    sim.admin("PATCH", "switches", {"webhook_right_max": 1})
    assert sim.post("TicketWebhooks", webhook(URL)).status == 200
    assert level(sim, "TicketWebhooks") == "All"
    used_up = sim.post("CompanyWebhooks", webhook(URL))
    assert "maximum number of webhooks" in used_up.json["errors"][0]


def test_an_entity_has_so_many_active_webhooks(sim: AutotaskSim) -> None:
    sim.admin("PATCH", "switches", {"webhooks_active_max": 1})
    register(sim, URL)
    assert sim.post("TicketWebhooks", webhook("http://127.0.0.1:8")).status == 500
    sleeping: dict[str, Any] = webhook("http://127.0.0.1:8", isActive=False)
    made = sim.post("TicketWebhooks", sleeping).json["itemId"]
    assert sim.patch("TicketWebhooks", {"id": made, "isActive": True}).status == 500


def test_a_new_secret_signs_from_then_on(sim: AutotaskSim, receiver: Receiver) -> None:
    webhook_id = register(sim, receiver.url)
    sim.patch("TicketWebhooks", {"id": webhook_id, "name": "x"})
    new_ticket(sim)
    sim.patch("TicketWebhooks", {"id": webhook_id, "secretKey": "the next one"})
    settle(sim)
    new_ticket(sim)
    first, second = receiver.wait(2)
    assert first.signed_with("a shared secret")
    assert second.signed_with("the next one")


def test_a_webhook_written_by_the_admin_works_too(sim: AutotaskSim, receiver: Receiver) -> None:
    made = sim.admin("POST", "state/TicketWebhooks", webhook(receiver.url))["id"]
    flags = {"isSubscribedField": True, "isDisplayAlwaysField": True}
    row = {"webhookID": made, "fieldID": field_id(sim, "Ticket", "Title"), **flags}
    sim.admin("POST", "state/TicketWebhookFields", row)
    new_ticket(sim)
    (got,) = receiver.wait(1)
    assert got.signed_with("a shared secret")
    assert len(got.json["Guid"]) == 36
