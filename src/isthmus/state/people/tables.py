"""The tables of people, in words that SQLite and PostgreSQL both understand."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from isthmus.state.dispatch.tables import Words
from isthmus.state.tables import UtcTime


class Id(Words):
    """An id as it came, maybe from an address somebody made up."""

    impl = String(40)
    cache_ok = True


VERSION: Final = 1
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only plain integers

metadata = MetaData()

version = Table("people_version", metadata, Column("version", Integer, nullable=False))

accounts = Table(
    "people_accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("login", String(200), nullable=False),
    Column("login_key", String(400), nullable=False, unique=True),  # the same in any case
    Column("name", Words, nullable=False),
    Column("role", String(20), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("password_hash", Text),  # None: logs in elsewhere
    Column("subject", String(64), unique=True),  # hash of issuer and subject, elsewhere
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime),
)

sessions = Table(
    "people_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", ForeignKey("people_accounts.id", ondelete="CASCADE"), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("begun_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("source", Words, nullable=False),
    Column("agent", Words, nullable=False),
    Index("people_sessions_by_account", "account_id", "seen_at"),
    Index("people_sessions_by_age", "seen_at"),
)

tokens = Table(
    "people_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", String(20), nullable=False),
    Column("account_id", ForeignKey("people_accounts.id", ondelete="CASCADE"), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("ends_at", UtcTime),
    Index("people_tokens_by_account", "account_id"),
)

# Hashes stand for logins and sources: people type their password where the login goes.
tries = Table(
    "people_tries",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("until", UtcTime),  # None: the next one is looked at
    Index("people_tries_by_age", "last_at"),
)

deeds = Table(
    "people_deeds",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("source", Words, nullable=False),
    Index("people_deeds_by_age", "at"),
)
