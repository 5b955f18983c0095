"""The command line as a person meets it, with a home of its own for each test."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from isthmus.cli import main
from isthmus.dispatch.library import Library
from isthmus.wiring.dispatch.stores import Stores
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Shores


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Return the one JSON object the command answered with."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        answer = json.loads(lines[0])
        assert isinstance(answer, dict)
        return answer


Run = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("ISTHMUS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def isthmus(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; neither stream is a terminal."""
    assert not home.exists()

    def run(*arguments: str) -> Ended:
        code = main(arguments)
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return run


@pytest.fixture
def shores(
    isthmus: Run,
    home: Path,
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    monkeypatch: pytest.MonkeyPatch,
) -> Shores:
    """Give both vendors, and a home that knows them and dispatches tickets."""
    made = Shores(autotask_sim, fieldnation_sim, home)
    made.settle_switches()
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    with made.house() as house, Stores.open(house) as stores:
        Library(stores.definitions).enable("ticket_dispatch", is_enabled=True, by="a test")
    return made
