"""A shared budget of both kinds, seen by several who each stand for a process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isthmus.state.budget import SharedBudget
from tests.postgres import postgres_server, postgres_url
from tests.state.budget.program import Program

__all__ = ["postgres_server", "postgres_url"]

Open = Callable[..., SharedBudget]
Launch = Callable[..., Program]


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty place."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'home' / 'budget.db'}"


@pytest.fixture
def another(where: str) -> Iterator[Open]:
    """Give what opens the budget once more, as another process would."""
    opened: list[SharedBudget] = []

    def more(**options: float) -> SharedBudget:
        opened.append(SharedBudget(where, **options))
        return opened[-1]

    yield more
    for budget in opened:
        budget.close()


@pytest.fixture
def launch(where: str) -> Iterator[Launch]:
    """Give what starts a real process on the budget; none outlives the test."""
    started: list[Program] = []

    def start(*options: object, stdin: str | None = None) -> Program:
        started.append(Program.start(where, *options))
        if stdin is not None:
            started[-1].tell(stdin)
        return started[-1]

    yield start
    for program in started:
        program.kill()
