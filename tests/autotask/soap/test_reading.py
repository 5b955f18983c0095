import asyncio
import base64
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import (
    AuthFailed,
    BudgetSettings,
    ClientSettings,
    HourlyLimitHit,
    IntegrationCodeInvalid,
    PermissionDenied,
    QueryRefused,
    RestRecords,
    UnknownEntity,
    UnknownField,
    WrongAddress,
    ZoneUnknown,
    q,
)
from isthmus.autotask.soap import SoapRecords, SoapSettings
from isthmus.base.redaction import redact
from isthmus_sim.in_thread import AutotaskSim
from tests.autotask.rest_records import records_of
from tests.autotask.soap.conftest import Connect, credentials_of, operations


async def test_every_record_is_read_page_after_page(
    autotask_sim_factory: Callable[..., AutotaskSim], quick: ClientSettings
) -> None:
    sim = autotask_sim_factory(tickets=1100)
    async with SoapRecords.connect(
        credentials_of(sim), base_url=sim.url, settings=quick
    ) as records:
        found = [record.id async for record in records.read("Tickets")]
        later = [record.id async for record in records.read("Tickets", after_id=found[700])]

    assert found == sorted(row["id"] for row in sim.rows("Tickets"))
    assert len(found) > 1000
    assert later == found[701:]


async def test_a_short_page_is_not_taken_for_the_last(sim: AutotaskSim, soap: SoapRecords) -> None:
    found = [record async for record in soap.read("Companies")]

    assert 0 < len(found) < 500
    assert operations(sim).count("query") == 2


async def test_the_first_few_are_found_by_ascending_id(soap: SoapRecords) -> None:
    all_of_them = [record.id async for record in soap.read("Tickets")]

    found = await soap.find("Tickets", q.gte("id", 0), limit=7)
    beyond = await soap.find("Tickets", q.gt("id", all_of_them[-3]), limit=500)

    assert [record.id for record in found] == all_of_them[:7]
    assert [record.id for record in beyond] == all_of_them[-2:]
    with pytest.raises(QueryRefused):
        await soap.find("Tickets", q.gte("id", 0), limit=501)


async def test_one_record_costs_one_query(sim: AutotaskSim, soap: SoapRecords) -> None:
    company = await soap.fetch("Companies", 0)

    assert company is not None
    assert company.id == 0
    assert await soap.fetch("Companies", 987654321) is None
    assert operations(sim).count("query") == 2


async def test_an_entity_whose_id_cannot_be_queried_is_still_read(
    soap: SoapRecords, rest: RestRecords, sim: AutotaskSim
) -> None:
    ticket = sim.rows("Tickets")[0]["id"]
    await rest.update("Tickets", ticket, {"title": "Another"})

    history = await soap.find("TicketHistory", q.eq("ticketID", ticket))

    assert all(one.values["ticketID"] == ticket for one in history)
    assert [one.id for one in history] == [row["id"] for row in sim.rows("TicketHistory")]


async def test_times_in_utc_are_read_so_when_the_switch_says_so(
    sim: AutotaskSim, connect: Connect, rest: RestRecords
) -> None:
    sim.admin("PATCH", "switches", {"soap_times": "utc"})
    expected = await rest.find("Tickets", q.gte("id", 0), limit=20)
    async with connect(soap=SoapSettings(times="utc")) as records:
        found = await records.find("Tickets", q.gte("id", 0), limit=20)

    assert [one.values["createDate"] for one in found] == [
        one.values["createDate"] for one in expected
    ]


async def test_a_time_that_stands_for_two_moments_is_told(
    sim: AutotaskSim, soap: SoapRecords, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = sim.rows("Tickets")[3]["id"]
    sim.patch("Tickets", {"id": ticket, "dueDateTime": "2026-11-01T06:30:00Z"})
    with caplog.at_level(logging.WARNING, logger="isthmus"):
        found = await soap.fetch("Tickets", ticket)

    assert found is not None
    assert found.values["dueDateTime"] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    told = [record for record in caplog.records if "time_doubtful" in str(record.msg)]
    assert told


async def test_a_wrong_secret_is_a_failed_log_in(connect: Connect) -> None:
    async with connect(secret="not-the-secret") as records:
        with pytest.raises(AuthFailed):
            await records.threshold()


async def test_a_wrong_integration_code_is_named(connect: Connect) -> None:
    async with connect(integration_code="NOTTHECODE000000000000000000") as records:
        with pytest.raises(IntegrationCodeInvalid):
            await records.threshold()
        with pytest.raises(IntegrationCodeInvalid):
            await records.fetch("Tickets", 1)


async def test_an_unknown_user_has_no_zone(connect: Connect) -> None:
    async with connect(username="someone@elsewhere.example") as records:
        with pytest.raises(ZoneUnknown):
            await records.zone()


async def test_the_zone_is_found_from_any_address_of_the_tenant(
    sim: AutotaskSim, connect: Connect
) -> None:
    root = sim.url.removesuffix("ATServicesRest/")
    for address in (
        sim.url,
        root,
        f"{root}ATServices/1.6/atws.asmx",
        f"{root}atservices/1.6/atws.wsdl",
    ):
        async with connect(base_url=address) as records:
            assert (await records.zone()).url == f"{root}ATServices/1.6/atws.asmx"


async def test_a_host_without_the_service_is_a_wrong_address(
    sim: AutotaskSim, connect: Connect
) -> None:
    root = sim.url.removesuffix("ATServicesRest/")
    async with connect(base_url=f"{root}elsewhere/") as records:
        with pytest.raises(WrongAddress):
            await records.zone()


async def test_a_tenant_that_moved_is_followed(sim: AutotaskSim, connect: Connect) -> None:
    async with connect() as records:
        before = await records.fetch("Companies", 0)
        sim.admin("POST", "faults", {"kind": "zone_move", "to": 7})

        assert await records.fetch("Companies", 0) == before
        assert "/zone-7/" in (await records.zone()).url


async def test_a_missing_right_is_named(sim: AutotaskSim, soap: SoapRecords) -> None:
    sim.admin(
        "POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": "Contracts"}
    )

    with pytest.raises(PermissionDenied) as caught:
        await soap.find("Contracts", q.gte("id", 0))
    assert caught.value.entity == "Contracts"


