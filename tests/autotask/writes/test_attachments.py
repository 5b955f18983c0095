import base64
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from isthmus.autotask import (
    AnswerBroken,
    AttachmentRefused,
    AttachmentsPaused,
    AttachmentTooLarge,
    CallRefused,
    ClientSettings,
    Credentials,
    NothingThere,
    RestRecords,
    ValidationFailed,
    WriteUncertain,
    q,
)
from isthmus.autotask.writes.file_limits import LARGEST
from isthmus.base.errors import Permanent, Retryable
from tests.autotask.fake_vendor import FakeVendor, page
from tests.autotask.rest_records import records_of, row_of, sent_to

BYTES = bytes(range(256)) * 40 + b"\r\n\x00\xff"


@pytest.fixture
async def records(autotask_sim: Any, quick: ClientSettings) -> AsyncIterator[RestRecords]:
    async with records_of(autotask_sim, quick) as opened:
        yield opened


@pytest.fixture
def ticket(autotask_sim: Any) -> int:
    return int(autotask_sim.rows("Tickets")[0]["id"])


async def test_a_file_is_equal_both_ways(records: RestRecords, ticket: int) -> None:
    number = await records.attach("Tickets", ticket, "fire.png", BYTES, title="Fire", publish=2)
    file = await records.fetch_attachment("Tickets", ticket, number)
    assert file is not None
    assert file.data == BYTES
    assert (file.id, file.title, file.file_name, file.publish) == (number, "Fire", "fire.png", 2)
    assert file.content_type == "image/png"
    assert "x00" not in repr(file)


async def test_files_are_listed_without_data_and_found_in_the_index(
    records: RestRecords, ticket: int
) -> None:
    names = [f"{number}.txt" for number in range(3)]
    made = [await records.attach("Tickets", ticket, name, name.encode()) for name in names]
    listed = await records.attachments("Tickets", ticket)
    assert [file.id for file in listed if file.id in made] == made
    assert all(file.data is None for file in listed)
    assert listed[-1].title == "2.txt"
    index = await records.find("AttachmentInfo", q.eq("ticketID", ticket))
    assert {record.id for record in index} >= set(made)


@pytest.mark.parametrize("entity", ["TicketNotes", "TimeEntries", "Companies", "Tasks"])
async def test_other_entities_take_files_too(
    autotask_sim: Any, records: RestRecords, entity: str
) -> None:
    parent = autotask_sim.rows(entity)[0]["id"]
    number = await records.attach(entity, parent, "a.bin", BYTES)
    file = await records.fetch_attachment(entity, parent, number)
    assert file is not None
    assert file.data == BYTES
    await records.remove_attachment(entity, parent, number)
    assert await records.fetch_attachment(entity, parent, number) is None
    with pytest.raises(NothingThere):
        await records.remove_attachment(entity, parent, number)


async def test_an_entity_without_files_is_told(records: RestRecords) -> None:
    with pytest.raises(CallRefused, match="Invoices"):
        await records.attachments("Invoices", 1)


async def test_a_file_of_just_the_limit_is_taken_and_a_larger_one_never_sent(
    autotask_sim: Any, records: RestRecords, ticket: int
) -> None:
    whole = random.Random(1).randbytes(LARGEST)
    number = await records.attach("Tickets", ticket, "whole.bin", whole)
    file = await records.fetch_attachment("Tickets", ticket, number)
    assert file is not None
    assert file.data == whole
    sent = len(sent_to(autotask_sim, "POST"))
    with pytest.raises(AttachmentTooLarge) as caught:
        await records.attach("Tickets", ticket, "more.bin", b"x" * (LARGEST + 1))
    assert isinstance(caught.value, AttachmentRefused)
    assert isinstance(caught.value, Permanent)
    with pytest.raises(AttachmentsPaused) as paused:
        await records.attach("Tickets", ticket, "again.bin", whole)
    assert isinstance(paused.value, AttachmentRefused)
    assert isinstance(paused.value, Retryable)
    assert 200 < paused.value.wait_seconds <= 300
    assert len(sent_to(autotask_sim, "POST")) == sent


