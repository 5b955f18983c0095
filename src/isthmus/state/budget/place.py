"""
Where a shared budget lies: a SQLite file of its own, or PostgreSQL.

Nothing here is worth a wait for the disk: after a power cut the vendor's own count is read again,
and slots are free because nobody is left who holds them. So a commit is not flushed. On SQLite
that is synchronous NORMAL, which flushes at checkpoints only; OFF would spare those too, at the
risk of a broken file that a person has to remove.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Engine,
    NullPool,
    RootTransaction,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy import Connection as Session
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from isthmus.base import clock
from isthmus.state.budget import statements
from isthmus.state.budget.proof import FileProof, ServerProof
from isthmus.state.budget.tables import metadata
from isthmus.state.errors import StateBroken, StateBusy
from isthmus.state.journal import keep_journal

BUSY_TIMEOUT_MS: Final = 30_000
_SQLITE: Final = "sqlite"
_LOCK: Final = 4_716_208_337  # any number of our own
_NOW: Final = text(
    f"SELECT pg_advisory_xact_lock({_LOCK}), extract(epoch FROM clock_timestamp())::float8"
)
_OPTIONS: Final = (
    "-c synchronous_commit=off",
    f"-c lock_timeout={BUSY_TIMEOUT_MS}",
    # A machine that vanishes in the middle must not hold the lock until TCP gives it up.
    "-c idle_in_transaction_session_timeout=5000",
)


class Place:
    """One connection, made when first needed. For one thread at a time."""

    def __init__(self, where: Path | str, me: str = "") -> None:
        """Args: where: a file, or the URL of either database. me: whom it shows to be alive."""
        self._engine = _engine(where)
        self._session: Session | None = None
        self._me = me
        is_file = self._engine.dialect.name == _SQLITE
        self._proof = FileProof(Path(self._engine.url.database or "")) if is_file else ServerProof()

    @contextmanager
    def alone(self) -> Iterator[tuple[Session, float]]:
        """
        Give a transaction beside which no other one runs, and the time all processes agree on.

        It is this machine's on SQLite, the server's on PostgreSQL.
        Raises: StateBusy, StateBroken.
        """
        try:
            session, transaction, now = self._begin()
            with transaction:
                yield session, now
        except OperationalError as error:
            self.close()
            raise StateBusy(
                f"The budget of calls cannot be looked up now ({_kind(error)}).",
                where=_where(self._engine),
                remedy="Check that the database runs, that it may be written to, and that its disk"
                " has room.",
            ) from error.orig
        except SQLAlchemyError as error:
            self.close()
            raise StateBroken(
                f"The budget of calls cannot be kept ({_kind(error)}).",
                where=_where(self._engine),
                remedy="It holds nothing that is missed: stop Isthmus, remove the file (on"
                " PostgreSQL the tables budget_...), and start it again.",
            ) from error

    def is_dead(self, holder: str, session: Session) -> bool:
        """Tell whether a holder of slots surely lives no more."""
        return self._proof.is_dead(holder, session)

    def end(self) -> None:
        """Let go of all; the next transaction begins anew."""
        self.close()
        self._proof.end()

    def close(self) -> None:
        """Let go of the connection; the next transaction makes another."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(SQLAlchemyError):
                session.close()

    def _begin(self) -> tuple[Session, RootTransaction, float]:
        if self._session is not None:
            try:
                return self._begun(self._session)
            except OperationalError:
                if self._engine.dialect.name == _SQLITE:
                    raise
                self.close()  # the server cut it, maybe long ago
        self._session = self._open()
        return self._begun(self._session)

    def _open(self) -> Session:
        if self._engine.dialect.name == _SQLITE:
            _make_file(Path(self._engine.url.database or ""))
        session = self._engine.connect()
        try:
            _, transaction, now = self._begun(session)
            with transaction:
                for table in metadata.sorted_tables:
                    session.execute(CreateTable(table, if_not_exists=True))
                for dead in self._proof.show(self._me, session) if self._me else ():
                    statements.free(session, dead, now)
        except BaseException:
            session.close()
            raise
        return session

    def _begun(self, session: Session) -> tuple[Session, RootTransaction, float]:
        """Have the database to ourselves from here on, and tell the time."""
        transaction = session.begin()
        try:
            if self._engine.dialect.name == _SQLITE:
                session.exec_driver_sql("BEGIN IMMEDIATE")
                return session, transaction, clock.utc_now().timestamp()
            _, now = session.execute(_NOW).one()
            return session, transaction, float(now)
        except BaseException:
            transaction.close()
            raise


def _engine(where: Path | str) -> Engine:
    url = URL.create(_SQLITE, database=str(where)) if isinstance(where, Path) else make_url(where)
    if url.get_backend_name() == _SQLITE:
        engine = create_engine(
            url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, poolclass=NullPool
        )
        event.listen(engine, "connect", _prepare)
        return engine
    given = url.query.get("options", "")
    options = " ".join([given if isinstance(given, str) else " ".join(given), *_OPTIONS])
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options.strip()},
        isolation_level="READ COMMITTED",  # else we would see what was there before the lock
        poolclass=NullPool,
    )


def _prepare(driver: sqlite3.Connection, _record: Any) -> None:
    driver.isolation_level = None  # the driver would begin too late
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    keep_journal(driver)
    driver.execute("PRAGMA synchronous = NORMAL")


def _make_file(path: Path) -> None:
    """Make the file for its owner alone. Raises: StateBroken."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StateBroken(
            f"The budget of calls cannot be kept: {error.strerror}.",
            where=str(path),
            remedy="Check that ISTHMUS_HOME names a folder you may write to.",
        ) from error


def _kind(error: SQLAlchemyError) -> str:
    """Return the driver's word for it, which names no value."""
    cause = getattr(error, "orig", None) or error
    return str(getattr(cause, "sqlite_errorname", "") or type(cause).__name__)


def _where(engine: Engine) -> str:
    url = engine.url
    shown = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return shown.render_as_string()
