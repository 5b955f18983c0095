"""Doors on loopback, over a store of either kind."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import postgres_server, postgres_url
from tests.webhooks.site import Site

__all__ = ["postgres_server", "postgres_url"]

MakeSite = Callable[..., Site]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Give where an empty store is: a folder, or a URL."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return tmp_path


@pytest.fixture
def make_site(place: Path | str) -> Iterator[MakeSite]:
    """Make sites over it; they are stopped when the test ends."""
    made: list[Site] = []

    def make(**more: Any) -> Site:
        made.append(Site(place, **more).start())
        return made[-1]

    yield make
    for site in made:
        site.stop()


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """Give doors that are open."""
    return make_site()


@pytest.fixture
def file_site(tmp_path: Path) -> Iterator[Site]:
    """Give doors over files, for what is the same whatever the store."""
    site = Site(tmp_path).start()
    yield site
    site.stop()
