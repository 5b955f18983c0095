import pytest

from isthmus.autotask import NothingThere, RestRecords
from isthmus.autotask.errors import (
    AttachmentRefused,
    AttachmentTooLarge,
    CallRefused,
    ValidationFailed,
)
from isthmus.autotask.soap import SoapRecords
from isthmus_sim.in_thread import AutotaskSim
from tests.autotask.soap.conftest import operations

TICKET = 7601
PICTURE = bytes(range(256)) * 40


async def test_a_file_travels_byte_for_byte_between_the_wires(
    soap: SoapRecords, rest: RestRecords
) -> None:
    over_soap = await soap.attach("Tickets", TICKET, "größe <1>.png", PICTURE, title="A & B")
    over_rest = await rest.attach("Tickets", TICKET, "other.bin", PICTURE[::-1], publish=2)

    ours = await rest.fetch_attachment("Tickets", TICKET, over_soap)
    theirs = await soap.fetch_attachment("Tickets", TICKET, over_rest)
    assert ours is not None
    assert theirs is not None
    assert (ours.data, ours.file_name, ours.title) == (PICTURE, "größe <1>.png", "A & B")
    assert (theirs.data, theirs.file_name, theirs.publish) == (PICTURE[::-1], "other.bin", 2)


async def test_files_are_listed_alike(soap: SoapRecords, rest: RestRecords) -> None:
    for number in range(3):
        await soap.attach("Tickets", TICKET, f"{number}.txt", b"text")

    assert await soap.attachments("Tickets", TICKET) == await rest.attachments("Tickets", TICKET)
    assert len(await soap.attachments("Tickets", TICKET)) == 3
    assert await soap.attachments("Tickets", TICKET + 1) == ()


async def test_a_file_is_found_at_its_own_record_alone(soap: SoapRecords) -> None:
    made = await soap.attach("Tickets", TICKET, "a.txt", b"text")

    assert await soap.fetch_attachment("Tickets", TICKET + 1, made) is None
    assert await soap.fetch_attachment("Tickets", TICKET, made + 1000) is None


async def test_a_file_is_removed_once(soap: SoapRecords) -> None:
    made = await soap.attach("Tickets", TICKET, "a.txt", b"text")

    await soap.remove_attachment("Tickets", TICKET, made)

    assert await soap.attachments("Tickets", TICKET) == ()
    with pytest.raises(NothingThere):
        await soap.remove_attachment("Tickets", TICKET, made)


async def test_a_refused_file_is_told_though_the_reason_is_not(soap: SoapRecords) -> None:
    with pytest.raises(AttachmentRefused, match="does not say why"):
        await soap.attach("Tickets", 999_999_999, "a.txt", b"text")


async def test_what_is_surely_refused_is_not_sent(sim: AutotaskSim, soap: SoapRecords) -> None:
    with pytest.raises(AttachmentTooLarge):
        await soap.attach("Tickets", TICKET, "a.bin", b"x" * (6 * 1024 * 1024 + 1))
    with pytest.raises(ValidationFailed):
        await soap.attach("Tickets", TICKET, "a.bin", b"")
    with pytest.raises(CallRefused):
        await soap.attach("Roles", 1, "a.bin", b"x")
    assert "CreateAttachment" not in operations(sim)
