"""A console between both vendors, and dispatch at work behind it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.console.site import Served, Visitor, served
from tests.console.working import at_work
from tests.dispatch.shores import Shores


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
