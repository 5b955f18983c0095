"""Simulators and clients for the tests of the SOAP wire."""

from collections.abc import Callable, Iterator

import pytest
import zeep

from isthmus_sim.in_thread import AutotaskSim, start
from tests.sim.soap.batches import DUE
from tests.sim.soap.clients import Wire, texts, xml_query, zeep_of


@pytest.fixture(scope="session")
def soap_reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AutotaskSim]:
    """A tenant of more than one page of tickets; tests only read it."""
    sim = start(
        tickets=620, companies=15, frozen_clock=True, folder=tmp_path_factory.mktemp("soap")
    )
    yield sim
    sim.stop()


@pytest.fixture(scope="session")
def reader(soap_reading: AutotaskSim) -> Iterator[zeep.Client]:
    """Zeep on the tenant that is only read."""
    client = zeep_of(soap_reading)
    yield client
    client.transport.session.close()


@pytest.fixture
def zeep_client(autotask_sim: AutotaskSim) -> Iterator[zeep.Client]:
    """Zeep on a tenant of the test's own."""
    client = zeep_of(autotask_sim)
    yield client
    client.transport.session.close()


@pytest.fixture
def wire(autotask_sim: AutotaskSim) -> Wire:
    """Envelopes by hand, to a tenant of the test's own."""
    return Wire(autotask_sim)


@pytest.fixture(scope="session")
def reading_wire(soap_reading: AutotaskSim) -> Wire:
    """Envelopes by hand, to the tenant that is only read."""
    return Wire(soap_reading)


Ids = Callable[..., list[int]]


@pytest.fixture
def ids(reading_wire: Wire) -> Ids:
    """Query the tenant that is only read; give the ids that match."""

    def run(entity: str, *conditions: str) -> list[int]:
        told = reading_wire.query(xml_query(entity, *conditions))
        assert texts(told, "ReturnCode") == ["1"], texts(told, "Message")
        return [int(found) for found in texts(told, "EntityId")]

    return run


@pytest.fixture
def ticket(autotask_sim: AutotaskSim) -> dict[str, str]:
    """The fields of a ticket that can be made."""
    company = autotask_sim.rows("Companies")[1]["id"]
    return {
        "AccountID": str(company),
        "Title": "Made over SOAP",
        "Status": "1",
        "Priority": "2",
        "QueueID": "5",
        "DueDateTime": DUE,
    }
