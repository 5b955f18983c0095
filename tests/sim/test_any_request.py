"""Requests nobody thought of, drawn from the simulator's own description by schemathesis."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from isthmus_sim.in_thread import AutotaskSim, start

CHECKS = [status_code_conformance, response_schema_conformance]
DRAWN = settings(
    max_examples=4,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Every shape of route: top and child collections, read-only ones, files, logs, services.
COLLECTIONS = (
    "Tickets",
    "TicketNotes",
    "TimeEntries",
    "Tasks",
    "ServiceCallTickets",
    "ContractServiceUnits",
    "TicketAttachments",
    "AttachmentInfo",
    "DeletedTicketLogs",
    "Invoices",
    "TicketWebhooks",
    "ZoneInformation",
    "ThresholdInformation",
    "Modules",
)


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AutotaskSim]:
    sim = start(folder=tmp_path_factory.mktemp("sim"))
    sim.admin("PATCH", "switches", {"added_latency_scale": 0, "hourly_limit": 10_000_000})
    yield sim
    sim.stop()


@pytest.fixture(scope="module")
def described(sim: AutotaskSim) -> Any:
    return schemathesis.openapi.from_url(sim.url + "swagger/docs/v1")


@pytest.mark.parametrize("tag", COLLECTIONS)
def test_whatever_is_asked_the_answer_is_as_described(
    sim: AutotaskSim, described: Any, tag: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="isthmus_sim")
    operations = [one.ok() for one in described.include(tag=tag).get_all_operations()]
    assert operations

    for operation in operations:

        @DRAWN
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(headers=sim.headers, checks=CHECKS)

        ask()

    assert [record.message for record in caplog.records] == []
