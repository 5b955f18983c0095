"""Secrets that all processes of an installation share, in the database that they share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Column, Engine, Integer, MetaData, Table, text

from isthmus.state import notes, secrets, tables
from isthmus.state.dispatch.session import Session, is_file, make_tables, reading, writing
from isthmus.state.errors import KeyWrong
from isthmus.state.shapes import Secret
from isthmus.state.vault import Vault

VERSION: Final = 1
_LOCK: Final = 4_716_208_349  # any number of our own; PostgreSQL's lock while one is changed

metadata = MetaData()
version = Table("secrets_version", metadata, Column("version", Integer, nullable=False))
for _table in (tables.secrets, tables.notes):  # by the same names, so by the same statements
    _table.to_metadata(metadata)


class SharedSecrets:
    """
    The secrets of webhooks on PostgreSQL, locked, with what is noted of them.

    All processes need the same ISTHMUS_KEY. Methods are those of `State`. Every one that changes
    something is one transaction. Raises: StateBusy, StateBroken, KeyWrong.
    """

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    @classmethod
    def open(cls, engine: Engine, *, key: str | None, key_file: Path) -> Self:
        """Open it over the database of dispatch, and make the tables where there are none."""
        make_tables(engine, metadata, version, VERSION)
        return cls(engine, Vault(key, key_file))

    def save_secret(self, name: str, secret: str) -> None:
        """Keep a secret in the place of every earlier one of that name."""
        with self._changing() as session:
            secrets.save(session, self._vault, name, secret)

    def load_secret(self, name: str) -> str | None:
        """Return the newest secret of a name."""
        return next(iter(self.live_secrets(name)), None)

    def live_secrets(self, name: str) -> tuple[str, ...]:
        """Return every secret of a name that counts, newest first; () for none."""
        with _told_of_keys(), reading(self._engine) as session:
            found = secrets.find(session, self._vault, name)
        return () if found is None else found.live

    def secrets(self, prefix: str = "") -> tuple[Secret, ...]:
        """Return the secrets whose names begin so, by name."""
        with _told_of_keys(), reading(self._engine) as session:
            return secrets.under(session, self._vault, prefix)

    def rotate_secret(self, name: str, new: str) -> None:
        """Keep a new secret beside the old one: both count until `settle_secret`."""
        with self._changing() as session:
            secrets.rotate(session, self._vault, name, new)

    def settle_secret(self, name: str) -> bool:
        """Let only the newest count from now on; tells whether an older one did."""
        with self._changing() as session:
            return secrets.settle(session, name)

    def forget_secret(self, name: str) -> bool:
        """Remove every secret of a name; tells whether there was one."""
        with self._changing() as session:
            return secrets.forget(session, name)

    def note(self, key: str) -> str | None:
        """Return what was noted under a key."""
        with reading(self._engine) as session:
            return notes.load(session, key)

    def save_note(self, key: str, value: str | None) -> None:
        """Note a value under a key, in the place of an earlier one; None forgets it."""
        with self._changing() as session:
            notes.save(session, key, value)

    @contextmanager
    def _changing(self) -> Iterator[Session]:
        with _told_of_keys(), writing(self._engine) as session:
            if not is_file(self._engine):  # rows that are not there yet cannot be locked
                session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
            yield session


@contextmanager
def _told_of_keys() -> Iterator[None]:
    """Say what a key that does not fit means where several homes share the secrets."""
    try:
        yield
    except KeyWrong as error:
        raise KeyWrong(
            error.what,
            where=error.where,
            remedy="Give ISTHMUS_KEY the same value in every process that shares ISTHMUS_STATE:"
            " where none has it yet, the text of the file key in the home that made the webhooks",
        ) from None
