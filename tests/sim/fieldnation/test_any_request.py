"""Requests nobody thought of, drawn from the description of REST v2 by schemathesis."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from isthmus_sim.fieldnation.api.operations import OPERATIONS
from isthmus_sim.in_thread import FieldNationSim, start_fieldnation

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
KNOWN = {
    "work_order_id": 10401, "template_id": 2201, "type_of_work_id": 41, "project_id": 310,
    "company_id": 4120, "user_id": 62000, "provider_id": 62000, "client_id": 905,
    "location_id": 15001, "custom_field_id": 8101, "preferred_provider_group_id": 401,
    "talent_pool_id": 401, "bonus_id": 21, "penalty_id": 31, "tag_id": 121,
}  # fmt: skip
DRAWN = settings(
    max_examples=5,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def sim() -> Iterator[FieldNationSim]:
    made = start_fieldnation()
    switches = {"rate_limit_per_minute": 0, "list_rows": "whole", "settle_s": 0.0}
    made.service.world.ground.switches.change(switches)
    made.post("workorders", {"title": "Asked about"})
    yield made
    made.stop()


@pytest.fixture(scope="module")
def described(sim: FieldNationSim) -> Any:
    return schemathesis.openapi.from_url(f"{sim.rest_url}swagger-json", timeout=60)


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_whatever_is_asked_the_answer_is_as_described(
    sim: FieldNationSim, described: Any, operation_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="isthmus_sim")
    (operation,) = [
        one.ok() for one in described.include(operation_id=operation_id).get_all_operations()
    ]

    @DRAWN
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        for name in KNOWN.keys() & (case.path_parameters or {}).keys():
            case.path_parameters[name] = KNOWN[name]
        case.query = {**(case.query or {}), "access_token": sim.token}
        case.call_and_validate(checks=CHECKS)

    ask()
    assert [record.message for record in caplog.records] == []
