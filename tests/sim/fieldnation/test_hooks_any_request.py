"""Requests nobody thought of, drawn from the description of the webhooks API by schemathesis."""

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

from isthmus_sim.fieldnation.hooks.openapi import document
from isthmus_sim.in_thread import FieldNationSim, start_fieldnation

CHECKS = [status_code_conformance, response_schema_conformance]
DRAWN = settings(
    max_examples=12,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS = [
    operation["operationId"]
    for path in document("http://127.0.0.1")["paths"].values()
    for operation in path.values()
]


@pytest.fixture(scope="module")
def sim() -> Iterator[FieldNationSim]:
    made = start_fieldnation()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def described(sim: FieldNationSim) -> Any:
    return schemathesis.openapi.from_url(f"{sim.url}integrations/webhooks/_api-json")


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_whatever_is_asked_of_webhooks_the_answer_is_as_described(
    sim: FieldNationSim, described: Any, operation_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="isthmus_sim")
    signed = {"Authorization": f"Bearer {sim.token}"}
    (operation,) = [
        one.ok() for one in described.include(operation_id=operation_id).get_all_operations()
    ]

    @DRAWN
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(headers=signed, checks=CHECKS)

    ask()
    assert [record.message for record in caplog.records] == []
