"""What is not known of the vendor is a switch of the simulator; the client bears every setting."""

from collections.abc import Callable
from typing import Any

import pytest

from isthmus.autotask import ClientSettings, Label, RestRecords, q
from isthmus.autotask.soap import SoapRecords
from isthmus_sim.in_thread import AutotaskSim
from tests.autotask.rest_records import TICKET
from tests.autotask.soap.conftest import credentials_of

SWITCHES: list[dict[str, Any]] = [
    {"soap_wsdl_of": "2019"},
    {"soap_strict_types": True},
    {"soap_untyped_attachment": "fault"},
    {"soap_code_required": "never"},
    {"soap_fault_status": 200},
    {"soap_database_action": "actual"},
    {"soap_data_base_type": "Pro"},
    {"soap_offsets": "ignored"},
    {"soap_control_characters": "references"},
    {"soap_carriage_returns": "references"},
]


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: "=".join(map(str, *switch.items())))
async def test_records_are_read_and_written_whatever_the_vendor_does(
    sim: AutotaskSim, soap: SoapRecords, rest: RestRecords, switch: dict[str, Any]
) -> None:
    sim.admin("PATCH", "switches", switch)
    made = await soap.create("Tickets", {**TICKET, "description": "a\r\nb"})
    told = await soap.update("Tickets", made.id, {"status": Label("Complete"), "description": None})
    file = await soap.attach("Tickets", made.id, "a.txt", b"text")

    read = [record.id async for record in soap.read("Tickets")]
    found = await rest.fetch("Tickets", made.id)
    assert (made.differences, told.differences) == ((), ())
    assert found is not None
    assert found.labels["status"] == "Complete"
    assert found.values["description"] in {None, ""}
    assert found.values["dueDateTime"] == TICKET["dueDateTime"]
    assert await soap.fetch_attachment("Tickets", made.id, file) is not None
    assert read == sorted(row["id"] for row in sim.rows("Tickets"))


async def test_a_user_defined_field_that_is_not_emptied_is_told(
    sim: AutotaskSim, soap: SoapRecords, rest: RestRecords
) -> None:
    sim.admin("PATCH", "switches", {"soap_update_clears_udfs": False})
    known = await rest.user_defined_fields("Tickets")
    name = next(udf.name for udf in known if udf.data_type == "string" and not udf.picklist)
    made = await soap.create("Tickets", TICKET, udfs={name: "first"})

    told = await soap.update("Tickets", made.id, {}, udfs={name: None})

    assert [(one.field, one.asked, one.found) for one in told.differences] == [
        (name, None, "first")
    ]


@pytest.mark.parametrize("how", ["drop", "references"])
async def test_a_character_xml_does_not_have_spoils_no_page(
    autotask_sim_factory: Callable[..., AutotaskSim], quick: ClientSettings, how: str
) -> None:
    sim = autotask_sim_factory(frozen_clock=True)
    sim.admin("PATCH", "switches", {"soap_control_characters": how})
    async with SoapRecords.connect(
        credentials_of(sim), base_url=sim.url, settings=quick
    ) as records:
        found = {one.id: one async for one in records.read("Tickets", q.gte("id", 7630))}

    spoilt = [row for row in sim.rows("Tickets") if "\x00" in (row["title"] or "")]
    assert spoilt
    for row in spoilt:
        assert found[row["id"]].values["title"] == row["title"].replace("\x00", "")
