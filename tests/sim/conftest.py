from collections.abc import Iterator

import pytest

from isthmus_sim.in_thread import AutotaskSim, start


@pytest.fixture(scope="session")
def reading_sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AutotaskSim]:
    """A tenant of more than one page of tickets; tests only read it."""
    sim = start(
        tickets=620, companies=15, frozen_clock=True, folder=tmp_path_factory.mktemp("reading")
    )
    yield sim
    sim.stop()
