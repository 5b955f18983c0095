"""
Fixtures for other people's tests.

`autotask_sim` is a simulated Autotask of its own for one test: a small tenant, real HTTP on
loopback, in a thread of the test's process. `autotask_sim_factory(**options)` makes more of
them, or larger ones. `fieldnation_sim` and `fieldnation_sim_factory(**options)` do the same for
Field Nation. Nothing but pytest is imported until a test asks for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isthmus_sim.in_thread import AutotaskSim, FieldNationSim


@pytest.fixture
def autotask_sim_factory(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., AutotaskSim]]:
    """Make simulators, stopped when the test ends. Options: see `in_thread.start`."""
    from isthmus_sim.in_thread import start  # noqa: PLC0415 - costs nothing when unused

    started: list[AutotaskSim] = []

    def make(**options: Any) -> AutotaskSim:
        options.setdefault("folder", tmp_path_factory.getbasetemp())
        started.append(start(**options))
        return started[-1]

    yield make
    for sim in started:
        sim.stop()


@pytest.fixture
def autotask_sim(autotask_sim_factory: Callable[..., AutotaskSim]) -> AutotaskSim:
    """Give a fresh small Autotask tenant, behind real HTTP on loopback."""
    return autotask_sim_factory()


@pytest.fixture
def fieldnation_sim_factory() -> Iterator[Callable[..., FieldNationSim]]:
    """Make Field Nations, stopped when the test ends. Options: see `start_fieldnation`."""
    from isthmus_sim.in_thread import start_fieldnation  # noqa: PLC0415 - costs nothing when unused

    started: list[FieldNationSim] = []

    def make(**options: Any) -> FieldNationSim:
        started.append(start_fieldnation(**options))
        return started[-1]

    yield make
    for sim in started:
        sim.stop()


@pytest.fixture
def fieldnation_sim(fieldnation_sim_factory: Callable[..., FieldNationSim]) -> FieldNationSim:
    """Give a fresh Field Nation account, behind real HTTP on loopback."""
    return fieldnation_sim_factory()
