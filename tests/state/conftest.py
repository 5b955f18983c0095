"""A state of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.state import State


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State.open(tmp_path / "home" / "state.db") as opened:
        yield opened
