"""Transactions on people, one at a time: what one reads stays true until it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection as Transaction
from sqlalchemy import Engine, text

from isthmus.state.dispatch.session import is_file, writing

_LOCK: Final = 4_716_208_351  # any number of our own; PostgreSQL's lock while people are changed


@contextmanager
def alone(engine: Engine) -> Iterator[Transaction]:
    """Give a transaction beside which there is no other of these, in any process."""
    with writing(engine) as session:
        if not is_file(engine):
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        yield session
