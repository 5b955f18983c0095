"""Fixtures: a console that is served, and a browser in front of it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.console.site import Served, Visitor, served
from tests.dispatch.conftest import shores
from tests.dispatch.shores import Shores

__all__ = ["shores"]

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
)
expect.set_options(timeout=20_000)  # a busy machine draws late
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """Return the browser of this machine. Fails where there is none, and says what to do."""
    named = os.environ.get("ISTHMUS_TEST_BROWSER", "")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.fail(
            "The pages are tested in a real browser, and there is no Chromium on this machine. "
            "Install it (Debian: apt-get install chromium), or name one in ISTHMUS_TEST_BROWSER.",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """
    Give one browser for the tests of a module.

    Its driver keeps an event loop running in this thread, in which asynchronous tests of other
    modules could not run theirs.
    """
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Served]:
    """Give the console of a new home, where nothing is connected."""
    with served(tmp_path / "home") as given:
        yield given


@pytest.fixture
def connected(shores: Shores) -> Iterator[Served]:
    """Give the console of a home between both simulated vendors."""
    with served(shores.home, shores.environment) as given:
        yield given


@pytest.fixture
def person(browser: Browser, connected: Served) -> Iterator[Visitor]:
    """Give a person before the connected one; no page may have complained when the test ends."""
    visitor = Visitor(browser, connected)
    yield visitor
    visitor.close()
    visitor.check()


@pytest.fixture
def visitor(browser: Browser, console: Served) -> Iterator[Visitor]:
    """Give a person before the console; when the test ends no page may have complained."""
    person = Visitor(browser, console)
    yield person
    person.close()
    person.check()


IN_SHORT = (
    "test_the_first_visitor_with_the_code",
    "test_a_wrong_password_is_told",
    "test_an_admin_lets_somebody_in",
    "test_a_dispatcher_sends_a_ticket_out",
    "test_dead_letters_are_replayed",
    "test_a_wrong_secret_is_named",
    "test_a_sync_is_watched_in_numbers",
    "test_a_missing_permission_is_told",
    "test_a_chart_leads_to_the_rows",
    "test_sql_that_writes_is_refused",
    "test_a_mapping_is_built_from_nothing",
    "test_a_viewer_sees_and_changes_nothing",
    "test_the_way_between_two_tables",
    "test_an_admin_sets_a_chat",
)
"""Walks of every kind that `make test` takes; `make e2e` takes all of them, on a phone too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the other walks through pages to `make e2e`: a browser is slow."""
    for item in items:
        is_walk = "browser" in getattr(item, "fixturenames", ())
        is_short = item.name.startswith(IN_SHORT) and "phone" not in item.name
        if is_walk and not is_short:
            item.add_marker(pytest.mark.long)
