from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.attended import Attended, attended
from tests.dispatch.shores import Flow, Shores, flowing


@pytest.fixture
def shores(autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path) -> Shores:
    """Give both vendors, and where a home between them is to be."""
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    made.settle_switches()
    return made


@pytest.fixture
def home(shores: Shores) -> Iterator[Attended]:
    """Give the home between both vendors, opened."""
    with attended(shores) as opened:
        yield opened


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    """Give dispatch at work in that home."""
    async with flowing(shores) as opened:
        yield opened
