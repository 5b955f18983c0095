import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from isthmus.autotask import (
    AuthFailed,
    AutotaskClient,
    BudgetSettings,
    ClientSettings,
    Credentials,
    HourlyLimitHit,
    IntegrationCodeInvalid,
    PermissionDenied,
    QueryRefused,
    UnknownEntity,
    UnknownField,
    ZoneUnknown,
    q,
)

Connect = Callable[..., AutotaskClient]


def credentials_of(sim: Any, **changes: str) -> Credentials:
    mine = {
        "username": sim.username,
        "secret": sim.secret,
        "integration_code": sim.integration_code,
    }
    return Credentials(**{**mine, **changes})


@pytest.fixture
def connect(autotask_sim: Any, quick: ClientSettings) -> Connect:
    def make(settings: ClientSettings = quick, **changes: str) -> AutotaskClient:
        return AutotaskClient.connect(
            credentials_of(autotask_sim, **changes), base_url=autotask_sim.url, settings=settings
        )

    return make


async def ids_of(client: AutotaskClient, entity: str, **bounds: Any) -> list[int]:
    return [number async for page in client.read(entity, **bounds) for number in page.ids]


def true_ids(sim: Any, entity: str) -> list[int]:
    return sorted(row["id"] for row in sim.rows(entity))


async def test_every_row_is_read_whatever_the_page_size(
    autotask_sim: Any, connect: Connect, quick: ClientSettings
) -> None:
    for size in (7, 150, 500):
        async with connect(replace(quick, page_size=size)) as client:
            for entity in ("Companies", "Tickets", "Resources"):
                assert await ids_of(client, entity) == true_ids(autotask_sim, entity)
    assert 0 in true_ids(autotask_sim, "Companies")


async def test_readers_of_neighbouring_ranges_leave_nothing_out(
    autotask_sim: Any, connect: Connect
) -> None:
    expected = true_ids(autotask_sim, "Tickets")
    cuts = [-1, expected[40], expected[90], None]
    async with connect() as client:
        spans = pairwise(cuts)
        parts = await asyncio.gather(
            *(
                ids_of(
                    client,
                    "Tickets",
                    after_id=low,
                    below_id=None if high is None else high + 1,
                )
                for low, high in spans
            )
        )
        assert [number for part in parts for number in part] == expected
        assert await client.count("Tickets") == len(expected)


FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "text": "An unexpected failure."},
    {"kind": "status", "status": 429, "text": "Slow down."},
    {"kind": "status", "status": 500, "text": "Itgenatr005: too many threads"},
    {"kind": "html_error"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncate"},
    {"kind": "empty_body"},
    {"kind": "malformed_json"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("text", fault["kind"])))
async def test_passing_faults_cost_no_row(
    fault: dict[str, Any], autotask_sim: Any, connect: Connect, quick: ClientSettings
) -> None:
    async with connect(replace(quick, page_size=40)) as client:
        autotask_sim.admin("POST", "faults", {"entity": "Tickets", "count": 2, **fault})
        assert await ids_of(client, "Tickets") == true_ids(autotask_sim, "Tickets")


async def test_a_zone_that_moves_between_two_pages_costs_no_row(
    autotask_sim: Any, connect: Connect, quick: ClientSettings
) -> None:
    expected = true_ids(autotask_sim, "Tickets")
    async with connect(replace(quick, page_size=40)) as client:
        before = (await client.zone()).url
        seen: list[int] = []
        async for page in client.read("Tickets"):
            if not seen:
                autotask_sim.admin("POST", "faults", {"kind": "zone_move", "to": 14})
            seen.extend(page.ids)
        assert seen == expected
        assert (await client.zone()).url != before


async def test_a_lost_permission_names_the_entity_and_leaves_the_others(
    autotask_sim: Any, connect: Connect
) -> None:
    autotask_sim.admin("POST", "faults", {"kind": "permission_lost", "entity": "Invoices"})
    async with connect() as client:
        with pytest.raises(PermissionDenied) as caught:
            await client.query_page("Invoices")
        assert caught.value.entity == "Invoices"
        assert "Security Levels" in caught.value.remedy
        assert (await client.query_page("Companies")).rows