async def test_the_vendors_own_limits_are_told_as_what_they_are(
    autotask_sim: Any, records: RestRecords, ticket: int
) -> None:
    autotask_sim.admin("PATCH", "switches", {"attachment_max_bytes": 10})
    with pytest.raises(AttachmentTooLarge):
        await records.attach("Tickets", ticket, "a.txt", b"x" * 11)
    autotask_sim.admin("PATCH", "switches", {"attachment_window_bytes": 8})
    with pytest.raises(AttachmentsPaused) as caught:
        await records.attach("Tickets", ticket, "a.txt", b"x" * 9)
    assert caught.value.wait_seconds == 300


async def test_what_was_refused_does_not_count_against_the_window(
    autotask_sim: Any, records: RestRecords, ticket: int
) -> None:
    autotask_sim.admin("PATCH", "switches", {"attachment_max_bytes": 10})
    for _ in range(2):
        with pytest.raises(AttachmentTooLarge):
            await records.attach("Tickets", ticket, "a.bin", b"x" * LARGEST)


async def test_a_file_without_name_or_bytes_is_refused_before_sending(
    autotask_sim: Any, records: RestRecords, ticket: int
) -> None:
    wrong = [("", "", b"x"), (" ", "", b"x"), ("a" * 256, "", b"x"), ("a", "t" * 256, b"x")]
    for name, title, data in (*wrong, ("a", "", b"")):
        with pytest.raises(ValidationFailed):
            await records.attach("Tickets", ticket, name, data, title=title)
    assert sent_to(autotask_sim, "POST") == []


async def test_a_lost_answer_is_uncertain_and_the_file_sent_once(
    autotask_sim: Any, records: RestRecords, ticket: int
) -> None:
    before = len(autotask_sim.rows("TicketAttachments"))
    autotask_sim.admin("POST", "faults", {"kind": "drop_after", "method": "POST"})
    with pytest.raises(WriteUncertain):
        await records.attach("Tickets", ticket, "a.txt", b"x")
    assert len(autotask_sim.rows("TicketAttachments")) == before + 1


async def test_a_file_is_put_up_in_another_name(
    autotask_sim: Any, records: RestRecords, ticket: int
) -> None:
    person = next(row["id"] for row in autotask_sim.rows("Resources") if row["isActive"])
    number = await records.attach("Tickets", ticket, "a.txt", b"x", impersonate=person)
    assert row_of(autotask_sim, "TicketAttachments", number)["attachedByResourceID"] == person


# What the simulator does not show


def files(ids: list[int], *, more: bool = False, **extra: Any) -> web.Response:
    items = [{"id": number, "title": "t", "fullPath": "f", "publish": 1, **extra} for number in ids]
    details = {"count": len(ids), "requestCount": 500, "nextPageUrl": "http://x" if more else None}
    return web.json_response({"items": items, "pageDetails": details})


async def test_a_list_of_several_pages_is_read_to_its_end(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.then(files([2, 1], more=True), page([3, 4], more=True), page([5]))
    async with RestRecords.connect(credentials, base_url=vendor.url, settings=quick) as records:
        listed = await records.attachments("Tickets", 7)
    assert [file.id for file in listed] == [1, 2, 3, 4, 5]
    assert vendor.bodies[1]["filter"][0] == {"op": "eq", "field": "parentID", "value": 7}


async def test_a_link_has_no_data_and_broken_base64_is_told(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    good = base64.b64encode(b"x").decode()
    vendor.then(files([1], data=None), files([1], data=good), files([1], data="?"))
    async with RestRecords.connect(credentials, base_url=vendor.url, settings=quick) as records:
        link = await records.fetch_attachment("Tickets", 7, 1)
        file = await records.fetch_attachment("Tickets", 7, 1)
        with pytest.raises(AnswerBroken):
            await records.fetch_attachment("Tickets", 7, 1)
    assert link is not None
    assert link.data is None
    assert file is not None
    assert file.data == b"x"
