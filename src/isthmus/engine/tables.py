"""The engine's own tables, in words that SQLite and PostgreSQL both understand."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
)

from isthmus.engine.database import SQLITE, translated, writing
from isthmus.engine.errors import EngineBroken
from isthmus.state.tables import UtcTime

VERSION: Final = 1
_LOCK: Final = (
    4_716_208_335  # any number of our own; PostgreSQL's advisory lock while tables are made
)

metadata = MetaData()

work = Table(
    "engine_work",
    metadata,
    Column("kind", String(60), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("payload_ref", String(200), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("wanted", BigInteger, nullable=False),  # how often it was asked for
    Column("taken", BigInteger, nullable=False),  # `wanted` when the present run began
    Column("cancelled", BigInteger, nullable=False),  # `wanted` when it was last cancelled
    Column("due_at", UtcTime),  # of the run that waits; None: none waits
    Column("arrived", String(40), nullable=False),  # breaks ties between equal times
    Column("failures", Integer, nullable=False),
    Column("run_id", String(60)),  # None: it does not run
    Column("worker", String(120)),
    Index(
        "engine_work_waiting",
        "priority",
        "due_at",
        "arrived",
        sqlite_where=text("run_id IS NULL"),
        postgresql_where=text("run_id IS NULL"),
    ),
    Index(
        "engine_work_running",
        "worker",
        sqlite_where=text("run_id IS NOT NULL"),
        postgresql_where=text("run_id IS NOT NULL"),
    ),
)

schedules = Table(
    "engine_schedules",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("key", String(200), nullable=False),
    Column("payload_ref", String(200), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("every_seconds", Float),
    Column("cron", String(200)),
    Column("zone", String(80), nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Index("engine_schedules_next", "next_at"),
)

workers = Table(
    "engine_workers",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("beats", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("started_at", UtcTime, nullable=False),
)

versions = Table("engine_version", metadata, Column("version", Integer, nullable=False))


def make_tables(engine: Engine) -> None:
    """
    Make the tables where there are none. Several processes may do this at once.

    Raises: EngineBroken: they were made by a newer Isthmus.
    """
    with translated(engine):
        if inspect(engine).has_table(versions.name):
            with engine.connect() as session:
                _check(session)
            return
    with writing(engine) as session:
        if engine.dialect.name != SQLITE:
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        if inspect(session).has_table(versions.name):
            return
        metadata.create_all(session)
        session.execute(insert(versions).values(version=VERSION))


def _check(session: Connection) -> None:
    found = session.execute(select(versions.c.version)).scalar()
    if found != VERSION:
        raise EngineBroken(
            f"The engine's tables were made by another Isthmus (version {found}, this {VERSION}).",
            remedy="Install that version again, or give this one a database of its own.",
        )
