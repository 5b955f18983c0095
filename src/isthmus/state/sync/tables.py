"""The tables of copying, in words that SQLite and PostgreSQL both understand."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table

from isthmus.state.dispatch.tables import Words
from isthmus.state.tables import UtcTime

VERSION: Final = 2

metadata = MetaData()

version = Table("sync_version", metadata, Column("version", Integer, nullable=False))

progress = Table(
    "sync_progress",
    metadata,
    Column("dataset", String(200), primary_key=True),
    Column("run_id", String(80), nullable=False),
    Column("phase", String(20), nullable=False),
    Column("mode", String(40), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("expected", BigInteger),
    Column("calls", BigInteger, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("waiting_until", UtcTime),
    Column("asked", String(80), nullable=False),
    Column("by", Words, nullable=False),
)

kept = Table(
    "sync_datasets",
    metadata,
    Column("dataset", String(200), primary_key=True),
    Column("run_id", String(80), nullable=False),
    Column("by", Words, nullable=False),
    Column("finished_at", UtcTime, nullable=False),
    Column("result", Words, nullable=False),
    Column("rows", BigInteger),
    Column("fresh_as_of", UtcTime),
    Column("ok_at", UtcTime),
    Column("scope", String(64), nullable=False),
    Column("full_rows", BigInteger),
    Column("full_calls", BigInteger),
    Column("full_seconds", Float),
)

asks = Table(
    "sync_asks",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("wanted", Words, nullable=False),
    Column("full", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("error", Words, nullable=False),
    Column("since", UtcTime),
    Column("release_brake", Boolean, nullable=False),
    Index("sync_asks_by_state", "state", "at"),
)

stops = Table(
    "sync_stops",
    metadata,
    Column("dataset", String(200), primary_key=True),  # "": all of them
    Column("by", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)

choices = Table(
    "sync_choices",
    metadata,
    Column("dataset", String(200), primary_key=True),
    Column("is_kept", Boolean, nullable=False),
    Column("left_out", Words, nullable=False),
    Column("condition", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)

samples = Table(
    "sync_quota",
    metadata,
    Column("at", UtcTime, primary_key=True),
    Column("used", BigInteger),
    Column("ours", BigInteger),
    Column("limit", BigInteger),
    Column("field_turns", BigInteger),
    Column("field_burst", BigInteger),
)

permissions = Table(
    "sync_permissions",
    metadata,
    Column("dataset", String(200), primary_key=True),
    Column("can_read", String(20), nullable=False),
    Column("sees_deletions", Boolean),
    Column("rows", BigInteger),
    Column("what", Words, nullable=False),
    Column("remedy", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)
