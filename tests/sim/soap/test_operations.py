"""All 14 operations by clients that know only the description, each call written by hand."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from isthmus_sim.autotask.soap.catalog import edition
from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import Wire, suds_of, texts, where, xml_query, zeep_of

CONTENT = b"a photo of the rack"
TICKETS = xml_query("Ticket", where("id", "GreaterThan", 0))
INFO = {
    "id": 0,
    "FullPath": "rack.txt",
    "ParentType": 4,
    "Publish": 1,
    "Title": "Rack",
    "Type": "FILE_ATTACHMENT",
}
CALL = {"StartDateTime": "2026-07-02T10:00:00", "EndDateTime": "2026-07-02T11:00:00"}
STRANGER = "nobody@elsewhere.example"


class ByZeep:
    """Calls by zeep; `send` and `made` know how it builds what is sent."""

    def __init__(self, sim: AutotaskSim) -> None:
        self.client: Any = zeep_of(sim)
        self.calls = self.client.service

    def made(self, kind: str, **fields: Any) -> Any:
        return self.client.get_type(f"ns0:{kind}")(**fields)

    def batch(self, *entities: Any) -> Any:
        return {"Entity": list(entities)}

    def listed(self, found: Any, _name: str) -> list[Any]:
        return list(found)

    def bytes_of(self, data: Any) -> bytes:
        return bytes(data)

    def data(self, content: bytes) -> Any:
        return content

    def zone(self, sim: AutotaskSim, username: str) -> Any:
        bare: Any = zeep_of(sim)
        bare.set_default_soapheaders(None)  # the description gives this operation no header
        told = bare.service.getZoneInfo(username)
        bare.transport.session.close()
        return told

    def close(self) -> None:
        self.client.transport.session.close()


class BySuds:
    """Calls by suds."""

    def __init__(self, sim: AutotaskSim) -> None:
        self.client = suds_of(sim)
        self.calls = self.client.service

    def made(self, kind: str, **fields: Any) -> Any:
        found = self.client.factory.create(kind)
        for name in list(vars(found)):
            if name[0] != "_" and name not in fields:
                delattr(found, name)
        for name, value in fields.items():
            setattr(found, name, value)
        return found

    def batch(self, *entities: Any) -> Any:
        found = self.client.factory.create("ArrayOfEntity")
        found.Entity = list(entities)
        return found

    def listed(self, found: Any, name: str) -> list[Any]:
        return list(getattr(found, name))

    def bytes_of(self, data: Any) -> bytes:
        return base64.b64decode(data)

    def data(self, content: bytes) -> Any:
        return base64.b64encode(content).decode()

    def zone(self, _sim: AutotaskSim, username: str) -> Any:
        return self.calls.getZoneInfo(username)

    def close(self) -> None:
        """Nothing is open between its calls."""


Caller = ByZeep | BySuds


@pytest.fixture(params=[ByZeep, BySuds], ids=["zeep", "suds"])
def by(request: pytest.FixtureRequest, autotask_sim: AutotaskSim) -> Iterator[Caller]:
    make: Callable[[AutotaskSim], Caller] = request.param
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    made = make(autotask_sim)
    yield made
    made.close()


def test_every_operation_that_tells_is_answered(by: Caller, autotask_sim: AutotaskSim) -> None:
    calls = by.calls
    zone = by.zone(autotask_sim, autotask_sim.username)
    assert (zone.ErrorCode, zone.URL, zone.CI) == (0, autotask_sim.soap_url, 1)
    assert by.zone(autotask_sim, STRANGER).ErrorCode == -1
    infos = by.listed(calls.getEntityInfo(), "EntityInfo")
    assert {"Ticket", "ServiceCall"} < {str(info.Name) for info in infos}
    fields = {str(f.Name): f for f in by.listed(calls.GetFieldInfo("Ticket"), "Field")}
    assert fields["Title"].Length == 255
    codes = fields["Status"].PicklistValues.PickListValue
    assert {"New", "Complete"} < {str(one.Label) for one in codes}
    udfs = by.listed(calls.getUDFInfo("Ticket"), "Field")
    assert "Site Code" in {str(udf.Name) for udf in udfs}
    (note,) = calls.getThresholdAndUsageInfo().EntityReturnInfoResults.EntityReturnInfo
    assert str(note.Message).startswith("ThresholdOfExternalRequest: 10000; ")
    assert str(calls.GetWsdlVersion()) == "1.6.8"
    invoice = autotask_sim.rows("Invoices")[0]
    markup = str(calls.GetInvoiceMarkup(invoice["id"], "XML"))
    assert str(invoice["invoiceNumber"]) in markup
    assert len(calls.query(TICKETS).EntityResults.Entity) == len(autotask_sim.rows("Tickets"))


def test_a_record_is_made_changed_refused_and_deleted(
    by: Caller, autotask_sim: AutotaskSim
) -> None:
    calls = by.calls
    made = calls.create(by.batch(by.made("ServiceCall", id=0, AccountID=0, **CALL)))
    assert (made.ReturnCode, made.EntityResultType) == (1, "servicecall")
    new = made.EntityResults.Entity[0].id
    changed = by.made("ServiceCall", id=new, AccountID=0, Description="Rack", **CALL)
    assert calls.update(by.batch(changed)).ReturnCode == 1
    (row,) = autotask_sim.rows("ServiceCalls", new)
    assert (row["description"], row["startDateTime"]) == ("Rack", "2026-07-02T14:00:00.000Z")
    bad = calls.update(by.batch(by.made("ServiceCall", id=new, AccountID=0)))
    assert bad.ReturnCode == -1
    assert [str(error.Message) for error in bad.Errors.ATWSError][1:] == [
        "Error updating entity for record number [1]."
    ]
    gone = calls.delete(by.batch(changed))
    assert (gone.ReturnCode, autotask_sim.rows("ServiceCalls", new)) == (1, [])


def test_a_file_goes_up_comes_down_and_is_removed(by: Caller, autotask_sim: AutotaskSim) -> None:
    calls = by.calls
    ticket = autotask_sim.rows("Tickets")[-1]["id"]
    info = by.made("AttachmentInfo", ParentID=ticket, **INFO)
    new = calls.CreateAttachment(by.made("Attachment", Data=by.data(CONTENT), Info=info))
    found = calls.GetAttachment(new)
    assert by.bytes_of(found.Data) == CONTENT
    assert found.Info.ParentID == ticket
    assert not calls.DeleteAttachment(new)
    assert autotask_sim.rows("AttachmentInfo", new) == []


# What may be written


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_every_entity_is_written_just_where_the_vendor_allows_it(
    autotask_sim: AutotaskSim, version: str
) -> None:
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    wire = Wire(autotask_sim, version)
    wrong = []
    for entity in edition(version, "2023"):
        for operation, letter in (("create", "C"), ("update", "U"), ("delete", "D")):
            sent = (
                f'<Entities><Entity xsi:type="{entity.name}"><id>99999999</id></Entity></Entities>'
            )
            told = wire.call(operation, sent)
            allowed = letter in entity.can and entity.rest is not None
            refused = f"does not support {operation}" in " ".join(texts(told, "Message"))
            if refused is allowed:
                wrong.append((entity.name, operation, texts(told, "Message")))
    assert wrong == []


def test_what_may_be_updated_can_be_sent_back_as_it_was_read(
    autotask_sim: AutotaskSim,
) -> None:
    autotask_sim.admin("PATCH", "switches", {"added_latency_scale": 0})
    client: Any = zeep_of(autotask_sim)
    wrong, count = [], 0
    for entity in edition("1.6", "2023"):
        if entity.rest is None or not {"Q", "U"} <= entity.can:
            continue
        found = client.service.query(xml_query(entity.name))
        rows = found.EntityResults.Entity if found.EntityResults else []
        for row in rows[-3:]:
            told = client.service.update({"Entity": [row]})
            count += 1
            if told.ReturnCode != 1:
                wrong.append((entity.name, row.id, told.Errors.ATWSError[0].Message))
    client.transport.session.close()
    assert wrong == []
    assert count > 100


def test_what_only_rest_requires_does_not_stop_a_creation(autotask_sim: AutotaskSim) -> None:
    wire = Wire(autotask_sim)
    client: Any = zeep_of(autotask_sim)
    (row, *_) = client.service.query(xml_query("Opportunity")).EntityResults.Entity
    client.transport.session.close()
    fields = "".join(
        f"<{name}>{getattr(row, name)}</{name}>"
        for name in ("AccountID", "OwnerResourceID", "Stage", "Status", "Probability", "Amount",
                     "Cost", "UseQuoteTotals")
    )  # fmt: skip
    sent = (
        f'<Entities><Entity xsi:type="Opportunity">{fields}<Title>Racks</Title>'
        "<CreateDate>2026-06-01T09:00:00</CreateDate>"
        "<ProjectedCloseDate>2026-07-01</ProjectedCloseDate></Entity></Entities>"
    )
    told = wire.call("create", sent)
    assert texts(told, "ReturnCode") == ["1"], texts(told, "Message")
    (made,) = autotask_sim.rows("Opportunities", int(texts(told, "EntityId")[0]))
    assert made["startDate"] == made["createDate"]