async def test_what_passes_is_tried_again(sim: AutotaskSim, soap: SoapRecords) -> None:
    expected = await soap.find("Companies", q.gte("id", 0))
    for fault in (
        {"kind": "html_error", "status": 502},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "truncate"},
        {"kind": "truncate", "share": 0.99},
        {"kind": "empty_body", "status": 200},
    ):
        sim.admin("POST", "faults", {**fault, "count": 1, "entity": "Companies"})

        assert await soap.find("Companies", q.gte("id", 0)) == expected, fault


@pytest.mark.parametrize("how", ["return code", "fault", "status"])
async def test_used_up_calls_of_the_hour_are_told_apart(
    sim: AutotaskSim, connect: Connect, quick: ClientSettings, how: str
) -> None:
    sim.admin("PATCH", "switches", {"soap_limit_answer": how})
    settings = replace(quick, budget=BudgetSettings(share=1.0, on_limit="raise"))
    async with connect(settings=settings) as records:
        await records.threshold()
        sim.admin("POST", "faults", {"kind": "quota_eaten", "calls": 20_000})

        with pytest.raises(HourlyLimitHit):
            await records.fetch("Tickets", 1)


async def test_both_wires_share_what_is_known_of_the_hour(
    sim: AutotaskSim, connect: Connect, quick: ClientSettings
) -> None:
    async with connect() as records, records_of(sim, quick) as rest:
        await rest.threshold()
        await records.fetch("Companies", 0)
        before = records.usage().used
        await rest.fetch("Companies", 0)

        assert before is not None
        assert records.usage().used == before + 3  # two of metadata, one of the record


async def test_no_more_than_three_calls_on_an_entity_are_in_flight(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    sim.admin("POST", "faults", {"kind": "delay", "seconds": 0.02, "entity": "Companies"})

    found = await asyncio.gather(*(soap.fetch("Companies", 0) for _ in range(12)))

    assert len(found) == 12
    assert operations(sim).count("query") == 12  # none was refused and asked again


async def test_a_refusal_for_too_many_calls_is_waited_out(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    text = "The thread threshold of 3 threads has been exceeded."
    await soap.fields("Companies")
    sim.admin(
        "POST",
        "faults",
        {"kind": "status", "status": 429, "text": text, "count": 2, "entity": "Companies"},
    )

    assert await soap.fetch("Companies", 0) is not None
    assert operations(sim).count("query") == 3


async def test_the_threshold_is_read(soap: SoapRecords, rest: RestRecords) -> None:
    ours, theirs = await soap.threshold(), await rest.threshold()

    assert (ours.limit, ours.window_minutes) == (theirs.limit, theirs.window_minutes)
    assert theirs.used == ours.used + 1


async def test_an_unknown_field_is_refused_before_a_call(
    sim: AutotaskSim, soap: SoapRecords
) -> None:
    with pytest.raises(UnknownField):
        await soap.find("Tickets", q.eq("nope", 1))
    with pytest.raises(UnknownEntity):
        await soap.find("Nopes", q.eq("id", 1))
    assert "query" not in operations(sim)


async def test_no_secret_is_shown(
    connect: Connect, sim: AutotaskSim, caplog: pytest.LogCaptureFixture, wsdls: Path
) -> None:
    pair = base64.b64encode(f"{sim.username}:{sim.secret}".encode()).decode()
    with caplog.at_level(logging.DEBUG):
        async with connect() as records:
            await records.fetch("Tickets", 1)
            shown = repr(records) + caplog.text
    kept = b"".join(file.read_bytes() for file in wsdls.iterdir())

    for secret in (sim.secret, sim.integration_code, pair):
        assert secret not in shown
        assert secret.encode() not in kept
    assert pair not in redact(f"Authorization: Basic {pair}")


async def test_impersonation_is_sent_with_writes(
    sim: AutotaskSim, soap: SoapRecords, rest: RestRecords
) -> None:
    somebody: Any = sim.rows("Resources")[3]["id"]
    made = await soap.create(
        "CompanyNotes",
        {
            "companyID": 0,
            "name": "Called",
            "note": "All is well.",
            "actionType": 1,
            "assignedResourceID": somebody,
            "startDateTime": datetime(2026, 6, 1, 12, tzinfo=UTC),
            "endDateTime": datetime(2026, 6, 1, 13, tzinfo=UTC),
        },
        impersonate=somebody,
    )

    found = await rest.fetch("CompanyNotes", made.id)
    assert found is not None
    assert found.values["impersonatorCreatorResourceID"] is not None
