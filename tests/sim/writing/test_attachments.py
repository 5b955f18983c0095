"""Attachments: their bytes, their index, their limits."""

import base64

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.writing.desk import refused

FILE = {
    "id": 0,
    "attachmentType": "FILE_ATTACHMENT",
    "title": "Photo",
    "fullPath": "fire.png",
    "publish": 1,
    "data": base64.b64encode(b"not really a picture").decode(),
}


def test_bytes_come_back_only_from_the_nested_single_get(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[-1]["id"]
    number = sim.post(f"Tickets/{ticket}/Attachments", FILE).json["itemId"]
    nested = sim.get(f"Tickets/{ticket}/Attachments/{number}").json["items"]
    assert [item["data"] for item in nested] == [FILE["data"]]
    top = sim.get(f"TicketAttachments/{number}").json["items"]
    assert [(item["data"], item["fileSize"]) for item in top] == [(None, 20)]
    listed = sim.get(f"Tickets/{ticket}/Attachments").json["items"]
    assert {item["data"] for item in listed} == {None}
    assert number in {item["id"] for item in listed}


def test_the_attachment_index_follows(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[-1]["id"]
    number = sim.post(f"Tickets/{ticket}/Attachments", FILE).json["itemId"]
    line = sim.get(f"AttachmentInfo/{number}").json["item"] or {}
    assert (line.get("parentID"), line.get("ticketID"), line.get("parentType")) == (
        ticket,
        ticket,
        4,
    )
    assert sim.delete(f"Tickets/{ticket}/Attachments/{number}").json == {"itemId": number}
    assert sim.rows("AttachmentInfo", number) == []
    assert sim.get(f"Tickets/{ticket}/Attachments/{number}").json["items"] == []


def test_files_are_limited_in_size_and_in_bytes_per_five_minutes(sim: AutotaskSim) -> None:
    ticket = sim.rows("Tickets")[-1]["id"]
    path = f"Tickets/{ticket}/Attachments"
    big = {**FILE, "data": base64.b64encode(bytes(6_400_000)).decode()}
    refused(sim.post(path, big), "maximum file size")
    most = {**FILE, "data": base64.b64encode(bytes(5_000_001)).decode()}
    assert sim.post(path, most).status == 200
    refused(sim.post(path, most), "5 minutes")
    refused(sim.post(path, FILE), "5 minutes")
    sim.admin("POST", "clock", {"advance_s": 301})
    assert sim.post(path, FILE).status == 200
