"""Attachments over SOAP, and that REST has the same files."""

import base64
from typing import Any

import pytest
from lxml import etree

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import SPACE, Wire, texts, where, xml_query, zeep_of

CONTENT = bytes(range(256))


def attachment(parent: int, kind: int = 4, *, typed: bool = True, data: bytes = CONTENT) -> str:
    fields = {
        "ParentID": parent,
        "ParentType": kind,
        "Type": "FILE_ATTACHMENT",
        "Title": "Photo",
        "FullPath": "photo.png",
        "Publish": 1,
    }
    mark = ' xsi:type="xsd:string"' if typed else ""
    info = "".join(f"<{name}{mark}>{value}</{name}>" for name, value in fields.items())
    coded = base64.b64encode(data).decode()
    return f"<attachment><Data>{coded}</Data><Info><id>0</id>{info}</Info></attachment>"


def kept(wire: Wire, sent: str) -> int:
    return int(texts(wire.call("CreateAttachment", sent), "CreateAttachmentResult")[0])


@pytest.fixture
def ticket(autotask_sim: AutotaskSim) -> int:
    """A ticket's id."""
    return int(autotask_sim.rows("Tickets")[-1]["id"])


def test_a_file_sent_over_soap_is_there_over_rest(
    wire: Wire, autotask_sim: AutotaskSim, ticket: int
) -> None:
    new = kept(wire, attachment(ticket))
    (found,) = autotask_sim.get(f"Tickets/{ticket}/Attachments/{new}").json["items"]
    assert base64.b64decode(found["data"]) == CONTENT
    assert (found["title"], found["contentType"]) == ("Photo", "image/png")


def test_a_file_comes_back_with_what_is_known_of_it(
    autotask_sim: AutotaskSim, wire: Wire, ticket: int
) -> None:
    new = kept(wire, attachment(ticket))
    client = zeep_of(autotask_sim)
    found = client.service.GetAttachment(new)
    assert found.Data == CONTENT
    assert (found.Info.id, found.Info.ParentID, found.Info.ParentType) == (new, ticket, 4)
    assert (found.Info.FileSize, found.Info.TicketID) == (256, ticket)
    client.transport.session.close()


@pytest.mark.parametrize(("collection", "kind"), [("Companies", 1), ("Projects", 5), ("Tasks", 4)])
def test_files_hang_below_other_parents_too(
    wire: Wire, autotask_sim: AutotaskSim, collection: str, kind: int
) -> None:
    parent = autotask_sim.rows(collection)[-1]["id"]
    new = kept(wire, attachment(parent, kind))
    listed = wire.query(xml_query("AttachmentInfo", where("id", "Equals", new)))
    assert texts(listed, "ParentID") == [str(parent)]
    assert autotask_sim.get(f"{collection}/{parent}/Attachments/{new}").json["items"]


def test_a_note_can_carry_a_file(wire: Wire, autotask_sim: AutotaskSim) -> None:
    note = autotask_sim.rows("TicketNotes")[-1]["id"]
    new = kept(wire, attachment(note, 23))
    assert autotask_sim.rows("TicketNoteAttachments", new)[0]["ticketNoteID"] == note


@pytest.mark.parametrize(("parent", "kind"), [(99999999, 4), (1, 999), (0, 0)])
def test_a_file_that_cannot_be_kept_gets_the_id_0(wire: Wire, parent: int, kind: int) -> None:
    assert kept(wire, attachment(parent, kind)) == 0


def test_a_file_without_parent_or_with_broken_content_gets_the_id_0(
    wire: Wire, ticket: int
) -> None:
    assert kept(wire, "<attachment><Data>eA==</Data></attachment>") == 0
    broken = attachment(ticket).replace("<Data>", "<Data>!!")
    assert kept(wire, broken) == 0


def test_the_limit_of_size_counts(wire: Wire, autotask_sim: AutotaskSim, ticket: int) -> None:
    autotask_sim.admin("PATCH", "switches", {"attachment_max_bytes": 255})
    assert kept(wire, attachment(ticket)) == 0
    assert kept(wire, attachment(ticket, data=CONTENT[:255])) > 0


def test_a_large_file_is_taken(wire: Wire, autotask_sim: AutotaskSim, ticket: int) -> None:
    large = b"x" * (8 * 1024 * 1024)  # more than 10 MB in base64
    autotask_sim.admin("PATCH", "switches", {"attachment_max_bytes": len(large)})
    new = kept(wire, attachment(ticket, data=large))
    assert autotask_sim.rows("TicketAttachments", new)[0]["fileSize"] == len(large)


def test_a_deleted_file_is_gone_everywhere(
    wire: Wire, autotask_sim: AutotaskSim, ticket: int
) -> None:
    new = kept(wire, attachment(ticket))
    asked = f"<attachmentId>{new}</attachmentId>"
    assert texts(wire.call("DeleteAttachment", asked), "DeleteAttachmentResult") == [""]
    assert autotask_sim.rows("AttachmentInfo", new) == []
    gone = wire.call("GetAttachment", asked)
    assert list(gone.iter("{*}GetAttachmentResult")) == []
    (why,) = texts(wire.call("DeleteAttachment", asked), "DeleteAttachmentResult")
    assert "No matching records found" in why


def test_untyped_info_is_read_unless_switched(
    wire: Wire, autotask_sim: AutotaskSim, ticket: int
) -> None:
    untyped = attachment(ticket, typed=False)
    assert kept(wire, untyped) > 0
    autotask_sim.admin("PATCH", "switches", {"soap_untyped_attachment": "fault"})
    body = f'<CreateAttachment xmlns="{SPACE["1.6"]}">{untyped}</CreateAttachment>'
    answer = wire.send(body)
    told: Any = etree.fromstring(answer.body)
    assert answer.status == 500
    (why,) = texts(told, "faultstring")
    assert why.startswith("System.Web.Services.Protocols.SoapException: ")
    assert why.endswith("Conversion from type 'XmlNode()' to type 'String' is not valid.")
    assert kept(wire, attachment(ticket)) > 0


@pytest.mark.parametrize("form", ["HTML", "xml"])
def test_an_invoice_is_given_as_a_text(wire: Wire, autotask_sim: AutotaskSim, form: str) -> None:
    invoice = autotask_sim.rows("Invoices")[0]
    asked = f"<InvoiceId>{invoice['id']}</InvoiceId><Format>{form}</Format>"
    (told,) = texts(wire.call("GetInvoiceMarkup", asked), "GetInvoiceMarkupResult")
    assert str(invoice["invoiceNumber"]) in told
    assert told.startswith("<html>" if form == "HTML" else "<Invoice")


@pytest.mark.parametrize(("number", "form"), [("99999999", "XML"), ("x", "XML"), ("1", "PDF")])
def test_an_invoice_that_is_not_there_is_a_fault(wire: Wire, number: str, form: str) -> None:
    asked = f"<InvoiceId>{number}</InvoiceId><Format>{form}</Format>"
    assert texts(wire.call("GetInvoiceMarkup", asked), "faultstring")
