"""A console between both vendors, and dispatch at work behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.console.site import Served, Visitor, served
from tests.console.working import at_work
from tests.dispatch.shores import Shores


@pytest.fixture
def shores(autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path) -> Shores:
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    made.settle_switches()
    return made


@pytest.fixture
def console(shores: Shores) -> Iterator[Served]:
    with served(shores.home, shores.environment) as given, at_work(shores):
        yield given


@pytest.fixture
def visitor(browser: Browser, console: Served) -> Iterator[Visitor]:
    person = Visitor(browser, console)
    yield person
    person.close()
    person.check()
