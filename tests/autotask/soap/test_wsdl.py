from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.autotask import AnswerBroken, ClientSettings, Credentials, WrongAddress, q
from isthmus.autotask.soap import HalfKnown, SoapRecords, SoapSettings
from isthmus_sim.autotask.soap import wsdl
from isthmus_sim.autotask.soap.catalog import edition
from isthmus_sim.in_thread import AutotaskSim
from tests.autotask.soap.conftest import Connect, operations
from tests.autotask.soap.odd_vendor import FIELDS, OddVendor, answered, field_info, response


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_a_description_is_fetched_once_and_kept(
    sim: AutotaskSim, connect: Connect, wsdls: Path
) -> None:
    for _ in range(2):
        async with connect() as records:
            assert await records.fetch("Companies", 0) is not None

    assert operations(sim).count("atws.wsdl") == 1
    assert [file.suffix for file in kept(wsdls)] == [".wsdl"]


@pytest.mark.parametrize("damage", ["half", "empty", "other", "page"])
async def test_a_description_that_cannot_be_used_is_fetched_again(
    sim: AutotaskSim, connect: Connect, wsdls: Path, damage: str
) -> None:
    async with connect() as records:
        await records.fetch("Companies", 0)
    (file,) = kept(wsdls)
    whole = file.read_bytes()
    damages = {
        "half": whole[: len(whole) // 2],
        "empty": b"",
        "other": b"<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>",
        "page": b"<!DOCTYPE html><html><body>Log in</body></html>",
    }
    file.write_bytes(damages[damage])

    async with connect() as records:
        assert await records.fetch("Companies", 0) is not None

    assert operations(sim).count("atws.wsdl") == 2
    assert file.read_bytes() == whole


async def test_without_a_folder_each_connection_fetches_it(
    sim: AutotaskSim, connect: Connect, tmp_path: Path
) -> None:
    unusable = tmp_path / "file"
    unusable.write_text("no folder")
    for folder in (None, unusable):
        async with connect(soap=SoapSettings(cache=folder)) as records:
            assert await records.fetch("Companies", 0) is not None

    assert operations(sim).count("atws.wsdl") == 2


def odd_records(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, folder: Path
) -> SoapRecords:
    return SoapRecords.connect(
        credentials, base_url=odd.url, settings=quick, soap=SoapSettings(cache=folder)
    )


ROLE = (
    '<Entity xsi:type="Role"><id>7</id><UserDefinedFields/>'
    '<Added xsi:type="xsd:string">later</Added>'
    '<Name xsi:type="xsd:string">Boss</Name></Entity>'
)


async def test_a_field_newer_than_the_description_is_read_and_nothing_after_it_lost(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> None:
    odd.says("query", response("query", ROLE), response("query"))
    async with odd_records(odd, credentials, quick, tmp_path) as records:
        (found,) = await records.find("Roles", q.gte("id", 0))

    assert (found.values["added"], found.values["name"]) == ("later", "Boss")


async def test_a_record_the_description_does_not_know_whole_is_not_sent_back(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> None:
    odd.says("query", response("query", ROLE))
    async with odd_records(odd, credentials, quick, tmp_path) as records:
        with pytest.raises(HalfKnown, match="Added"):
            await records.update("Roles", 7, {"name": "Chief"})

    assert odd.asked("update") == []


async def test_a_newer_description_is_fetched_when_the_kept_one_lacks_a_field(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> None:
    odd.says("query", response("query", ROLE))
    odd.says("update", response("update", ROLE))
    async with odd_records(odd, credentials, quick, tmp_path) as records:
        await records.find("Roles", q.eq("id", 7))
    old = wsdl.document(edition("1.6", "2019"), odd.url).decode()
    start = old.index('<s:complexType name="Role">')
    field = old.index('name="Name"', start)
    line = old.rindex("<s:element", 0, field)
    odd.wsdl_text = f'{old[:line]}<s:element minOccurs="0" name="Added"/>{old[line:]}'

    async with odd_records(odd, credentials, quick, tmp_path) as records:
        await records.update("Roles", 7, {"name": "Chief"}, read_back=False)

    (sent,) = odd.asked("update")
    assert b">later<" in sent
    assert b">Chief<" in sent
    assert odd.wsdl_fetches == 2


async def test_metadata_newer_than_the_description_fetches_it_again(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> None:
    newer = field_info("Name", "string", more="<IsShiny>true</IsShiny>")
    odd.says("GetFieldInfo", answered("GetFieldInfo", FIELDS + newer))
    odd.says("query", response("query"))
    for _ in range(2):
        async with odd_records(odd, credentials, quick, tmp_path) as records:
            await records.find("Roles", q.gte("id", 0))

    assert odd.wsdl_fetches == 2  # the first was fresh; the kept one is fetched anew


async def test_a_cut_short_description_is_never_mended(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> None:
    whole = wsdl.document(edition("1.6", "2019"), odd.url).decode()
    odd.wsdl_text = whole[: len(whole) * 9 // 10]
    settings = replace(quick, retry=replace(quick.retry, broken_answer=1))
    async with odd_records(odd, credentials, settings, tmp_path) as records:
        with pytest.raises(AnswerBroken):
            await records.find("Roles", q.gte("id", 0))

    assert odd.wsdl_fetches == 2
    assert list(tmp_path.iterdir()) == []


async def test_an_address_without_a_description_is_a_wrong_one(
    odd: OddVendor, credentials: Credentials, quick: ClientSettings, tmp_path: Path
) -> None:
    odd.wsdl_status = 404
    async with odd_records(odd, credentials, quick, tmp_path) as records:
        with pytest.raises(WrongAddress):
            await records.find("Roles", q.gte("id", 0))
