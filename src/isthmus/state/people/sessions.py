"""Statements on sessions: a browser that is logged in."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, delete, insert, or_, select, update
from sqlalchemy import Connection as Transaction

from isthmus.base.ids import new_ordered_id
from isthmus.state.people import secrets
from isthmus.state.people.accounts import COLUMNS, account_of
from isthmus.state.people.shapes import Account, Session
from isthmus.state.people.tables import accounts, sessions

IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=14)
TOUCHED_EVERY: Final = timedelta(minutes=1)
_LONGEST_AGENT: Final = 400  # any browser's is shorter; what is longer is cut, and shown so
_c = sessions.c
_OURS: Final = tuple(
    column.label(f"session_{column.name}")
    for column in (_c.id, _c.begun_at, _c.seen_at, _c.source, _c.agent)
)


def begin(
    session: Transaction, account: Account, now: datetime, source: str, agent: str
) -> tuple[Session, str]:
    """Begin one; returns it with the secret for the cookie."""
    secret = secrets.make()
    shown = agent if len(agent) <= _LONGEST_AGENT else f"{agent[:_LONGEST_AGENT]}…"
    made = Session(new_ordered_id(), account, secrets.csrf_of(secret), now, now, source, shown)
    values = {
        "id": made.id, "account_id": account.id, "secret_hash": secrets.hash_of(secret),
        "begun_at": now, "seen_at": now, "source": source, "agent": shown,
    }  # fmt: skip
    session.execute(insert(sessions).values(**values))
    return made, secret


def by_secret(session: Transaction, secret: str, now: datetime) -> Session | None:
    """Return the session of a secret, unless it is over or its account disabled."""
    here = _c.secret_hash == secrets.hash_of(secret)
    row = session.execute(_query().where(here, _is_alive(now))).mappings().first()
    return None if row is None else _session(row, secrets.csrf_of(secret))


def of_account(session: Transaction, account_id: str, now: datetime) -> tuple[Session, ...]:
    """Return the sessions of an account that are not over, the one seen last first."""
    query = _query().where(_c.account_id == account_id, _is_alive(now))
    rows = session.execute(query.order_by(_c.seen_at.desc(), _c.id.desc())).mappings()
    return tuple(_session(row, "") for row in rows)


def touch(session: Transaction, session_id: str, now: datetime) -> None:
    """Note that it is in use; a clock that went back changes nothing."""
    here = (_c.id == session_id, _c.seen_at < now)
    session.execute(update(sessions).where(*here).values(seen_at=now))


def end(session: Transaction, session_id: str) -> bool:
    """End one; tells whether there was one."""
    return session.execute(delete(sessions).where(_c.id == session_id)).rowcount > 0


def end_all(session: Transaction, account_id: str, but: str | None = None) -> int:
    """End those of an account, but for one; returns how many there were."""
    gone = delete(sessions).where(_c.account_id == account_id)
    if but is not None:
        gone = gone.where(_c.id != but)
    return session.execute(gone).rowcount


def forget(session: Transaction, now: datetime) -> int:
    """Remove those that are over; returns how many."""
    is_over = or_(_c.seen_at <= now - IDLE, _c.begun_at <= now - LONGEST)
    return session.execute(delete(sessions).where(is_over)).rowcount


def _query() -> Any:
    return select(*_OURS, *COLUMNS).join(accounts, accounts.c.id == _c.account_id)


def _is_alive(now: datetime) -> ColumnElement[bool]:
    return accounts.c.is_active & (_c.seen_at > now - IDLE) & (_c.begun_at > now - LONGEST)


def _session(row: RowMapping, csrf: str) -> Session:
    return Session(
        id=row["session_id"],
        account=account_of(row),
        csrf=csrf,
        begun_at=row["session_begun_at"],
        seen_at=row["session_seen_at"],
        source=row["session_source"],
        agent=row["session_agent"],
    )
