from typing import Any

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.hooks.receiving import SECRET, Receiver, new_ticket, register, settle, webhook
from tests.sim.soap.clients import zeep_of


def test_a_write_over_soap_is_an_event_like_any_other(sim: AutotaskSim, receiver: Receiver) -> None:
    register(sim, receiver.url, isSubscribedToCreateEvents=False)
    ticket = new_ticket(sim)
    client: Any = zeep_of(sim)
    kind = client.get_type("ns0:Ticket")
    (row,) = sim.rows("Tickets", ticket)
    whole = kind(
        id=ticket,
        AccountID=row["companyID"],
        DueDateTime=row["dueDateTime"],
        Priority=row["priority"],
        Status=row["status"],
        QueueID=row["queueID"],
        Title="Written over SOAP",
    )
    result = client.service.update({"Entity": [whole]})
    assert result.ReturnCode == 1, result
    (got,) = receiver.wait(1)
    assert got.signed_with(SECRET)
    assert got.json["Fields"] == {"Title": "Written over SOAP"}


def test_a_webhook_made_over_soap_is_held_to_the_same_rules(
    sim: AutotaskSim, receiver: Receiver
) -> None:
    client: Any = zeep_of(sim)
    kind = client.get_type("ns0:AccountWebhook")
    body = webhook(receiver.url)
    named = {key[0].upper() + key[1:]: value for key, value in body.items()}
    named["id"] = 0
    named["Active"] = named.pop("IsActive")
    made = client.service.create({"Entity": [kind(**named)]})
    assert made.ReturnCode == 1, made
    (row,) = sim.rows("CompanyWebhooks")
    assert len(row["webhookGUID"]) == 36
    assert row["isReady"] is False
    again = client.service.create({"Entity": [kind(**named)]})
    assert again.ReturnCode == -1
    assert "already exists" in str(again.Errors)
    sim.admin("DELETE", f"state/CompanyWebhooks/{row['id']}")
    settle(sim)
    assert [got.path for got in receiver.got] == ["/gone"]
