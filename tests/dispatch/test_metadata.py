"""What both sides have: read for what mappings and rules touch, believed for a while."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import Credentials, RestRecords
from isthmus.dispatch import metadata as room
from isthmus.dispatch.library import Library
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.metadata import Metadata, read_known
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.shapes import Mapping, Row
from isthmus.engine.database import open_database
from isthmus.fieldnation import Credentials as FieldNationCredentials
from isthmus.fieldnation import FieldNationClient
from isthmus.fieldnation.company import Company
from isthmus.state.dispatch import Definitions, DispatchState
from isthmus.wiring.dispatch.definitions import seed
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim


@pytest.fixture
async def records(autotask_sim: AutotaskSim) -> AsyncIterator[RestRecords]:
    sim = autotask_sim
    credentials = Credentials(
        username=sim.username, secret=sim.secret, integration_code=sim.integration_code
    )
    async with RestRecords.connect(credentials, base_url=sim.url) as opened:
        yield opened


@pytest.fixture
async def company(fieldnation_sim: FieldNationSim) -> AsyncIterator[Company]:
    sim = fieldnation_sim
    credentials = FieldNationCredentials(
        client_id=sim.client_id, client_secret=sim.client_secret, username=sim.username,
        password=sim.password,
    )  # fmt: skip
    async with FieldNationClient.connect(credentials, base_url=sim.url) as opened:
        yield opened.company


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    engine = open_database(tmp_path / "dispatch.db")
    DispatchState.open(engine)
    definitions = Definitions.open(engine)
    seed(definitions)
    yield Library(definitions)
    engine.dispose()


def calls(sim: Any) -> int:
    return len(sim.admin("GET", "requests"))


async def test_what_definitions_touch_is_read_and_nothing_else(
    records: RestRecords, company: Company
) -> None:
    ticket = await read_known(records, company, [shipped("ticket_inbound")])
    assert set(ticket.entities) == {"Tickets", "CompanyLocations", "Contacts", "Countries"}
    out = await read_known(records, company, [shipped("ticket_outbound")])
    assert set(out.entities) == {"Tickets", "TicketNotes", "TimeEntries", "TicketCharges"}
    condition = parse_condition({"field": "ticket.company.companyName", "is": "x"})
    rule = replace(shipped_rule("ticket_dispatch"), when=condition)
    assert set((await read_known(records, company, [], [rule])).entities) == {
        "Tickets",
        "Companies",
    }
    assert ticket.company.custom_fields
    assert ticket.company.types_of_work


async def test_the_ticket_of_a_service_call_is_followed(
    records: RestRecords, company: Company
) -> None:
    known = await read_known(records, company, [shipped("service_call_inbound")])
    assert {"ServiceCalls", "Tickets", "Contacts", "CompanyLocations"} <= set(known.entities)


async def test_each_entity_is_read_once(
    records: RestRecords, company: Company, autotask_sim: AutotaskSim
) -> None:
    before = calls(autotask_sim)
    await read_known(records, company, map(shipped, NAMES), map(shipped_rule, RULES))
    seen = [call["path"] for call in autotask_sim.admin("GET", "requests")][before:]
    assert len(seen) == len(set(seen))


async def test_what_cannot_be_read_as_a_path_or_a_root_is_passed_over(
    records: RestRecords, company: Company
) -> None:
    rows = (Row("ticket..a", "static", params={"value": 1}), Row("wat.a", "sync", "title"))
    odd = [Mapping("m", "outbound", "incident", rows), Mapping("n", "inbound", "incident", ())]
    assert (await read_known(records, company, odd)).entities == {}


async def test_an_entity_the_user_may_not_see_is_named_and_the_rest_is_read(
    records: RestRecords, company: Company, autotask_sim: AutotaskSim
) -> None:
    autotask_sim.admin("POST", "faults", {"kind": "status", "status": 403, "path": "TimeEntries"})
    known = await read_known(records, company, [shipped("ticket_outbound")])
    assert known.unread == {"TimeEntries"}
    assert "TicketCharges" in known.entities


async def test_what_was_read_is_believed_for_a_quarter_of_an_hour_and_not_longer(
    records: RestRecords, company: Company, library: Library, autotask_sim: AutotaskSim,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    now = [1000.0]
    monkeypatch.setattr(room, "monotonic", lambda: now[0])
    metadata = Metadata(records, company, library)
    first = await metadata.known()
    count = calls(autotask_sim)
    now[0] += 899
    assert await metadata.known() is first
    assert calls(autotask_sim) == count
    now[0] += 1
    assert await metadata.known() is not first


async def test_fresh_shows_what_an_admin_has_just_changed(
    records: RestRecords, company: Company, library: Library, autotask_sim: AutotaskSim,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    metadata = Metadata(records, company, library)

    async def names(*, fresh: bool) -> set[str]:
        known = await (metadata.fresh() if fresh else metadata.known())
        return {udf.name for udf in known.entities["Tickets"].udfs}

    assert "Rack" not in await names(fresh=False)
    autotask_sim.admin("POST", "udfs", {"collection": "Tickets", "name": "Rack"})
    assert "Rack" not in await names(fresh=False)
    assert "Rack" not in await names(fresh=True), "it was read a moment ago"
    monkeypatch.setattr(room, "_FRESH_SECONDS", 0.0)
    assert "Rack" in await names(fresh=True)
    assert "Rack" in await names(fresh=False)


async def test_what_is_published_is_known_at_once(
    records: RestRecords, company: Company, library: Library
) -> None:
    metadata = Metadata(records, company, library)
    assert "Companies" not in (await metadata.known()).entities
    condition = parse_condition({"field": "ticket.company.companyName", "is": "x"})
    rule = replace(shipped_rule("ticket_dispatch"), when=condition)
    library.publish_rule(export_rule(rule), by="me")
    assert "Companies" in (await metadata.known()).entities
