"""What is kept of copying, in a database of both kinds."""

import pytest
from sqlalchemy import Engine

from isthmus.state.sync import SyncState
from tests.state.dispatch.conftest import database, postgres_server, postgres_url

__all__ = ["database", "postgres_server", "postgres_url"]


@pytest.fixture
def kept(database: Engine) -> SyncState:
    return SyncState.open(database)
