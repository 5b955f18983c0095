"""What holds for every test."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from isthmus.autotask.calls import accounts
from isthmus.base import log, redaction

# How fast this machine draws examples says nothing about the code.
settings.register_profile("isthmus", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("isthmus")


@pytest.fixture(autouse=True)
def our_log_as_it_was() -> Iterator[None]:
    """Undo what a command under test set up: its stream is closed when the next test runs."""
    root = logging.getLogger(log.ROOT)
    kept = (list(root.handlers), root.level, root.propagate)
    yield
    root.handlers[:], root.level, root.propagate = kept


@pytest.fixture(autouse=True)
def hours_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test find the calls of another: the machine gives a port out again."""
    monkeypatch.setattr(accounts, "_books", {})


@pytest.fixture(autouse=True)
def secrets_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test's secret, which may be a plain word, be taken out of another's texts."""
    monkeypatch.setattr(redaction, "_guarded", dict(redaction._guarded))
