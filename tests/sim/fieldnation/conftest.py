"""A simulated Field Nation's deliveries without its pages, and who receives them."""

from collections.abc import AsyncIterator

import pytest

from tests.sim.fieldnation.bench import Bench
from tests.sim.fieldnation.receiver import Receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = await Receiver().start()
    yield made
    await made.stop()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench.make()
    await made.start()
    yield made
    await made.stop()
