"""People in a database of both kinds, passwords that are hashed at once, and a clock to move."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state.people import People, passwords
from tests.state.dispatch.conftest import database, postgres_server, postgres_url

__all__ = ["database", "postgres_server", "postgres_url"]

PASSWORD = "four words in a row"


@dataclass
class Clock:
    """A time that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock(utc_now())
    for module in ("store", "entering"):
        monkeypatch.setattr(f"isthmus.state.people.{module}.utc_now", moved)
    return moved


@pytest.fixture
def people(database: Engine) -> People:
    """Give people of whom there are none yet."""
    return People.open(database)


@pytest.fixture
def begun(people: People) -> People:
    """Give people of whom `ann` is the admin and `bob` a dispatcher."""
    from isthmus.state.people import Role

    people.begin("ann", "Ann Lee", PASSWORD)
    people.add("bob", "Bob Ray", Role.DISPATCHER, PASSWORD)
    return people
