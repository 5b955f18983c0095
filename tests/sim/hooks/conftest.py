"""A receiver on loopback, and a tenant whose clock stands still."""

from collections.abc import Callable, Iterator

import pytest

from isthmus_sim.in_thread import AutotaskSim, ServiceThread
from tests.sim.hooks.receiving import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = ServiceThread(made)
    made.url = thread.ready["url"]
    yield made
    thread.stop()


@pytest.fixture
def sim(autotask_sim_factory: Callable[..., AutotaskSim]) -> AutotaskSim:
    made = autotask_sim_factory(frozen_clock=True)
    made.admin("PATCH", "switches", {"added_latency_scale": 0})
    return made
