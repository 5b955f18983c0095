from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Flow, Shores, flowing
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgres"])
def shores(
    request: pytest.FixtureRequest,
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    tmp_path: Path,
) -> Shores:
    """Give both vendors and a home: in files with one worker, on PostgreSQL with two."""
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    if request.param == "postgres":
        made.state = request.getfixturevalue("postgres_url")
    made.settle_switches()
    return made


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    async with flowing(shores) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Leave dispatch on PostgreSQL with a second process to `make long`; on SQLite it is in any test.
    """
    for item in items:
        is_dispatch = item.path.name.startswith("test_dispatch")
        if item.path.parent == Path(__file__).parent and is_dispatch and "postgres" in item.name:
            item.add_marker(pytest.mark.long)
