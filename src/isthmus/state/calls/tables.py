"""The table of calls, in words that SQLite and PostgreSQL both understand."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    text,
)

from isthmus.state.dispatch.tables import Words
from isthmus.state.tables import UtcTime

VERSION: Final = 1
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only plain integers

metadata = MetaData()

version = Table("calls_version", metadata, Column("version", Integer, nullable=False))

calls = Table(
    "vendor_calls",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("vendor", String(20), nullable=False),
    Column("method", String(10), nullable=False),
    Column("entity", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("status", Integer, nullable=False),
    Column("ms", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("rows", Integer),
    Column("run", String(80), nullable=False),
    Column("key", String(200), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failed", Boolean, nullable=False),
    Index("vendor_calls_by_age", "at"),
    Index("vendor_calls_by_run", "run", "number"),
    Index(
        "vendor_calls_by_key",
        "key",
        "number",
        sqlite_where=text("key <> ''"),
        postgresql_where=text("key <> ''"),
    ),
    Index("vendor_calls_by_entity", "entity", "number"),
    Index(
        "vendor_calls_failed",
        "number",
        sqlite_where=text("failed"),
        postgresql_where=text("failed"),
    ),
)
