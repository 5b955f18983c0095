"""Clients as the settings and a connection make them, against the simulated vendors."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import RestRecords
from isthmus.autotask.soap import SoapRecords
from isthmus.fieldnation import (
    ClientSettings,
    FieldNationClient,
    RateLimited,
    RateSettings,
    ServerTrouble,
)
from isthmus.state import Connection, FieldNationConnection
from isthmus.wiring.environment.config import Config, load_config
from isthmus.wiring.vendors.clients import fieldnation_client, records, rest_records
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config({"ISTHMUS_HOME": str(tmp_path), "ISTHMUS_FIELDNATION_RATE": "600"})


@pytest.fixture
def autotask(autotask_sim: AutotaskSim) -> Connection:
    sim = autotask_sim
    return Connection("t", sim.username, sim.secret, sim.integration_code, base_url=sim.url)


@pytest.fixture
def field(fieldnation_sim: FieldNationSim) -> FieldNationConnection:
    sim = fieldnation_sim
    return FieldNationConnection(
        sim.client_id, sim.client_secret, sim.username, sim.password, sim.url
    )


@pytest.mark.parametrize(("api", "kind"), [("rest", RestRecords), ("soap", SoapRecords)])
async def test_records_come_over_the_api_the_connection_names(
    config: Config, autotask: Connection, autotask_sim: AutotaskSim, api: str, kind: type
) -> None:
    number = autotask_sim.rows("Tickets")[0]["id"]
    async with records(config, replace(autotask, api=api), patient=False) as found:
        assert isinstance(found, kind)
        record = await found.fetch("Tickets", number)

    assert record is not None
    assert record.id == number


async def test_records_over_rest_need_no_word_of_the_connection(
    config: Config, autotask: Connection
) -> None:
    async with rest_records(config, replace(autotask, api="soap"), patient=True) as found:
        assert await found.fetch("Tickets", 1) is None


async def test_field_nation_is_not_read_back_after_a_write(
    config: Config, field: FieldNationConnection, fieldnation_sim: FieldNationSim
) -> None:
    async with fieldnation_client(config, field, patient=True) as client:
        written = await client.work_orders.create({"title": "A job"})

    calls = [call["path"] for call in fieldnation_sim.admin("GET", "requests")]
    assert written.order.id
    assert [path for path in calls if "workorders" in path] == ["/api/rest/v2/workorders"]


async def test_who_is_not_patient_is_told_of_a_refusal_at_once(
    config: Config, field: FieldNationConnection, fieldnation_sim: FieldNationSim
) -> None:
    fault = {"kind": "rate_limited", "path": "projects", "retry_after_s": 60}
    fieldnation_sim.admin("POST", "faults", fault)
    async with fieldnation_client(config, field, patient=False) as client:
        with pytest.raises(RateLimited) as caught:
            await client.company.projects()

    (kept,) = fieldnation_sim.admin("GET", "faults")
    assert kept["fired"] == 1
    assert caught.value.told.wait_seconds == 60


async def test_who_is_not_patient_does_not_wait_where_no_call_may_be_made_for_long(
    config: Config, field: FieldNationConnection, fieldnation_sim: FieldNationSim
) -> None:
    fault = {"kind": "rate_limited", "path": "projects", "retry_after_s": 60, "count": 1}
    fieldnation_sim.admin("POST", "faults", fault)
    async with fieldnation_client(config, field, patient=False) as client:
        with pytest.raises(RateLimited):
            await client.company.projects()
        with pytest.raises(RateLimited) as caught:  # else it would wait, and then be served
            await client.company.projects()

    assert (caught.value.told.wait_seconds or 0) > 30
    calls = [call["path"] for call in fieldnation_sim.admin("GET", "requests")]
    assert sum("projects" in path for path in calls) == 1


async def test_who_is_not_patient_tries_once_more_when_the_vendor_fails(
    config: Config, field: FieldNationConnection, fieldnation_sim: FieldNationSim
) -> None:
    fieldnation_sim.admin("POST", "faults", {"kind": "status", "status": 500, "path": "projects"})
    async with fieldnation_client(config, field, patient=False) as client:
        with pytest.raises(ServerTrouble):
            await client.company.projects()

    (kept,) = fieldnation_sim.admin("GET", "faults")
    assert kept["fired"] == 2


def test_patient_or_not_all_clients_share_the_rate_of_the_settings(
    config: Config, field: FieldNationConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ClientSettings] = []
    connect = FieldNationClient.connect

    def spied(*known: Any, settings: ClientSettings, **more: Any) -> FieldNationClient:
        made.append(settings)
        return connect(*known, settings=settings, **more)

    monkeypatch.setattr(FieldNationClient, "connect", spied)
    for patient in (True, False):
        fieldnation_client(config, field, patient=patient)

    usual = RateSettings(per_minute=600)
    assert [settings.rate for settings in made] == [usual, replace(usual, longest_wait=1.0)]