async def test_wrong_credentials_are_told_apart(connect: Connect) -> None:
    async with connect(secret="not-the-secret") as client:
        with pytest.raises(AuthFailed):
            await client.threshold()
    async with connect(integration_code="NOT-THE-CODE") as client:
        with pytest.raises(IntegrationCodeInvalid):
            await client.count("Tickets")
    async with connect(username="nobody@example.com") as client:
        with pytest.raises(ZoneUnknown):
            await client.zone()


async def test_what_the_vendor_refuses_is_told_as_what_it_is(connect: Connect) -> None:
    async with connect() as client:
        with pytest.raises(UnknownField):
            await client.count("Tickets", q.eq("colour", "red"))
        with pytest.raises(UnknownEntity):
            await client.count("Tikets")
        with pytest.raises(QueryRefused):
            await client.count("Tickets", q.eq("creatorType", 1))
        assert await client.get("Tickets", 999_999_999) is None


async def test_one_process_never_meets_the_thread_limit(
    autotask_sim_factory: Any, quick: ClientSettings
) -> None:
    sim = autotask_sim_factory(latency_ms=15)
    one, two = (
        AutotaskClient.connect(credentials_of(sim), base_url=sim.url, settings=quick)
        for _ in range(2)
    )
    async with one, two:
        asked = [each.query_page("Tickets", page_size=5) for each in (one, two) for _ in range(12)]
        await asyncio.gather(*asked, one.fields("Tickets"), two.entity_info("Tickets"))
    statuses = [request["status"] for request in sim.admin("GET", "requests")]
    assert statuses.count(200) == len(statuses)
    assert len(statuses) >= 26


async def test_the_share_of_others_is_left_and_the_wait_ends_when_use_falls(
    autotask_sim: Any, connect: Connect, quick: ClientSettings
) -> None:
    raising = replace(quick, budget=BudgetSettings(on_limit="raise", probe_seconds=0.01))
    autotask_sim.admin("POST", "faults", {"kind": "quota_eaten", "calls": 8_500})
    async with connect(raising) as client:
        with pytest.raises(HourlyLimitHit) as caught:
            await client.count("Tickets")
        assert caught.value.falls_at is not None
    async with connect() as client:
        waiting = asyncio.create_task(client.count("Tickets"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        autotask_sim.admin("POST", "clock", {"advance_s": 3700})
        assert await asyncio.wait_for(waiting, 20) == len(true_ids(autotask_sim, "Tickets"))


async def test_a_refusal_of_the_hour_is_waited_out(
    autotask_sim: Any, connect: Connect, quick: ClientSettings
) -> None:
    everything = BudgetSettings(share=1.0, probe_seconds=0.02)
    async with connect(replace(quick, budget=everything)) as client:
        assert await client.count("Tickets")
        autotask_sim.admin("POST", "faults", {"kind": "quota_eaten", "calls": 20_000})
        waiting = asyncio.create_task(client.count("Tickets"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        autotask_sim.admin("POST", "clock", {"advance_s": 3700})
        assert await asyncio.wait_for(waiting, 20)


async def test_every_reference_leads_to_a_collection_that_is_there(connect: Connect) -> None:
    names = ("Tickets", "Companies", "Contracts", "TimeEntries", "ConfigurationItems", "Tasks")
    async with connect() as client:
        fields = [field for name in names for field in await client.fields(name)]
        referred = sorted({field.reference for field in fields if field.reference})
        assert {"Companies", "Resources", "BillingCodes"} <= set(referred)
        for collection in referred:
            assert (await client.entity_info(collection)).name


async def test_zipped_answers_are_read_the_same(
    autotask_sim_factory: Any, quick: ClientSettings
) -> None:
    sim = autotask_sim_factory(gzip=True)
    async with AutotaskClient.connect(
        credentials_of(sim), base_url=sim.url, settings=quick
    ) as client:
        assert await ids_of(client, "Tickets") == true_ids(sim, "Tickets")
