"""The database of dispatch of both kinds, empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from isthmus.engine.database import open_database
from isthmus.state.dispatch import Inbox
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an engine over an empty database."""
    if request.param == "postgres":
        opened = open_database(str(request.getfixturevalue("postgres_url")))
    else:
        opened = open_database(tmp_path / "inbox.sqlite")
    yield opened
    opened.dispose()


@pytest.fixture
def inbox(database: Engine) -> Inbox:
    """Give an inbox over it."""
    return Inbox.open(database)
