"""The tables of the state, in words that SQLite and PostgreSQL both understand."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)


class UtcTime(TypeDecorator[datetime]):
    """Aware times in and out; stored as UTC without a zone, which every store keeps exactly."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC without its zone; a naive time is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a time without a zone cannot be kept"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)  # type: ignore[no-any-return]

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored time its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

connections = Table(
    "connections",
    metadata,
    Column("title", String(200), primary_key=True),
    Column("vendor", String(40), nullable=False),
    Column("username", String(400), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("integration_code", LargeBinary, nullable=False),
    Column("base_url", Text),
    Column("zone", Integer),
    Column("saved_at", UtcTime, nullable=False),
    Column("zone_name", Text),
    Column("zone_url", Text),
    Column("zone_web_url", Text),
    Column("zone_ci", Integer),
)

extractions = Table(
    "extractions",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("mode", String(40), nullable=False),
    Column("window_start", UtcTime),
    Column("server_started_at", UtcTime, nullable=False),
    Index("one_extraction_per_dataset", "dataset", unique=True),
)

segments = Table(
    "segments",
    metadata,
    Column("extraction_id", ForeignKey("extractions.id", ondelete="CASCADE"), primary_key=True),
    Column("range_lo", BigInteger, primary_key=True, autoincrement=False),
    Column("file", String(200), primary_key=True),
    Column("range_hi", BigInteger),
    Column("last_id", BigInteger),
    Column("rows", BigInteger, nullable=False),
    Column("done", Boolean, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("status", String(20), nullable=False),
    Column("wanted", Text, nullable=False),
    Column("calls", Integer, nullable=False, server_default=text("0")),
    Column("quota_used", Integer),
    Column("quota_limit", Integer),
    Index("runs_by_start", "started_at"),
)

run_datasets = Table(
    "run_datasets",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("dataset", String(200), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("mode", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("inserted", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("deleted", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("error", Text),
    Index("run_datasets_by_dataset", "dataset", "run_id"),
)

notes = Table(
    "notes",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)

fieldnation = Table(
    "fieldnation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("client_id", String(400), nullable=False),
    Column("client_secret", LargeBinary, nullable=False),
    Column("username", String(400), nullable=False),
    Column("password", LargeBinary, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
)
