"""A client from PyPI, unchanged, as a stranger uses it: py-autotask 2.3.0."""

import base64
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own, at import; not ours to mend
    from py_autotask import AutotaskClient  # type: ignore[import-untyped]
    from py_autotask import exceptions as refusals
    from py_autotask.types import (  # type: ignore[import-untyped]
        EntityMetadata,
        FieldMetadata,
    )

SOME = {"field": "id", "op": "gte", "value": 0}


@pytest.fixture
def client(autotask_sim: AutotaskSim) -> Iterator[Any]:
    with connect(autotask_sim) as client:
        yield client


def connect(sim: AutotaskSim, **changes: str) -> Any:
    return AutotaskClient.create(
        **{
            "username": sim.username,
            "integration_code": sim.integration_code,
            "secret": sim.secret,
            "api_url": sim.url.rstrip("/"),
            **changes,
        }
    )


def test_it_reads_a_page_of_whole_records(client: Any, autotask_sim: AutotaskSim) -> None:
    page = client.tickets.query(SOME)
    rows = autotask_sim.rows("Tickets")
    assert page.items == rows[:500]
    assert page.page_details.count == len(page.items)
    assert page.page_details.request_count == 500


def test_it_reads_with_filters_and_chosen_fields(client: Any, autotask_sim: AutotaskSim) -> None:
    ids = [row["id"] for row in autotask_sim.rows("Companies")][:3]
    page = client.companies.query(
        [{"field": "id", "op": "in", "value": ids}], include_fields=["id", "companyName"]
    )
    assert [set(item) for item in page.items] == [{"id", "companyName"}] * 3
    assert [item["id"] for item in page.items] == ids
    nobody = client.companies.query([{"field": "id", "op": "lt", "value": 0}])
    assert nobody.items == []


def test_it_gets_one_and_none(client: Any, autotask_sim: AutotaskSim) -> None:
    row = autotask_sim.rows("Tickets")[0]
    assert client.tickets.get(row["id"]) == row
    assert client.tickets.get(999_999_999) is None


def test_it_counts(client: Any, autotask_sim: AutotaskSim) -> None:
    expected = len(autotask_sim.rows("Companies"))
    assert client.count("Companies", {"filter": [SOME]}) == expected


def test_it_understands_the_metadata(client: Any) -> None:
    info = EntityMetadata(**client.get_entity_info("Tickets")["info"])
    assert (info.can_create, info.can_delete) == (True, False)
    fields = client.get_field_info("Tickets")["fields"]
    assert {FieldMetadata(**field).name for field in fields} >= {"id", "title", "status"}


def test_it_creates_companies_and_children(client: Any, autotask_sim: AutotaskSim) -> None:
    known = next(r for r in autotask_sim.rows("Companies") if r["ownerResourceID"])
    wanted = ("companyType", "ownerResourceID")
    body = {"companyName": "Byron & Co", "phone": "555", **{k: known[k] for k in wanted}}
    company = client.companies.create(body).item_id
    assert client.companies.get(company)["companyName"] == "Byron & Co"
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    note = {"title": "T", "description": "D", "noteType": 1, "publish": 1}
    number = client.create_child_entity("Tickets", ticket, "Notes", note).item_id
    assert client.get("TicketNotes", number)["ticketID"] == ticket


def test_it_creates_a_ticket_with_user_defined_fields(
    client: Any, autotask_sim: AutotaskSim
) -> None:
    body = {
        "title": "Printer on fire",
        "companyID": 0,
        "status": "1",  # codes as text, the way metadata spells them
        "priority": "2",
        "queueID": 29682833,
        "dueDateTime": "2026-07-01T12:00:00Z",
        "userDefinedFields": [{"name": "Site-Code", "value": "17"}],
    }
    number = client.tickets.create(body).item_id
    row = client.tickets.get(number)
    assert row == autotask_sim.rows("Tickets", number)[0]
    assert (row["status"], row["priority"]) == (1, 2)
    assert {"name": "Site-Code", "value": "17"} in row["userDefinedFields"]


def test_it_puts_up_a_file_and_takes_it_down(client: Any, autotask_sim: AutotaskSim) -> None:
    ticket = autotask_sim.rows("Tickets")[0]["id"]
    data = base64.b64encode(bytes(range(256))).decode()
    body = {"attachmentType": "FILE_ATTACHMENT", "title": "All", "fullPath": "all.bin",
            "publish": 1, "data": data}  # fmt: skip
    number = client.create_child_entity("Tickets", ticket, "Attachments", body).item_id
    shown = autotask_sim.get(f"Tickets/{ticket}/Attachments/{number}").json["items"]
    assert [one["data"] for one in shown] == [data]
    index = client.query("AttachmentInfo", {"filter": [{**SOME, "op": "eq", "value": number}]})
    assert [(one["ticketID"], one["fullPath"]) for one in index.items] == [(ticket, "all.bin")]


def test_it_hears_why_a_write_was_refused(client: Any, autotask_sim: AutotaskSim) -> None:
    before = len(autotask_sim.rows("Tickets"))
    with pytest.raises(refusals.AutotaskAPIError):
        client.tickets.create({"title": "No queue", "companyID": 0, "status": 1, "priority": 2})
    with pytest.raises(refusals.AutotaskAPIError):
        client.delete("ServiceCalls", 999_999_999)
    assert len(autotask_sim.rows("Tickets")) == before


def test_it_deletes(client: Any, autotask_sim: AutotaskSim) -> None:
    call = autotask_sim.admin("POST", "state/ServiceCalls", {"companyID": 0})["id"]
    assert client.delete("ServiceCalls", call) is True
    assert autotask_sim.rows("ServiceCalls", call) == []


def test_it_hears_of_a_wrong_secret(autotask_sim: AutotaskSim) -> None:
    with connect(autotask_sim, secret="wrong") as client, pytest.raises(refusals.AutotaskAuthError):
        client.tickets.get(1)


def test_it_hears_of_an_unknown_field(client: Any) -> None:
    with pytest.raises(refusals.AutotaskAPIError):
        client.tickets.query({"field": "colour", "op": "eq", "value": "red"})


# Its known faults show here as they do at the vendor


def test_its_updates_go_to_a_path_the_vendor_refuses(
    client: Any, autotask_sim: AutotaskSim
) -> None:
    ticket = autotask_sim.rows("Tickets")[0]
    with pytest.raises(refusals.AutotaskAPIError):
        client.update("Tickets", {"id": ticket["id"], "title": "Mine"})
    assert autotask_sim.admin("GET", "requests")[-1]["status"] == 405
    assert autotask_sim.rows("Tickets", ticket["id"]) == [ticket]


def test_a_switch_lets_its_updates_through(client: Any, autotask_sim: AutotaskSim) -> None:
    ticket = autotask_sim.rows("Tickets")[0]["id"]
    autotask_sim.admin("PATCH", "switches", {"patch_by_id": True})
    client.update("Tickets", {"id": ticket, "title": "Mine"})
    assert autotask_sim.rows("Tickets", ticket)[0]["title"] == "Mine"


def test_its_query_all_stops_after_the_first_page(
    autotask_sim_factory: Callable[..., AutotaskSim],
) -> None:
    sim = autotask_sim_factory(tickets=700)
    with connect(sim) as client:
        assert len(client.tickets.query_all(SOME)) == 500
    assert len(sim.rows("Tickets")) >= 700


def test_its_batches_go_to_a_route_that_does_not_exist(client: Any) -> None:
    with pytest.raises(refusals.AutotaskAPIError):
        client.batch_create("Tickets", [{"title": "x"}])
